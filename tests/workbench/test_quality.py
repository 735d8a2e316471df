"""What examples show of rules, which mistakes they would miss, and pictures through time."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
import yaml
from test_compare import HEADER, RELAXED, RULES
from typer.testing import CliRunner

from screening import load_rulebook
from screening.cli.app import app
from screening.workbench.quality.coverage import coverage
from screening.workbench.quality.mutation import Fate, Result, all_mutants, sample, tried

EXAMPLES = """\
examples:
  - title: Chips to China
    given: {destination: CN, tpp: 5000, parties_complete: true}
    expect:
      - {law_date: 2025-07-14, finding: presumption_of_denial, decisive: [chips]}
      - {law_date: 2025-07-15, finding: case_by_case, decisive: [relaxed]}
      - {law_date: 2026-12-31, finding: presumption_of_denial}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "small"
    own.mkdir()
    (own / "small.yaml").write_text(HEADER + RULES + RELAXED + EXAMPLES, encoding="utf-8")
    return own


def test_coverage_tells_rule_by_period_what_is_shown(folder: Path) -> None:
    cells = {c.rule.id: c for c in coverage(load_rulebook(folder)).cells}
    assert cells["chips"].shown["decisive"]
    assert cells["chips"].shown["overridden by relaxed"]
    relaxed = cells["relaxed"].shown
    assert relaxed["decisive"] and relaxed["just before"] and relaxed["just after"]
    # Nobody shows a shipment elsewhere, one below the threshold, or one with a listed party.
    assert [w for w in cells["chips"].missing if w.startswith("not met")] == [
        "not met: destination is CN, HK or MO",
        "not met: total processing performance is at least 4800 TOPS x bits",
    ]
    assert "decisive" in cells["entity"].missing


def test_coverage_is_a_gate(folder: Path) -> None:
    command = ["coverage", "--rulebook", str(folder)]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert CliRunner().invoke(app, [*command, "--fail-under", "99"]).exit_code == 1


def results(folder: Path) -> dict[str, Result]:
    rulebook = load_rulebook(folder)
    return {str(r.mutant): r for r in tried(rulebook, all_mutants(rulebook), 60)}


def test_mistakes_that_examples_show_are_killed(folder: Path) -> None:
    found = results(folder)
    assert found["relaxed: its first day 2025-07-15 is a day late"].fate is Fate.KILLED
    assert found["relaxed: its end 2026-12-31 is a day late"].fate is Fate.KILLED
    assert found["relaxed: the override is taken out"].fate is Fate.KILLED


def test_a_mistake_that_no_example_shows_comes_with_one_that_would(folder: Path) -> None:
    alive = results(folder)["relaxed: HK is forgotten"]
    assert alive.fate is Fate.ALIVE and alive.example is not None
    assert alive.example["given"]["destination"] == "HK"
    # Pasted, it kills.
    file = folder / "more.yaml"
    file.write_text(yaml.safe_dump({"examples": [alive.example]}), encoding="utf-8")
    assert results(folder)["relaxed: HK is forgotten"].fate is Fate.KILLED


AGAIN = """\
  - id: again
    title: The same once more, for China alone
    cites: [test]
    authority: regulation
    in_force: {from: 2020-01-01, until: 2024-01-01}
    when: {destination: [CN, MO], tpp: {at_least: 6000}}
    finding: case_by_case
"""


def test_a_mistake_that_changes_no_answer_is_shown_to_be_none(folder: Path) -> None:
    """What `again` asks for is less than what `chips` asks for the same shipments."""
    pytest.importorskip("z3", reason="the optional extra `prove` is not installed")
    (folder / "again.yaml").write_text("rules:\n" + AGAIN, encoding="utf-8")
    rulebook = load_rulebook(folder)
    wanted = [m for m in all_mutants(rulebook) if m.rule.id in ("again", "entity")]
    found = {str(r.mutant): r for r in tried(rulebook, wanted, 60, solver=20)}
    for what in ("its end 2024-01-01 is a day late", "MO is forgotten"):
        assert found[f"again: {what}"].fate is Fate.SAME
    # A mistake that changes an answer is alive, with an example of the solver's that kills.
    alive = found["entity: its first day 2020-01-01 is a day late"]
    assert alive.fate is Fate.ALIVE and alive.example is not None
    pasted = yaml.safe_dump({"examples": [alive.example]}, sort_keys=False)
    (folder / "more.yaml").write_text(pasted, encoding="utf-8")
    again = load_rulebook(folder)
    [result] = tried(again, [m for m in all_mutants(again) if str(m) == str(alive.mutant)], 60)
    assert result.fate is Fate.KILLED


def test_what_the_solver_is_not_asked_or_does_not_settle_stays_alive(folder: Path) -> None:
    (folder / "again.yaml").write_text("rules:\n" + AGAIN, encoding="utf-8")
    rulebook = load_rulebook(folder)
    [mutant] = [m for m in all_mutants(rulebook) if str(m) == "again: MO is forgotten"]
    for solver in (0, 0.000001):
        [result] = tried(rulebook, [mutant], 60, solver=solver)
        assert result.fate is Fate.ALIVE


def test_a_sample_is_the_same_for_the_same_seed(folder: Path) -> None:
    found = all_mutants(load_rulebook(folder))
    assert sample(found, 3) == sample(found, 3) and len(sample(found, 3)) == 3


def test_the_score_is_told_with_how_many_were_tried(folder: Path) -> None:
    command = ["mutate", "--rulebook", str(folder), "--limit", "3", "--jobs", "1"]
    told = CliRunner().invoke(app, command).stdout
    assert "3 of " in told and "tried" in told
    data = json.loads(CliRunner().invoke(app, [*command, "--format", "json"]).stdout)
    assert data["tried"] == 3 and data["all"] > 3


def test_a_timeline_is_drawn_for_products_and_destinations(folder: Path, tmp_path: Path) -> None:
    shipment = tmp_path / "s.yaml"
    shipment.write_text("law_date: 2025-07-14\ndestination: CN\ntpp: 5000\n", encoding="utf-8")
    picture = tmp_path / "grid.svg"
    command = ["timeline", str(shipment), "--rulebook", str(folder), "--picture", str(picture)]
    CliRunner().invoke(app, [*command, "--destination", "CN", "--destination", "MO"])
    root = Xml.fromstring(picture.read_text(encoding="utf-8"))
    words = [t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}title")]
    assert any("2025-07-15 to 2026-12-30: review, case_by_case, decided by relaxed" in w
               for w in words)  # fmt: skip
    texts = {t.text for t in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"CN", "MO"} <= texts


def test_update_shows_a_diff_and_writes_only_if_told(folder: Path) -> None:
    file = folder / "small.yaml"
    right = file.read_text(encoding="utf-8")
    wrong = right.replace("2025-07-15, finding: case_by_case", "2025-07-15, finding: red_flag")
    file.write_text(wrong, encoding="utf-8")
    asked = CliRunner().invoke(app, ["test", str(folder), "--update"], input="n\n")
    assert "+      - {law_date: 2025-07-15, finding: case_by_case" in asked.stdout
    assert asked.exit_code == 1 and file.read_text(encoding="utf-8") == wrong
    told = CliRunner().invoke(app, ["test", str(folder), "--update", "--yes"])
    assert told.exit_code == 0 and file.read_text(encoding="utf-8") == right
