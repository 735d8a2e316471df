"""What is known of a shipment as flat facts for the referee: the properties that its patterns read.

Values are told raw: codes with what they begin with, numbers as whole steps, days as ordinals,
what is missing by a property that says so. Only membership in groups is shared with the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypedDict

from screening.casting import Money, PercentRange, Value, normalize_text
from screening.conditions.rete.properties import (
    ELAPSED,
    LIMIT,
    MAYBE,
    NO,
    PERCENT,
    YES,
    Measure,
    in_group,
    items,
    name_of,
    start,
    start_of,
    steps,
    token,
)
from screening.conditions.rete.reading import Asked, Told
from screening.conditions.tree import Member
from screening.decide.view import View
from screening.facts import UNKNOWN_PARTY, Facts, LicenseFacts, PartyFacts, Values
from screening.referee.plan import CLAIMED, LICENSE, LICENSE_RUNS
from screening.referee.told import told
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


@dataclass(frozen=True)
class _OfField:
    """What is told of one field: its tests, and the properties of a value that they read."""

    field: Field
    name: str
    members: list[str]
    groups: list[tuple[str, str]]
    starts: list[tuple[int, str]]


@dataclass(frozen=True)
class Sheet:
    """What is told of a shipment, a party or a listing; made once for a plan."""

    scope: Scope
    fields: list[_OfField]
    measures: list[tuple[Measure, str, str, int]]
    told: list[tuple[Told, str]]


Sheets = Mapping[Scope, Sheet]


def sheets(asked: Asked) -> Sheets:
    """The sheets of all scopes for what the patterns read."""
    return {scope: _sheet(asked, scope) for scope in Scope}


def _sheet(asked: Asked, scope: Scope) -> Sheet:
    tests: dict[Field, list[Member]] = {}
    for test in asked.members:
        if test.field.scope is scope:
            tests.setdefault(test.field, []).append(test)
    fields = []
    for field, members in tests.items():
        groups = sorted({group for test in members for group in test.groups})
        lengths = sorted(length for of, length in asked.starts if of == field)
        fields.append(
            _OfField(
                field,
                name_of(field),
                [asked.members[test] for test in members],
                [(group, in_group(field, group)) for group in groups],
                [(length, start_of(field, length)) for length in lengths],
            )
        )
    measures = [
        (m, m.low, m.high, asked.scale(m)) for m in asked.measures if m.field.scope is scope
    ]
    told = [(test, id) for test, id in asked.told.items() if test.field.scope is scope]
    return Sheet(scope, fields, measures, told)


def question(facts: Facts, on: Sheets, view: View, roles: Iterable[str]) -> Question:
    """The question for these facts; `roles` are those that the plan speaks of.

    Raises `Untranslatable`.
    """
    shipment = _entity(facts.values, on[Scope.SHIPMENT], view)
    shipment["row"] |= _acts(facts)
    return {
        "shipment": shipment,
        "parties": [_party(party, on, view) for party in facts.parties],
        "unheld": [role for role in roles if not facts.role_known(role)],
    }


def nobody(on: Sheets, view: View) -> Party:
    """The party of which nothing is known."""
    return _party(UNKNOWN_PARTY, on, view)


def _party(party: PartyFacts, on: Sheets, view: View) -> Party:
    entity = _entity(party.values, on[Scope.PARTY], view)
    listings = None
    if party.listings is not None:
        listings = [_entity(x.values, on[Scope.LISTING], view) for x in party.listings]
    return {**entity, "roles": sorted(party.roles), "listings": listings}


def _acts(facts: Facts) -> Row:
    """What the exporter has done: an exception claimed, a license in hand."""
    claimed, license = facts.exception_claimed, facts.license
    row: Row = {} if claimed is None else {CLAIMED: token(claimed)}
    if license is not None:
        row[LICENSE] = token("proved" if license.proved else "claimed")
        row[LICENSE_RUNS] = _runs(license, facts.law_date)
    return row


def _runs(license: LicenseFacts, day: date | None) -> int:
    start, end = license.valid_from, license.until
    if day is None:
        return MAYBE
    if (start is not None and start > day) or (end is not None and end <= day):
        return NO
    return MAYBE if start is None or end is None else YES


def _entity(values: Values, sheet: Sheet, view: View) -> Entity:
    row: Row = {}
    single: Tested = {"members": [], "values": [[{}]]}
    tested = [single]
    for of in sheet.fields:
        facts = values.get(of.field.id, ())
        rows = [[_one(of, item, view) for item in items(fact.value)] for fact in facts]
        if not rows:
            row |= dict.fromkeys(of.members, MAYBE)
        elif len(rows) == 1 and len(rows[0]) == 1:
            single["members"] += of.members
            single["values"][0][0] |= rows[0][0]
        else:
            tested.append({"members": of.members, "values": rows})
    for measure, low, high, scale in sheet.measures:
        facts = values.get(measure.field.id, ())
        ends = _between(measure, [fact.value for fact in facts], view.law_date)
        row[low], row[high] = (-LIMIT, LIMIT) if ends is None else (steps(e, scale) for e in ends)
    for test, id in sheet.told:
        row[id] = told(test, values)
    return {"row": row, "tested": tested}


def _one(of: _OfField, value: Value, view: View) -> Row:
    """A field that has this one value."""
    text = str(value)
    row: Row = {}
    match of.field.type:
        case FieldType.CODE | FieldType.HS_CODE:
            row[of.name] = token(text)
            for length, property in of.starts:
                row[property] = token(start(of.field, text, length))
        case FieldType.TEXT:
            row[of.name] = token(normalize_text(text))
        case _:
            row[of.name] = token(value)
    for group, property in of.groups:
        row[property] = view.in_group(group, text).value
    return row


def _between(
    measure: Measure, values: Sequence[Value], law_date: date | None
) -> tuple[Fraction, Fraction] | None:
    """The least and the most of the values; `None`, anything, if one cannot be measured so."""
    ends = [_ends(measure, value, law_date) for value in values]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


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
