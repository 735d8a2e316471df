"""Signatures: rows of one signature are decided alike, in every column of the answer.

An answer reads no more of a row than this: what its parties, license and claim are; what the tests
say that every allow and every assumption needs; and, of the rules that may hold, what their tests
say. A rule that surely does not hold is neither told nor asked about, and no assumption could make
it hold, as what is assumed only fills what is unknown. So rows that differ in tests of such rules
alone need no decision of their own.

A signature is a sum of random numbers, one for each thing said of the row, in 128 bits: that two
rows say other things and have the same sum is no likelier than that the machine miscounts.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Hashable, Iterator

import numpy as np
import numpy.typing as npt

from screening.bulk.fast.arrays import Arrays, Flags, Span, of_conditions
from screening.bulk.fast.asked import presences, reads
from screening.bulk.fast.coding import Codes
from screening.bulk.fast.lots import Lots, Sorter
from screening.conditions.tree import Known, walk
from screening.decide.compile import Compiled
from screening.decide.gate import Gate
from screening.decide.indexed import tables
from screening.decide.view import View
from screening.decision import Finding, OverrideKind
from screening.vocabulary import Scope

Sums = npt.NDArray[np.uint64]
"""For each row two numbers."""

_CHUNK = 4_096


class Signatures:
    """Gives rows their signatures."""

    def __init__(self, sorter: Sorter) -> None:
        self.sorter = sorter
        self.arrays = Arrays(sorter)
        self._numbers = _Numbers()
        self._tables: dict[int, _Reads] = {}

    def forget(self) -> None:
        """The numbers that the sorter gave mean nothing any more."""
        self._numbers = _Numbers()
        self._tables.clear()

    def of(self, rows: Codes, lots: dict[str, Lots], days: tuple[list[str], Codes]) -> Sums:
        """The signatures of rows, each of which has a code in every lot."""
        found = np.zeros((len(rows), 2), np.uint64)
        for span in self.arrays.spans(rows, lots, days):
            found[np.searchsorted(rows, span.rows)] = self._of_span(span)
        return found

    def _of_span(self, span: Span) -> Sums:
        sums = np.zeros((len(span.rows), 2), np.uint64)
        for name in span.lots:
            outcomes, of_row = span.outcomes(name)
            sums += self._numbers.of([("rest", o.rest) for o in outcomes])[of_row]
        matched = self.arrays.match(span)
        if matched is None:
            for name in span.lots:
                outcomes, of_row = span.outcomes(name)
                sums += self._numbers.of([("code", o.code) for o in outcomes])[of_row]
            return sums
        table = self._reads(span.view)
        in_hand = span.any(lambda o: bool(o.facts and (o.facts.license or
                                                       o.facts.exception_claimed)))  # fmt: skip
        told = table.told(of_conditions(matched.may, matched.bits), in_hand)
        answers = dict(_answers(span))
        for unit in range(-1, table.units):
            rows: Codes | slice = slice(None)
            if unit >= 0:
                rows = np.flatnonzero(told[:, unit])
                if not len(rows):
                    continue
                sums[rows] += self._numbers.of([("unit", unit)])
            for field in table.fields[unit]:
                if field in answers:
                    numbers = table.numbers(unit, field, self._numbers)
                    sums[rows] += numbers[answers[field][rows]]
        return sums

    def _reads(self, view: View) -> _Reads:
        span = self.sorter.span_of(view)
        if span not in self._tables:
            self._tables[span] = _Reads(self.sorter, self.arrays, view, span)
        return self._tables[span]


def _answers(span: Span) -> Iterator[tuple[str, Codes]]:
    """By shipment field for each row the number of what its tests answer, from 1; 0 if absent."""
    for name in span.lots:
        outcomes, of_row = span.outcomes(name)
        for field in sorted({id for o in outcomes for id in o.answers}):
            said = np.array([o.answers.get(field, -1) + 1 for o in outcomes], np.int64)
            yield field, said[of_row]


class _Numbers:
    """A random number, of two parts, for everything that can be said; it lasts for this process."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(int.from_bytes(os.urandom(16), "little"))
        self._place: dict[Hashable, int] = {}
        self._drawn = np.empty((0, 2), np.uint64)

    def of(self, things: list[tuple[Hashable, ...]]) -> Sums:
        """The numbers of these things."""
        place = self._place
        at = [place.setdefault(thing, len(place)) for thing in things]
        while len(place) > len(self._drawn):
            more = self._rng.integers(0, 1 << 64, (_CHUNK, 2), np.uint64, endpoint=False)
            self._drawn = np.concatenate([self._drawn, more])
        return self._drawn[at]


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
        self.fields: dict[int, list[str]] = {}
        self._at: dict[tuple[int, str], tuple[int, ...] | None] = {}
        """Of the tests of a field those that the unit makes; all where the values count."""
        self._made: dict[tuple[int, str], Sums] = {}
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
            self.fields[unit] = sorted(found.keys() & asked.tests.keys())
            for field in self.fields[unit]:
                tests = list(asked.tests[field])
                self._at[unit, field] = (
                    None if field in asked.whole
                    else tuple(n for n, test in enumerate(tests) if test in found[field])
                )  # fmt: skip

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

    def numbers(self, unit: int, field: str, numbers: _Numbers) -> Sums:
        """The numbers of all that the unit's tests of the field have answered so far."""
        told = self._told.get((self._span, field), {})
        made = self._made.get((unit, field))
        if made is None or len(made) <= len(told):
            at = self._at[unit, field]
            answers = list(told)[0 if made is None else len(made) - 1 :]
            kept = [a if at is None else tuple(a[n] for n in at) for a in answers]
            more = numbers.of([(self._span, unit, field, *a) for a in kept])
            before = np.zeros((1, 2), np.uint64) if made is None else made
            made = self._made[unit, field] = np.concatenate([before, more])
        return made


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
