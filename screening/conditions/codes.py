"""Codes compare by paragraph, not by letters."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import lru_cache

from screening.truth import Truth, of


def within(given: str, paragraph: str) -> Truth:
    """Whether an ECCN lies in a paragraph: `3A001.a.1.b` is in `3A001.a.1`, `3A001.a.10` is not.

    A given code that stands above the paragraph may or may not be meant: unknown.
    """
    if given == paragraph or given.startswith(paragraph + "."):
        return Truth.TRUE
    return Truth.UNKNOWN if paragraph.startswith(given + ".") else Truth.FALSE


def within_some(given: str, paragraphs: tuple[Hashable, ...]) -> Truth:
    """Whether an ECCN lies in any of the paragraphs: what `within` says of each, without asking of
    each. A rule may name a hundred."""
    inside, above = _paragraphs(paragraphs)
    if given in inside or any(part in inside for part in _above(given)):
        return Truth.TRUE
    return Truth.UNKNOWN if given in above else Truth.FALSE


@lru_cache(maxsize=4_096)
def _paragraphs(paragraphs: tuple[Hashable, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The paragraphs, and all that stand above them."""
    named = frozenset(map(str, paragraphs))
    return named, frozenset(part for p in named for part in _above(p))


def _above(code: str) -> Iterator[str]:
    """The paragraphs that a code lies in beside its own, the nearest first."""
    while (end := code.rfind(".")) >= 0:
        code = code[:end]
        yield code


def hs_within(given: str, heading: str) -> Truth:
    """Whether an HS code lies under a heading, digit by digit."""
    if given.startswith(heading):
        return Truth.TRUE
    return Truth.UNKNOWN if heading.startswith(given) else Truth.FALSE


def in_code_group(given: str, inside: frozenset[str], outside: frozenset[str]) -> Truth:
    """Whether a code is in a group with exceptions: the most specific paragraph decides.

    Unknown where the group tells apart paragraphs below the one given.
    """
    parts = given.split(".")
    decided = Truth.FALSE
    for depth in range(1, len(parts) + 1):
        prefix = ".".join(parts[:depth])
        if prefix in outside:
            decided = Truth.FALSE
        elif prefix in inside:
            decided = Truth.TRUE
    below = given + "."
    differs = outside if decided is Truth.TRUE else inside
    if any(code.startswith(below) for code in differs):
        return Truth.UNKNOWN
    return of(decided is Truth.TRUE)
