"""Patterns over one flat fact: comparisons of properties with constants, joined by and and or."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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
