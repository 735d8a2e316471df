"""Verdict and finding of many rows at once: the tables of the index and the program, on arrays.

Which conditions hold is read as words (`levels`), and rows of which the same is known are ruled on
once: the decision program then runs with a bit for each of them. What rows are told apart by, and
which of them have to be decided by themselves, is said by `lots`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screening.bulk.batches import Batch
from screening.bulk.fast.levels import Level
from screening.bulk.fast.lots import Flags, Lots
from screening.bulk.fast.numbers import Codes, Column, Mixed, Numbered
from screening.bulk.fast.ruling import OF_DECISION, Program
from screening.bulk.fast.sorter import Sorter
from screening.bulk.fast.spans import Matched, Span, matched
from screening.decide.indexed import tables
from screening.decide.view import View
from screening.decision import Authority

MOST_COMBINED = 128_000_000
"""The bytes, about, of combinations of cells that are remembered; beyond them all is forgotten."""

MOST_MATCHED = 64_000_000
"""Likewise of sets of conditions."""


@dataclass(frozen=True)
class Ruled:
    """For each row the position of its verdict and finding, where `by_arrays` could tell."""

    verdicts: npt.NDArray[np.int8]
    findings: npt.NDArray[np.int8]
    by_arrays: Flags


class Arrays:
    """Rules on batches of one table as far as arrays can, on facts without assumptions."""

    def __init__(self, sorter: Sorter, authority: Authority | None = None) -> None:
        self.sorter = sorter
        self.rulebook = sorter.rulebook
        self.compiled = sorter.rulebook.compiled(authority)
        self.units = sorter.rulebook.units
        self._mixed = Mixed()
        self.forget()

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._levels: dict[int, Level | None] = {}
        self._ruled: dict[int, _Known] = {}

    @property
    def weight(self) -> int:
        """The bytes, about, of what is remembered."""
        return sum(known.numbers.weight for known in self._ruled.values()) + sum(
            level.weight for level in self._levels.values() if level is not None
        )

    def rule(self, batch: Batch) -> Ruled:
        """Verdicts and findings of the rows that nothing keeps from being ruled on by arrays."""
        verdicts = np.zeros(len(batch), np.int8)
        findings = np.zeros(len(batch), np.int8)
        told = np.zeros(len(batch), bool)
        for span in self.spans_of(batch):
            if span.level is not None:
                verdicts[span.rows], findings[span.rows] = self._rule(span, span.level)
                told[span.rows] = True
        return Ruled(verdicts, findings, told)

    def _rule(self, span: Span, level: Level) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        words = level.match(span.rows, span.lots)
        more = [span.lots.any(lambda lot: lot.problems)[span.rows].astype(np.uint64)]
        for name in OF_DECISION[:2]:
            if name in span.lots.by_factor:
                lot, of_row = span.lots.by_factor[name]
                more.append(lot.codes.all[of_row[span.rows]].astype(np.uint64))
        known = self._ruled.setdefault(level.span, _Known())
        numbers, new = known.numbers.of(*self._mixed.of([*words, *more]))
        if len(new):
            sub = Span(span.view, span.rows[new], span.lots, level)
            verdicts, findings = Program(
                self.rulebook, self.compiled, sub, matched(sub.rows, words[:, new], level)
            ).run()
            known.verdicts.add(verdicts.tolist())
            known.findings.add(findings.tolist())
        return known.verdicts.all[numbers], known.findings.all[numbers]

    def spans_of(self, batch: Batch) -> list[Span]:
        """The rows of each span of dates that can be read by arrays.

        Who reads batches so, and not by signatures, has memory bounded here.
        """
        if self.sorter.weight > MOST_COMBINED or self.weight > MOST_MATCHED:
            self.sorter.forget()
            self.forget()
        lots = self.sorter.lots(batch)
        return list(self.spans(np.flatnonzero(lots.fit(batch)), lots))

    def spans(self, rows: Codes, lots: Lots) -> Iterator[Span]:
        """Rows of a batch by spans of dates."""
        spans = lots.spans[rows]
        for n in np.unique(spans).tolist():
            here = rows[spans == n]
            view = self.sorter.view(self.sorter.day(int(lots.days[here[0]])))
            yield Span(view, here, lots, self._level(n, view))

    def _level(self, span: int, view: View) -> Level | None:
        if span not in self._levels:
            index, _ = tables(self.units, self.compiled, view)
            self._levels[span] = None if index.shipment.opaque else Level(self.sorter, index, view)
        return self._levels[span]

    def match(self, span: Span) -> Matched | None:
        """Which conditions hold of the rows; `None` where a test needs more than arrays."""
        level = span.level
        if level is None:
            return None
        return matched(span.rows, level.match(span.rows, span.lots), level)


class _Known:
    """What was ruled of rows of which the same is known."""

    def __init__(self) -> None:
        self.numbers = Numbered(words=2)
        self.verdicts, self.findings = Column(np.int8), Column(np.int8)
