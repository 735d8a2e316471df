"""Which conditions hold of rows: the tables of the index over classes of cells, as words.

A set of conditions is a column of 64-bit words, one word below the other, with a row of the table
for each place in it; what a row of the table says is the AND of what its lots of cells say. The
words of a class of cells are made once, when it is met.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screening.bulk.fast.lots import Lots, Outcome, Sorter, own_values
from screening.bulk.fast.numbers import Codes, Numbered, Words
from screening.conditions.explain import scope_of
from screening.conditions.index import DatedIndex, Masks
from screening.conditions.index.dated import of_parties
from screening.decide.view import View
from screening.facts import UNKNOWN_PARTY, Fact, Facts, PartyFacts, Provenance
from screening.vocabulary import ROLES

CONFLICT = "conflicting_facts"
_ROWS = 4_096
"""Rows that are read together: as many as stay near the processor."""


class Table:
    """The words of sets that are numbered from 0, first what is sure and then what may be."""

    def __init__(self, wide: int) -> None:
        self.wide = wide
        self.count = 0
        self.words: Words = np.zeros((2 * wide, 64), np.uint64)

    def add(self, masks: Sequence[Masks]) -> None:
        """Put the next sets in."""
        if not masks:
            return
        count = self.count + len(masks)
        if count > self.words.shape[1]:
            room = np.zeros((2 * self.wide, count), np.uint64)
            self.words = np.concatenate([self.words, room], axis=1)
        self.words[: self.wide, self.count : count] = as_words([m.sure for m in masks], self.wide).T
        self.words[self.wide :, self.count : count] = as_words([m.may for m in masks], self.wide).T
        self.count = count


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
        self._signals = _Signals(self)

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

    def any_conflict(self, rows: Codes, lots: Lots) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
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


class _Signals:
    """What classes of goods and parties leave of the clauses, each combination once."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._index = level.index
        self._read = {id for g in self._index.goods for id in (*g.tables.fields, *g.tables.days)}
        self._goods: tuple[str, ...] | None = None
        self._parties: tuple[str, ...] | None = None
        self._seen: dict[str, tuple[int, bool]] = {}
        self._forget()

    def _forget(self) -> None:
        self._of_goods, self._of_parties = _Combined(), _Combined()
        self._classes: dict[Masks, int] = {}
        self._class_of: list[int] = []
        self._facts: list[Facts] = []
        self._numbers = Numbered()
        self._table = Table(self._level.wide)
        self._once: dict[tuple[int, Masks], Masks] = {}

    def of(self, rows: Codes, lots: Lots) -> tuple[Table, Codes]:
        """The sets, and which of them each row has."""
        level, index = self._level, self._index
        parties = tuple(n for n in lots.by_factor
                        if n in ROLES or n in ("parties", "parties_complete"))  # fmt: skip
        goods = tuple(name for name in lots.by_factor if self._of_classes(name, name in parties))
        if (goods, parties) != (self._goods, self._parties):
            self._goods, self._parties = goods, parties
            self._forget()
        which, new = self._of_goods.of(goods, rows, lots)
        for i in new.tolist():
            facts = merged(goods, rows[i], lots)
            found = index.read_goods(scope_of(facts, level.view))
            self._class_of.append(self._classes.setdefault(found, len(self._classes)))
        classes = np.array(self._class_of, np.int64)[which]
        known = list(self._classes)
        if not index.shipment.parties:
            self._table.add([level.level.settled(c, Masks(0, 0))
                             for c in known[self._table.count :]])  # fmt: skip
            return self._table, classes
        who, new = self._of_parties.of(parties, rows, lots)
        self._facts += [merged(parties, rows[i], lots) for i in new.tolist()]
        which, new = self._numbers.of_pairs(classes, who)
        self._table.add([
            level.level.settled(known[classes[i]], self._said(self._facts[who[i]],
                                                              known[classes[i]]))
            for i in new.tolist()
        ])  # fmt: skip
        return self._table, which

    def _of_classes(self, name: str, party: bool) -> bool:
        """Whether the classes of goods hang on this factor."""
        if CONFLICT in self._read or (party and any(g.opaque for g in self._index.goods)):
            return True
        kept = self._level.kept(name)
        seen, found = self._seen.get(name, (0, False))
        found = found or any(
            o.facts and not self._read.isdisjoint(own_values(name, o.facts)) for o in kept[seen:]
        )
        self._seen[name] = len(kept), found
        return found

    def _said(self, facts: Facts, classes: Masks) -> Masks:
        """What party tests ask, of all parties."""
        index = self._index
        scope = scope_of(facts, self._level.view)

        def of(party: PartyFacts) -> Masks:
            key = (id(party), classes)
            if key not in self._once:
                self._once[key] = index.read_party(party, scope, classes)
            return self._once[key]

        sure = may = 0
        for asked in index.shipment.parties:
            said = [of(p) for p in facts.parties if not p.roles.isdisjoint(asked.roles)]
            if not all(facts.role_known(role) for role in asked.roles):
                said.append(of(UNKNOWN_PARTY))
            some = of_parties(asked, said)
            sure |= some.sure
            may |= some.may
        return Masks(sure, may)


class _Combined:
    """Numbers the classes that several factors have together."""

    def __init__(self) -> None:
        self._numbers: dict[str, Numbered] = {}

    def of(self, names: Sequence[str], rows: Codes, lots: Lots) -> tuple[Codes, Codes]:
        """The number of each row; where new ones were met first."""
        found, new = self._of("").of(np.zeros(len(rows), np.uint64))
        for name in names:
            lot, of_row = lots.by_factor[name]
            found, new = self._of(name).of_pairs(found, lot.codes.all[of_row[rows]])
        return found, new

    def _of(self, name: str) -> Numbered:
        return self._numbers.setdefault(name, Numbered())


def merged(names: Sequence[str], row: int, lots: Lots) -> Facts:
    """The facts of a row from those of some of its factors."""
    outcomes = [(name, lot.outcomes[of_row[row]]) for name in names
                for lot, of_row in [lots.by_factor[name]]]  # fmt: skip
    found = [(name, o.facts) for name, o in outcomes if o.facts is not None]
    if not found:
        return Facts({})
    conflicts = tuple(c for _, facts in found for c in facts.conflicts)
    values = {k: v for name, facts in found for k, v in own_values(name, facts).items()}
    values[CONFLICT] = (Fact(bool(conflicts), Provenance.DERIVED),)
    return Facts(
        values, tuple(party for _, facts in found for party in facts.parties),
        frozenset(role for _, facts in found for role in facts.roles_absent),
        any(facts.parties_complete for _, facts in found),
        next((facts.license for _, facts in found if facts.license is not None), None),
    )  # fmt: skip


def as_words(bits: Sequence[int], wide: int) -> Words:
    """Sets of conditions as rows of words."""
    mask = (1 << 64 * wide) - 1
    data = b"".join((b & mask).to_bytes(8 * wide, "little") for b in bits)
    return np.frombuffer(data, np.uint64).reshape(-1, wide)
