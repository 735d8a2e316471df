"""Every kind of test against every kind of value, hostile ones among them.

One rulebook has a rule for each test and one for its negation; each value in turn is the value of
every field that a test reads. What *explain* says, the referee says.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from fractions import Fraction
from random import Random

import pytest
from asked import differences
from generate import Book, Spec, content_of

from screening.casting import Money, PercentRange, Value
from screening.conditions.tree import (
    All,
    AnyOf,
    Compare,
    Elapsed,
    EveryParty,
    Expr,
    Known,
    Matches,
    Member,
    Not,
    Ordering,
    Relate,
    SomeListing,
    SomeParty,
)
from screening.engine import Rulebook
from screening.facts import Fact, Facts, ListingFacts, PartyFacts, Provenance
from screening.referee.referee import Referee
from screening.rulebook.groups import Dated, Group
from screening.rulebook.period import Period
from screening.vocabulary import BASE, Scope

FIELDS = BASE.of(Scope.SHIPMENT)
PARTY = BASE.of(Scope.PARTY)
LISTING = BASE.of(Scope.LISTING)
DAY = date(2024, 6, 15)
USD = "USD"
LONG = "x" * 4_000

GROUPS = {
    "some-codes": Group("some-codes", "codes", "", (), (Dated(frozenset({"3A001.a", "5A992"}),
                                                             Period()),)),
    "some-places": Group("some-places", "places", "", (), (Dated(frozenset({"CN", "DE"}),
                                                               Period()),)),
    "in-doubt": Group("in-doubt", "places", "", (), (Dated(frozenset({"FR"}),
                                                         Period(unverified=True)),)),
}  # fmt: skip


def member(field: str, *values: Value, groups: tuple[str, ...] = ()) -> Member:
    return Member(FIELDS[field], values, groups)


TESTS: tuple[Expr, ...] = (
    member("eccn", "3A001.a.1"),
    member("eccn", "3A001", "EAR99"),
    member("eccn", "4A003", groups=("some-codes",)),
    member("hs_code", "8542", "847330"),
    member("destination", "CN", "HK"),
    member("destination", "US", groups=("some-places", "in-doubt")),
    member("transit", "CN", "NO"),
    member("description", "Graphics  Card", "ﬁ", ""),
    member("product", "nvidia-h20"),
    member("quantity", Fraction(5), Fraction(2**63), Fraction(1, 3)),
    member("datacenter_marketed", True),
    member("contract_date", date(2024, 1, 1)),
    member("line_value", Money(Fraction(5_000), USD)),
    *(Compare(FIELDS["quantity"], o, n) for o in Ordering
      for n in (Fraction(5), Fraction(0), Fraction(29, 10), Fraction(10**9))),
    *(Compare(FIELDS["line_value"], o, Money(Fraction(5_000), USD)) for o in Ordering),
    Compare(FIELDS["line_value"], Ordering.AT_LEAST, Money(Fraction(5), "EUR")),
    *(Compare(FIELDS["contract_date"], o, date(2024, 1, 1)) for o in Ordering),
    *(Elapsed(FIELDS["en_route_since"], o, 25) for o in Ordering),
    Matches(FIELDS["description"], "graphics c", like=False),
    Matches(FIELDS["description"], "*card?", like=True),
    Known(FIELDS["quantity"]),
    Known(FIELDS["transit"]),
    Relate(FIELDS["destination"], FIELDS["exported_from"]),
    Relate(FIELDS["tpp"], FIELDS["chip.tpp"], at_most=True),
    Relate(FIELDS["line_value"], FIELDS["unit_value"], at_most=True),
    Relate(FIELDS["en_route_since"], FIELDS["contract_date"], at_most=True),
)  # fmt: skip

VALUES: tuple[Value, ...] = (
    "", "abc", "3A001", "3A001.a", "3A001.a.1", "3A001.a.1.b", "3A001.a.10", "3A001.b", "EAR99",
    "3a001.A.1", "5A992.c", "85", "8542", "854231", "8473", "84733011", "CN", "cn", "HK", "DE",
    "FR", "NO", "US", "graphics card", "GRAPHICS \t CARDS", "fi", "ﬁ", 'a"b\\c', "\x00", "\ud800",
    "é", "日本", "nvidia-h20", "200", "true", LONG, LONG + "y", "}{", "$gte", "^.*$",
    Fraction(0), Fraction(1, 3), Fraction(29, 10), Fraction(3), Fraction(5), Fraction(16, 3),
    Fraction(2**62), Fraction(2**63 - 1), Fraction(2**63), Fraction(10**30), Fraction(1, 10**30),
    True, False, date(2024, 1, 1), date(2024, 5, 21), date(2024, 5, 20), date(1, 1, 1),
    Money(Fraction(5_000), USD), Money(Fraction(4_999), USD), Money(Fraction(9_999), "EUR"),
    Money(Fraction(5_000), None), PercentRange(Fraction(3), Fraction(7)),
    PercentRange(Fraction(5), Fraction(5)), frozenset(), frozenset({"CN"}), frozenset({"FR", "NO"}),
)  # fmt: skip


def rulebook_of(tests: tuple[Expr, ...]) -> Rulebook:
    """A rule for each test, and one for its negation."""
    exprs = [e for test in tests for e in (test, Not(test))]
    book = Book(tuple(Spec(f"r{i}", finding="red_flag") for i in range(len(exprs))))
    content = content_of(book)
    rules = {id: replace(content.rules[id], when=expr)
             for id, expr in zip(content.rules, exprs, strict=True)}  # fmt: skip
    return Rulebook(replace(content, vocabulary=BASE, groups=GROUPS, rules=rules))


def facts_with(values: dict[str, tuple[Value, ...]], parties: tuple[PartyFacts, ...] = ()) -> Facts:
    known = {id: tuple(Fact(v, Provenance.GIVEN) for v in of) for id, of in values.items()}
    return Facts({**known, "law_date": (Fact(DAY, Provenance.GIVEN),)}, parties)


@pytest.fixture(scope="module")
def every_test() -> Rulebook:
    return rulebook_of(TESTS)


READ = sorted({f.id for test in TESTS for f in (getattr(test, "field", None),
               getattr(test, "other", None)) if f is not None})  # fmt: skip


def name_of(value: Value) -> str:
    """The same in every process, whatever the order of a set."""
    return ascii(sorted(value) if isinstance(value, frozenset) else value)[:40]


@pytest.mark.parametrize("value", VALUES, ids=name_of)
def test_one_value(every_test: Rulebook, referee: Referee, value: Value) -> None:
    facts = facts_with(dict.fromkeys(READ, (value,)))
    assert not differences(referee, every_test, facts, every_test.view(DAY))


def test_no_value(every_test: Rulebook, referee: Referee) -> None:
    assert not differences(referee, every_test, facts_with({}), every_test.view(DAY))
    assert not differences(referee, every_test, Facts({}), every_test.view(None))


def test_two_values_that_contradict_each_other(every_test: Rulebook, referee: Referee) -> None:
    pairs = list(itertools.combinations(VALUES, 2))
    for pair in Random(5).sample(pairs, 150):
        facts = facts_with(dict.fromkeys(READ, pair))
        found = differences(referee, every_test, facts, every_test.view(DAY))
        assert not found, f"{pair!a}: {'; '.join(map(str, found))}"


# --- parties -----------------------------------------------------------------------------------

CHINESE = Member(PARTY["country"], ("CN",), ("in-doubt",))
OWNED = Compare(PARTY["listed_ownership_percent"], Ordering.AT_LEAST,
                PercentRange(Fraction(50), Fraction(50)))  # fmt: skip
ON_EL = Member(LISTING["list"], ("EL",))
FOOTNOTE = Member(LISTING["footnotes"], ("4",))
BODIES: tuple[Expr, ...] = (
    CHINESE,
    OWNED,
    Not(CHINESE),
    AnyOf((CHINESE, SomeListing(All((ON_EL, FOOTNOTE))))),
    All((Not(SomeListing(ON_EL)), Known(PARTY["name"]))),
    SomeListing(Not(FOOTNOTE)),
)
ROLES = (("end_user",), ("end_user", "purchaser"), ("forwarder",))
PARTY_TESTS: tuple[Expr, ...] = tuple(
    quantifier(roles, body)
    for quantifier in (SomeParty, EveryParty)
    for roles in ROLES
    for body in BODIES
)


def party(role: str, listings: tuple[dict[str, Value], ...] | None, **values: Value) -> PartyFacts:
    def known(of: dict[str, Value]) -> dict[str, tuple[Fact, ...]]:
        return {id: (Fact(v, Provenance.GIVEN),) for id, v in of.items()}

    found = None if listings is None else tuple(ListingFacts(known(x)) for x in listings)
    return PartyFacts(frozenset({role}), known(values), found)


EL4: dict[str, Value] = {"list": "EL", "footnotes": frozenset({"4", "1"})}
PARTIES = (
    party("end_user", (), country="CN", name="A"),
    party("end_user", None, country="FR"),
    party("end_user", ({"list": "MEU", "footnotes": frozenset()},), country="DE", name=""),
    party("purchaser", (EL4,), country="US"),
    party("purchaser", ({"list": "EL"}, {"footnotes": frozenset({"4"})})),
    party("forwarder", (), listed_ownership_percent=PercentRange(Fraction(40), Fraction(60))),
)


def test_parties_and_their_listings(referee: Referee) -> None:
    rulebook = rulebook_of(PARTY_TESTS)
    view = rulebook.view(DAY)
    for size in range(4):
        for some in itertools.combinations(PARTIES, size):
            for complete in (True, False):
                facts = replace(facts_with({}, some), parties_complete=complete)
                found = differences(referee, rulebook, facts, view)
                assert not found, f"{some}: {'; '.join(map(str, found))}"
