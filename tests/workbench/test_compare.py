"""`screening compare`: every region that changes, none that does not, and who has to look."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import generate
import pytest
import test_prove_agrees
from typer.testing import CliRunner

from screening import load_rulebook
from screening.cli.app import app
from screening.shipment import Shipment
from screening.workbench.regions.run import compare
from screening.workbench.regions.told import Answer, Direction

pytest.importorskip("z3", reason="the optional extra `prove` is not installed")
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.regions.search import Comparer

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
    title: Chips to China, Hong Kong and Macau are denied
    cites: [test]
    authority: regulation
    in_force: {from: 2020-01-01}
    when: {destination: [CN, HK, MO], tpp: {at_least: 4800}}
    finding: presumption_of_denial
  - id: entity
    title: Entity List
    cites: [test]
    authority: regulation
    in_force: {from: 2020-01-01}
    when: {any_party: {listing: {list: EL, basis: named}}}
    finding: policy_of_denial
"""
RELAXED = """\
  - id: relaxed
    title: Licenses promised again for China and Hong Kong
    cites: [test]
    authority: regulation
    in_force: {from: 2025-07-15, until: 2026-12-31}
    overrides: {rules: [chips], by: replacing}
    when: {destination: [CN, HK]}
    finding: case_by_case
"""


def book(folder: Path, text: str) -> Path:
    """A rulebook `small` with these rules."""
    own = folder / "small"
    own.mkdir(parents=True)
    (own / "small.yaml").write_text(HEADER + text, encoding="utf-8")
    return own


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    return book(tmp_path / "old", RULES), book(tmp_path / "new", RULES + RELAXED)


def test_a_relaxation_is_one_region_in_words(both: tuple[Path, Path]) -> None:
    """Not Macau, not below the threshold, not before the day, not where the Entity List denies."""
    found = compare(*map(load_rulebook, both), jobs=1)
    assert found.proved
    [region] = found.regions
    assert region.direction is Direction.LOOSER
    assert str(region) == (
        "2025-07-15 to 2026-12-30, destination CN, HK, total processing performance is at least "
        "4800 TOPS x bits, without a license proved to cover the line, nothing else asks for more "
        "than case_by_case: deny (presumption_of_denial) -> review (case_by_case)"
    )
    assert region.decisive == (("chips",), ("relaxed",))


FIRM = """\
rulebook: {language: "1", id: firm, over: small, title: A firm, maintainer: The firm}
rules:
  - id: firm-listed-exporters
    title: Listed exporters are looked at
    cites: ["policy, section 1"]
    authority: company
    in_force: {from: 2020-01-01}
    when: {exporter.listing: {list: UVL, basis: named}}
    verdict: review
"""
LASERS = """\
  - id: firm-lasers
    title: Lasers to Turkey and the Emirates are looked at
    cites: ["policy, section 2"]
    authority: company
    in_force: {from: 2026-10-01}
    when: {destination: [TR, AE], eccn: ["6A005"]}
    verdict: review
"""


STAYED = """\
  - id: shares
    title: Firms owned by listed ones, last looked at long ago
    cites: [test]
    authority: regulation
    in_force: {from: 2020-01-01}
    verified_through: 2026-01-31
    when: {ultimate_consignee.listing: {list: MEU, basis: named}}
    finding: license_required
  - id: stay
    title: That is stayed
    cites: [test]
    authority: regulation
    in_force: {from: 2020-01-01}
    overrides: {rules: [shares], by: suspending}
    when: always
"""


def firm(folder: Path, text: str) -> Path:
    """A firm's layer over `small`."""
    book(folder, RULES + RELAXED + STAYED)
    own = folder / "firm"
    own.mkdir()
    (own / "firm.yaml").write_text(text, encoding="utf-8")
    return own


def test_a_rule_of_a_firm_is_told_by_what_it_asks(tmp_path: Path) -> None:
    """Whether a license is required stays what it was; the firm's verdict stands beside it.

    A stayed rule that nobody has looked at again is in the way of an allow all the same.
    """
    old, new = firm(tmp_path / "old", FIRM), firm(tmp_path / "new", FIRM + LASERS)
    found = compare(load_rulebook(old), load_rulebook(new), jobs=1)
    assert found.proved
    told = {(str(r.old), str(r.new)): r for r in found.regions}
    allowed = told["allow (no_license_required)", "review (no_license_required)"]
    assert str(allowed).startswith("2026-10-01 to 2026-12-31, destination AE, TR, eccn 6A005")
    assert all("destination AE, TR, eccn 6A005" in r.words for r in found.regions)
    assert not [r for r in found.regions if "wherever" in r.words]


def test_its_example_is_answered_as_said(both: tuple[Path, Path]) -> None:
    books = [load_rulebook(folder) for folder in both]
    [region] = compare(*books, jobs=1).regions
    for rulebook, wanted in zip(books, (region.old, region.new), strict=True):
        decision = rulebook.decide(Shipment.model_validate(region.shipment), assumptions=False)
        assert Answer(decision.verdict, decision.finding) == wanted


def test_nothing_changed_is_proved_without_a_question(both: tuple[Path, Path]) -> None:
    rulebook = load_rulebook(both[0])
    found = compare(rulebook, rulebook)
    assert found.proved and not found.regions


def test_a_loosening_ends_with_1_and_its_reversal_does_not(both: tuple[Path, Path]) -> None:
    old, new = map(str, both)
    run = CliRunner().invoke
    looser = run(app, ["compare", old, new, "--jobs", "1"])
    assert looser.exit_code == 1
    assert "1 region (1 looser, 0 stricter, 0 other), proved to be all." in looser.stdout
    stricter = run(app, ["compare", new, old, "--jobs", "1", "--format", "json"])
    assert stricter.exit_code == 0
    assert json.loads(stricter.stdout)["counts"] == {"looser": 0, "stricter": 1, "other": 0}


def test_without_the_solver_nothing_is_called_the_same(
    both: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.workbench.regions.run.solver_there", lambda: False)
    result = CliRunner().invoke(app, ["compare", str(both[1]), str(both[0])])
    assert result.exit_code == 1
    assert "not compared: the solver is missing" in result.stdout


def test_out_of_time_is_not_all(both: tuple[Path, Path]) -> None:
    found = compare(*map(load_rulebook, both), jobs=1, seconds=0.01)
    assert not found.proved


def test_shipments_that_flip_are_counted_with_their_value(
    both: tuple[Path, Path], tmp_path: Path
) -> None:
    table = tmp_path / "year.csv"
    table.write_text(
        "law_date,destination,tpp,line_value,currency\n"
        "2025-07-14,CN,5000,100,USD\n2025-07-15,CN,5000,100,USD\n2025-07-16,HK,4800,50,USD\n"
        "2025-07-16,MO,4800,50,USD\n",
        encoding="utf-8",
    )
    page = tmp_path / "change.md"
    CliRunner().invoke(app, ["compare", *map(str, both), "--jobs", "1", "--shipments", str(table),
                             "--output", str(page)])  # fmt: skip
    text = page.read_text(encoding="utf-8")
    assert "2 lines of 4 answered differently." in text
    assert "| 2 | 150 USD |" in text


def words_rule(words: str) -> str:
    """A rule on the text of an end use, and one on the text of a list entry."""
    return (
        RULES
        + f"""\
  - id: words
    title: Words that call for a look
    cites: [test]
    authority: guidance
    in_force: {{from: 2020-01-01}}
    when: {{{words}}}
    finding: red_flag
"""
    )


def test_a_text_test_is_a_region_with_a_shipment_whose_text_has_the_words(tmp_path: Path) -> None:
    old, new = (book(tmp_path / n, t) for n, t in (
        ("old", RULES), ("new", words_rule("end_use_text: {contains: missile}"))))  # fmt: skip
    found = compare(*map(load_rulebook, (old, new)), jobs=1)
    assert found.proved
    assert found.regions and all("“missile” in end_use_text is found" in r.words
                                 for r in found.regions)  # fmt: skip
    assert all("missile" in r.shipment["end_use_text"] for r in found.regions)


def test_words_in_a_list_entry_may_change_an_answer_and_that_is_said(tmp_path: Path) -> None:
    """No shipment is built for these, so that the comparison is not called complete."""
    old, new = (book(tmp_path / n, t) for n, t in (
        ("old", RULES), ("new", words_rule("any_party: {listing: {entry: {contains: missile}}}"))
    ))  # fmt: skip
    found = compare(*map(load_rulebook, (old, new)), jobs=1)
    assert not found.proved
    assert any("may change" in why and "missile" in why for why in found.unknown)


@pytest.mark.parametrize("seed", range(0, 12, 2))
def test_the_regions_are_those_that_deciding_every_shipment_shows(seed: int) -> None:
    """Any two generated rulebooks: an answer moves for some shipment if a region says so, and
    only then."""
    day = test_prove_agrees.DAY
    books = [generate.random_compiled(Random(n), size=2 + n % 5) for n in (seed, seed + 1)]
    (one, old), (other, new) = books
    moved = set()
    for facts in test_prove_agrees.complete(
        tuple(
            f
            for f in generate.DOMAINS
            if f in {*generate.fields_read(one), *generate.fields_read(other)}
        )
    ):
        before, now = (b.ruling(facts, b.view(day)) for b in (old, new))
        answers = (Answer(before.verdict, before.finding), Answer(now.verdict, now.finding))
        if answers[0] != answers[1]:
            moved.add(answers)
    regions, doubts = Comparer(old, new, 30).regions(Epoch(day, day))
    assert not doubts
    assert {(r.old, r.new) for r in regions} == moved
