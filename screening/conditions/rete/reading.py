"""A condition as a pattern, once as what surely holds and once as what possibly does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from screening.casting import normalize_text
from screening.conditions.rete.patterns import Atom, Either, Every, Pattern, either, every
from screening.conditions.rete.properties import (
    LIMIT,
    MAYBE,
    NO,
    YES,
    Measure,
    Untranslatable,
    in_group,
    measured,
    name_of,
    of_class,
    paragraphs,
    start_of,
    token,
)
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
from screening.vocabulary import Field, FieldType, Scope


class Form(StrEnum):
    """Which of the two readings."""

    SURE = "sure"
    POSSIBLE = "possible"

    @property
    def other(self) -> Form:
        """What the negation of a condition is read as."""
        return Form.POSSIBLE if self is Form.SURE else Form.SURE


Told = Matches | Relate | Known | Member
"""A test that the engine is told the answer of: words in text, two fields of one shipment, whether
anything is known, and sums of money."""

Quantifier = SomeParty | EveryParty | SomeListing

_COMPLEMENT = {
    Ordering.AT_LEAST: Ordering.LESS_THAN,
    Ordering.LESS_THAN: Ordering.AT_LEAST,
    Ordering.AT_MOST: Ordering.MORE_THAN,
    Ordering.MORE_THAN: Ordering.AT_MOST,
}
_SIGN = {
    Ordering.AT_LEAST: "$gte",
    Ordering.MORE_THAN: "$gt",
    Ordering.AT_MOST: "$lte",
    Ordering.LESS_THAN: "$lt",
}


@dataclass
class Asked:
    """Which properties the patterns read, so that the facts tell these and no others."""

    scales: Mapping[Measure, int]
    measures: set[Measure] = field(default_factory=set)
    members: dict[Member, str] = field(default_factory=dict)
    starts: set[tuple[Field, int]] = field(default_factory=set)
    told: dict[Told, str] = field(default_factory=dict)
    quantified: dict[Quantifier, str] = field(default_factory=dict)

    def scale(self, measure: Measure) -> int:
        """How many steps make one unit."""
        return self.scales.get(measure, 1)


def stands(property: str, form: Form, positive: bool = True) -> Pattern:
    """That a truth value among the properties surely or possibly holds, or does not."""
    if form is Form.SURE:
        return Atom(property, "$eq", YES if positive else NO)
    return Atom(property, "$gte", MAYBE) if positive else Atom(property, "$lte", MAYBE)


def pattern(expr: Expr, form: Form, asked: Asked, positive: bool = True) -> Pattern:
    """What a fact must look like for the condition, or else its negation, to hold.

    Raises `Untranslatable`.
    """
    match expr:
        case Always():
            return Every(()) if positive else Either(())
        case All(parts):
            join = every if positive else either
            return join(pattern(part, form, asked, positive) for part in parts)
        case AnyOf(parts):
            join = either if positive else every
            return join(pattern(part, form, asked, positive) for part in parts)
        case Not(part):
            return pattern(part, form, asked, not positive)
        case InClass(classes):
            join = either if positive else every
            return join(stands(of_class(id), form, positive) for id in classes)
        case SomeParty() | EveryParty() | SomeListing():
            name = asked.quantified.setdefault(expr, f"quantified:{len(asked.quantified)}")
            return stands(name, form, positive)
        case Matches() | Relate() | Known():
            return stands(_told(expr, asked), form, positive)
        case Compare() | Elapsed():
            return _ordered(expr, form, asked, positive)
        case Member():
            if expr.field.type is FieldType.MONEY:
                return stands(_told(expr, asked), form, positive)
            name = asked.members.setdefault(expr, f"member:{len(asked.members)}")
            return stands(name, form, positive)
        case _:
            assert_never(expr)


def _told(test: Told, asked: Asked) -> str:
    if isinstance(test, Matches) and test.field.many:
        raise Untranslatable(f"`{test.field.id}` is a list, and words are looked for in it")
    return asked.told.setdefault(test, f"told:{len(asked.told)}")


def _ordered(test: Compare | Elapsed, form: Form, asked: Asked, positive: bool) -> Pattern:
    measure, number = measured(test)
    asked.measures.add(measure)
    ordering = test.ordering if positive else _COMPLEMENT[test.ordering]
    rising = ordering in (Ordering.AT_LEAST, Ordering.MORE_THAN)
    # For what surely exceeds, the least must; for what possibly does, the most.
    end = measure.low if rising is (form is Form.SURE) else measure.high
    operand = number * asked.scale(measure)
    if operand.denominator != 1 or abs(2 * operand) >= LIMIT:
        raise Untranslatable(f"`{test.field.id}` is compared with {number}, which is out of range")
    return Atom(end, _SIGN[ordering], 2 * operand.numerator)


def one_value(test: Member, form: Form, asked: Asked) -> Pattern:
    """What one value must look like to pass the test."""
    named = _named(test, form, asked)
    return either((*named, *(stands(in_group(test.field, g), form) for g in test.groups)))


def _named(test: Member, form: Form, asked: Asked) -> Sequence[Atom]:
    """Comparisons of which one holds if the value is, or may be, among those that are named."""
    field, name = test.field, name_of(test.field)
    found: list[Atom] = []
    for value in test.values:
        match field.type:
            case FieldType.CODE | FieldType.HS_CODE:
                text = str(value)
                parts = paragraphs(field, text)
                asked.starts.add((field, len(parts) - 1))
                found.append(Atom(start_of(field, len(parts) - 1), "$eq", token(text)))
                if form is Form.POSSIBLE:  # what stands above it may be meant to be it
                    found += [Atom(name, "$eq", token(above)) for above in parts[:-1]]
            case FieldType.TEXT:
                found.append(Atom(name, "$eq", token(normalize_text(str(value)))))
            case _:
                found.append(Atom(name, "$eq", token(value)))
    return found


def scopes_of(expr: Expr) -> set[Scope]:
    """The scopes of the fields that the condition itself reads, quantifiers aside."""
    match expr:
        case All(parts) | AnyOf(parts):
            return {s for part in parts for s in scopes_of(part)}
        case Not(part):
            return scopes_of(part)
        case SomeParty() | EveryParty() | SomeListing() | InClass() | Always():
            return set()
        case Member(field) | Compare(field) | Elapsed(field) | Matches(field) | Known(field):
            return {field.scope}
        case Relate(field, other):
            return {field.scope, other.scope}
        case _:
            assert_never(expr)
