"""`screening prove`: what is proved, what is broken, and what is never called proved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from screening import load_rulebook
from screening.cli.app import app
from screening.problems import ProblemsFound
from screening.shipment import Shipment
from screening.workbench.proofs import children
from screening.workbench.proofs.report import Answer, Outcome, Proof

HEADER = """\
rulebook:
  language: "1"
  id: small
  title: A small rulebook
  covers: {from: 2020-01-01, verified_through: 2026-12-31}
  allow_requires: {destination: {known: true}}
"""

RULES = """\
rules:
  - id: chips
    title: Chips to China and Hong Kong are denied
    cites: [test]
    authority: regulation
    in_force: {from: 2020-01-01}
    when: {destination: [CN, HK], tpp: {at_least: 4800}}
    finding: presumption_of_denial
  - id: entity
    title: Entity List
    cites: [test]
    authority: regulation
    in_force: {from: 2020-01-01}
    when: {any_party: {listing: {list: EL, basis: named}}}
    finding: presumption_of_denial
  - id: relaxed
    title: Chips for repair may go from July 2025
    cites: [test]
    authority: regulation
    in_force: {from: 2025-07-01}
    overrides: {rules: [TARGETS], by: exempting}
    when: {end_use: repair}
"""

PROPERTIES = """\
properties:
  - id: entity-list-is-never-relaxed
    title: A listed party gets nothing
    for_all: {any_party: {listing: {list: EL, basis: named}}}
    verdict: {none_of: [allow]}
"""


def book(tmp_path: Path, *texts: str) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    for i, text in enumerate((HEADER, *texts)):
        (folder / f"part-{i}.yaml").write_text(text, encoding="utf-8")
    return folder


def proofs(folder: Path, **options: float) -> dict[str, Proof]:
    found = children.prove(folder, load_rulebook(folder), jobs=1, **options)  # type: ignore[arg-type]
    return {p.id: p for p in found}


def test_a_relaxation_that_names_its_target_leaves_the_rest_alone(tmp_path: Path) -> None:
    pytest.importorskip("z3")
    folder = book(tmp_path, RULES.replace("TARGETS", "chips"), PROPERTIES)
    assert proofs(folder)["entity-list-is-never-relaxed"].outcome is Outcome.PROVED


def test_a_relaxation_that_also_lifts_the_entity_list_is_shown_with_a_shipment(
    tmp_path: Path,
) -> None:
    pytest.importorskip("z3")
    folder = book(tmp_path, RULES.replace("TARGETS", "chips, entity"), PROPERTIES)
    proof = proofs(folder)["entity-list-is-never-relaxed"]
    assert proof.outcome is Outcome.BROKEN
    shown = proof.counterexample
    assert shown is not None and shown.shipment is not None
    # It is a shipment that anybody can have decided, and the answer is what was claimed.
    decision = load_rulebook(folder).decide(
        Shipment.model_validate(shown.shipment), assumptions=False
    )
    assert decision.verdict == "allow" == shown.verdict
    assert str(decision.facts.law_date) >= "2025-07-01"
    assert "repair" in shown.shipment["end_use"]


def test_a_relaxation_that_the_law_leaves_open_is_named_and_no_other_is_let_pass(
    tmp_path: Path,
) -> None:
    pytest.importorskip("z3")
    text = PROPERTIES + "    apart_from: [relaxed]\n"
    folder = book(tmp_path, RULES.replace("TARGETS", "chips, entity"), text)
    assert proofs(folder)["entity-list-is-never-relaxed"].outcome is Outcome.PROVED
    other = (
        RULES.split("  - id: relaxed")[1].replace("TARGETS", "entity").replace("repair", "civil")
    )
    (folder / "part-3.yaml").write_text("rules:\n  - id: another" + other, encoding="utf-8")
    proof = proofs(folder)["entity-list-is-never-relaxed"]
    assert proof.outcome is Outcome.BROKEN
    shown = proof.counterexample
    assert shown is not None and shown.shipment is not None
    assert "civil" in shown.shipment["end_use"] and "repair" not in shown.shipment["end_use"]


def test_out_of_time_is_not_proved(tmp_path: Path) -> None:
    pytest.importorskip("z3")
    folder = book(tmp_path, RULES.replace("TARGETS", "chips"), PROPERTIES)
    proof = proofs(folder, seconds=0.01)["entity-list-is-never-relaxed"]
    assert proof.outcome is Outcome.UNKNOWN
    assert proof.without


def test_without_the_solver_nothing_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = book(tmp_path, RULES.replace("TARGETS", "chips"), PROPERTIES)
    monkeypatch.setattr(children, "solver_there", lambda: False)
    result = CliRunner().invoke(app, ["prove", "--rulebook", str(folder)])
    assert result.exit_code == 1
    assert "not checked: entity-list-is-never-relaxed" in result.stdout
    assert "0 of 1 property proved" in result.stdout


def test_a_property_that_speaks_of_no_shipment_proves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("z3")
    text = PROPERTIES.replace(
        "for_all: {any_party: {listing: {list: EL, basis: named}}}",
        "for_all: {all: [{destination: CN}, {destination: HK}]}",
    )
    folder = book(tmp_path, RULES.replace("TARGETS", "chips"), text)
    result = CliRunner().invoke(app, ["prove", "--rulebook", str(folder), "--format", "json"])
    [told] = json.loads(result.stdout)["properties"]
    assert told["outcome"] == "unknown"
    assert told["unknown"] == ["it speaks of no shipment on any date"]


def test_one_day_without_an_answer_is_enough_to_prove_nothing() -> None:
    proved = Answer("p", "2020-01-01", "2020-12-31", Outcome.PROVED)
    assert Proof("p", "", [proved]).outcome is Outcome.PROVED
    assert Proof("p", "", [proved], ["2021-01-01"]).outcome is Outcome.UNKNOWN
    gave_up = Answer("p", "2021-01-01", "2021-12-31", Outcome.UNKNOWN, "timeout")
    assert Proof("p", "", [proved, gave_up]).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("    verdict: deny\n", "property-complete"),
        ("    finding: {any_of: [prohibited]}\n", "property-complete"),
        ("    verdict: {none_of: [perhaps]}\n", "property-form"),
        ("    verdict: deny\n    for: facts\n", "property-form"),
        ("", "property-form"),
        ("    verdict: {none_of: [allow]}\n    apart_from: [chips]\n", "property-form"),
    ],
)
def test_a_property_says_what_it_means(tmp_path: Path, lines: str, code: str) -> None:
    text = PROPERTIES.replace("    verdict: {none_of: [allow]}\n", lines)
    folder = book(tmp_path, RULES.replace("TARGETS", "chips"), text)
    with pytest.raises(ProblemsFound) as found:
        load_rulebook(folder)
    assert [p.code for p in found.value.problems] == [code]
