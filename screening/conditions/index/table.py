"""A table: from what one source says to the clauses whose part of it surely, and possibly, holds.

Filled on demand, one cell at a time, by asking *explain*; kept within bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from screening.casting import Value
from screening.conditions.explain import Scope, World, truth
from screening.conditions.index.cells import Cell, Cells, DayCells
from screening.conditions.index.clauses import leaves
from screening.conditions.tree import (
    All,
    Always,
    AnyOf,
    Compare,
    Expr,
    Known,
    Matches,
    Member,
    Not,
)
from screening.facts import Fact, Facts, Provenance, Values
from screening.memory import Room
from screening.truth import Truth, all_of, any_of
from screening.vocabulary import FieldType

MOST_CELLS = 65_536
"""Cells that all tables of an index remember. Beyond them they start anew: texts have no end, and
there are as many tables of a field as spans of dates are asked of. One takes some 300 bytes."""

MOST_READ = 8_192
"""Parties, goods and the like that an index remembers what was read of, twice at most; one takes
about a kilobyte."""


class Masks(NamedTuple):
    """Two sets of clauses, or of conditions, as the bits of two integers."""

    sure: int
    may: int


class TestFailed(Exception):
    """A test raised an error: what it is a part of has to be asked of *explain*."""

    __test__ = False  # not a test of pytest


@dataclass(frozen=True, slots=True)
class Part:
    """What clauses ask of one source, and the bits of the clauses that ask it."""

    expr: Expr
    clauses: int


class Parts:
    """All that is asked of one source: the parts, and the single tests in them."""

    __slots__ = ("all", "tests")

    def __init__(self, parts: Iterable[Part]) -> None:
        self.all = tuple(parts)
        self.tests = tuple(dict.fromkeys(leaf for p in self.all for leaf in leaves(p.expr)))

    def alive(self, live: int) -> Parts:
        """Only what the `live` clauses ask."""
        return Parts(p for p in self.all if p.clauses & live)

    def masks(self, everything: int, test: Callable[[Expr], Truth]) -> Masks:
        """The clauses, out of `everything`, that hold as far as this source goes.

        Every test is asked, also where another has settled the part: one that fails must show.
        """
        known = {leaf: test(leaf) for leaf in self.tests}
        sure = may = everything
        for part in self.all:
            holds = combined(part.expr, known)
            if not holds.sure:
                sure &= ~part.clauses
            if not holds.possible:
                may &= ~part.clauses
        return Masks(sure, may)


def combined(expr: Expr, known: Mapping[Expr, Truth]) -> Truth:
    """The truth of a part from that of its tests."""
    match expr:
        case All(parts):
            return all_of(combined(p, known) for p in parts)
        case AnyOf(parts):
            return any_of(combined(p, known) for p in parts)
        case Not(part):
            return ~combined(part, known)
        case Always():
            return Truth.TRUE
        case _:
            return known[expr]


_NOTHING = Facts({})


def _ask(world: World, values: Values) -> Callable[[Expr], Truth]:
    scope = Scope(world, _NOTHING, values)

    def test(leaf: Expr) -> Truth:
        return truth(leaf, scope)

    return test


class FieldTable:
    """The table of one field in one world."""

    __slots__ = (
        "_cells", "_everything", "_masks", "_parts", "_room", "_world", "field", "kind", "missing",
    )  # fmt: skip

    def __init__(
        self, field: str, parts: Parts, cells: Cells, everything: int, world: World, room: Room
    ) -> None:
        self.field = field
        self.kind = next((kind for t in parts.tests if (kind := _type_of(t))), FieldType.TEXT)
        """The type by which most of its values go; one of another type is read all the same."""
        self._parts = parts
        self._cells = cells
        self._everything = everything
        self._world = world
        self._room = room
        self._masks: dict[Cell, Masks] = {}
        try:
            self.missing = parts.masks(everything, _ask(world, {}))
        except Exception as error:
            raise TestFailed from error

    def masks(self, facts: Sequence[Fact]) -> Masks:
        """The masks for the values of the field, of which there is at least one.

        Of several each test is asked: it holds if it holds for each. Raises `TestFailed`.
        """
        try:
            if len(facts) == 1:
                cell = self._cells.cell(facts[0].value)
            else:
                cell = ("several", *(self._cells.cell(f.value) for f in facts))
            return self._masks.get(cell) or self._fill(cell, facts)
        except Exception as error:
            raise TestFailed from error

    def _fill(self, cell: Cell, facts: Sequence[Fact]) -> Masks:
        values = tuple(
            _fact(self._cells.representative(self._cells.cell(f.value), f.value)) for f in facts
        )
        found = self._parts.masks(self._everything, _ask(self._world, {self.field: values}))
        return self._room.put(self._masks, cell, found)


class DaysTable:
    """The table of the days from one field's date to the law date."""

    __slots__ = ("_cells", "_everything", "_masks", "_parts", "_room", "field", "missing")

    def __init__(self, field: str, parts: Parts, everything: int, room: Room) -> None:
        self.field = field
        self._parts = parts
        self._cells = DayCells(parts.tests)
        self._everything = everything
        self._room = room
        self._masks: dict[Cell, Masks] = {}
        self.missing = parts.masks(everything, _ask(_On(None), {}))

    def masks(self, facts: Sequence[Fact], law_date: date | None) -> Masks:
        """The masks for the dates, of which there is at least one. Raises `TestFailed`."""
        try:
            cells = tuple(self._cells.cell(f.value, law_date) for f in facts)
            return self._masks.get(cells) or self._fill(cells)
        except Exception as error:
            raise TestFailed from error

    def _fill(self, cells: tuple[Cell, ...]) -> Masks:
        # Each test is asked of each date with a law date of its own, then held to be the same.
        seen = [self._cells.representative(cell) for cell in cells]

        def test(leaf: Expr) -> Truth:
            found = {_ask(_On(day), {self.field: (_fact(value),)})(leaf) for value, day in seen}
            return found.pop() if len(found) == 1 else Truth.UNKNOWN

        found = self._parts.masks(self._everything, test)
        return self._room.put(self._masks, cells, found)


@dataclass(slots=True)
class _On:
    """A world of which only the law date is asked."""

    law_date: date | None

    def in_group(self, group: str, value: str) -> Truth:
        """Never asked: days know of no groups."""
        raise AssertionError(f"INVARIANT: days are in no group such as {group}")

    def group_holds(self, group: str) -> bool:
        """Never asked: days know of no groups."""
        raise AssertionError(f"INVARIANT: days are in no group such as {group}")

    def class_meaning(self, class_id: str) -> Expr | Truth:
        """Never asked: days are no goods."""
        raise AssertionError(f"INVARIANT: days are in no class such as {class_id}")


class SignalTable:
    """The table of all signals of a level at once: their truth is given, not asked.

    Signal `n` has bit `n` in two integers: those that surely, and those that possibly, hold.
    """

    __slots__ = ("_everything", "_masks", "_room", "of", "used")

    def __init__(self, parts: Mapping[int, Parts], everything: int, room: Room) -> None:
        self._everything = everything
        self._room = room
        self._masks: dict[Cell, Masks] = {}
        self.used = 0
        self.of: dict[int, tuple[Masks, Masks, Masks]] = {}
        """Of each signal the masks when it is false, unknown and true."""
        for n, asked in parts.items():
            self.of[n] = (_if(asked, everything, Truth.FALSE),
                          _if(asked, everything, Truth.UNKNOWN),
                          _if(asked, everything, Truth.TRUE))  # fmt: skip
            self.used |= 1 << n

    def masks(self, sure: int, may: int) -> Masks:
        """The masks for these signals."""
        cell = (sure & self.used, may & self.used)
        return self._masks.get(cell) or self._fill(cell)

    def _fill(self, cell: tuple[int, int]) -> Masks:
        sure = may = self._everything
        for n, masks in self.of.items():
            one = masks[(cell[0] >> n & 1) + (cell[1] >> n & 1)]
            sure &= one.sure
            may &= one.may
        return self._room.put(self._masks, cell, Masks(sure, may))


def _type_of(test: Expr) -> FieldType | None:
    match test:
        case Member(field) | Compare(field) | Matches(field) | Known(field):
            return field.type
        case _:
            return None


def _if(parts: Parts, everything: int, holds: Truth) -> Masks:
    return parts.masks(everything, lambda test: holds)


def _fact(value: Value) -> Fact:
    return Fact(value, Provenance.GIVEN)
