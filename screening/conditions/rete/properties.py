"""The properties of a flat fact: how they are named, and how values stand in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from hashlib import sha256
from math import floor, lcm
from typing import assert_never
from urllib.parse import quote

from screening.casting import Money, PercentRange, Value
from screening.conditions.tree import Compare, Elapsed, Expr, walk
from screening.vocabulary import Field, FieldType

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
