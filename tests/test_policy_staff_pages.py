"""What the pages for policy staff show is what the commands print; links lead somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from screening.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs" / "policy-staff").glob("*.md"))
SHOWN = [
    (page.name, command, output)
    for page in PAGES
    for command, output in re.findall(
        r"```console\n\$ screening (.+?)\n(.*?)```", page.read_text("utf-8"), re.DOTALL
    )
]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder to work in, with the firm's copy of the example that the first page begins with."""
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    (tmp_path / "rules" / "example-company").rename(tmp_path / "rules" / "acme")
    for part in (tmp_path / "rules" / "acme").glob("*.yaml"):
        part.write_text(part.read_text("utf-8").replace("example-company", "acme"), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("page", "command", "output"), SHOWN, ids=[f"{p}-{c}" for p, c, _ in SHOWN]
)
def test_a_command_prints_what_is_shown(
    page: str, command: str, output: str, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    told = CliRunner().invoke(app, shlex.split(command)).output
    printed = {line.rstrip() for line in told.splitlines()}
    missing = [x for x in output.splitlines() if x.strip() and x not in printed]
    assert not missing, page


@pytest.mark.parametrize("page", PAGES, ids=[p.name for p in PAGES])
def test_the_commands_and_options_that_it_names_exist(page: Path) -> None:
    for command in re.findall(r"^screening ([a-z-]+)(.*)$", page.read_text("utf-8"), re.MULTILINE):
        name, rest = command
        told = CliRunner().invoke(app, [name, "--help"]).output
        for option in re.findall(r"(--[a-z-]+)", rest):
            assert option in told or name == "people", f"{name} {option}"


@pytest.mark.parametrize("page", PAGES, ids=[p.name for p in PAGES])
def test_every_page_it_points_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
