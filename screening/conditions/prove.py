"""The *prove* reading: what a condition means for every complete shipment at once.

It answers as `explain` does, with a proposition for `surely` and one for `possibly`. Values are
not enumerated: those that no test tells apart are one cell. Parties are not counted: of each party
test there is a proposition that says whether some party meets it, and `Parties` knows which of
these can be true together.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, assert_never

import z3

from screening.casting import Value
from screening.conditions.cells import Cells, Look, Partition
from screening.conditions.explain import World
from screening.conditions.formula import YES, Formula, Sides, either, plain, some
from screening.conditions.formula import every as conjunction
from screening.conditions.listings import (
    Kinds,
    ListingKinds,
    Unreadable,
    beyond_values,
    listing_facts,
    listing_truth,
)
from screening.conditions.parties import Parties
from screening.conditions.party_tests import Party, PartyTests
from screening.conditions.reads import Read
from screening.conditions.spaces import Space
from screening.conditions.tree import (
    All,
    Always,
    AnyOf,
    Compare,
    Elapsed,
    EveryParty,
    Expr,
    InClass,
    Known,
    Matches,
    Member,
    Not,
    Relate,
    SomeListing,
    SomeParty,
)
from screening.facts import Fact, Facts, PartyFacts, Provenance
from screening.truth import Truth
from screening.vocabulary import FieldType, Scope, Vocabulary

__all__ = ["Reading", "Readings", "Unreadable"]


@dataclass
class Reading:
    """Conditions on one date. `law_date` is the solver's variable for it."""

    world: World
    vocabulary: Vocabulary
    shipment: Space
    party: Space
    parties: Parties
    listings: Mapping[int, Mapping[str, Value]]
    told: dict[int, Expr] = field(default_factory=dict)
    """What a proposition about parties asks, by the solver's name for it."""
    classes: dict[str, Sides] = field(default_factory=dict)
    """The classes that were asked for, and what they mean."""
    _read: dict[tuple[Expr, bool], Sides] = field(default_factory=dict)
    _known: dict[Party, PartyFacts] = field(default_factory=dict)

    def sides(self, expr: Expr, party: Space | None = None) -> Sides:
        """When the condition surely holds, and when it possibly does."""
        key = (expr, party is not None)
        if key not in self._read:
            self._read[key] = self._sides(expr, party)
        return self._read[key]

    def _sides(self, expr: Expr, party: Space | None) -> Sides:
        space = party if party is not None else self.shipment
        match expr:
            case Always():
                return plain(YES)
            case All(parts):
                read = [self.sides(p, party) for p in parts]
                return Sides(conjunction(p.sure for p in read),
                             conjunction(p.possible for p in read))  # fmt: skip
            case AnyOf(parts):
                return either(self.sides(p, party) for p in parts)
            case Not(part):
                return ~self.sides(part, party)
            case SomeParty(roles, body):
                one = self._party(body)
                sure = self._asked(roles, one.sure, expr)
                return Sides(sure, self._asked(roles, one.possible, expr))
            case EveryParty(roles, body):
                one, other = self._party(body), SomeParty(roles, Not(body))
                there = self._asked(roles, YES, SomeParty(roles, Always()))
                return Sides(there & ~self._asked(roles, ~one.sure, other),
                             there & ~self._asked(roles, ~one.possible, other))  # fmt: skip
            case SomeListing(body):
                return self._some_listing(body)
            case InClass(classes):
                return either(self._in_class(c) for c in classes)
            case Known(of):
                return plain(space.given(of))
            case Relate():
                return space.relate(expr)
            case Elapsed(of, ordering, days):
                return space.elapsed(of, ordering, days)
            case Member() | Compare() | Matches():
                return space.test(expr)
            case _:
                assert_never(expr)

    def _party(self, body: Expr) -> Sides:
        return self.sides(body, self.party)

    def _asked(self, roles: tuple[str, ...], body: Formula, expr: Expr) -> Formula:
        asked = self.parties.some(roles, body)
        if not isinstance(asked.term, bool):
            self.told.setdefault(asked.term.get_id(), expr)
        return asked

    def _in_class(self, id: str) -> Sides:
        if id not in self.classes:
            meaning = self.world.class_meaning(id)
            if isinstance(meaning, Truth):
                self.classes[id] = Sides(Formula(meaning.sure), Formula(meaning.possible))
            else:
                self.classes[id] = self.sides(meaning)
        return self.classes[id]

    def _some_listing(self, body: Expr) -> Sides:
        if beyond_values(body):
            sure, possible = self.parties.known.has_such(body)
            return Sides(sure, sure | possible)
        has = self.parties.known.has_listing
        truths = {i: listing_truth(body, values, self.world) for i, values in self.listings.items()}
        return Sides(
            some(has(i) for i, t in truths.items() if t is Truth.TRUE),
            some(has(i) for i, t in truths.items() if t is not Truth.FALSE),
        )

    def facts(self, model: Any, likely: bool = False) -> Facts:
        """The complete facts that a model stands for, its parties included; or only `likely`
        parties, of a model whose parties were not looked at."""
        fields = self.vocabulary.of(Scope.SHIPMENT).values()
        values = dict(self.shipment.facts(model, fields))
        day = date.fromordinal(model.eval(self.shipment.law_date, model_completion=True).as_long())
        values["law_date"] = (Fact(day, Provenance.GIVEN),)
        found = self.parties.likely(model) if likely else self.parties.witnesses(model)
        parties = tuple(map(self._party_facts, found))
        return Facts(values=values, parties=parties, parties_complete=True)

    def _party_facts(self, party: Party) -> PartyFacts:
        if party not in self._known:
            fields = self.vocabulary.of(Scope.PARTY).values()
            self._known[party] = PartyFacts(
                frozenset({party.role}),
                dict(self.party.facts(party.facts, fields)),
                tuple(listing_facts(self.listings[i]) for i in party.listings),
            )
        return self._known[party]


class Readings:
    """Readings of rulebooks on one date after another, over the same variables: one shipment, seen
    by each. What is learnt of parties serves all dates on which their facts have the same cells."""

    def __init__(
        self, vocabulary: Vocabulary, partition: Partition,
        reads: Mapping[tuple[Scope, str], Read], kinds: ListingKinds, roles: Sequence[str],
    ) -> None:  # fmt: skip
        self._vocabulary, self._partition, self._reads = vocabulary, partition, reads
        self._kinds, self._roles = kinds, tuple(roles)
        self._law_date = z3.Int("law_date")
        self._parties: list[tuple[Hashable, Kinds, PartyTests]] = []

    def on(self, looks: Sequence[Look]) -> tuple[Reading, ...]:
        """The readings for the looks: of each rulebook in turn, on one date or on several.
        Raises `Unreadable`."""
        cells = self._cells(Scope.SHIPMENT, looks)
        shipment = self._space(Scope.SHIPMENT, cells[0])
        kinds = self._kinds.on(looks)
        each = self._cells(Scope.PARTY, looks)
        tests = self._party_tests(each[0], kinds)
        parties = Parties(tests)
        # All share the variables and their bounds; only what tests say differs.
        told: dict[int, Expr] = {}
        return tuple(
            Reading(world, self._vocabulary, replace(shipment, cells=mine),
                    replace(tests.space, cells=theirs), parties, kinds, told)
            for (world, _), mine, theirs in zip(looks, cells, each, strict=True)
        )  # fmt: skip

    def _cells(self, scope: Scope, looks: Sequence[Look]) -> list[Mapping[str, Cells]]:
        fields = self._vocabulary.of(scope)
        celled = [fields[id] for s, id in self._reads if s is scope and fields[id].type in _CELLED]
        return self._partition.seen_by(looks, celled)

    def _space(self, scope: Scope, cells: Mapping[str, Cells]) -> Space:
        own = {id: read for (s, id), read in self._reads.items() if s is scope}
        return Space(scope.value, cells, own, self._law_date, fixed=_FIXED[scope])

    def _party_tests(self, cells: Mapping[str, Cells], kinds: Kinds) -> PartyTests:
        members = tuple((id, own.members) for id, own in cells.items())
        for known, listed, tests in self._parties:
            if known == members and listed == kinds:
                return tests
        tests = PartyTests(self._space(Scope.PARTY, cells), self._roles, kinds)
        self._parties.append((members, kinds, tests))
        return tests


_FIXED = {Scope.SHIPMENT: {"conflicting_facts": False}, Scope.PARTY: {"screened": True}}
"""What is so of every complete shipment."""

_CELLED = (FieldType.PLACE, FieldType.CODE, FieldType.HS_CODE, FieldType.PRODUCT, FieldType.PARTY,
           FieldType.CHOICE, FieldType.TEXT)  # fmt: skip
