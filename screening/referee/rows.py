"""What is known of a shipment as flat facts for the referee: the properties that its patterns read.

Values are told raw: codes with what they begin with, numbers as whole steps, days as ordinals,
what is missing by a property that says so. Only membership in groups is shared with the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import TypedDict

from screening.casting import Money, PercentRange, Value, normalize_text
from screening.conditions.rete import (
    ELAPSED,
    LIMIT,
    MAYBE,
    NO,
    PERCENT,
    YES,
    Asked,
    Measure,
    Told,
    in_group,
    name_of,
    start,
    start_of,
    steps,
    token,
)
from screening.conditions.tree import Known, Matches, Member, Relate
from screening.decide.view import View
from screening.facts import UNKNOWN_PARTY, Facts, LicenseFacts, PartyFacts, Values
from screening.referee.plan import CLAIMED, LICENSE, LICENSE_RUNS
from screening.vocabulary import Field, FieldType, Scope

Row = dict[str, str | int]
"""One fact, flat: truth values and steps as numbers, all else as tokens."""


class Tested(TypedDict):
    """Tests of values, and each value's items: a list of several passes if one of them does."""

    members: list[str]
    values: list[list[Row]]


class Entity(TypedDict):
    """A shipment, a party or a listing: what is told at once, and the values to test first."""

    row: Row
    tested: list[Tested]


class Party(Entity):
    """A party with its listings, or `None` where nobody has said whether there are any."""

    roles: list[str]
    listings: list[Entity] | None


class Question(TypedDict):
    """Everything the referee is asked of one shipment."""

    shipment: Entity
    parties: list[Party]
    unheld: list[str]


def question(facts: Facts, asked: Asked, view: View, roles: Iterable[str]) -> Question:
    """The question for these facts; `roles` are those that the plan speaks of."""
    shipment = _entity(facts.values, Scope.SHIPMENT, asked, view)
    shipment["row"] |= _acts(facts)
    return {
        "shipment": shipment,
        "parties": [_party(party, asked, view) for party in facts.parties],
        "unheld": [role for role in roles if not facts.role_known(role)],
    }


def nobody(asked: Asked, view: View) -> Party:
    """The party of which nothing is known."""
    return _party(UNKNOWN_PARTY, asked, view)


def _party(party: PartyFacts, asked: Asked, view: View) -> Party:
    entity = _entity(party.values, Scope.PARTY, asked, view)
    listings = None
    if party.listings is not None:
        listings = [_entity(x.values, Scope.LISTING, asked, view) for x in party.listings]
    return {**entity, "roles": sorted(party.roles), "listings": listings}


def _acts(facts: Facts) -> Row:
    claimed, license = facts.exception_claimed, facts.license
    row: Row = {} if claimed is None else {CLAIMED: token(claimed)}
    if license is not None:
        row[LICENSE] = token("proved" if license.proved else "claimed")
        row[LICENSE_RUNS] = _runs(license, facts.law_date)
    return row


def _runs(license: LicenseFacts, day: date | None) -> int:
    begun = YES if license.valid_from is not None else MAYBE
    ends = YES if license.until is not None else MAYBE
    if day is None:
        return MAYBE
    if license.valid_from is not None and (day - license.valid_from).days < 0:
        return NO
    if license.until is not None and (license.until - day).days < 1:
        return NO
    return min(begun, ends)


def _entity(values: Values, scope: Scope, asked: Asked, view: View) -> Entity:
    row: Row = {}
    single: Tested = {"members": [], "values": [[{}]]}
    tested = [single]
    for field, tests in _by_field(asked, scope):
        items = [_items(fact.value) for fact in values.get(field.id, ())]
        members = [asked.members[test] for test in tests]
        groups = sorted({group for test in tests for group in test.groups})
        rows = [[_one(field, item, groups, asked, view) for item in of] for of in items]
        if not rows:
            row |= dict.fromkeys(members, MAYBE)
        elif len(rows) == 1 and len(rows[0]) == 1:
            single["members"] += members
            single["values"][0][0] |= rows[0][0]
        else:
            tested.append({"members": members, "values": rows})
    for measure in asked.measures:
        if measure.field.scope is scope:
            row |= _measured(measure, [f.value for f in values.get(measure.field.id, ())],
                             asked.scale(measure), view.law_date)  # fmt: skip
    for test, id in asked.told.items():
        if test.field.scope is scope:
            row[id] = _told(test, values)
    return {"row": row, "tested": tested}


def _by_field(asked: Asked, scope: Scope) -> Iterable[tuple[Field, list[Member]]]:
    found: dict[Field, list[Member]] = {}
    for test in asked.members:
        if test.field.scope is scope:
            found.setdefault(test.field, []).append(test)
    return found.items()


def _items(value: Value) -> Sequence[Value]:
    return sorted(value) if isinstance(value, frozenset) else (value,)


def _one(field: Field, value: Value, groups: Sequence[str], asked: Asked, view: View) -> Row:
    """A field that has this one value."""
    name, text = name_of(field), str(value)
    row: Row = {}
    match field.type:
        case FieldType.CODE | FieldType.HS_CODE:
            row[name] = token(text)
            for of, length in asked.starts:
                if of == field:
                    row[start_of(field, length)] = token(start(field, text, length))
        case FieldType.TEXT:
            row[name] = token(normalize_text(text))
        case _:
            row[name] = token(value)
    for group in groups:
        row[in_group(field, group)] = view.in_group(group, text).value
    return row


def _measured(measure: Measure, values: Sequence[Value], scale: int, law_date: date | None) -> Row:
    ends = [_ends(measure, value, law_date) for value in values]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return {measure.low: -LIMIT, measure.high: LIMIT}
    return {
        measure.low: steps(min(low for low, _ in known), scale),
        measure.high: steps(max(high for _, high in known), scale),
    }


def _ends(
    measure: Measure, value: Value, law_date: date | None
) -> tuple[Fraction, Fraction] | None:
    """The least and the most that a value is in the measure; `None` if it cannot be measured so."""
    match value:
        case PercentRange(low, high) if measure.unit == PERCENT or measure.counts:
            return low, high
        case Fraction() if measure.counts:
            return value, value
        case Money(amount, currency) if measure.unit == f"${currency}":
            return amount, amount
        case date() if measure.unit == ELAPSED and law_date is not None:
            days = Fraction((law_date - value).days)
            return days, days
        case date() if measure.unit == "" and measure.field.type is FieldType.DATE:
            day = Fraction(value.toordinal())
            return day, day
    return None


def _told(test: Told, values: Values) -> int:
    facts = [f.value for f in values.get(test.field.id, ())]
    match test:
        case Known():
            return YES if facts else NO
        case Matches():
            found = [YES if _has_words(test, value) else NO for value in facts]
        case Relate():
            others = [f.value for f in values.get(test.other.id, ())]
            relation = _at_most if test.at_most else _same
            found = [relation(a, b) for a in facts for b in others]
        case Member():
            found = [
                max((_same_sum(v, w) for v in _items(value) for w in test.values), default=NO)
                for value in facts
            ]
    return found[0] if found and len(set(found)) == 1 else MAYBE


def _has_words(test: Matches, value: Value) -> bool:
    text, wanted = normalize_text(str(value)), normalize_text(test.pattern)
    if not test.like:
        return text.find(wanted) >= 0
    signs = {"*": ".*", "?": "."}
    source = "".join(signs.get(letter, re.escape(letter)) for letter in wanted)
    return re.fullmatch(source, text, re.DOTALL) is not None


def _same(left: Value, right: Value) -> int:
    match left, right:
        case Money(), _:
            return _same_sum(left, right)
        case str(), str():
            return YES if normalize_text(left) == normalize_text(right) else NO
        case _:
            return YES if left == right else NO


def _same_sum(left: Value, right: Value) -> int:
    match left, right:
        case Money(amount, str() as currency), Money(other, same) if currency == same:
            return YES if amount == other else NO
        case _:
            return MAYBE


def _at_most(left: Value, right: Value) -> int:
    match left, right:
        case PercentRange(low, high), PercentRange(limit, _):
            ends = [low <= limit, high <= limit]
        case PercentRange(low, high), Fraction():
            ends = [low <= right, high <= right]
        case Money(amount, str() as currency), Money(limit, other) if currency == other:
            ends = [amount <= limit]
        case Fraction(), Fraction():
            ends = [left <= right]
        case date(), date():
            ends = [left <= right]
        case _:
            return MAYBE
    return YES if all(ends) else MAYBE if any(ends) else NO
