"""A runner of the command line, and the small files that its tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from cli_files import BOLT, H20, Result, Run
from typer.testing import CliRunner

from screening import Rulebook, load_rulebook
from screening.cli import exits
from screening.cli.app import app
from screening.rulebook.layers import shipped_root


@pytest.fixture(autouse=True, scope="session")
def loaded_once() -> Iterator[None]:
    """Load each shipped rulebook once for all tests; any other folder is read every time."""
    once = cache(exits.load_rulebook)

    def load(folder: Path) -> Rulebook:
        shipped = folder.parent.resolve() == shipped_root().resolve()
        return once(folder.resolve()) if shipped else load_rulebook(folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exits, "load_rulebook", load)
        yield


@pytest.fixture
def run() -> Run:
    """Run `screening` with arguments."""

    def run_(*args: str | Path) -> Result:
        result = CliRunner().invoke(app, [str(a) for a in args])
        return Result(result.exit_code, result.stdout, result.stderr)

    return run_


@pytest.fixture
def bolt(tmp_path: Path) -> Path:
    """A file with a shipment that is allowed."""
    path = tmp_path / "bolt.yaml"
    path.write_text(BOLT)
    return path


@pytest.fixture
def h20(tmp_path: Path) -> Path:
    """A file with a shipment that is denied."""
    path = tmp_path / "h20.yaml"
    path.write_text(H20)
    return path


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV of lines, or of bytes."""

    def write(*lines: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        raw = [x if isinstance(x, bytes) else x.encode() for x in lines]
        path.write_bytes(b"\n".join(raw) + b"\n")
        return path

    return write
