"""The conditions of one rule explained for one shipment, or for all that they see alike."""

from __future__ import annotations

from collections.abc import Iterable

from orjson import OPT_SORT_KEYS, dumps

from screening.conditions.names import Names, Unnamed
from screening.conditions.reasons import Explained, named
from screening.once import once
from screening.truth import Truth


class Told:
    """A rule's `when`, and its `conditions` if it has any."""

    def __init__(self, trees: Iterable[Explained]) -> None:
        self.trees = tuple(trees)
        self._named: tuple[tuple[str, ...], tuple[Explained, ...]] = ((), ())

    def named(self, names: Names) -> tuple[Explained, ...]:
        """The explanations with the names of the shipment's parties."""
        if not self.speaks_of_parties:
            return self.trees
        before, found = self._named
        if before != names.texts:
            found = tuple(named(tree, names) for tree in self.trees)
            self._named = (names.texts, found)
        return found

    @once
    def unnamed(self) -> Unnamed:
        """The trees in JSON form as canonical text, but for names."""
        text = dumps([tree.in_parts() for tree in self.trees], option=OPT_SORT_KEYS)
        return Unnamed(text[1:-1])  # for a list of several

    @once
    def length(self) -> int:
        """About how many characters it takes to write."""
        return sum(tree.length for tree in self.trees)

    @once
    def size(self) -> int:
        """About how many bytes it takes, without the parts that are remembered by themselves."""
        return 1_000 + sum(tree.size for tree in self.trees)

    @once
    def speaks_of_parties(self) -> bool:
        """Whether any part is told of a party that is not named."""
        return any(tree.speaks_of_parties for tree in self.trees)

    @once
    def missing(self) -> tuple[str, ...]:
        """The facts for want of which it is unknown."""
        open_ = (tree.lacks for tree in self.trees if tree.truth is Truth.UNKNOWN)
        return tuple(dict.fromkeys(ref for lacks in open_ for ref in lacks))

    @once
    def assumed(self) -> bool:
        """Whether any of its tests saw something that was assumed."""
        return any(tree.assumes for tree in self.trees)

    @once
    def shape(self) -> tuple[int, ...]:
        """The same wherever all parts have the same truth and lack the same facts."""
        return tuple(tree.shape for tree in self.trees)
