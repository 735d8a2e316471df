"""What an answer reads of a row: which tests are told of it, or count, by what may hold of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable

import numpy as np

from screening.bulk.fast.arrays import Arrays
from screening.bulk.fast.asked import presences, reads
from screening.bulk.fast.lots import Flags
from screening.bulk.fast.numbers import Codes, Column, Numbered
from screening.bulk.fast.sorter import Sorter
from screening.conditions.tree import Known, walk
from screening.decide.compile import Compiled
from screening.decide.gate import Gate
from screening.decide.indexed import tables
from screening.decide.view import View
from screening.decision import Finding, OverrideKind
from screening.vocabulary import Scope

_OF_SET, _OF_SAID = 150, 300
"""The bytes, about, of what is kept of a set of units, and of what tests said."""


class Reads:
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
        self.matched = Numbered(words=2)
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

    @property
    def weight(self) -> int:
        """The bytes, about, of what is remembered."""
        sets = len(self.sets) * (_OF_SET + self.units // 8 + 8 * len(self.read))
        said = sum(len(numbers) for numbers, _ in self._said.values()) * _OF_SAID
        return (self.matched.weight + sets + said
                + sum(pairs.weight for pairs in self._pairs.values()))  # fmt: skip

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
