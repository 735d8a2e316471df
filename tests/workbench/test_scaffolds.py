"""`screening new`: what it prints loads as it stands, and its example comes out as it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from screening import load_rulebook
from screening.cli.app import app
from screening.workbench.checks import quick_findings
from screening.workbench.examples import run_examples
from screening.workbench.scaffolds import BLANKS

HEADER = """\
rulebook:
  language: "1"
  id: small
  title: A small rulebook
  covers: {from: 2020-01-01, verified_through: 2026-12-31}
  allow_requires: {destination: {known: true}}
"""


def printed(*words: str) -> str:
    result = CliRunner().invoke(app, ["new", *words])
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "header.yaml").write_text(HEADER, encoding="utf-8")
    (folder / "base.yaml").write_text(
        printed("rule", "base", "--from", "2025-01-02"), encoding="utf-8"
    )
    return folder


def test_a_rule(small: Path) -> None:
    rulebook = load_rulebook(small)
    assert rulebook.rules["base"].finding == "license_required"
    assert [str(o.differences) for o in run_examples(rulebook) if not o.ok] == []


def test_an_override(small: Path) -> None:
    text = printed("override", "softer", "--overrides", "base", "--from", "2025-06-01",
                   "--rulebook", str(small))  # fmt: skip
    (small / "softer.yaml").write_text(text, encoding="utf-8")
    rulebook = load_rulebook(small)
    assert rulebook.rules["softer"].targets == ("base",)
    mine = run_examples(rulebook, small / "softer.yaml")
    assert [str(o.differences) for o in mine if not o.ok] == []


def test_in_a_firms_rulebook_a_rule_stands_on_the_word_of_the_firm(small: Path) -> None:
    """It has a verdict and no finding, and an override of it suspends it."""
    firm = small.parent / "acme"
    firm.mkdir()
    header = '  language: "1"\n  id: acme\n  title: A firm\n  over: small\n'
    (firm / "header.yaml").write_text(f"rulebook:\n{header}", encoding="utf-8")
    for kind, id, more in (("rule", "acme-look", ()),
                           ("override", "acme-known", ("--overrides", "acme-look"))):  # fmt: skip
        text = printed(kind, id, *more, "--from", "2025-06-01", "--rulebook", str(firm))
        (firm / f"{id}.yaml").write_text(text, encoding="utf-8")
    rules = load_rulebook(firm).rules
    assert rules["acme-look"].authority == rules["acme-known"].authority == "company"
    assert rules["acme-look"].verdict == "review" and rules["acme-look"].finding is None


def test_a_group(small: Path) -> None:
    text = printed("group", "friends", "--from", "2025-06-01")
    (small / "friends.yaml").write_text(text, encoding="utf-8")
    assert load_rulebook(small).content.groups["friends"].of == "places"


def test_an_override_names_a_rule_that_there_is(small: Path) -> None:
    words = ["new", "override", "softer", "--overrides", "bose", "--rulebook", str(small)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "`bose` is not a rule; did you mean `base`? [unknown-target]" in result.stderr


@pytest.mark.parametrize(
    "filled", [(), ("TITLE, a whole sentence without a period",), ("15 CFR 000.0",)]
)
def test_what_nobody_filled_in_is_found(small: Path, filled: tuple[str, ...]) -> None:
    """Until the last of the words to fill in is gone."""
    path = small / "base.yaml"
    text = path.read_text(encoding="utf-8")
    for blank in filled:
        text = text.replace(blank, "Filled in")
    path.write_text(text, encoding="utf-8")
    assert "blank-left" in codes_of(small)


def test_what_was_filled_in_is_not_found(small: Path) -> None:
    path = small / "base.yaml"
    text = path.read_text(encoding="utf-8")
    for blank in BLANKS:
        text = text.replace(blank, "Filled in")
    path.write_text(text, encoding="utf-8")
    assert "blank-left" not in codes_of(small)


def codes_of(folder: Path) -> list[str]:
    return [p.code for p in quick_findings(load_rulebook(folder).content)]
