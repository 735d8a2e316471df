"""Rows that no test tells apart are decided once: by the engine, on the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from screening.bulk.answers import Decide, RowAnswer, answer_row
from screening.bulk.batches import Batch
from screening.bulk.fast.arrays import MOST_COMBINED, MOST_MATCHED
from screening.bulk.fast.coding import coded
from screening.bulk.fast.lots import Outcome, Sorter
from screening.bulk.fast.numbers import Codes, Numbered
from screening.bulk.fast.signature import Signatures
from screening.bulk.reading import Reading, once, placed
from screening.bulk.remembered import Decided
from screening.bulk.table import Row
from screening.engine import Rulebook

_WRONG = np.uint64(0x9E3779B97F4A7C15)
"""Added to the signature of rows of which a value could not be read."""

MOST_DECIDED = 100_000
"""Answers that are remembered; each holds its trace."""


@dataclass(frozen=True)
class Answered:
    """The answers to a batch: each distinct one, and which of them each row has."""

    batch: Batch
    which: Codes
    distinct: Sequence[RowAnswer]
    """Without lines and cells, which are the row's own."""
    by_itself: int = 0
    """How many rows were decided one by one."""

    def of(self, i: int) -> RowAnswer:
        """The answer to one row."""
        row = self.batch.row(i)
        return replace(self.distinct[int(self.which[i])], line=row.line, cells=row.cells)

    def __iter__(self) -> Iterator[RowAnswer]:
        for which, row in zip(self.which.tolist(), self.batch.rows(), strict=True):
            yield replace(self.distinct[which], line=row.line, cells=row.cells)


class Alike:
    """Decides batches of one table; what it has decided it remembers."""

    def __init__(self, rulebook: Rulebook, reading: Reading, decide: Decide) -> None:
        self.rulebook = rulebook
        self.reading = reading
        self.decide = decide
        self.decided_once = 0
        """Rows that the engine was asked of because nothing like them had been decided."""
        self.one_by_one = 0
        """Rows that had to be decided by themselves."""
        self.sorter = Sorter(rulebook, reading)
        self._signatures = Signatures(self.sorter)
        self._numbers = Numbered()
        """Of signatures."""
        self._decided: list[RowAnswer | None] = []
        """By the number of a signature."""

    def _forget(self) -> None:
        self.sorter.forget()
        self._signatures.forget()
        self._forget_decisions()

    def _forget_decisions(self) -> None:
        self._numbers = Numbered()
        self._decided = []

    def answer(self, batch: Batch) -> Answered:
        """The answers to a batch."""
        if len(self.sorter) > MOST_COMBINED or len(self._signatures) > MOST_MATCHED:
            self._forget()
        if len(self._decided) > MOST_DECIDED:
            self._forget_decisions()
        before = self.one_by_one
        lots = self.sorter.lots(batch)
        alone = ~lots.fit(batch)
        wrong = lots.any(lambda lot: lot.problems)
        troubled = lots.any(lambda lot: lot.form) | wrong | self._apart(batch)
        rows = np.flatnonzero(~alone)
        sums = self._signatures.of(rows, lots)
        sums[0, wrong[rows]] += _WRONG
        numbers, new = self._numbers.of_both(sums[0], sums[1])
        self._decided += [self._once(int(rows[n]), batch) for n in new.tolist()]
        used, dense = np.unique(numbers, return_inverse=True)
        answers = [self._decided[n] for n in used.tolist()]
        distinct = [a for a in answers if a is not None]
        place = np.cumsum([a is not None for a in answers], dtype=np.int64) - 1
        place[[n for n, a in enumerate(answers) if a is None]] = -1
        which = np.full(len(batch), -1, np.int64)
        which[rows] = place[dense]
        for i in np.flatnonzero(troubled | (which < 0)).tolist():
            alike = distinct[which[i]].decision if which[i] >= 0 else None
            which[i] = len(distinct)
            distinct.append(self._itself(batch.row(i), alike, lots.outcomes(i)))
        return Answered(batch, which, distinct, self.one_by_one - before)

    def _once(self, i: int, batch: Batch) -> RowAnswer | None:
        """What is decided of all rows like this one; `None` where the engine fails at it."""
        self.decided_once += 1
        shipment, _ = self.reading.shipment(batch.row(i))
        if shipment is not None:
            with suppress(Exception):  # where the engine fails each row is told so by itself
                return RowAnswer(0, (), replace(self.decide(shipment), problems=()), ())
        return None

    def _itself(
        self, row: Row, alike: Decided | None, outcomes: Sequence[Outcome]
    ) -> RowAnswer:  # fmt: skip
        """The answer to a row of which something is wrong, or that no other is like."""
        reading = self.reading
        wrong = [o for o in outcomes if o.form or o.problems]
        apart = reading.disagreement(row) if row.problem is None else None
        if alike is not None and len(wrong) <= 1:
            form = [p for o in wrong for p in o.form] + ([apart] if apart else [])
            found = tuple(p for o in wrong for p in o.problems)
            told = once(placed(p, row, reading.columns, reading.file) for p in (*form, *found))
            return RowAnswer(row.line, row.cells, replace(alike, problems=found), told)
        self.one_by_one += 1
        shipment, problems = reading.shipment(row)
        return answer_row(row, shipment, problems, reading.columns, reading.file, self.decide)

    def _apart(self, batch: Batch) -> npt.NDArray[np.bool_]:
        """The rows whose shipment's lines disagree."""
        at = self.reading.columns.at("shipment_id")
        if at is None or not self.reading.apart:
            return np.zeros(len(batch), bool)
        ids = coded(batch.cells[str(at)])
        said = np.array([cell.strip() in self.reading.apart for cell in ids.cells], bool)
        return said[ids.codes] if len(batch) else np.zeros(0, bool)
