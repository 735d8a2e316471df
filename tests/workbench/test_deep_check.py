"""`screening check --thorough`: what only the solver finds, and what it never takes for shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import test_compare

from screening import Problem, load_rulebook
from screening.problem_pages import Severity, severity
from screening.workbench.proofs import children

pytest.importorskip("z3", reason="the optional extra `prove` is not installed")
from screening.workbench.proofs.deep import conflicts, deep_findings

HEADER = test_compare.HEADER + "rules:\n"


def rule(id: str, *lines: str) -> str:
    common = (
        f"  - id: {id}\n    title: The rule {id}\n    cites: [test]\n    authority: regulation\n"
        "    in_force: {from: 2020-01-01}\n"
    )
    return common + "".join(f"    {line}\n" for line in lines)


CHINA = rule("china", "when: {destination: CN, tpp: {at_least: 4800}}", "finding: policy_of_denial")


def found(tmp_path: Path, *rules: str) -> tuple[list[Problem], list[Problem]]:
    (tmp_path / "small").mkdir(exist_ok=True)
    (tmp_path / "small" / "rules.yaml").write_text(HEADER + "".join(rules), encoding="utf-8")
    rulebook = load_rulebook(tmp_path / "small")
    return list(deep_findings(rulebook, each=20)), list(conflicts(rulebook, each=20))


def test_rules_that_can_be_met_are_left_alone(tmp_path: Path) -> None:
    override = rule("repair", "overrides: {rule: china, by: exempting}", "when: {end_use: repair}")
    assert found(tmp_path, CHINA, override) == ([], [])


@pytest.mark.parametrize(
    "when",
    [
        "{tpp: {at_least: 4800, less_than: 2400}}",
        "{all: [{destination: CN}, {destination: HK}]}",
        "{every_party: {roles: [end_user], all: [{country: CN}, {country: DE}]}}",
        "{any_party: {country: CN}, no_party: {country: [CN, HK]}}",
        "{every_party: {roles: [end_user], country: CN}, end_user.country: DE}",
    ],
)
def test_a_dead_rule(tmp_path: Path, when: str) -> None:
    [problem], _ = found(tmp_path, CHINA, rule("dead", f"when: {when}", "finding: red_flag"))
    assert problem.code == "dead-rule"
    assert "`dead`" in problem.message
    assert problem.place is not None and problem.place.line


def test_an_override_that_never_meets_its_target(tmp_path: Path) -> None:
    override = rule("germany", "overrides: {rule: china, by: exempting}", "when: {destination: DE}")
    [problem], _ = found(tmp_path, CHINA, override)
    assert problem.code == "override-never-meets-target"


def test_figures_that_exclude_each_other_too(tmp_path: Path) -> None:
    override = rule(
        "small-ones", "overrides: {rule: china, by: exempting}", "when: {tpp: {less_than: 4800}}"
    )
    [problem], _ = found(tmp_path, CHINA, override)
    assert problem.code == "override-never-meets-target"


def test_siblings_that_conflict_are_told_with_a_witness(tmp_path: Path) -> None:
    softer = rule("softer", "overrides: {rule: china, by: replacing}",
                  "when: {end_use: repair}", "finding: case_by_case")  # fmt: skip
    softest = rule("softest", "overrides: {rule: china, by: replacing}",
                   "when: {destination: CN}", "finding: presumption_of_approval")  # fmt: skip
    problems, [note] = found(tmp_path, CHINA, softer, softest)
    assert problems == []
    assert note.code == "overrides-conflict"
    assert "destination CN" in note.message
    shipment = json.loads(note.help.partition("a shipment: ")[2])
    assert shipment["destination"] == "CN" and shipment["end_use"] == ["repair"]


def test_siblings_of_which_one_replaces_the_other_do_not(tmp_path: Path) -> None:
    softer = rule("softer", "overrides: {rule: china, by: replacing}",
                  "when: {end_use: repair}", "finding: case_by_case")  # fmt: skip
    softest = rule("softest", "overrides: {rules: [china, softer], by: replacing}",
                   "when: {destination: CN}", "finding: presumption_of_approval")  # fmt: skip
    assert found(tmp_path, CHINA, softer, softest) == ([], [])


def test_a_solver_that_is_not_done_has_found_something(tmp_path: Path) -> None:
    found(tmp_path, CHINA)
    [problem] = children.look_deeper(tmp_path / "small", seconds=0.01)
    assert severity(problem.code) is Severity.ERROR
    assert problem.code == "not-shown"


def test_no_solver_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "solver_there", lambda: False)
    [problem] = children.look_deeper(tmp_path / "small")
    assert severity(problem.code) is Severity.ERROR
    assert problem.code == "not-shown"
