"""Kleene's three truth values: what is not known is neither true nor false."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """`TRUE`, `FALSE` or `UNKNOWN`, with the strong Kleene connectives."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    __hash__ = object.__hash__  # each is one object; `Enum` would hash its name each time

    def __bool__(self) -> bool:
        raise TypeError("a three-valued truth has no implicit bool; compare with Truth.TRUE")

    def __invert__(self) -> Truth:
        return _NEGATION[self]

    @property
    def sure(self) -> bool:
        """Whether it surely holds."""
        return self is Truth.TRUE

    @property
    def possible(self) -> bool:
        """Whether it may hold."""
        return self is not Truth.FALSE


_NEGATION = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN}


def of(value: bool) -> Truth:
    """The truth value of a plain bool."""
    return Truth.TRUE if value else Truth.FALSE


def all_of(parts: Iterable[Truth]) -> Truth:
    """Conjunction: false if any is false, true if all are; true of nothing."""
    result = Truth.TRUE
    for part in parts:
        if part is Truth.FALSE:
            return Truth.FALSE
        if part is Truth.UNKNOWN:
            result = Truth.UNKNOWN
    return result


def any_of(parts: Iterable[Truth]) -> Truth:
    """Disjunction: true if any is true, false if all are; false of nothing."""
    result = Truth.FALSE
    for part in parts:
        if part is Truth.TRUE:
            return Truth.TRUE
        if part is Truth.UNKNOWN:
            result = Truth.UNKNOWN
    return result


def same_for_each(parts: Iterable[Truth]) -> Truth:
    """The meaning of a test on conflicting values: true if true of each, false if false of each."""
    seen = set(parts)
    return seen.pop() if len(seen) == 1 else Truth.UNKNOWN
