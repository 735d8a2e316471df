"""A condition as an outline: what does not fit one line becomes a list of its parts."""

from __future__ import annotations

from dataclasses import dataclass

from screening.conditions.tree import (
    All,
    AnyOf,
    EveryParty,
    Expr,
    Not,
    SomeListing,
    SomeParty,
)
from screening.conditions.words import listing_text, party_text, say

_LINE = 96
"""How long a sentence part may be before it is taken apart."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A sentence part, and what belongs below it."""

    text: str
    parts: tuple[Outline, ...] = ()


def outline(expr: Expr, negated: bool = False, line: int = _LINE) -> Outline:
    """The condition with its long parts taken apart; the same words as `say`."""
    text = say(expr, negated)
    if len(text) <= line:
        return Outline(text)
    match expr:
        case All(parts):
            return _of("not all of" if negated else "all of", parts)
        case AnyOf(parts):
            return _of("none of" if negated else "at least one of", parts)
        case Not(part):
            return outline(part, not negated, line)
        case SomeParty() | EveryParty():
            return _of(party_text(expr, negated), _conjuncts(expr.body))
        case SomeListing(body):
            return _of(listing_text(negated), _conjuncts(body))
        case _:
            return Outline(text)


def conditions_of(expr: Expr) -> tuple[Outline, ...]:
    """The parts that must all hold, one by one."""
    return tuple(outline(part) for part in _conjuncts(expr))


def _conjuncts(expr: Expr) -> tuple[Expr, ...]:
    return expr.parts if isinstance(expr, All) else (expr,)


def _of(text: str, parts: tuple[Expr, ...]) -> Outline:
    return Outline(text, tuple(outline(part) for part in parts))
