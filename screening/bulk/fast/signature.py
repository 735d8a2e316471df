"""Signatures: rows of one signature are decided alike, in every column of the answer.

An answer reads no more of a row than this: what its parties, license and claim are; what the tests
say that every allow and every assumption needs; and, of the rules that may hold, what their tests
say. A rule that surely does not hold is neither told nor asked about, and no assumption could make
it hold, as what is assumed only fills what is unknown. So rows that differ in tests of such rules
alone need no decision of their own.

A signature is a sum of numbers as good as random, one for each thing said of the row, in 128 bits:
that two rows say other things and have the same sum is no likelier than that the machine miscounts.
The numbers are drawn from what is said and a secret of the run, so that all its processes give rows
the same signatures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable
from itertools import islice

import numpy as np

from screening.bulk.fast.arrays import Arrays, Flags, Mixed, Span, of_conditions
from screening.bulk.fast.asked import presences, reads
from screening.bulk.fast.levels import Level
from screening.bulk.fast.lots import Lots, Sorter
from screening.bulk.fast.numbers import Codes, Column, Numbered, Words
from screening.bulk.fast.shared import digest_of
from screening.conditions.tree import Known, walk
from screening.decide.compile import Compiled
from screening.decide.gate import Gate
from screening.decide.indexed import tables
from screening.decide.view import View
from screening.decision import Finding, OverrideKind
from screening.vocabulary import Scope

_CHUNK = 4_096


class Signatures:
    """Gives rows their signatures."""

    def __init__(self, sorter: Sorter, secret: bytes) -> None:
        self.sorter = sorter
        self.arrays = Arrays(sorter)
        self._mixed = Mixed()
        self._secret = secret
        columns = sorter.rulebook.units.columns
        self._units = digest_of(tuple((c.rule.id, c.when, c.rule.conditions) for c in columns))
        """Units are numbered so; in another process perhaps otherwise."""
        self.forget()

    def forget(self) -> None:
        """The numbers that the sorter gave mean nothing any more."""
        self.arrays.forget()
        self._drawn = _Drawn(self._secret)
        self._reads: dict[int, _Reads] = {}

    def __len__(self) -> int:
        """How much is remembered."""
        return sum(len(reads) for reads in self._reads.values())

    def of(self, rows: Codes, lots: Lots) -> Words:
        """The signatures of rows, each of which has a code in every lot, in two words."""
        found = np.zeros((2, len(rows)), np.uint64)
        for span in self.arrays.spans(rows, lots):
            at = slice(None) if len(span.rows) == len(rows) else np.searchsorted(rows, span.rows)
            found[:, at] = self._of_span(span)
        return found

    def _of_span(self, span: Span) -> Words:
        sums = np.zeros((2, len(span.rows)), np.uint64)
        number, level = self.sorter.span_of(span.view), span.level
        when = self.sorter.said_of(span.view)
        codes = {name: lot.codes.all[of_row[span.rows]]
                 for name, (lot, of_row) in span.lots.by_factor.items()}  # fmt: skip
        classes = {name: self.sorter.classes[name, number] for name in codes}
        for name, of_row in codes.items():
            rests = classes[name].rests.all
            same = (rests == rests[0]).all()
            rest = rests[:1] if same else rests[of_row]
            sums += self._drawn.of("rest", rest, self.sorter.rests)
            if level is None:
                sums += self._drawn.of(("code", when, name), of_row,
                                       self.sorter.codes[name, number])  # fmt: skip
        if level is None:
            return sums
        if number not in self._reads:
            self._reads[number] = _Reads(self.sorter, self.arrays, span.view, number)
        reads = self._reads[number]
        told = self._told(span, level, reads)
        sums += self._drawn.of(("told", when, self._units), told, reads.sets)
        for name, of_row in codes.items():
            for field, answers in classes[name].answers.items():
                if field in reads.read:
                    said, every = reads.said(field, told, answers.all[of_row])
                    sums += self._drawn.of(("said", when, field), said, every)
        return sums

    def _told(self, span: Span, level: Level, reads: _Reads) -> Codes:
        """For each row the number of the set of units that are told."""
        words = level.match(span.rows, span.lots)
        in_hand = span.lots.any(lambda lot: lot.in_hand)[span.rows]
        numbers, new = reads.matched.of_both(*self._mixed.of([*words, in_hand.astype(np.uint64)]))
        if len(new):
            may = np.ascontiguousarray(words[level.wide :, new].T)
            reads.learn(of_conditions(may, level.bits), in_hand[new])
        return reads.set_of.all[numbers]


class _Drawn:
    """A number, of two words, for everything that can be said."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._of: dict[Hashable, tuple[int, Words]] = {}

    def of(self, kind: Hashable, numbers: Codes, said: Collection[Hashable]) -> Words:
        """Those of things of a kind, which are numbered in the order in which they were `said`."""
        count, drawn = self._of.get(kind, (0, np.zeros((2, _CHUNK), np.uint64)))
        if count < len(said):
            if len(said) > drawn.shape[1]:
                drawn = np.concatenate([drawn, np.zeros((2, len(said)), np.uint64)], axis=1)
            new = b"".join(self._draw((kind, thing)) for thing in islice(said, count, None))
            drawn[:, count : len(said)] = np.frombuffer(new, np.uint64).reshape(-1, 2).T
            self._of[kind] = len(said), drawn
        return drawn.take(numbers, axis=1)

    def _draw(self, thing: Hashable) -> bytes:
        return digest_of(thing, self._secret)


class _Reads:
    """Which tests of shipment fields each unit makes, in one span of dates.

    Unit -1 stands for what is read of every row: what an allow needs, and what assumptions need.
    """

    def __init__(self, sorter: Sorter, arrays: Arrays, view: View, span: int) -> None:
        content, units = sorter.rulebook.content, sorter.rulebook.units
        self._span = span
        self._told = sorter.told
        asked = sorter.asked_at(view).shipment
        _, gate = tables(units, arrays.compiled, view)
        self.units = units.count
        self.conditioned = units.conditioned
        self._live = _flags(gate.live, self.units)
        self._always = np.zeros(self.units, bool)
        self._idle = _idle(arrays.compiled, gate)
        self.read: dict[str, dict[int, frozenset[int] | None]] = {}
        """By field and unit which of its tests the unit makes; all where the values count."""
        self.matched = Numbered()
        """Numbers what is matched: the sets of conditions, and whether something is in hand."""
        self.set_of = Column(np.int64)
        """By that number the set of units that are told, also by number."""
        self.sets: dict[bytes, int] = {}
        self._made: dict[str, dict[tuple[bool, tuple[int, ...] | None], int]] = {}
        """By field what of its tests sets of units make, numbered: whether any unit reads the
        field at all, and which of its tests; all where the values count."""
        self._made_by: dict[str, Column[np.int64]] = {}
        """By field and set of units the number of what it makes of the field's tests."""
        self._pairs: dict[str, Numbered] = {}
        self._said: dict[str, tuple[dict[Hashable, int], Column[np.int64]]] = {}
        for unit in range(-1, self.units):
            if unit < 0:
                trees = [*content.header.allow_requires, *(a.when for a in content.assumptions)]
            else:
                rule = units.columns[unit].rule
                trees = [units.columns[unit].when, *([rule.conditions] if rule.conditions else [])]
                if any(isinstance(node, Known) for tree in trees for node in walk(tree)):
                    self._always[unit] = True  # an assumption could make it true
            found = reads(trees, view)
            if unit < 0:
                fields = content.vocabulary.of(Scope.SHIPMENT)
                for id in presences(content.assumptions, fields):
                    found.setdefault(id, {})
            for field in sorted(found.keys() & asked.tests.keys()):
                tests = list(asked.tests[field])
                self.read.setdefault(field, {})[unit] = (
                    None if field in asked.whole
                    else frozenset(n for n, test in enumerate(tests) if test in found[field])
                )  # fmt: skip
        for field in self.read:
            self._made[field], self._made_by[field] = {}, Column(np.int64)
            self._pairs[field], self._said[field] = Numbered(), ({}, Column(np.int64))

    def __len__(self) -> int:
        return self.matched.count

    def learn(self, may: Flags, in_hand: Flags) -> None:
        """What is told of rows of which another thing is matched than before."""
        sets: list[int] = []
        for told, bits in zip(flags := self.told(may, in_hand), np.packbits(flags, axis=1),
                              strict=True):  # fmt: skip
            key = bits.tobytes()
            if key not in self.sets:
                self.sets[key] = len(self.sets)
                self._see(np.flatnonzero(told).tolist())
            sets.append(self.sets[key])
        self.set_of.add(sets)

    def _see(self, units: list[int]) -> None:
        for field, by_unit in self.read.items():
            made = [by_unit[unit] for unit in (-1, *units) if unit in by_unit]
            whole = None in made
            tests = sorted({n for some in made if some for n in some})
            key = (bool(made), None if whole else tuple(tests))
            self._made_by[field].add([self._made[field].setdefault(key, len(self._made[field]))])

    def said(self, field: str, told: Codes, answers: Codes) -> tuple[Codes, Collection[Hashable]]:
        """For each row the number of what the tests of the field answer that are told of it; and
        all that they answer, by number."""
        made = self._made_by[field].all[told]
        found, new = self._pairs[field].of_pairs(made, answers)
        numbers, of_pair = self._said[field]
        if len(new):
            tests = list(self._made[field])
            every = [(), *self._told.get((self._span, field), {})]
            for i in new.tolist():
                (any_made, at), answer = tests[made[i]], every[answers[i]]
                there = answers[i] > 0 and any_made
                said = answer if at is None else tuple(answer[n] for n in at) if there else ()
                key = (any_made, at, there, said)
                of_pair.add([numbers.setdefault(key, len(numbers))])
        return of_pair.all[found], numbers

    def told(self, may: Flags, in_hand: Flags) -> Flags:
        """For each row the units whose tests an answer may tell or hang on.

        `in_hand` are the rows with a license or a claim, which reach rules without a test.
        """
        found = may[:, : self.units].copy()
        own = self.conditioned
        found[:, :own] &= may[:, self.units : self.units + own]
        found |= self._always
        found &= self._live
        idle = [(unit, ~(found[:, others].any(axis=1) | in_hand)) for unit, others in self._idle]
        for unit, rows in idle:
            found[rows, unit] = self._always[unit]
        return found


def _idle(compiled: Compiled, gate: Gate) -> list[tuple[int, list[int]]]:
    """Replacements, each with the units without any of which it is of no consequence.

    What it replaces does not stand then; it is not told, defeats nothing that is, and is defeated
    by nothing. Not those that count as absent, which could help; nor what shares its step of the
    ladder with another finding, or makes the decision stale.
    """
    steps = Counter(step.rank for step in Finding)
    beside: dict[int, set[int]] = {}
    for i, column in enumerate(compiled.columns):
        unit, rule = gate.of_column[i], column.rule
        if (
            rule.kind is not OverrideKind.REPLACING or rule.absent_unless_shown or rule.built_in
            or column.finding is None or steps[column.finding.rank] > 1 or gate.stale >> unit & 1
        ):  # fmt: skip
            continue
        near = (*column.replaces, *column.reached_by, *compiled.reached.get(i, ()))
        beside.setdefault(unit, set()).update(gate.of_column[k] for k in near)
    return [(unit, sorted(near)) for unit, near in beside.items()]


def _flags(bits: int, count: int) -> Flags:
    return np.array([bits >> n & 1 for n in range(count)], bool)
