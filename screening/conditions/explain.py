"""The *explain* reading: what a condition means for one shipment. This is the meaning.

`truth` answers; `explain` answers with reasons. Both are folds of the same leaf tests.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from screening.casting import Money, PercentRange, Value, normalize_text
from screening.conditions import codes
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
    Ordering,
    Relate,
    SomeListing,
    SomeParty,
)
from screening.facts import UNKNOWN_PARTY, Fact, Facts, ListingFacts, PartyFacts, Values
from screening.truth import Truth, all_of, any_of, of, same_for_each
from screening.vocabulary import FieldType

if TYPE_CHECKING:
    from screening.conditions.footprint import Kept


class World(Protocol):
    """What conditions ask of the rulebook at one law date as known on one day."""

    law_date: date | None

    def in_group(self, group: str, value: str) -> Truth:
        """Whether a code, place, party or product is a member."""
        ...

    def group_holds(self, group: str) -> bool:
        """Whether the group was verified for the date; where not, no member of it is known."""
        ...

    def class_meaning(self, class_id: str) -> Expr | Truth:
        """The class's definition in force, or a truth value where there is none to ask."""
        ...


@dataclass(slots=True, eq=False)
class Scope:
    """Where a test looks: the values in reach, the whole facts, and the party being tested."""

    world: World
    facts: Facts
    values: Values
    party: PartyFacts | None = None
    classes: dict[str, Truth] = field(default_factory=dict)
    """Classes asked for so far; shared by all scopes of one shipment."""
    told: dict[object, Any] = field(default_factory=dict)
    """What `reasons` told so far; shared likewise."""
    inner: dict[object, Scope] = field(default_factory=dict)
    """The scopes of parties and list entries: one for each, so that it is told once."""
    kept: Kept | None = None
    """What `reasons` told of other shipments of the same epoch."""

    def of_party(self, party: PartyFacts) -> Scope:
        """The scope of one party of the shipment."""
        return self._of(party, party.values, party)

    def of_role(self, role: str) -> Scope:
        """The scope of a party that nobody has spoken of."""
        if role not in self.inner:
            self.inner[role] = self.of_party(PartyFacts(frozenset({role}), UNKNOWN_PARTY.values))
        return self.inner[role]

    def of_listing(self, listing: ListingFacts) -> Scope:
        """The scope of one list entry of the party."""
        return self._of(listing, listing.values, self.party)

    def of_goods(self) -> Scope:
        """The scope of the shipment: a class describes goods, even inside a party test."""
        if self.party is None:
            return self
        return self._of(self.facts, self.facts.values, None)

    def _of(self, whose: object, values: Values, party: PartyFacts | None) -> Scope:
        key = (id(whose), id(party))  # both live as long as the scope that is kept for them
        if key not in self.inner:
            self.inner[key] = Scope(self.world, self.facts, values, party, self.classes, self.told,
                                    self.inner, self.kept)  # fmt: skip
        return self.inner[key]


def scope_of(facts: Facts, world: World, kept: Kept | None = None) -> Scope:
    """The scope of a whole shipment."""
    return Scope(world, facts, facts.values, kept=kept)


def truth(expr: Expr, scope: Scope) -> Truth:
    """Whether the condition holds for the facts in scope."""
    match expr:
        case Always():
            return Truth.TRUE
        case All(parts):
            return all_of(truth(part, scope) for part in parts)
        case AnyOf(parts):
            return any_of(truth(part, scope) for part in parts)
        case Not(part):
            return ~truth(part, scope)
        case SomeParty(roles, body):
            return any_of(truth(body, inner) for inner in party_scopes(roles, scope))
        case EveryParty(roles, body):
            inner = party_scopes(roles, scope)
            return all_of(truth(body, s) for s in inner) if inner else Truth.FALSE
        case SomeListing(body):
            return any_of(
                Truth.UNKNOWN if s is None else truth(body, s) for s in listing_scopes(scope)
            )
        case InClass(classes):
            return any_of(_in_class(c, scope) for c in classes)
        case Known(field):
            return of(bool(scope.values.get(field.id)))
        case Relate(field, other):
            return _relate(expr, scope.values.get(field.id), scope.values.get(other.id))
        case Member(field) | Compare(field) | Elapsed(field) | Matches(field):
            facts = scope.values.get(field.id)
            if not facts:
                return Truth.UNKNOWN
            return same_for_each(leaf(expr, fact.value, scope.world) for fact in facts)
        case _:
            assert_never(expr)


def party_scopes(roles: Iterable[str], scope: Scope) -> list[Scope]:
    """One scope per party in the roles; a role nobody has spoken of is a party all unknown."""
    wanted = tuple(roles)
    facts = scope.facts
    parties = [scope.of_party(p) for p in facts.parties if not p.roles.isdisjoint(wanted)]
    return parties + [scope.of_role(role) for role in wanted if not facts.role_known(role)]


def listing_scopes(scope: Scope) -> list[Scope | None]:
    """One scope per listing of the party; `None` stands for listings not known of."""
    party = scope.party
    if party is None or party.listings is None:
        return [None]
    return [scope.of_listing(listing) for listing in party.listings]


def _in_class(class_id: str, scope: Scope) -> Truth:
    known = scope.classes.get(class_id)
    if known is None:
        meaning = scope.world.class_meaning(class_id)
        known = meaning if isinstance(meaning, Truth) else truth(meaning, scope.of_goods())
        scope.classes[class_id] = known
    return known


def leaf(test: Member | Compare | Elapsed | Matches, value: Value, world: World) -> Truth:
    """Whether one value passes one test."""
    match test:
        case Member():
            if isinstance(value, frozenset):
                return any_of(_member(test, item, world) for item in value)
            return _member(test, value, world)
        case Compare(_, ordering, operand):
            return _compare(value, ordering, operand)
        case Elapsed(_, ordering, days):
            if world.law_date is None or not isinstance(value, date):
                return Truth.UNKNOWN
            return _ordered(ordering, Fraction((world.law_date - value).days), Fraction(days))
        case Matches(_, pattern, like):
            text, wanted = normalize_text(str(value)), normalize_text(pattern)
            if not like:
                return of(wanted in text)
            # Only `*` and `?` stand for anything; a bracket is a bracket.
            return of(fnmatch.fnmatchcase(text, wanted.replace("[", "[[]")))
        case _:
            assert_never(test)


def _member(test: Member, value: Value, world: World) -> Truth:
    match test.field.type:
        case FieldType.CODE:
            named = iter((codes.within_some(str(value), test.values),))
        case FieldType.HS_CODE:
            named = (codes.hs_within(str(value), str(v)) for v in test.values)
        case FieldType.TEXT:
            text = normalize_text(str(value))
            named = (of(text == normalize_text(str(v))) for v in test.values)
        case FieldType.MONEY:
            named = (_same_money(value, v) for v in test.values)
        case _:
            named = (of(value == v) for v in test.values)
    direct = any_of(named)
    if direct is Truth.TRUE or not test.groups:
        return direct
    return any_of([direct, *(world.in_group(g, str(value)) for g in test.groups)])


def _same_money(value: Value, wanted: Value) -> Truth:
    if not isinstance(value, Money) or not isinstance(wanted, Money):
        return Truth.UNKNOWN
    if value.currency is None or value.currency != wanted.currency:
        return Truth.UNKNOWN
    return of(value.amount == wanted.amount)


def _compare(value: Value, ordering: Ordering, operand: Value) -> Truth:
    if isinstance(value, PercentRange):
        limit = operand.low if isinstance(operand, PercentRange) else operand
        if not isinstance(limit, Fraction):
            return Truth.UNKNOWN
        return same_for_each(_ordered(ordering, end, limit) for end in (value.low, value.high))
    if isinstance(value, Money):
        # Money in another currency than the test's says nothing.
        if not isinstance(operand, Money) or value.currency is None:
            return Truth.UNKNOWN
        if value.currency != operand.currency:
            return Truth.UNKNOWN
        return _ordered(ordering, value.amount, operand.amount)
    if isinstance(value, Fraction) and isinstance(operand, Fraction):
        return _ordered(ordering, value, operand)
    if isinstance(value, date) and isinstance(operand, date):
        return _ordered(ordering, Fraction(value.toordinal()), Fraction(operand.toordinal()))
    return Truth.UNKNOWN


def _ordered(ordering: Ordering, left: Fraction, right: Fraction) -> Truth:
    match ordering:
        case Ordering.AT_LEAST:
            return of(left >= right)
        case Ordering.AT_MOST:
            return of(left <= right)
        case Ordering.MORE_THAN:
            return of(left > right)
        case Ordering.LESS_THAN:
            return of(left < right)
        case _:
            assert_never(ordering)


def _relate(test: Relate, left: tuple[Fact, ...] | None, right: tuple[Fact, ...] | None) -> Truth:
    if not left or not right:
        return Truth.UNKNOWN
    return same_for_each(_pair(test, a.value, b.value) for a in left for b in right)


def _pair(test: Relate, left: Value, right: Value) -> Truth:
    if test.at_most:
        return _compare(left, Ordering.AT_MOST, right)
    if isinstance(left, str) and isinstance(right, str):
        return of(normalize_text(left) == normalize_text(right))
    if isinstance(left, Money):
        return _same_money(left, right)
    return of(left == right)
