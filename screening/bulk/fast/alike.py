"""Rows that no test tells apart are decided once: by the engine, on the first of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from screening.bulk.answers import Decide, RowAnswer, answer_row
from screening.bulk.batches import Batch
from screening.bulk.fast.asked import AskedOf, asked_of
from screening.bulk.fast.coding import (
    Coded,
    Codes,
    Nameless,
    Reduction,
    Unread,
    coded,
    numbers_for,
    recoded,
    together,
)
from screening.bulk.fast.factors import (
    GOODS,
    LAW_DATE,
    Factor,
    Reader,
    factors_of,
    hangs_on_date,
    license_answers,
)
from screening.bulk.fast.factors import Read as ReadCells
from screening.bulk.headers import Columns
from screening.bulk.reading import Reading, once, placed
from screening.bulk.remembered import Decided
from screening.bulk.table import Row
from screening.conditions.tree import Known
from screening.decide.view import Epoch, View
from screening.engine import Rulebook
from screening.facts import Facts, Values
from screening.problems import Problem
from screening.vocabulary import FieldType, Scope

MOST = 400_000
"""Combinations of cells that are remembered; beyond them all is forgotten."""

_LICENSE, _CLAIM = "license", "license_exception_claimed"
_OF_EVERY_FACTOR = ("conflicting_facts",)


@dataclass(frozen=True)
class Outcome:
    """What one combination of cells of one factor means to the rulebook at one date.

    `code` is the same for what no test tells apart, and -1 where its rows are decided one by one.
    """

    code: int
    form: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    facts: Facts | None = None
    day: str = ""
    """A law date of the span, or the one, for which it holds."""


@dataclass(frozen=True)
class Answered:
    """The answers to a batch: each distinct one, and which of them each row has."""

    batch: Batch
    which: Codes
    distinct: Sequence[RowAnswer]
    """Without lines and cells, which are the row's own."""

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
        content = rulebook.content
        self._asked = asked_of(content)
        self._reader = Reader(content, reading.known_as_of)
        self._factors = factors_of(*self._dated(), content, self._asked)
        self._exact = {f.name for f in self._factors if self._counts_days(f)}
        self._reductions = {
            (f.name, i): found
            for f in self._factors for k, i in enumerate(f.at)
            if (found := self._reduction(f, k)) is not None
        }  # fmt: skip
        self._exceptions = rulebook.compiled(None).exceptions
        self._epochs: dict[Epoch, int] = {}
        self._asked_in: dict[Epoch, AskedOf] = {}
        self._codes: dict[Hashable, int] = {}
        self._forget()

    def _dated(self) -> tuple[Columns, Mapping[str, object]]:
        """The columns and given facts; the date of the whole run instead of the rows' own."""
        columns, given = self.reading.columns, self.reading.given
        if self.reading.law_date is None:
            return columns, given
        holds = tuple(tuple(r for r in refs if r != LAW_DATE) for refs in columns.holds)
        return replace(columns, holds=holds), {**given, LAW_DATE: self.reading.law_date.isoformat()}

    def _forget(self) -> None:
        self._reads: dict[tuple[str, tuple[str, ...], object], ReadCells] = {}
        self._outcomes: dict[tuple[str, tuple[str, ...], object], Outcome] = {}
        self._decided: dict[tuple[int, ...], Decided | None] = {}
        self._views: dict[str, View] = {}
        self._codes.clear()

    def answer(self, batch: Batch) -> Answered:
        """The answers to a batch."""
        if len(self._outcomes) + len(self._decided) > MOST:
            self._forget()
        lots = self.lots(batch)
        troubled = np.zeros(len(batch), bool)
        wrong = np.zeros(len(batch), bool)
        alone = np.zeros(len(batch), bool)
        alone[list(batch.odd)] = True
        columns: list[tuple[Codes, int]] = []
        signs: list[Codes] = []
        for lot in lots.values():
            codes = lot.each(lambda outcome: outcome.code)
            signs.append(codes)
            _, dense = np.unique(codes, return_inverse=True)
            columns.append((dense[lot.of_row], int(dense.max(initial=0)) + 1))
            alone |= (codes < 0)[lot.of_row]
            troubled |= lot.each(lambda outcome: bool(outcome.form)).astype(bool)[lot.of_row]
            wrong |= lot.each(lambda outcome: bool(outcome.problems)).astype(bool)[lot.of_row]
        first, same = together([(wrong.astype(np.int64), 2), *columns])
        troubled |= wrong | self._apart(batch)
        distinct: list[RowAnswer] = []
        known = np.full(len(first), -1, np.int64)
        decidable = np.zeros(len(first), bool)
        decidable[same[~alone]] = True
        for n, i in enumerate(first.tolist()):
            if not decidable[n]:
                continue
            codes_of_row = (
                int(codes[lot.of_row[i]]) for codes, lot in zip(signs, lots.values(), strict=True)
            )
            key = (int(wrong[i]), *codes_of_row)
            decided = self._once(key, i, batch)
            if decided is not None:
                known[n] = len(distinct)
                distinct.append(RowAnswer(0, (), decided, ()))
        which = np.where(alone, -1, known[same])
        for i in np.flatnonzero(troubled | (which < 0)).tolist():
            alike = distinct[which[i]].decision if which[i] >= 0 else None
            answer = self._itself(batch.row(i), alike, [lot.outcomes[lot.of_row[i]]
                                                        for lot in lots.values()])  # fmt: skip
            which[i] = len(distinct)
            distinct.append(answer)
        return Answered(batch, which, distinct)

    def _once(self, key: tuple[int, ...], i: int, batch: Batch) -> Decided | None:
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

    def lots(self, batch: Batch) -> dict[str, Lots]:
        """For each factor the distinct combinations of its cells, and which of them a row has."""
        wanted = sorted({i for factor in self._factors for i in factor.at})
        plain = {i: self._column(batch, i) for i in wanted}
        columns = {
            (f.name, i): self._reductions[f.name, i](plain[i])
            if (f.name, i) in self._reductions else plain[i]
            for f in self._factors for i in f.at
        }  # fmt: skip
        found: dict[str, Lots] = {}
        days = self._days(columns, len(batch))
        spans = days.map(lambda day: str(self._epoch(self.view(day))))
        first = {str(self._epoch(self.view(day))): day for day in days.cells}
        for factor in self._factors:
            exact = factor.name in self._exact
            when = days if exact else spans
            codes = self._codes_of(factor, columns, len(batch))
            rows, of_row = together([*codes, (when.codes, len(when.cells))])
            outcomes = []
            for i in rows.tolist():
                said_when = when.cells[when.codes[i]]
                day = said_when if exact else first[said_when]
                outcomes.append(self._outcome(factor, self._cells(factor, columns, i), said_when,
                                              day))  # fmt: skip
            found[factor.name] = Lots(outcomes, of_row)
        return found

    def days(self, batch: Batch, lots: Mapping[str, Lots]) -> Coded:
        """The law date of each row; empty where none is known."""
        lot = lots.get(LAW_DATE)
        if lot is None:
            return Coded([""], np.zeros(len(batch), np.int64))
        return recoded([_day(o.facts) for o in lot.outcomes], lot.of_row)

    def _days(self, columns: Mapping[tuple[str, int], Coded], rows: int) -> Coded:
        dated = next((f for f in self._factors if f.name == LAW_DATE), None)
        if dated is None:
            return Coded([""], np.zeros(rows, np.int64))
        first, of_row = together(self._codes_of(dated, columns, rows))
        said = [self._read(dated, self._cells(dated, columns, i), "") for i in first.tolist()]
        return recoded([_day(read.facts) for read in said], of_row)

    def _column(self, batch: Batch, i: int) -> Coded:
        """A column of the batch as the rows are read: dates in the one form, spaces off."""
        read = self.reading.dates.get(i)
        column = coded(batch.cells[str(i)])
        return column.map(lambda cell: (read(cell) if read else cell).strip())

    def _codes_of(
        self, factor: Factor, columns: Mapping[tuple[str, int], Coded], rows: int
    ) -> list[tuple[Codes, int]]:
        found = [(np.zeros(rows, np.int64), 1)]
        for i in factor.at:
            column = columns[factor.name, i]
            found.append((column.codes, max(1, len(column.cells))))
        return found

    def _cells(
        self, factor: Factor, columns: Mapping[tuple[str, int], Coded], row: int
    ) -> tuple[str, ...]:  # fmt: skip
        found = (columns[factor.name, i] for i in factor.at)
        return tuple(column.cells[column.codes[row]] for column in found)

    def _read(self, factor: Factor, cells: tuple[str, ...], day: str) -> ReadCells:
        """What the cells say, and by the law date's figures and records if they hang on it."""
        free = (factor.name, cells, None)
        found = self._reads.get(free)
        if found is None:
            found = self._reader.read(factor, cells, day or None)
            if not hangs_on_date(factor, found.facts):
                self._reads[free] = found
        return found

    def _outcome(
        self, factor: Factor, cells: tuple[str, ...], when: str, day: str
    ) -> Outcome:  # fmt: skip
        """`when` is the span of dates or the date within which it holds, `day` a date of it."""
        key = (factor.name, cells, when)
        found = self._outcomes.get(key)
        if found is None:
            found = self._outcomes[key] = self._told_apart(factor, self._read(factor, cells, day),
                                                           when, day)  # fmt: skip
        return found

    def _told_apart(self, factor: Factor, read: ReadCells, when: str, day: str) -> Outcome:
        facts = read.facts
        if facts is None or read.opaque:
            return Outcome(-1, read.form, facts.problems if facts else ())
        view = self.view(day)
        values = own_values(factor.name, facts)
        asked = self._asked_at(view)
        try:
            answers: Hashable = (
                factor.name, when, read.first, asked.shipment.answers(values, view),
                tuple(asked.party_answers(party, view) for party in facts.parties),
                facts.roles_absent, facts.parties_complete, bool(facts.conflicts),
                license_answers(facts, self._exceptions) if factor.name == _LICENSE else None,
                facts.exception_claimed if factor.name == _CLAIM else None,
            )  # fmt: skip
        except Exception:  # a test fails at it: the engine says of which rules
            return Outcome(-1, read.form, facts.problems)
        code = self._codes.setdefault(answers, len(self._codes))
        return Outcome(code, read.form, facts.problems, facts, day)

    def view(self, day: str) -> View:
        """The rulebook at a law date; empty for one that is not known."""
        if day not in self._views:
            known = date.fromisoformat(day) if day else None
            self._views[day] = self.rulebook.view(known, self.reading.known_as_of)
        return self._views[day]

    def _asked_at(self, view: View) -> AskedOf:
        if view.epoch not in self._asked_in:
            self._asked_in[view.epoch] = asked_of(self.rulebook.content, view)
        return self._asked_in[view.epoch]

    def _epoch(self, view: View) -> int:
        return self._epochs.setdefault(view.epoch, len(self._epochs))

    def _counts_days(self, factor: Factor) -> bool:
        """Whether two dates of one span may make a difference to these facts."""
        refs = {ref for refs in factor.columns.holds for ref in refs} | set(factor.given)
        nested = {f"{key}.{k}" for key, v in factor.given.items() if isinstance(v, Mapping)
                  for k in v}  # fmt: skip
        return factor.name == _LICENSE or any(
            self._asked.shipment.elapsed(id) for id in refs | nested
        )

    def _reduction(self, factor: Factor, k: int) -> Reduction | None:
        """Which cells of a column can stand for others."""
        refs = factor.columns.holds[k]
        fields = self.rulebook.content.vocabulary.of(Scope.SHIPMENT)
        if len(refs) != 1:
            return None
        (ref,) = refs
        if ref == factor.name and factor.role:
            named = self._asked.party
            if "name" in named.whole or not all(isinstance(t, Known) for t in named.of("name")):
                return None
            return Nameless(self.rulebook.content,
                            self.rulebook.content.vocabulary.of(Scope.PARTY)["name"])  # fmt: skip
        if ref not in fields or factor.name == GOODS or ref in self._asked.shipment.whole:
            return None
        asked = self._asked.shipment
        if fields[ref].type is FieldType.TEXT and factor.name == ref and ref not in asked.tests:
            # A claim is read by the decision itself, not by a test.
            return None if ref == _CLAIM else Unread()
        # A share in percent has refusals of its own, and few values.
        if fields[ref].type in (FieldType.NUMBER, FieldType.MONEY) and not (
            fields[ref].many or fields[ref].unit == "percent"
        ):
            return numbers_for(asked.of(ref))
        return None


@dataclass(frozen=True)
class Lots:
    """What the combinations of one factor's cells in a batch come to, and which one a row has."""

    outcomes: Sequence[Outcome]
    of_row: Codes

    def each(self, of: Callable[[Outcome], int]) -> Codes:
        """A number of each combination."""
        return np.fromiter(map(of, self.outcomes), np.int64, len(self.outcomes))


def own_values(factor: str, facts: Facts) -> Values:
    """The values that this factor alone settles."""
    return {
        id: found for id, found in facts.values.items()
        if id not in _OF_EVERY_FACTOR and (id != LAW_DATE or factor == LAW_DATE)
    }  # fmt: skip


def _day(facts: Facts | None) -> str:
    day = facts.law_date if facts is not None else None
    return day.isoformat() if day else ""
