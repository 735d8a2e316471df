"""Codes compare by paragraph, not by letters."""

from __future__ import annotations

from screening.truth import Truth, of


def within(given: str, paragraph: str) -> Truth:
    """Whether an ECCN lies in a paragraph: `3A001.a.1.b` is in `3A001.a.1`, `3A001.a.10` is not.

    A given code that stands above the paragraph may or may not be meant: unknown.
    """
    if given == paragraph or given.startswith(paragraph + "."):
        return Truth.TRUE
    return Truth.UNKNOWN if paragraph.startswith(given + ".") else Truth.FALSE


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
