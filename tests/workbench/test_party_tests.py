"""What is known of party tests: which imply which, and that it serves all days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("z3", reason="the optional extra `prove` is not installed")

from screening import Rulebook, load_rulebook
from screening.conditions.party_tests import PartyTests
from screening.conditions.prove import Reading
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.proofs.search import Prover
from screening.workbench.proofs.solving import Frame, Solver

TESTS = (
    "any_party.country: CN",
    "any_party.country: [CN, HK]",
    "any_party: {roles: [end_user], country: CN}",
    "any_party: {listing: {list: EL}}",
)
CHINA, CHINA_OR_HONG_KONG, END_USER_IN_CHINA, LISTED = range(4)


@pytest.fixture
def rulebook(tmp_path: Path) -> Rulebook:
    rules = "".join(
        f"  - id: r{n}\n    title: A rule\n    cites: [test]\n    authority: regulation\n"
        f"    in_force: {{from: 202{n}-01-01}}\n    when: {{{when}}}\n    finding: red_flag\n"
        for n, when in enumerate(TESTS)
    )
    folder = tmp_path / "small"
    folder.mkdir()
    header = (
        'rulebook:\n  language: "1"\n  id: small\n  title: A small rulebook\n'
        "  covers: {from: 2020-01-01, verified_through: 2026-12-31}\n"
        "  allow_requires: {destination: {known: true}}\nrules:\n"
    )
    (folder / "small.yaml").write_text(header + rules, encoding="utf-8")
    return load_rulebook(folder)


def asked(rulebook: Rulebook, reading: Reading) -> list[int]:
    """The tests of the four rules, by number."""
    found = []
    for n in range(len(TESTS)):
        term = reading.sides(rulebook.content.rules[f"r{n}"].when).sure.term
        [number] = [i for i, t in enumerate(reading.parties.known.tests) if t.asked.eq(term)]
        found.append(number)
    return found


def implications(rulebook: Rulebook) -> set[tuple[int, int]]:
    """Which of the four tests implies which."""
    [reading] = Frame((rulebook,)).readings(Epoch(date(2024, 1, 1), date(2024, 1, 2)))
    numbers = asked(rulebook, reading)
    assert reading.parties.laws
    implied = reading.parties.known.implied
    return {(a, b) for a, i in enumerate(numbers) for b, j in enumerate(numbers)
            if implied[i] >> j & 1}  # fmt: skip


EXPECTED = {
    (CHINA, CHINA_OR_HONG_KONG),
    (END_USER_IN_CHINA, CHINA),
    (END_USER_IN_CHINA, CHINA_OR_HONG_KONG),
}


def test_a_test_implies_what_every_party_that_meets_it_meets(rulebook: Rulebook) -> None:
    assert implications(rulebook) == EXPECTED


def test_an_implication_that_was_not_shown_would_be_seen(
    rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a fault planted: what no party has refuted yet is taken for shown."""
    monkeypatch.setattr(PartyTests, "_refuting", lambda *_: None)
    assert implications(rulebook) != EXPECTED


def test_what_is_learnt_on_some_days_is_known_on_others(rulebook: Rulebook) -> None:
    frame = Frame((rulebook,))
    days = [Epoch(date(year, 1, 1), date(year, 12, 31)) for year in (2024, 2025)]
    first, later = (frame.readings(day)[0] for day in days)
    asked(rulebook, first)
    learnt = len(first.parties.laws)
    asked(rulebook, later)
    assert later.parties.known is first.parties.known
    assert [str(law) for law in later.parties.laws] == [str(law) for law in first.parties.laws]
    assert learnt


def test_only_tests_of_these_days_are_spoken_of(rulebook: Rulebook) -> None:
    """A test of other days is nothing that a shipment of these must miss."""
    frame = Frame((rulebook,))
    days = [Epoch(date(year, 1, 1), date(year, 12, 31)) for year in (2024, 2025)]
    first, later = (frame.readings(day)[0] for day in days)
    asked(rulebook, first)
    china = later.sides(rulebook.content.rules["r0"].when).sure.z3
    solver = Solver(frame, days[1], later, 30)
    with solver.given(china):
        assert solver.model() is not None
    assert len(later.parties.asked) == 1


def test_one_party_serves_for_all_tests_that_it_meets(rulebook: Rulebook) -> None:
    at = Prover(rulebook).at(Epoch(date(2024, 1, 1), date(2024, 1, 2)), 30)
    met = [at.reading.sides(rulebook.content.rules[f"r{n}"].when).sure for n in range(3)]
    facts = next(at.solutions(met[0] & met[1] & met[2]))
    assert len(facts.parties) == 1
