"""What conditions can still come to once more facts are known, in many hypothetical worlds at once.

A world supplies some of the facts that are missing. Bit `j` of an integer speaks of world `j`, so
one walk over the conditions answers for every world. Tests are taken as independent, so this errs
towards asking too little, never towards a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from screening.conditions.reasons import Explained
from screening.truth import Truth


class Reach(NamedTuple):
    """The worlds in which a condition can be true, stay unknown, be false."""

    true: int
    unknown: int
    false: int


class Conditions:
    """Conditions laid out so that what they share is looked at once."""

    def __init__(self, trees: Iterable[Explained], facts: Mapping[str, int]) -> None:
        """`facts` numbers those that may be supplied. Some tests are settled by a fact's absence:
        that it is there fails until it is."""
        self._facts = facts
        # What comes first comes to the same in every world.
        self._steps: list[tuple[str, tuple[int, ...]]] = []
        self._of: dict[int, int] = {}  # by shape
        for tree in trees:
            self._place(tree)

    def _place(self, tree: Explained) -> int:
        """Where the condition's reach stands among all."""
        if not tree.wants:  # most of most trees: nothing in it can come out otherwise
            return _PLACE[tree.truth]
        known = self._of.get(tree.shape)
        if known is not None:
            return known
        if tree.parts:
            step: tuple[str, tuple[int, ...]] = (
                tree.fold,
                tuple(self._place(part) for part in tree.parts),
            )
        elif all(ref in self._facts for ref in tree.missing):
            step = (tree.truth.name, tuple(self._facts[ref] for ref in tree.missing))
        else:  # it lacks a fact that nobody can be asked for, and stays as it is
            return _PLACE[tree.truth]
        self._steps.append(step)
        place = self._of[tree.shape] = len(_PLACE) + len(self._steps) - 1
        return place

    def of(self, tree: Explained) -> int:
        """The place of one of the conditions, or of a part of them."""
        return self._place(tree)

    def reaches(self, supplied: Sequence[int], every: int) -> Sequence[Reach]:
        """By place, what can be reached. Of each fact the worlds are given that supply it."""
        found = [Reach(every, 0, 0), Reach(0, every, 0), Reach(0, 0, every)]
        for fold, inner in self._steps:
            if fold in Truth.__members__:  # a test, and what it comes to for want of facts
                known = every
                for fact in inner:
                    known &= supplied[fact]
                before = {Truth[fold]: every & ~known}
                found.append(Reach(known | before.get(Truth.TRUE, 0), before.get(Truth.UNKNOWN, 0),
                                   known | before.get(Truth.FALSE, 0)))  # fmt: skip
            elif fold == "not":
                true, unknown, false = found[inner[0]]
                found.append(Reach(false, unknown, true))
            else:
                found.append(_folded(fold, [found[n] for n in inner], every))
        return found


_PLACE = {Truth.TRUE: 0, Truth.UNKNOWN: 1, Truth.FALSE: 2}


def _folded(fold: str, inner: Sequence[Reach], every: int) -> Reach:
    """What the whole can come to, from what its parts can come to."""
    # One strong part settles the whole; it is weak if all parts are, else unknown.
    some = only = unknown = 0
    weak = every
    for true, open_, false in inner:
        strong, other = (false, true) if fold == "all" else (true, false)
        some |= strong
        weak &= other
        unknown |= open_
        only |= strong & ~(other | open_)
    unknown &= ~only
    return Reach(weak, unknown, some) if fold == "all" else Reach(some, unknown, weak)
