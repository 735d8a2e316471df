"""The signals of a level by kind, and the bit of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from screening.conditions.tree import EveryParty, Expr, InClass, SomeListing, SomeParty


class Reads(Enum):
    """The scope in which a level is read."""

    SHIPMENT = "shipment"
    GOODS = "goods"  # a class: it reads the shipment, wherever it is asked
    PARTY = "party"
    LISTING = "listing"


@dataclass(frozen=True, slots=True)
class Asked:
    """The party tests of one kind about the same roles.

    Their bodies stand side by side from bit `start` on, in the order of all bodies, so that one
    shift brings what is known of the parties to its place. `bodies` are those that are asked.
    """

    every: bool
    roles: tuple[str, ...]
    start: int
    bodies: int


class Signals:
    """Which bit each signal has, and from what its truth comes.

    What is not of the level's own kind, such as a party test inside a party test, and a test of two
    fields, is `opaque`: it is asked of *explain* each time.
    """

    def __init__(
        self, reads: Reads, tests: tuple[Expr, ...], known_classes: frozenset[str],
        bodies: Mapping[Expr, int], entries: Mapping[Expr, int],
    ) -> None:  # fmt: skip
        self.bits: dict[Expr, int] = {}
        self.classes: list[tuple[int, InClass]] = []
        self.opaque: list[tuple[int, Expr]] = []
        self.listings: int | None = None
        """Where the bodies of list-entry tests begin."""
        starts: dict[tuple[bool, tuple[str, ...]], int] = {}
        asked: dict[tuple[bool, tuple[str, ...]], int] = {}
        free = 0
        for test in tests:
            match test:
                case SomeParty(roles, body) | EveryParty(roles, body) if reads is Reads.SHIPMENT:
                    block = (isinstance(test, EveryParty), roles)
                    if block not in starts:
                        starts[block] = free
                        free += len(bodies)
                    self.bits[test] = starts[block] + bodies[body]
                    asked[block] = asked.get(block, 0) | 1 << bodies[body]
                    continue
                case SomeListing(body) if reads is Reads.PARTY:
                    if self.listings is None:
                        self.listings = free
                        free += len(entries)
                    self.bits[test] = self.listings + entries[body]
                    continue
                case InClass(ids) if known_classes.issuperset(ids):
                    self.classes.append((free, test))
                case _:
                    self.opaque.append((free, test))
            self.bits[test] = free
            free += 1
        self.parties = [
            Asked(every, roles, starts[every, roles], bits)
            for (every, roles), bits in asked.items()
        ]
