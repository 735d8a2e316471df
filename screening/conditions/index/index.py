"""The levels of a rulebook's conditions, and what each needs to know of the ones before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from screening.conditions.explain import World
from screening.conditions.index.dated import DatedIndex, Recalled
from screening.conditions.index.level import Level
from screening.conditions.index.signals import Reads, Signals
from screening.conditions.index.table import MOST_CELLS
from screening.conditions.tree import EveryParty, Expr, SomeListing, SomeParty, classes_used
from screening.memory import Room

Definition = tuple[str, Expr]
"""A class and one of the meanings that it has at some time."""


class Index:
    """Conditions and classes brought into levels, once for a rulebook; it knows no dates.

    `conditions` are read of whole shipments; bit `n` of an answer speaks of condition `n`.
    `classes` gives every definition that a class has at any time.
    """

    def __init__(
        self, conditions: Sequence[Expr], classes: Mapping[str, Iterable[Expr]] | None = None
    ) -> None:
        self.definitions = _by_depth({id: tuple(found) for id, found in (classes or {}).items()})
        self.known_classes = frozenset(id for level in self.definitions for id, _ in level)
        room = Room(MOST_CELLS)
        self.shipment = Level(conditions, room)
        self.goods = [Level([meaning for _, meaning in level], room) for level in self.definitions]
        self.bodies = _bodies_of(
            t for t in self.shipment.signals if isinstance(t, SomeParty | EveryParty)
        )
        self.party = Level(tuple(self.bodies), room)
        self.entries = _bodies_of(t for t in self.party.signals if isinstance(t, SomeListing))
        self.listing = Level(tuple(self.entries), room)
        self.shipment_signals = self._signals(Reads.SHIPMENT, self.shipment)
        self.party_signals = self._signals(Reads.PARTY, self.party)
        self.listing_signals = self._signals(Reads.LISTING, self.listing)
        self.read = Recalled()
        self.goods_signals = [self._signals(Reads.GOODS, level) for level in self.goods]

    def _signals(self, reads: Reads, level: Level) -> Signals:
        return Signals(reads, level.signals, self.known_classes, self.bodies, self.entries)

    def at(self, world: World, live: int | None = None) -> DatedIndex:
        """The index for dates between which nothing in the world changes.

        `live` are the conditions that can matter there; the bits of others stay 0.
        """
        every = (1 << len(self.shipment.conditions)) - 1
        return DatedIndex(self, world, every if live is None else live)

    @property
    def whole(self) -> tuple[Expr, ...]:
        """What would need too many clauses, and so is asked of *explain* each time."""
        levels = (self.shipment, self.party, self.listing, *self.goods)
        return tuple(level.conditions[n] for level in levels for n in level.whole)


def _bodies_of(tests: Iterable[SomeParty | EveryParty | SomeListing]) -> dict[Expr, int]:
    """What is asked of one party or one list entry, each thing once and numbered."""
    return {body: n for n, body in enumerate(dict.fromkeys(test.body for test in tests))}


def _by_depth(classes: Mapping[str, tuple[Expr, ...]]) -> list[list[Definition]]:
    """The definitions in levels, each after all classes that it uses.

    Left out are classes that use themselves, or one that is not there: *explain* is asked of them.
    """
    levels: list[list[Definition]] = []
    placed: set[str] = set()
    pending = dict(classes)
    while True:
        ready = [
            id for id, meanings in pending.items()
            if placed.issuperset(used for meaning in meanings for used in classes_used(meaning))
        ]  # fmt: skip
        if not ready:
            return levels
        levels.append([(id, m) for id in ready for m in dict.fromkeys(pending.pop(id))])
        placed.update(ready)
