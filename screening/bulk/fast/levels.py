"""Which conditions hold of rows: the tables of the index over classes of cells, as words.

A set of conditions is a column of 64-bit words, one word below the other, with a row of the table
for each place in it; what a row of the table says is the AND of what its lots of cells say. The
words of a class of cells are made once, when it is met.
"""

from __future__ import annotations

import numpy as np

from screening.bulk.fast.lots import CONFLICT, Flags, Lots, Outcome, own_values
from screening.bulk.fast.numbers import Codes, Words
from screening.bulk.fast.signals import Signals
from screening.bulk.fast.sorter import Sorter
from screening.bulk.fast.tables import Table, as_words
from screening.conditions.index import DatedIndex, Masks
from screening.decide.view import View
from screening.facts import Fact, Provenance

_ROWS = 4_096
"""Rows that are read together: as many as stay near the processor."""


class Level:
    """The shipment level of the index in one span of dates, over the classes of each factor."""

    def __init__(self, sorter: Sorter, index: DatedIndex, view: View) -> None:
        self.sorter = sorter
        self.index = index
        self.view = view
        self.span = sorter.span_of(view)
        self.level = level = index.shipment
        self.bits = len(level.tables.level.conditions)
        self.wide = (level.tables.level.everything.bit_length() + 63) // 64
        self._everywhere = Masks(level.tables.level.everything, level.tables.level.everything)
        self._conflicts = Table(self.wide)
        if CONFLICT in level.tables.fields:
            told = level.tables.fields[CONFLICT]
            self._conflicts.add([told.masks((Fact(v, Provenance.DERIVED),)) for v in (False, True)])
        self._ids: dict[str, set[str]] = {}
        """By factor the fields of this level that its cells settle."""
        self._tables: dict[str, Table] = {}
        self._signals = Signals(self)

    @property
    def weight(self) -> int:
        """The bytes, about, of what is remembered besides what the sorter remembers."""
        return self._signals.weight + sum(t.words.nbytes for t in self._tables.values())

    def kept(self, name: str) -> list[Outcome]:
        """By class what the cells of a factor come to here."""
        found = self.sorter.classes.get((name, self.span))
        return found.kept if found else []

    def match(self, rows: Codes, lots: Lots) -> Words:
        """For each row the words of the conditions that surely hold, then of those that may."""
        self._learn(lots)
        parts: list[tuple[Words, Codes]] = []
        same = Table(self.wide)
        same.add([self._absent()])
        fixed = same.words[:, 0]
        for name, table in self._tables.items():
            if table.count == 1:
                fixed = fixed & table.words[:, 0]
            elif self._ids.get(name):
                lot, of_row = lots.by_factor[name]
                parts.append((table.words, lot.codes.all[of_row[rows]]))
        if self._conflicts.count:
            said = self.any_conflict(rows, lots)
            parts.append((self._conflicts.words, said.astype(np.int64)))
        signals, of_row = self._signals.of(rows, lots)
        if signals.count == 1:
            fixed = fixed & signals.words[:, 0]
        else:
            parts.append((signals.words, of_row))
        found = np.empty((2 * self.wide, len(rows)), np.uint64)
        for start in range(0, len(rows), _ROWS):
            here = slice(start, min(start + _ROWS, len(rows)))
            for n, one in enumerate(found[:, here]):
                one[:] = fixed[n]
                for words, codes in parts:
                    one &= words[n].take(codes[here])
        self._fold(found[: self.wide])
        self._fold(found[self.wide :])
        return found

    def any_conflict(self, rows: Codes, lots: Lots) -> Flags:
        """The rows of which sources contradict each other."""
        found = np.zeros(len(rows), bool)
        for name, (lot, of_row) in lots.by_factor.items():
            classes = self.sorter.classes.get((name, self.span))
            if classes is not None and (said := classes.conflicts.all).any():
                found |= said[lot.codes.all[of_row[rows]]]
        return found

    def _learn(self, lots: Lots) -> None:
        """Make the words of classes that were not met before."""
        tables = self.level.tables
        for name in lots.by_factor:
            kept = self.kept(name)
            table = self._tables.setdefault(name, Table(self.wide))
            if table.count == len(kept):
                continue
            new = kept[table.count :]
            ids = self._ids.setdefault(name, set())
            more = {id for o in new if o.facts for id in own_values(name, o.facts)
                    if id in tables.fields or id in tables.days} - ids  # fmt: skip
            if more:
                ids |= more
                table = self._tables[name] = Table(self.wide)
                new = kept
            table.add([self._of_fields(ids, name, o) for o in new])

    def _absent(self) -> Masks:
        """What is left where no cell says anything of some fields."""
        read = {id for ids in self._ids.values() for id in ids}
        found = self._everywhere
        for id, table in self.level.tables.fields.items():
            if id not in read and id != CONFLICT:
                found = Masks(found.sure & table.missing.sure, found.may & table.missing.may)
        for id, days in self.level.tables.days.items():
            if id not in read:
                found = Masks(found.sure & days.missing.sure, found.may & days.missing.may)
        return found

    def _of_fields(self, ids: set[str], name: str, outcome: Outcome) -> Masks:
        """The clauses that hold as far as some fields go."""
        found = self._everywhere
        tables = self.level.tables
        values = {} if outcome.facts is None else own_values(name, outcome.facts)
        for id in ids:
            facts = values.get(id)
            table, days = tables.fields.get(id), tables.days.get(id)
            for one in (
                None if table is None else table.masks(facts) if facts else table.missing,
                None if days is None
                else days.masks(facts, self.sorter.view(outcome.day).law_date) if facts
                else days.missing,
            ):  # fmt: skip
                if one is not None:
                    found = Masks(found.sure & one.sure, found.may & one.may)
        return found

    def _fold(self, held: Words) -> None:
        """From clauses to conditions, as `LevelTables.folded` does."""
        for bit, rest in self.level.tables.further:
            (one,), (others,) = as_words([bit], self.wide), as_words([rest], self.wide)
            some = np.zeros(held.shape[1], bool)
            for n in np.flatnonzero(others).tolist():
                some |= (held[n] & others[n]) != 0
            for n in np.flatnonzero(one).tolist():
                held[n, some] |= one[n]
