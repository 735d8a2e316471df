"""What conditions can still come to once more facts are known, told by sets of facts as bits.

Tests are taken as independent, so this errs towards asking too little, never towards a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from screening.conditions.reasons import Explained
from screening.truth import Truth

TRUE, UNKNOWN, FALSE = 4, 2, 1
"""Truth values as members of a set of them."""

_OF = {Truth.TRUE: TRUE, Truth.UNKNOWN: UNKNOWN, Truth.FALSE: FALSE}


class Attainable:
    """One condition, and what it can come to for any set of facts supplied.

    Bit `n` of a set of facts is the one that `facts` numbers so.
    """

    __slots__ = ("_found", "_tree")

    def __init__(self, tree: Explained, facts: Mapping[str, int]) -> None:
        self._tree = _compiled(tree, facts)
        self._found: dict[int, int] = {}

    def reads(self) -> list[int]:
        """The numbers of the facts that it hangs on."""
        return [n for n, digit in enumerate(f"{self._tree.reads:b}"[::-1]) if digit == "1"]

    def values(self, supplied: int) -> int:
        """The truth values that it can come to, as a set."""
        known = supplied & self._tree.reads
        found = self._found.get(known)
        if found is None:
            found = self._found[known] = _values(self._tree, known)
        return found


class _Tree(NamedTuple):
    fold: str  # how the parts combine, or nothing for a test
    base: int  # what it comes to if nothing is supplied
    reads: int  # the facts that a test lacks, or that the parts lack
    parts: tuple[_Tree, ...]


def _compiled(tree: Explained, facts: Mapping[str, int]) -> _Tree:
    reads = 0
    if not tree.unknown:  # most of most trees: nothing in it can come out otherwise
        return _Tree("", _OF[tree.truth], 0, ())
    if not tree.parts:
        # A test that lacks a fact nobody can be asked for stays as it is.
        if tree.truth is Truth.UNKNOWN and all(ref in facts for ref in tree.missing):
            for ref in tree.missing:
                reads |= 1 << facts[ref]
        return _Tree("", _OF[tree.truth], reads, ())
    parts = tuple(_compiled(part, facts) for part in tree.parts)
    for part in parts:
        reads |= part.reads
    return _Tree(tree.fold, _folded(tree.fold, [part.base for part in parts]), reads, parts)


def _values(tree: _Tree, supplied: int) -> int:
    if not tree.reads & supplied:
        return tree.base
    if not tree.parts:
        return tree.base if tree.reads & ~supplied else TRUE | FALSE
    return _folded(tree.fold, [_values(part, supplied) for part in tree.parts])


def _folded(fold: str, inner: list[int]) -> int:
    """What the whole can come to, from what its parts can come to."""
    if fold == "not":
        only = inner[0]
        return only & UNKNOWN | (TRUE if only & FALSE else 0) | (FALSE if only & TRUE else 0)
    strong, weak = (FALSE, TRUE) if fold == "all" else (TRUE, FALSE)
    some, every = 0, weak
    for one in inner:
        some |= one
        every &= one
    return some & strong | every | (0 if strong in inner else some & UNKNOWN)
