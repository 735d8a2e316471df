"""A level: conditions that are read in one scope, laid out as the bits of their clauses.

The first clause of condition `n` has bit `n`; further clauses have the bits above all conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from screening.conditions.explain import World
from screening.conditions.index.cells import Cells
from screening.conditions.index.clauses import (
    Clause,
    DaysSince,
    OfField,
    Signal,
    Source,
    TooManyClauses,
    clauses_of,
    whole,
)
from screening.conditions.index.reader import Packing, Read, plain_reader, reader
from screening.conditions.index.table import (
    MOST_CELLS,
    DaysTable,
    FieldTable,
    Masks,
    Part,
    Parts,
    SignalTable,
    TestFailed,
)
from screening.conditions.tree import Expr
from screening.facts import Values
from screening.memory import Room

READS_BEFORE_ITS_OWN = 4


class Level:
    """The layout: which clause asks what of which source. It knows no dates."""

    def __init__(self, conditions: Sequence[Expr], room: Room | None = None) -> None:
        """`room` is what all tables of an index share."""
        self.room = room or Room(MOST_CELLS)
        self.conditions = tuple(conditions)
        self.whole: list[int] = []
        """The conditions that would need too many clauses and are asked of *explain* as one."""
        forms = [self._form(n, expr) for n, expr in enumerate(self.conditions)]
        self.further: list[tuple[int, int]] = []
        """For a condition of several clauses: its bit, and the bits of the further clauses."""
        self.possible = 0
        """The clauses that there are: a condition that never holds has none."""
        asked: dict[Source, dict[Expr, int]] = {}
        above = len(forms)
        for n, clauses in enumerate(forms):
            rest = 0
            for k, clause in enumerate(clauses):
                bit = 1 << n
                if k:
                    bit = 1 << above
                    above += 1
                    rest |= bit
                self.possible |= bit
                for source, part in clause.items():
                    parts = asked.setdefault(source, {})
                    parts[part] = parts.get(part, 0) | bit
            if rest:
                self.further.append((1 << n, rest))
        self.everything = (1 << above) - 1
        self.asked = {
            source: Parts(Part(expr, bits) for expr, bits in parts.items())
            for source, parts in asked.items()
        }
        self.signals = tuple(source.test for source in asked if isinstance(source, Signal))

    def _form(self, n: int, expr: Expr) -> tuple[Clause, ...]:
        try:
            return clauses_of(expr)
        except TooManyClauses:
            self.whole.append(n)
            return whole(expr)

    def clauses_for(self, conditions: int) -> int:
        """The clauses of some conditions."""
        found = conditions
        for bit, rest in self.further:
            if conditions & bit:
                found |= rest
        return found & self.possible


class LevelTables:
    """The tables of a level in one world, for the conditions that are alive in it."""

    def __init__(self, level: Level, world: World, signals: dict[Expr, int], live: int) -> None:
        """`signals` gives each signal its bit. `live` are the conditions to be read."""
        self.level = level
        self.live = live
        start = level.clauses_for(live)
        self._start = start
        self._conditions = (1 << len(level.conditions)) - 1
        self._owner: dict[int, int] = {}
        """Of each further clause the condition that it belongs to."""
        for bit, rest in level.further:
            if bit & live:
                self._owner |= dict.fromkeys(_bits(rest), bit)
        self._rest = _union(self._owner)
        self.further = [(bit, rest) for bit, rest in level.further if bit & live]
        self.fields: dict[str, FieldTable] = {}
        self.days: dict[str, DaysTable] = {}
        used: dict[int, Parts] = {}
        for source, all_parts in level.asked.items():
            parts = all_parts.alive(start)
            if not parts.all:
                continue
            match source:
                case OfField(id):
                    cells = Cells(parts.tests)
                    self.fields[id] = FieldTable(id, parts, cells, start, world, level.room)
                case DaysSince(id):
                    self.days[id] = DaysTable(id, parts, start, level.room)
                case Signal(test):
                    used[signals[test]] = parts
        self.signals = SignalTable(used, start, level.room)
        self._days = tuple(self.days.items())
        self._packing = Packing(start)
        self._signalled: dict[tuple[int, int], int] = {}
        self._reads = 0
        self._plain: Read | None = None
        self._read: Read = self._first_read

    def _first_read(self, values: Values, left: int) -> int:
        """A reader of its own costs as much as many reads: it is made once there are some."""
        self._reads += 1
        tables = tuple(self.fields.values())
        if self._plain is None:
            self._plain = plain_reader(tables, self._packing)
        if self._reads > READS_BEFORE_ITS_OWN:
            self._read = reader(tables, self._packing, self.level.room)
        return self._plain(values, left)

    def read(self, values: Values, sure: int, may: int, law_date: date | None) -> Masks:
        """The conditions that surely, and that possibly, hold of these values.

        `sure` and `may` are the signals. Raises `TestFailed`.
        """
        return self.read_on(values, self.settled(sure, may), law_date)

    def settled(self, sure: int, may: int) -> int:
        """What these signals leave of the clauses: those that surely hold, and that may."""
        used = self.signals.used
        signals = (sure & used, may & used)
        left = self._signalled.get(signals)
        return self._settle(signals) if left is None else left

    def read_on(self, values: Values, left: int, law_date: date | None) -> Masks:
        """`read`, of the clauses that are left. Raises `TestFailed`."""
        packing = self._packing
        try:
            left = self._read(values, left)
        except TestFailed:
            raise
        except Exception as error:
            raise TestFailed from error
        for id, days in self._days:
            facts = values.get(id)
            left &= packing.packed(days.masks(facts, law_date) if facts else days.missing)
        sure, may = left & packing.low, left >> packing.width
        # Without further clauses the conditions are the clauses.
        return self.folded(sure, may) if self._owner else Masks(sure, may)

    def _settle(self, signals: tuple[int, int]) -> int:
        found = self._packing.packed(self.signals.masks(*signals))
        return self.level.room.put(self._signalled, signals, found)

    def folded(self, sure: int, may: int) -> Masks:
        """From clauses to conditions: one that has several holds if any of them does."""
        rest = may & self._rest
        while rest:
            bit = rest & -rest
            rest ^= bit
            may |= self._owner[bit]
            if sure & bit:
                sure |= self._owner[bit]
        return Masks(sure & self._conditions, may & self._conditions)


def _bits(some: int) -> Iterator[int]:
    while some:
        bit = some & -some
        some ^= bit
        yield bit


def _union(bits: Iterable[int]) -> int:
    found = 0
    for bit in bits:
        found |= bit
    return found
