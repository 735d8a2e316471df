"""The *rete* reading: a condition as a pattern over one flat fact, for durable_rules.

Every condition is read twice, as what surely holds and as what possibly holds. The engine behind
has no negation and no notion of what is unknown, so negation is pushed down to the tests
(`surely not` is `not possibly`), and what is unknown is a property of the fact. `Asked` notes
which properties the patterns read; `screening/referee/rows.py` writes them.

This reading does its own comparisons: it shares nothing with *explain* but the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from math import floor, lcm
from typing import assert_never
from urllib.parse import quote

from screening.casting import Money, PercentRange, Value, normalize_text
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
    walk,
)
from screening.vocabulary import Field, FieldType, Scope

NO, MAYBE, YES = 0, 1, 2
"""A truth value as a property of a fact."""

LIMIT = 2**62
"""More than any number compared with; larger ones are cut to it, as the engine's overflow at 2^63.

What is unknown may be anything from -LIMIT to LIMIT.
"""

_LONG = 120
"""Characters; the engine compares text of up to 65,535. A digest stands for what is longer."""


class Untranslatable(ValueError):
    """The condition says what the referee cannot be told; the message says what."""


class Form(StrEnum):
    """Which of the two readings."""

    SURE = "sure"
    POSSIBLE = "possible"

    @property
    def other(self) -> Form:
        """What the negation of a condition is read as."""
        return Form.POSSIBLE if self is Form.SURE else Form.SURE


@dataclass(frozen=True, slots=True)
class Atom:
    """One property compares so with a constant; never holds of a property that is not there."""

    property: str
    operator: str
    operand: str | int


@dataclass(frozen=True, slots=True)
class Every:
    """All of the patterns; of none, always."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the patterns; of none, never."""

    parts: tuple[Pattern, ...]


Pattern = Atom | Every | Either


def every(parts: Iterable[Pattern]) -> Pattern:
    """Conjunction, flattened, without what goes without saying."""
    flat: list[Pattern] = []
    for part in parts:
        if part == Either(()):
            return part
        flat += part.parts if isinstance(part, Every) else (part,)
    flat = list(dict.fromkeys(flat))
    return flat[0] if len(flat) == 1 else Every(tuple(flat))


def either(parts: Iterable[Pattern]) -> Pattern:
    """Disjunction, flattened, without what can never be."""
    flat: list[Pattern] = []
    for part in parts:
        if part == Every(()):
            return part
        flat += part.parts if isinstance(part, Either) else (part,)
    flat = list(dict.fromkeys(flat))
    return flat[0] if len(flat) == 1 else Either(tuple(flat))


def atoms(pattern: Pattern) -> list[Atom]:
    """Every comparison in the pattern."""
    if isinstance(pattern, Atom):
        return [pattern]
    return [atom for part in pattern.parts for atom in atoms(part)]


# --- properties of a fact ------------------------------------------------------------------------


def name_of(field: Field) -> str:
    """The property that holds a field's one value; others are named after it."""
    return f"{field.scope.value}:{field.id.replace('.', '/')}"


def start_of(field: Field, length: int) -> str:
    """The first `length` paragraphs of a code, or digits of an HS code."""
    return f"{name_of(field)}#{length}"


def in_group(field: Field, group: str) -> str:
    """Whether the value is in the group: the one thing told and not compared here."""
    return f"{name_of(field)}@{group.replace('.', '/')}"


def of_class(id: str) -> str:
    """Whether the goods are in a class."""
    return f"class:{id.replace('.', '/')}"


def token(value: Value | None) -> str:
    """A value as text of harmless characters, different for different values."""
    match value:
        case None:
            return "-"
        case bool():
            return f"b{int(value)}"
        case str():
            text = quote(value, safe="", errors="surrogatepass")
            if len(text) <= _LONG:
                return f"t{text}"
            return f"h{sha256(text.encode()).hexdigest()}"
        case Fraction():
            return f"n{value.numerator}/{value.denominator}"
        case date():
            return f"d{value.toordinal()}"
        case PercentRange(low, high):
            return f"r{token(low)}~{token(high)}"
        case Money(amount, currency):
            return f"m{token(amount)}{token(currency)}"
        case frozenset():
            return f"s{'~'.join(sorted(map(token, value)))}"
        case _:
            assert_never(value)


def items(value: Value) -> Sequence[Value]:
    """What a list holds, in a fixed order; any other value is alone."""
    return sorted(value) if isinstance(value, frozenset) else (value,)


@dataclass(frozen=True, slots=True)
class Measure:
    """A field as an ordered quantity: a number, an amount in a currency, a day, or days ago.

    It is told as a range, from the least that it may be to the most.
    """

    field: Field
    unit: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is a plain number."""
        return self.unit == "" and self.field.type is not FieldType.DATE

    @property
    def low(self) -> str:
        """The least that it may be."""
        return f"{name_of(self.field)}{self.unit}<"

    @property
    def high(self) -> str:
        """The most that it may be."""
        return f"{name_of(self.field)}{self.unit}>"


ELAPSED = "+days"
"""The unit of days from a date to the law date."""

PERCENT = "%"
"""The unit where only ranges of percent are compared."""


def steps(value: Fraction, scale: int) -> int:
    """A number on the scale, exact for every comparison with a number that the scale has.

    Twice the number of whole steps, and one more if it lies between two.
    """
    scaled = value * scale
    whole = floor(scaled)
    return max(-LIMIT, min(LIMIT, 2 * whole + int(whole != scaled)))


def scales(exprs: Iterable[Expr]) -> Mapping[Measure, int]:
    """For every measure the least scale on which all numbers that it is compared with are whole."""
    found: dict[Measure, int] = {}
    for expr in exprs:
        for node in walk(expr):
            if isinstance(node, Compare):
                measure, number = measured(node)
                found[measure] = lcm(found.get(measure, 1), number.denominator)
    return found


def measured(test: Compare | Elapsed) -> tuple[Measure, Fraction]:
    """What a test compares, and with which number."""
    if isinstance(test, Elapsed):
        return Measure(test.field, ELAPSED), Fraction(test.days)
    match test.operand:
        case Fraction() as number:
            return Measure(test.field), number
        case PercentRange(low, _):
            return Measure(test.field, PERCENT), low
        case Money(amount, str() as currency):
            return Measure(test.field, f"${currency}"), amount
        case date() as day:
            return Measure(test.field), Fraction(day.toordinal())
        case _:
            raise Untranslatable(f"`{test.field.id}` is compared with `{test.operand}`")


# --- the reading ---------------------------------------------------------------------------------

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


def paragraphs(field: Field, text: str) -> list[str]:
    """The code and all above it, the highest first: by paragraph, for an HS code by digit.

    The text before the first digit is one of them: an HS code of which nothing is said. Above the
    first paragraph of an ECCN nothing is.
    """
    if field.type is FieldType.HS_CODE:
        return [text[:length] for length in range(len(text) + 1)]
    parts = text.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def start(field: Field, text: str, position: int) -> str:
    """What stands of a code at a position of `paragraphs`, or the whole of a shorter one."""
    found = paragraphs(field, text)
    return found[min(position, len(found) - 1)]


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
