"""A condition as clauses: alternatives, each asking every field and every signal at most once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

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

MOST_CLAUSES = 64
"""A condition that needs more is read by *explain*: what the law says decides, not what is fast."""


@dataclass(frozen=True, slots=True)
class OfField:
    """What is said of one field."""

    id: str


@dataclass(frozen=True, slots=True)
class DaysSince:
    """The days from the date in one field to the law date."""

    id: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A test whose truth is settled before: of a class, parties, listings, or two fields at once.

    A condition with too many clauses is one as a whole.
    """

    test: Expr


Source = OfField | DaysSince | Signal
"""One thing that a part of a clause reads."""

Clause = Mapping[Source, Expr]
"""Parts that must all hold, each reading one source alone. None at all: it always holds."""


class TooManyClauses(Exception):
    """The clauses would be more than `MOST_CLAUSES`."""


def clauses_of(expr: Expr) -> tuple[Clause, ...]:
    """The alternatives of a condition; it holds if any does. None at all: it never holds.

    Raises `TooManyClauses`.
    """
    return tuple(_clauses(expr, False))


def whole(expr: Expr) -> tuple[Clause, ...]:
    """The condition as one signal."""
    return ({Signal(expr): expr},)


def source_of(leaf: Expr) -> Source:
    """What one test reads."""
    match leaf:
        case Member(field) | Compare(field) | Matches(field) | Known(field):
            return OfField(field.id)
        case Elapsed(field):
            return DaysSince(field.id)
        case _:
            return Signal(leaf)


def leaves(expr: Expr) -> Iterator[Expr]:
    """The tests that AND, OR and NOT combine; what is asked of parties counts as one test."""
    match expr:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case Always():
            return
        case _:
            yield expr


def _clauses(expr: Expr, negated: bool) -> list[Clause]:
    sources = {source_of(leaf) for leaf in leaves(expr)}
    if len(sources) == 1:
        return [{sources.pop(): Not(expr) if negated else expr}]
    match expr:
        case Not(part):
            return _clauses(part, not negated)
        case All(parts):
            return (_either if negated else _both)(_clauses(p, negated) for p in parts)
        case AnyOf(parts):
            return (_both if negated else _either)(_clauses(p, negated) for p in parts)
        case Always():
            return [] if negated else [{}]
        case (
            Member() | Compare() | Elapsed() | Matches() | Known() | Relate() | InClass()
            | SomeParty() | EveryParty() | SomeListing()
        ):  # fmt: skip
            raise AssertionError("INVARIANT: a single test reads one source")
        case _:
            assert_never(expr)


def _both(parts: Iterable[list[Clause]]) -> list[Clause]:
    """Every choice of one alternative from each part."""
    found: list[Clause] = [{}]
    for alternatives in parts:
        found = [_joined(a, b) for a in found for b in alternatives]
        _limit(found)
    return found


def _either(parts: Iterable[list[Clause]]) -> list[Clause]:
    """All alternatives; those that read the same source alone become one."""
    found: list[Clause] = []
    single: dict[Source, int] = {}
    for alternative in (a for alternatives in parts for a in alternatives):
        if len(alternative) == 1:
            ((source, part),) = alternative.items()
            if source in single:
                at = single[source]
                found[at] = {source: _flat(AnyOf, found[at][source], part)}
                continue
            single[source] = len(found)
        found.append(alternative)
    _limit(found)
    return found


def _joined(a: Clause, b: Clause) -> Clause:
    found = dict(a)
    for source, part in b.items():
        found[source] = _flat(All, found[source], part) if source in found else part
    return found


def _flat(kind: type[All] | type[AnyOf], a: Expr, b: Expr) -> Expr:
    parts = [p for part in (a, b) for p in (part.parts if isinstance(part, kind) else (part,))]
    return kind(tuple(dict.fromkeys(parts)))


def _limit(found: list[Clause]) -> None:
    if len(found) > MOST_CLAUSES:
        raise TooManyClauses
