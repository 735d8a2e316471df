"""What a rulebook tells apart: for every field the values at, below, above and beside its tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from screening.casting import Money, PercentRange, Value, number_text, unmistakable
from screening.conditions.tree import (
    Compare,
    Elapsed,
    Expr,
    Known,
    Matches,
    Member,
    Relate,
    walk,
)
from screening.rulebook.model import Content
from screening.rulebook.period import Period
from screening.vocabulary import Field, FieldType, Scope

_DAY = timedelta(days=1)
_STEP = Fraction(1, 100)
_OTHER_PLACES = ("GB", "BR")


@dataclass(frozen=True)
class Points:
    """The values of one rulebook, as a shipper would write them."""

    content: Content
    values: Mapping[Scope, Mapping[Field, tuple[str, ...]]]
    """By field, in vocabulary order; a field that nothing reads is not here."""
    elapsed: Mapping[str, tuple[int, ...]]
    """Days before the law date, by the field that is counted from."""
    dates: tuple[date, ...]
    """The first day of every change, and the day before it."""
    exceptions: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]] = field(repr=False, default_factory=dict)
    """Everything that each group names, of whatever date."""


def points_of(content: Content) -> Points:
    """What the tests of the rulebook tell apart."""
    members = {id: tuple(sorted(_members(content, id, frozenset()))) for id in content.groups}
    values: dict[Scope, dict[Field, dict[str, None]]] = {s: {} for s in Scope}
    elapsed: dict[str, set[int]] = {}
    for expr in expressions(content):
        for node in walk(expr):
            match node:
                case Member(f) | Compare(f) | Matches(f) | Known(f):
                    found = values[f.scope].setdefault(f, {})
                    found.update(dict.fromkeys(_of_test(node, members)))
                case Elapsed(f, _, days):
                    values[f.scope].setdefault(f, {})
                    elapsed.setdefault(f.id, set()).update((days - 1, days, days + 1))
                case Relate(f, other):
                    for one in (f, other):
                        found = values[one.scope].setdefault(one, {})
                        found.update(dict.fromkeys(_any_value(one)))
                case _:
                    pass
    ordered = {
        scope: {
            f: tuple(values[scope][f]) or _any_value(f)
            for f in content.vocabulary.of(scope).values()
            if f in values[scope]
        }
        for scope in Scope
    }
    symbols = {r.exception for r in content.rules.values() if r.exception}
    return Points(
        content, ordered, {id: tuple(sorted(days)) for id, days in elapsed.items()},
        _dates(content), tuple(sorted(symbols)), members,
    )  # fmt: skip


def expressions(content: Content) -> Iterator[Expr]:
    """Every condition of the rulebook."""
    yield from content.header.allow_requires
    for rule in content.rules.values():
        yield rule.when
        if rule.conditions is not None:
            yield rule.conditions
    for goods in content.classes.values():
        for definition in goods.definitions:
            yield definition.when
    for assumption in content.assumptions:
        yield assumption.when


def _members(content: Content, id: str, seen: frozenset[str]) -> set[str]:
    group = content.groups[id]
    named = {*group.include, *group.exclude, *(m for d in group.dated for m in d.members)}
    found = set(group.blank)
    for member in named:
        if member in content.groups and member not in seen:
            found |= _members(content, member, seen | {id})
        else:
            found.add(member)
    return found


def _of_test(
    test: Member | Compare | Matches | Known, members: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    match test:
        case Member(f, named, groups):
            for value in named:
                yield from around(f, value)
            for group in groups:
                for member in members[group]:
                    yield from around(f, member)
            yield from _any_value(f)
        case Compare(f, _, operand):
            yield from around(f, operand)
        case Matches(_, pattern):
            words = pattern.replace("*", " some ").replace("?", "u").strip()
            yield from (words, f"for {words.upper()} only", words[:-1])
        case Known(f):
            yield from _any_value(f)


def around(f: Field, value: Value) -> Iterator[str]:
    """The value as written, and its neighbors just below, just above or beside it."""
    match value:
        case bool():
            yield from ("true", "false")
        case Fraction():
            for near in (value, value - _STEP, value + _STEP, value + 1):
                if near >= 0:
                    yield _number(near)
        case Money(amount, currency):
            for near in (amount, amount - _STEP, amount + _STEP):
                if near >= 0:
                    yield f"{_number(near)} {currency}"
            yield f"{_number(amount)} {'EUR' if currency != 'EUR' else 'USD'}"
            yield _number(amount)
        case PercentRange(low):
            for near in (low, low - 1, low + 1):
                if 0 <= near <= 100:
                    yield number_text(near)
        case date():
            yield from (str(value), str(value - _DAY), str(value + _DAY))
        case str() if f.type is FieldType.CODE:
            yield from _codes(value)
        case str() if f.type is FieldType.HS_CODE:
            yield from (value, f"{value}19"[:10])
            if len(value) > 2:
                yield from (value[:-1], f"{value[:-1]}{(int(value[-1]) + 1) % 10}")
        case str() if f.type is FieldType.TEXT:
            yield from (value, value.upper(), f" {value}  ", f"{value}x")
        case str():
            yield value
        case frozenset():
            yield from sorted(value)


def _number(value: Fraction) -> str:
    return unmistakable(number_text(value))


def _codes(code: str) -> Iterator[str]:
    """The code, a paragraph of it, the paragraph above, and one that only looks like it."""
    yield code
    if code == "EAR99":
        return
    yield from (f"{code}.a", f"{code}.x.1")
    head, _, last = code.rpartition(".")
    if head:
        yield from (head, f"{head}.{last}0"[: len(head) + 5])


def _any_value(f: Field) -> tuple[str, ...]:
    match f.type:
        case FieldType.FLAG:
            return ("true", "false")
        case FieldType.CHOICE:
            return f.choices
        case FieldType.PLACE:
            return _OTHER_PLACES
        case FieldType.CODE:
            return ("EAR99", "1C350.b")
        case FieldType.HS_CODE:
            return ("9999",)
        case FieldType.NUMBER | FieldType.PERCENT_RANGE:
            return ("1", "7")
        case FieldType.MONEY:
            return ("7 USD", "7 EUR")
        case FieldType.DATE:
            return ("2024-06-15", "2023-01-31")
        case _:
            return ("something else", "Something  ELSE")


def _dates(content: Content) -> tuple[date, ...]:
    periods: list[Period] = [w for r in content.rules.values() for w in r.windows]
    periods += [d.period for g in content.groups.values() for d in g.dated]
    periods += [w for c in content.classes.values() for d in c.definitions for w in d.windows]
    changes = {day for p in periods for day in (p.start, p.end) if day is not None}
    verified: Iterable[date | None] = (
        *(r.verified_through for r in content.rules.values()),
        *(g.verified_through for g in content.groups.values()),
    )
    changes |= {day + content.header.grace + _DAY for day in verified if day is not None}
    return tuple(sorted({d for day in changes for d in (day, day - _DAY)}))
