"""Rules that add nothing, overrides that name too much, values said twice: found, and repaired."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from screening import load_rulebook
from screening.cli.app import app
from screening.problem_pages import Severity, severity
from screening.problems import Problem
from screening.workbench.checks import quick_findings

HEADER = """\
rulebook:
  language: "1"
  id: small
  title: A small rulebook
  covers: {from: 2020-01-01, verified_through: 2099-12-31}
  allow_requires: {destination: {known: true}}
rules:
"""


def rule(id: str, when: str, finding: str = "", **keys: str) -> str:
    said = {"in_force": "{from: 2020-01-01}", "authority": "regulation", "when": when, **keys}
    if finding:
        said["finding"] = finding
    lines = "".join(f"    {key}: {value}\n" for key, value in said.items())
    return f"  - id: {id}\n    title: The rule {id}\n    cites: [test]\n{lines}"


WIDE = rule("wide", "{destination: [DE, AT]}", "policy_of_denial")
NARROW = rule("narrow", "{destination: DE, tpp: {at_least: 4800}}", "case_by_case")


def book(folder: Path, *rules: str, after: str = "") -> Path:
    own = folder / "small"
    own.mkdir(exist_ok=True)
    (own / "small.yaml").write_text(HEADER + "".join(rules) + after, encoding="utf-8")
    return own


def found(folder: Path, *rules: str) -> list[Problem]:
    return quick_findings(load_rulebook(book(folder, *rules)).content)


def run(*words: object, given: str = "") -> Result:
    return CliRunner().invoke(app, [str(w) for w in words], input=given)


# ---- A rule that adds nothing ----


@pytest.mark.parametrize(
    "narrow",
    [
        NARROW,
        rule("narrow", "{destination: DE}", "policy_of_denial"),
        rule("narrow", "{all: [{destination: DE}, {tpp: {more_than: 1}}]}", "case_by_case"),
        rule("narrow", "{all: [{any: [{destination: DE}, {destination: AT}]}]}", "case_by_case"),
    ],
)
def test_a_rule_whose_shipments_a_stricter_one_catches(tmp_path: Path, narrow: str) -> None:
    [problem] = found(tmp_path, WIDE, narrow)
    assert problem.code == "shadowed-rule"
    assert "`narrow`" in problem.message and "`wide` (policy_of_denial)" in problem.message
    assert problem.place is not None and problem.place.line


@pytest.mark.parametrize(
    ("narrow", "more"),
    [
        (rule("narrow", "{destination: DE}", "prohibited"), ""),  # asks for more
        (rule("narrow", "{destination: [DE, RU]}", "red_flag"), ""),  # Russia
        (rule("narrow", "{tpp: {at_least: 1}}", "red_flag"), ""),
        # before the wide one begins
        (rule("narrow", "{destination: DE}", "red_flag", in_force="{from: 2019-12-31}"), ""),
        # where a license is in hand, the red flag stands
        (rule("narrow", "{destination: DE}", "red_flag"), ""),
        # where the wide one is lifted, the narrow one stands
        (NARROW, rule("lift", "{end_use: repair}", overrides="{rule: wide, by: exempting}")),
    ],
)
def test_a_rule_that_adds_something_is_left_alone(tmp_path: Path, narrow: str, more: str) -> None:
    assert "shadowed-rule" not in {p.code for p in found(tmp_path, WIDE, narrow, more)}


def test_what_lifts_both_leaves_the_narrow_one_shadowed(tmp_path: Path) -> None:
    lift = rule("lift", "{end_use: repair}", overrides="{rules: [wide, narrow], by: exempting}")
    assert [p.code for p in found(tmp_path, WIDE, NARROW, lift)] == ["shadowed-rule"]


def test_practice_does_not_shadow_what_the_text_asks_for(tmp_path: Path) -> None:
    practice = WIDE.replace("regulation", "practice")
    assert "shadowed-rule" not in {p.code for p in found(tmp_path, practice, NARROW)}


def test_the_solver_sees_what_the_words_do_not_show(tmp_path: Path) -> None:
    """Either of two others catches each shipment, neither of them all."""
    pytest.importorskip("z3", reason="the optional extra `prove` is not installed")
    from screening.workbench.proofs.deep import shadows

    low = rule("low", "{destination: DE, tpp: {less_than: 5000}}", "prohibited")
    high = rule("high", "{destination: DE, tpp: {at_least: 5000}}", "prohibited")
    within = rule("within", "{destination: DE, tpp: {at_least: 100}}", "red_flag")
    assert found(tmp_path, low, high, within) == []
    rulebook = load_rulebook(tmp_path / "small")
    [problem] = shadows(rulebook, each=20)
    assert problem.code == "shadowed-rule" and "`within`" in problem.message
    hole = high.replace("5000", "5001")
    assert list(shadows(load_rulebook(book(tmp_path, low, hole, within)), each=20)) == []


# ---- An override that names what its target does not ----


def test_an_override_that_names_a_place_too_many(tmp_path: Path) -> None:
    override = rule("relaxed", "{destination: [DE, RU]}", "case_by_case",
                    overrides="{rule: wide, by: replacing}")  # fmt: skip
    [problem] = found(tmp_path, WIDE, override)
    assert problem.code == "override-beyond-target"
    assert "names RU" in problem.message


def test_an_override_within_its_target_is_left_alone(tmp_path: Path) -> None:
    override = rule("relaxed", "{destination: [DE, AT]}", "case_by_case",
                    overrides="{rule: wide, by: replacing}")  # fmt: skip
    assert found(tmp_path, WIDE, override) == []


# ---- What is said twice ----


def test_two_thresholds_of_one_field(tmp_path: Path) -> None:
    when = "{all: [{tpp: {at_least: 4800}}, {tpp: {at_least: 2400}}]}"
    [problem] = found(tmp_path, rule("twice", when, "red_flag"))
    assert problem.code == "threshold-twice"
    assert "4800" in problem.message and "2400" in problem.message


def test_a_range_is_no_threshold_twice(tmp_path: Path) -> None:
    when = "{tpp: {at_least: 2400, less_than: 4800}}"
    assert found(tmp_path, rule("between", when, "red_flag")) == []


# ---- Repairs ----

REPEATED = rule("repeated", "{destination: [DE, AT, DE]}   # both", "red_flag")
GROUPS = """\
groups:
  - id: lonely
    of: places
    title: Nobody asks for these
    members: [CA, MX]
"""


def test_a_repair_is_shown_and_written_only_if_told(tmp_path: Path) -> None:
    own = book(tmp_path, REPEATED, after=GROUPS)
    file = own / "small.yaml"
    before = file.read_text("utf-8")
    asked = run("check", own, "--fix", given="n\n")
    assert asked.exit_code == 1 and file.read_text("utf-8") == before
    assert "-    when: {destination: [DE, AT, DE]}   # both" in asked.stdout
    assert "-  - id: lonely" in asked.stdout
    told = run("check", own, "--fix", "--yes")
    assert told.exit_code == 0 and "2 problems mended" in told.stdout
    # What stands beside it stays, comments too.
    assert file.read_text("utf-8") == before.replace(GROUPS, "").replace(", DE]", "]")
    assert not {"repeated-value", "unused-group"} & {
        p.code for p in quick_findings(load_rulebook(own).content)
    }


def test_what_could_change_an_answer_is_never_repaired(tmp_path: Path) -> None:
    own = book(tmp_path, WIDE, NARROW)
    before = (own / "small.yaml").read_text("utf-8")
    assert "nothing that can be repaired" in run("check", own, "--fix", "--yes").stdout
    assert (own / "small.yaml").read_text("utf-8") == before


# ---- How much a finding weighs ----


def test_severities_are_the_same_in_every_format(tmp_path: Path) -> None:
    own = book(tmp_path, REPEATED, after="products:\n  - {id: one, title: One}\n")
    text = run("check", own).stdout
    assert "warning: " in text and "note: nothing is said of the product" in text
    [told] = json.loads(run("check", own, "--format", "json").stdout)["rulebooks"]
    assert {p["severity"] for p in told["problems"]} == {"warning"}
    assert {p["severity"] for p in told["notes"]} == {"note"}
    github = run("check", own, "--format", "github").stdout
    assert "::warning " in github and "::notice " in github and "::error " not in github
    (own / "broken.yaml").write_text("rules: [{id: x}]\n", encoding="utf-8")
    assert "error: " in run("check", own).stdout
    assert "::error " in run("check", own, "--format", "github").stdout


def test_notes_alone_do_not_fail(tmp_path: Path) -> None:
    """An unknown code weighs most, so that nothing slips through."""
    assert severity("unused-product") is Severity.NOTE
    assert severity("no-such-code") is Severity.ERROR
