"""Rows that no test tells apart are decided once: by the engine, on the first of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from screening.bulk.answers import RowAnswer, answer_row
from screening.bulk.batches import Batch
from screening.bulk.fast.arrays import MOST_COMBINED, MOST_MATCHED
from screening.bulk.fast.coding import coded
from screening.bulk.fast.collecting import uncollected
from screening.bulk.fast.decisions import Decisions
from screening.bulk.fast.lots import Lots, Outcome
from screening.bulk.fast.numbers import Codes, Words
from screening.bulk.fast.shared import Shared
from screening.bulk.fast.signature import Signatures
from screening.bulk.fast.sorter import Sorter
from screening.bulk.reading import Reading, once, placed
from screening.bulk.remembered import Decided
from screening.bulk.table import Row
from screening.engine import Rulebook
from screening.facts import Facts
from screening.shipment import Shipment

Decide = Callable[[Shipment | Facts], Decided]

_WRONG = np.uint64(0x9E3779B97F4A7C15)
"""Added to the signature of rows of which a value could not be read."""

_MOST_MARKED = 4_096
"""Answers with what is wrong that are remembered."""


@dataclass(frozen=True)
class Answered:
    """The answers to a batch: each distinct one, and which of them each row has."""

    batch: Batch
    which: Codes
    distinct: Sequence[RowAnswer]
    """Without lines and cells, which are the row's own, nor the place of problems in the file."""
    by_itself: int = 0
    """How many rows were decided one by one."""

    def of(self, i: int) -> RowAnswer:
        """The answer to one row."""
        return _told(self.distinct[int(self.which[i])], self.batch.row(i))

    def __iter__(self) -> Iterator[RowAnswer]:
        for which, row in zip(self.which.tolist(), self.batch.rows(), strict=True):
            yield _told(self.distinct[which], row)


def _told(answer: RowAnswer, row: Row) -> RowAnswer:
    """The answer as that to one row."""
    problems = tuple(
        p.at(replace(p.place, row=row.line)) if p.place else p for p in answer.problems
    )
    return replace(answer, line=row.line, cells=row.cells, problems=problems)


class Alike:
    """Decides batches of one table; what it has decided it remembers."""

    def __init__(
        self, rulebook: Rulebook, reading: Reading, decide: Decide, secret: bytes | None = None,
        shared: Shared | None = None,
    ) -> None:  # fmt: skip
        """Processes that have `shared` what they decide have one `secret`."""
        secret = secret or os.urandom(32)
        self.rulebook = rulebook
        self.reading = reading
        self.decide = decide
        self.decided_once = 0
        """Rows that the engine was asked of because nothing like them had been decided."""
        self.one_by_one = 0
        """Rows that had to be decided by themselves."""
        self.sorter = Sorter(rulebook, reading)
        self._shared = shared
        self._signatures = Signatures(self.sorter, secret)
        self._decisions = Decisions()
        self._known_marked: dict[tuple[int, ...], tuple[list[Outcome], RowAnswer]] = {}
        """Answers with what is wrong, by the number of a signature and what is wrong."""

    def answer(self, batch: Batch) -> Answered:
        """The answers to a batch."""
        with uncollected():
            return self._answer(batch)

    def _answer(self, batch: Batch) -> Answered:
        if self.sorter.weight > MOST_COMBINED or self._signatures.weight > MOST_MATCHED:
            # What is said of rows is said anew; the same signatures come of it.
            self.sorter.forget()
            self._signatures.forget()
        if self._decisions.turn():
            self._known_marked.clear()
        before = self.one_by_one
        lots = self.sorter.lots(batch)
        alone = ~lots.fit(batch)
        wrong = lots.any(lambda lot: lot.problems)
        apart = self._apart(batch)
        troubled = lots.any(lambda lot: lot.form) | wrong | apart
        rows = np.flatnonzero(~alone)
        sums = self._signatures.of(rows, lots)
        sums[0, wrong[rows]] += _WRONG
        numbers = self._decisions.of(
            sums, lambda signatures, at: self._learned(signatures, rows[at].tolist(), batch, lots)
        )
        used, dense = np.unique(numbers, return_inverse=True)
        answers = self._decisions.answers(used)
        distinct = [a for a in answers if a is not None]
        place = np.cumsum([a is not None for a in answers], dtype=np.int64) - 1
        place[[n for n, a in enumerate(answers) if a is None]] = -1
        which = np.full(len(batch), -1, np.int64)
        which[rows] = place[dense]
        of_row = np.full(len(batch), -1, np.int64)
        of_row[rows] = numbers
        placed_at: dict[int, int] = {}
        for i in np.flatnonzero(troubled | (which < 0)).tolist():
            alike = distinct[which[i]].decision if which[i] >= 0 else None
            answer = self._troubled(batch, i, int(of_row[i]), alike, lots, bool(apart[i]))
            which[i] = placed_at.setdefault(id(answer), len(distinct))
            if which[i] == len(distinct):
                distinct.append(answer)
        return Answered(batch, which, distinct, self.one_by_one - before)

    def _learned(
        self, signatures: Words, rows: Sequence[int], batch: Batch, lots: Lots
    ) -> list[RowAnswer | None]:
        """What is decided of rows of new signatures, here or by another process before."""
        shared = self._shared
        if shared is None:
            return [self._once(i, batch, lots) for i in rows]
        found: list[RowAnswer | None] = [None] * len(rows)
        pairs = list(zip(*signatures.tolist(), strict=True))
        for n in shared.in_turn(signatures[0]):
            found[n] = shared.find(pairs[n])
            if found[n] is None:
                found[n] = self._once(rows[n], batch, lots)
                if found[n] is not None:
                    shared.tell(pairs[n], found[n])
        return found

    def _once(self, i: int, batch: Batch, lots: Lots) -> RowAnswer | None:
        """What is decided of all rows like this one; `None` where the engine fails at it."""
        self.decided_once += 1
        said = lots.facts(i) or self.reading.shipment(batch.row(i))[0]
        if said is not None:
            with suppress(Exception):  # where the engine fails each row is told so by itself
                return RowAnswer(0, (), replace(self.decide(said), problems=()), ())
        return None

    def _troubled(
        self, batch: Batch, i: int, number: int, alike: Decided | None, lots: Lots, apart: bool
    ) -> RowAnswer:  # fmt: skip
        """The answer to a row of which something is wrong, or that no other is like."""
        wrong = [o for o in lots.outcomes(i) if o.form or o.problems]
        if alike is None or len(wrong) > 1:
            return self._itself(batch.row(i))
        if apart:
            return self._marked(alike, wrong, batch.row(i))
        key = (number, *map(id, wrong))
        known = self._known_marked.get(key)
        if known is None:  # an entry holds what is wrong, so that the ids are its own
            if len(self._known_marked) >= _MOST_MARKED:
                self._known_marked.clear()
            known = self._known_marked[key] = wrong, self._marked(alike, wrong, batch.row(i))
        return known[1]

    def _marked(self, alike: Decided, wrong: Sequence[Outcome], row: Row) -> RowAnswer:
        """What rows alike are answered, and what is wrong with this one."""
        reading = self.reading
        apart = reading.disagreement(row)
        form = [p for o in wrong for p in o.form] + ([apart] if apart else [])
        found = tuple(p for o in wrong for p in o.problems)
        told = once(placed(p, row, reading.columns, reading.file) for p in (*form, *found))
        return RowAnswer(0, (), replace(alike, problems=found), told)

    def _itself(self, row: Row) -> RowAnswer:
        """The answer to a row that is decided by itself."""
        self.one_by_one += 1
        reading = self.reading
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
