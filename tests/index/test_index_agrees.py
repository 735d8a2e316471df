"""The index finds what *explain* means: the same rules met, the same ruling, on everything at hand.

And where it is broken on purpose, these comparisons notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from side_by_side import differs, on_random_books

import screening.conditions.index.cells as cells
import screening.conditions.index.dated as dated
import screening.conditions.index.level as level
import screening.conditions.index.table as table
from screening import Shipment
from screening.bulk.answers import prepare
from screening.bulk.headers import recognize
from screening.bulk.sources import read_table
from screening.casting import Money, PercentRange, Value
from screening.cli.inputs import given_file
from screening.conditions.index import Masks, TestFailed
from screening.conditions.tree import Member
from screening.decide.calendar import on_date
from screening.decide.indexed import read_index
from screening.decide.view import Epoch
from screening.decision import Authority, Status
from screening.engine import Rulebook
from screening.facts import Fact, Facts, Provenance
from screening.rulebook.boundaries import epochs
from screening.vocabulary import Scope

SEEDS = Path(__file__).parents[2] / "seeds"


def shipments(rulebook: Rulebook, name: str, given: str | None, every: int) -> Iterator[Shipment]:
    said = given_file(SEEDS / given if given else None, rulebook)
    table = read_table(SEEDS / name)
    vocabulary = rulebook.content.vocabulary
    columns = recognize(table.header, vocabulary, said.columns, said.facts, table.file)
    rows = prepare(table, columns, said, rulebook.content, one_date=False).shipments()
    for n, (_, shipment, _) in enumerate(rows):
        if shipment is not None and n % every == 0:
            yield shipment


def agree(rulebook: Rulebook, shipment: Shipment, known_as_of: date | None = None) -> None:
    given = rulebook.facts(shipment, known_as_of)
    view = rulebook.view(given.law_date, known_as_of)
    for facts in (given, rulebook.assumed(given, view)):
        for authority in (None, Authority.REGULATION):
            wrong = differs(rulebook, facts, view, authority)
            assert not wrong, f"{wrong}\n{shipment}"


@pytest.mark.parametrize("name, given, every", [
    ("shipments.csv", None, 4), ("erp_year.csv", "erp_year.given.yaml", 25),
])  # fmt: skip
def test_on_the_sample_shipments(
    shipped: Rulebook, name: str, given: str | None, every: int
) -> None:
    for shipment in shipments(shipped, name, given, every):
        agree(shipped, shipment)


def test_on_the_examples_of_the_shipped_law(shipped: Rulebook) -> None:
    for example in shipped.content.examples[::8]:
        for expected in example.expect[:2]:
            day = expected.law_date
            line = example.given if day is None else example.given.with_field("law_date", str(day))
            agree(shipped, line, expected.known_as_of)


def test_on_random_rulebooks() -> None:
    on_random_books(seed=71, books=60)()


HOSTILE: list[Value] = [
    "", "CN", "zz", "3A090.a.1", "3A", "none", True, False, Fraction(0), Fraction(4799999, 1000),
    Fraction(4800), Fraction(10**40), Fraction(-1), date.min, date.max, date(2025, 4, 9),
    datetime(2025, 4, 9, 12), Money(Fraction(5), None), Money(Fraction(5), "XXX"),
    PercentRange(Fraction(0), Fraction(50)), frozenset(), frozenset({"military", "no such"}),
]  # fmt: skip


def test_on_values_that_no_field_should_hold(shipped: Rulebook) -> None:
    """Of any type in any field of the shipment, a party or a list entry, alone or contradicting."""
    rng = Random(5)
    base = next(shipments(shipped, "shipments.csv", None, 1))
    facts = shipped.facts(base)
    view = shipped.view(facts.law_date)
    ids = [
        f.id for f in shipped.content.vocabulary.of(Scope.SHIPMENT).values() if f.id != "law_date"
    ]
    for _ in range(60):
        odd = {id: _odd(rng) for id in rng.sample(ids, 6)}
        parties = tuple(
            replace(p, values={**p.values, **{id: _odd(rng) for id in ("country", "kinds")}},
                    listings=rng.choice((None, (), p.listings)))
            for p in facts.parties
        )  # fmt: skip
        changed = replace(facts, values={**facts.values, **odd}, parties=parties)
        try:
            read_index(shipped.units, changed, view)
        except TestFailed:
            continue  # left to explain as a whole
        wrong = differs(shipped, changed, view)
        assert not wrong, f"{wrong}\n{odd}"


def _odd(rng: Random) -> tuple[Fact, ...]:
    return tuple(Fact(rng.choice(HOSTILE), Provenance.GIVEN) for _ in range(rng.choice((1, 1, 2))))


def test_within_an_epoch_nothing_changes(shipped: Rulebook) -> None:
    """What was found on one of its days is what is found on another, first and last included."""
    content, compiled = shipped.content, shipped.compiled(None)
    rng = Random(3)
    codes = ["CN", "HK", "MO", "RU", "DE", "3A090", "3A001.a.1", "5A992.c", "nvidia-h20", "nvidia"]
    for known_as_of in (None, date(2025, 5, 1)):
        starts = epochs(content, known_as_of)
        days = [start + timedelta(days=n) for start in rng.sample(starts, 12) for n in (-1, 0)]
        days += [date(2020, 1, 1) + timedelta(days=rng.randrange(3_000)) for _ in range(12)]
        for day in days:
            kept, alone = shipped.view(day, known_as_of).epoch, Epoch(content, day, known_as_of)
            assert kept.dates(compiled.columns, None) == on_date(compiled.columns, alone.clocks), (
                day
            )
            for group in content.groups:
                for code in codes:
                    assert kept.in_group(group, code) is alone.in_group(group, code), (day, group)
            for id in content.classes:
                assert kept.class_meaning(id) == alone.class_meaning(id), (day, id)


def test_a_rule_that_fails_is_left_to_explain_which_shows_it(shipped: Rulebook) -> None:
    content = shipped.content
    id, rule = next((id, r) for id, r in content.rules.items() if r.is_ground)
    broken = Member(content.vocabulary.of(Scope.SHIPMENT)["destination"], (), ("no-such-group",))
    rulebook = Rulebook(replace(content, rules={**content.rules, id: replace(rule, when=broken)}))
    day = max(w.start for w in rule.windows if w.start is not None)
    values = {"destination": (Fact("FR", Provenance.GIVEN),),
              "law_date": (Fact(day, Provenance.GIVEN),)}  # fmt: skip
    facts, view = Facts(values), rulebook.view(day)
    with pytest.raises(TestFailed):
        read_index(rulebook.units, facts, view)
    assert rulebook.units.failures == 0
    ruling = rulebook.ruling(facts, view)
    assert rulebook.units.failures == 1, "who runs the engine can see that it is slow for a reason"
    assert rulebook.statuses(ruling)[id] is Status.ERROR
    assert ruling.verdict != "allow"


# --- broken on purpose ----------------------------------------------------------------------------


def _swapped(masks: Masks) -> Masks:
    return Masks(masks.may, masks.sure)


_masks = table.Parts.masks
_at = cells.Points.at
_clauses_of = level.clauses_of
_folded = level.LevelTables.folded


@pytest.mark.parametrize("where, name, broken", [
    (table.Parts, "masks", lambda *given: _swapped(_masks(*given))),
    (table, "all_of", lambda parts: table.any_of(parts)),
    (table, "any_of", lambda parts: table.all_of(parts)),
    (cells.Points, "at", lambda self, *given: min(_at(self, *given) | 1, len(self) - 2)),
    (level, "clauses_of", lambda expr: _clauses_of(expr)[:1]),
    (level.LevelTables, "folded", lambda self, sure, may: Masks(sure, may)),
], ids=["sure and may swapped", "all reads any", "any reads all", "a gap read as the point above",
        "clauses dropped", "only the first clause counts"])  # fmt: skip
def test_what_is_broken_is_noticed(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, broken: Any
) -> None:
    check = on_random_books(seed=72, books=40)
    check()
    monkeypatch.setattr(where, name, broken)
    with pytest.raises(AssertionError):
        check()


def test_party_tests_broken_are_noticed(shipped: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    of_parties = dated.of_parties
    lines = list(shipments(shipped, "shipments.csv", None, 8))
    for line in lines:
        agree(shipped, line)
    monkeypatch.setattr(dated, "of_parties", lambda asked, said: of_parties(asked, said[:1]))
    afresh = Rulebook(shipped.content)  # what was remembered before does not hide it
    with pytest.raises(AssertionError):
        for line in lines:
            agree(afresh, line)
