"""Harmless lines get through, honestly: a year of an order system under the firm's assumptions."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from screening.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "seeds"))

from demo import ordinary_share  # noqa: E402  # the figure that `make demo` prints

pytestmark = pytest.mark.slow


def screened(tmp_path: Path, *more: str) -> tuple[Path, list[dict[str, str]]]:
    output = tmp_path / "year.csv"
    arguments = ["screen", str(ROOT / "seeds/erp_year.csv"),
                 "--given", str(ROOT / "seeds/erp_year.given.yaml"),
                 "--rulebook", str(ROOT / "rules/example-company"),
                 "--output", str(output), "--format", "csv", *more]  # fmt: skip
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    text = output.read_text("utf-8-sig")
    return output, list(csv.DictReader(io.StringIO(text)))


def test_with_the_firms_assumptions_ordinary_lines_to_partners_are_allowed(tmp_path: Path) -> None:
    output, rows = screened(tmp_path)
    assert len(rows) == 1000
    total, allowed = ordinary_share(output)
    assert total > 500
    assert allowed >= 0.8 * total
    resting = [r for r in rows if r["verdict"] == "allow" and r["assumptions"]]
    assert resting, "an allow that rests on assumptions says so in a column of its own"
    assert all("assuming" in r["summary"] for r in resting)


def test_without_them_no_line_is_allowed_that_was_not_before(tmp_path: Path) -> None:
    _, assumed = screened(tmp_path)
    _, bare = screened(tmp_path, "--no-assumptions")
    shares = Counter(r["verdict"] for r in bare)
    assert sum(shares.values()) == 1000
    for with_, without in zip(assumed, bare, strict=True):
        if without["verdict"] == "allow":
            assert with_["verdict"] == "allow"
