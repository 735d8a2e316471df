"""What conditions can still come to once more facts are known, told by sets of facts as bits.

Tests are taken as independent, so this errs towards asking too little, never towards a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping

from screening.conditions.reasons import Explained
from screening.truth import Truth

TRUE, UNKNOWN, FALSE = 4, 2, 1
"""Truth values as members of a set of them."""

_OF = {Truth.TRUE: TRUE, Truth.UNKNOWN: UNKNOWN, Truth.FALSE: FALSE}


class Attainable:
    """One condition, and what it can come to for any set of facts supplied.

    Bit `n` of a set of facts is the one that `facts` numbers so.
    """

    __slots__ = ("_found", "_tree", "reads")

    def __init__(self, tree: Explained, facts: Mapping[str, int]) -> None:
        self._tree, self.reads = _compiled(tree, facts)
        self._found: dict[int, int] = {}

    def values(self, supplied: int) -> int:
        """The truth values that it can come to, as a set."""
        known = supplied & self.reads
        found = self._found.get(known)
        if found is None:
            found = self._found[known] = _values(self._tree, known)
        return found


_Tree = tuple[str, int, int, tuple["_Tree", ...]]
"""How the parts combine, or `""` for a test; its truth; the facts it lacks or reads; the parts."""


def _compiled(tree: Explained, facts: Mapping[str, int]) -> tuple[_Tree, int]:
    if not tree.parts:
        own = _OF[tree.truth]
        lacks = 0
        # A test that lacks a fact nobody can be asked for stays as it is.
        if tree.truth is Truth.UNKNOWN and all(ref in facts for ref in tree.missing):
            for ref in tree.missing:
                lacks |= 1 << facts[ref]
        return ("", own, lacks, ()), lacks
    inner = [_compiled(part, facts) for part in tree.parts]
    reads = 0
    for _, one in inner:
        reads |= one
    return (tree.fold, 0, reads, tuple(part for part, _ in inner)), reads


def _values(tree: _Tree, supplied: int) -> int:
    fold, own, reads, parts = tree
    if not parts:
        return TRUE | FALSE if reads and not reads & ~supplied else own
    inner = [_values(part, supplied) for part in parts]
    if fold == "not":
        (only,) = inner[:1]
        return only & UNKNOWN | (TRUE if only & FALSE else 0) | (FALSE if only & TRUE else 0)
    strong, weak = (FALSE, TRUE) if fold == "all" else (TRUE, FALSE)
    some, every, settled = 0, weak, False
    for one in inner:
        some |= one
        every &= one
        settled = settled or one == strong
    return some & strong | every | (some & UNKNOWN if not settled else 0)
