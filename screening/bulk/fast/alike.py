"""Rows that no test tells apart are decided once: by the engine, on the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from screening.bulk.answers import Decide, RowAnswer, answer_row
from screening.bulk.batches import Batch
from screening.bulk.fast.arrays import fit
from screening.bulk.fast.coding import Codes, coded, together
from screening.bulk.fast.lots import Outcome, Sorter
from screening.bulk.fast.signature import Signatures
from screening.bulk.reading import Reading, once, placed
from screening.bulk.remembered import Decided
from screening.bulk.table import Row
from screening.engine import Rulebook

_WRONG = np.uint64(0x9E3779B97F4A7C15)
"""Added to the signature of rows of which a value could not be read."""

MOST = 400_000
"""Combinations of cells that are remembered; beyond them all is forgotten."""

MOST_DECIDED = 100_000
"""Answers that are remembered; each holds its trace."""

_LICENSE, _CLAIM = "license", "license_exception_claimed"
_OF_EVERY_FACTOR = ("conflicting_facts",)


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
        self._decided: dict[bytes, Decided | None] = {}

    def _forget(self) -> None:
        self.sorter.forget()
        self._signatures.forget()
        self._decided.clear()

    def answer(self, batch: Batch) -> Answered:
        """The answers to a batch."""
        if len(self.sorter) > MOST:
            self._forget()
        if len(self._decided) > MOST_DECIDED:
            self._decided.clear()
        before = self.one_by_one
        lots = self.sorter.lots(batch)
        days = self.sorter.days(batch, lots)
        troubled = np.zeros(len(batch), bool)
        wrong = np.zeros(len(batch), bool)
        columns: list[tuple[Codes, int]] = []
        for lot in lots.values():
            _, dense = np.unique(lot.each(lambda outcome: outcome.code), return_inverse=True)
            columns.append((dense[lot.of_row], int(dense.max(initial=0)) + 1))
            troubled |= lot.each(lambda outcome: bool(outcome.form)).astype(bool)[lot.of_row]
            wrong |= lot.each(lambda outcome: bool(outcome.problems)).astype(bool)[lot.of_row]
        alone = ~fit(batch, lots)
        troubled |= wrong | self._apart(batch)
        # Odd rows have cells that say nothing, so a lot is of such rows or of others.
        first, same = together(
            [(alone.astype(np.int64), 2), (wrong.astype(np.int64), 2), *columns]
        )  # fmt: skip
        order = np.flatnonzero(~alone[first])
        order = order[np.argsort(first[order])]
        rows = first[order]
        sums = self._signatures.of(rows, lots, (days.cells, days.codes))
        sums[wrong[rows], 0] += _WRONG
        signs = np.ascontiguousarray(sums).view("V16").ravel()
        distinct: list[RowAnswer] = []
        number: dict[bytes, int] = {}
        known = np.full(len(first), -1, np.int64)
        for n, i, sign in zip(order.tolist(), rows.tolist(), signs.tolist(), strict=True):
            if sign not in number:
                decided = self._once(sign, i, batch)
                number[sign] = -1 if decided is None else len(distinct)
                if decided is not None:
                    distinct.append(RowAnswer(0, (), decided, ()))
            known[n] = number[sign]
        which = np.where(alone, -1, known[same])
        for i in np.flatnonzero(troubled | (which < 0)).tolist():
            alike = distinct[which[i]].decision if which[i] >= 0 else None
            answer = self._itself(batch.row(i), alike, [lot.outcomes[lot.of_row[i]]
                                                        for lot in lots.values()])  # fmt: skip
            which[i] = len(distinct)
            distinct.append(answer)
        return Answered(batch, which, distinct, self.one_by_one - before)

    def _once(self, key: bytes, i: int, batch: Batch) -> Decided | None:
        """What is decided of all rows like this one; `None` where the engine fails at it."""
        if key not in self._decided:
            self.decided_once += 1
            self._decided[key] = None
            shipment, _ = self.reading.shipment(batch.row(i))
            if shipment is not None:
                with suppress(Exception):  # where the engine fails each row is told so by itself
                    self._decided[key] = replace(self.decide(shipment), problems=())
        return self._decided[key]

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
