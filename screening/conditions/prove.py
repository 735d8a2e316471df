"""The *prove* reading: what a condition means for every complete shipment at once.

It answers as `explain` does, with a proposition for `surely` and one for `possibly`. Values are
not enumerated: those that no test tells apart are one cell. Parties are not counted: of each party
test there is a proposition that says whether some party meets it, and `Parties` knows which of
these can be true together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, assert_never

import z3

from screening.casting import Value
from screening.conditions.cells import Partition, StateOf
from screening.conditions.explain import Scope as Seen
from screening.conditions.explain import World, truth
from screening.conditions.formula import YES, Formula, Sides, either, plain, some
from screening.conditions.formula import every as conjunction
from screening.conditions.parties import Parties
from screening.conditions.reads import Read, combinations
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
    walk,
)
from screening.facts import Fact, Facts, ListingFacts, PartyFacts, Provenance
from screening.truth import Truth
from screening.vocabulary import FieldType, Scope, Vocabulary

_MANY_LISTINGS = 20_000


class Unreadable(Exception):
    """A condition that this reading cannot express; nothing about it is ever called proved."""


@dataclass
class Reading:
    """Conditions on one date. `law_date` is the solver's variable for it."""

    world: World
    vocabulary: Vocabulary
    shipment: Space
    parties: Parties
    listings: Mapping[int, Mapping[str, Value]]
    _classes: dict[str, Sides] = field(default_factory=dict)
    _read: dict[tuple[Expr, bool], Sides] = field(default_factory=dict)

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
                return Sides(self.parties.some(roles, one.sure),
                             self.parties.some(roles, one.possible))  # fmt: skip
            case EveryParty(roles, body):
                one, there = self._party(body), self.parties.some(roles, YES)
                return Sides(there & ~self.parties.some(roles, ~one.sure),
                             there & ~self.parties.some(roles, ~one.possible))  # fmt: skip
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
        return self.sides(body, self.parties.space)

    def _in_class(self, id: str) -> Sides:
        if id not in self._classes:
            meaning = self.world.class_meaning(id)
            if isinstance(meaning, Truth):
                self._classes[id] = Sides(Formula(meaning.sure), Formula(meaning.possible))
            else:
                self._classes[id] = self.sides(meaning)
        return self._classes[id]

    def _some_listing(self, body: Expr) -> Sides:
        truths = {i: listing_truth(body, values, self.world) for i, values in self.listings.items()}
        return Sides(
            some(self.parties.has_listing(i) for i, t in truths.items() if t is Truth.TRUE),
            some(self.parties.has_listing(i) for i, t in truths.items() if t is not Truth.FALSE),
        )

    def facts(self, model: Any) -> Facts:
        """The complete facts that a model stands for, its parties included."""
        fields = self.vocabulary.of(Scope.SHIPMENT).values()
        values = dict(self.shipment.facts(model, fields))
        day = date.fromordinal(model.eval(self.shipment.law_date, model_completion=True).as_long())
        values["law_date"] = (Fact(day, Provenance.GIVEN),)
        parties = tuple(
            PartyFacts(
                frozenset({role}),
                dict(self.parties.space.facts(found, self.vocabulary.of(Scope.PARTY).values())),
                tuple(listing_facts(self.listings[i]) for i in listings),
            )
            for role, found, listings in self.parties.witnesses(model)
        )
        return Facts(values=values, parties=parties, parties_complete=True)


def listing_facts(values: Mapping[str, Value]) -> ListingFacts:
    """One listing with these values."""
    return ListingFacts({id: (Fact(v, Provenance.GIVEN),) for id, v in values.items()})


def listing_truth(body: Expr, values: Mapping[str, Value], world: World) -> Truth:
    """Whether a listing meets the body: asked of `explain` itself, value by value."""
    return truth(body, Seen(world, Facts({}), listing_facts(values).values))


def listing_kinds(
    bodies: Iterable[Expr], reads: Mapping[tuple[Scope, str], Read], vocabulary: Vocabulary,
    partition: Partition, world: World, state: StateOf,
) -> dict[int, Mapping[str, Value]]:  # fmt: skip
    """The kinds of listing that the bodies tell apart, one example of each."""
    wanted = list(dict.fromkeys(bodies))
    if any(isinstance(n, InClass | SomeParty | EveryParty | Known | Compare | Elapsed | Relate
                      | Matches) for b in wanted for n in walk(b)):  # fmt: skip
        raise Unreadable("a test of a listing that is no test of its own values")
    fields = [f for f in vocabulary.of(Scope.LISTING).values() if (f.scope, f.id) in reads]
    cells = {f.id: partition.of(f, world, state) for f in fields if f.type is not FieldType.FLAG}
    size = 1
    for f in fields:
        size *= 2 if f.type is FieldType.FLAG else len(cells[f.id].values) if not f.many else (
            2 ** len(cells[f.id].values))  # fmt: skip
    if size > _MANY_LISTINGS:
        raise Unreadable(f"listings can differ in {size} ways that tests tell apart")
    kinds: dict[tuple[Truth, ...], Mapping[str, Value]] = {}
    for values in combinations(cells, fields):
        signature = tuple(listing_truth(b, values, world) for b in wanted)
        if any(t is not Truth.FALSE for t in signature):
            kinds.setdefault(signature, values)
    return dict(enumerate(kinds.values()))


def reading_of(
    world: World, vocabulary: Vocabulary, partition: Partition, state: StateOf,
    reads: Mapping[tuple[Scope, str], Read], listing_bodies: Iterable[Expr], roles: Sequence[str],
) -> Reading:  # fmt: skip
    """The reading on the world's date."""
    law_date = z3.Int("law_date")

    def space(scope: Scope, prefix: str, fixed: Mapping[str, bool]) -> Space:
        fields = vocabulary.of(scope)
        own = {id: read for (s, id), read in reads.items() if s is scope}
        cells = {
            id: partition.of(fields[id], world, state) for id in own if fields[id].type in _CELLED
        }
        return Space(prefix, cells, own, law_date, fixed=fixed)

    kinds = listing_kinds(listing_bodies, reads, vocabulary, partition, world, state)
    shipment = space(Scope.SHIPMENT, "shipment", {"conflicting_facts": False})
    party = space(Scope.PARTY, "party", {"screened": True})
    parties = Parties(party, tuple(roles), kinds)
    return Reading(world, vocabulary, shipment, parties, kinds)


_CELLED = (FieldType.PLACE, FieldType.CODE, FieldType.HS_CODE, FieldType.PRODUCT, FieldType.PARTY,
           FieldType.CHOICE, FieldType.TEXT)  # fmt: skip
