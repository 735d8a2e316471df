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

from collections.abc import Collection, Hashable
from itertools import islice

import numpy as np

from screening.bulk.fast.arrays import Arrays
from screening.bulk.fast.levels import Level
from screening.bulk.fast.lots import Lots
from screening.bulk.fast.numbers import Codes, Mixed, Words
from screening.bulk.fast.reads import Reads
from screening.bulk.fast.shared import digest_of
from screening.bulk.fast.sorter import Sorter
from screening.bulk.fast.spans import Span, of_conditions

_CHUNK = 256


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
        self._reads: dict[int, Reads] = {}

    @property
    def weight(self) -> int:
        """The bytes, about, of what is remembered."""
        return (self.arrays.weight + self._drawn.weight
                + sum(reads.weight for reads in self._reads.values()))  # fmt: skip

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
            self._reads[number] = Reads(self.sorter, self.arrays, span.view, number)
        reads = self._reads[number]
        told = self._told(span, level, reads)
        sums += self._drawn.of(("told", when, self._units), told, reads.sets)
        for name, of_row in codes.items():
            for field, answers in classes[name].answers.items():
                if field in reads.read:
                    said, every = reads.said(field, told, answers.all[of_row])
                    sums += self._drawn.of(("said", when, field), said, every)
        return sums

    def _told(self, span: Span, level: Level, reads: Reads) -> Codes:
        """For each row the number of the set of units that are told."""
        words = level.match(span.rows, span.lots)
        in_hand = span.lots.any(lambda lot: lot.in_hand)[span.rows]
        numbers, new = reads.matched.of(*self._mixed.of([*words, in_hand.astype(np.uint64)]))
        if len(new):
            may = np.ascontiguousarray(words[level.wide :, new].T)
            reads.learn(of_conditions(may, level.bits), in_hand[new])
        return reads.set_of.all[numbers]


class _Drawn:
    """A number, of two words, for everything that can be said."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._of: dict[Hashable, tuple[int, Words]] = {}

    @property
    def weight(self) -> int:
        """The bytes of the numbers."""
        return sum(drawn.nbytes for _, drawn in self._of.values())

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
