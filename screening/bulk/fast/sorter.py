"""The cells of one table's rows, read once for each distinct combination of a factor's cells."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from screening.bulk.batches import Batch
from screening.bulk.fast.asked import AskedOf, asked_of
from screening.bulk.fast.columns import Cells, Told
from screening.bulk.fast.factors import (
    CLAIM,
    LAW_DATE,
    LICENSE,
    Factor,
    Reader,
    factors_of,
    hangs_on_date,
    license_answers,
)
from screening.bulk.fast.factors import Read as ReadCells
from screening.bulk.fast.lots import Classes, Lot, Lots, Outcome, own_values
from screening.bulk.fast.numbers import Codes, Column
from screening.bulk.fast.reductions import reduction_of
from screening.bulk.fast.shared import digest_of
from screening.bulk.headers import Columns
from screening.bulk.reading import Reading
from screening.conditions.tree import Expr
from screening.contradictions import contradictions
from screening.decide.view import Epoch, View
from screening.engine import Rulebook
from screening.facts import Facts

_OF_COMBINATION, _OF_CELL = 3_000, 250
"""The bytes, about, of what a combination of cells comes to, and of a cell with its number."""


class Sorter:
    """Reads the cells of one table's rows, each combination once."""

    def __init__(self, rulebook: Rulebook, reading: Reading) -> None:
        self.rulebook = rulebook
        self.reading = reading
        content = rulebook.content
        self._asked = asked_of(content)
        self._reader = Reader(rulebook, reading.known_as_of)
        self._factors = factors_of(*self._dated(), content, self._asked)
        self._exact = {f.name for f in self._factors if self._counts_days(f)}
        self._exceptions = rulebook.compiled(None).exceptions
        self._spans: dict[tuple[Epoch, bool], int] = {}
        self._asked_in: dict[Epoch, AskedOf] = {}
        self._said_of: dict[Epoch, bytes] = {}
        self._digests: dict[Expr, bytes] = {}
        self.told: dict[tuple[int, str], dict[tuple[Hashable, ...], int]] = {}
        """By span and shipment field what its tests answered, numbered as it was met."""
        self.forget()

    @property
    def weight(self) -> int:
        """The bytes, about, of what is remembered."""
        return _OF_COMBINATION * sum(len(lot.outcomes) for lot in self._lots) + _OF_CELL * sum(
            len(told.cells) for told in self._columns.values()
        )

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._reads: dict[tuple[str, tuple[str, ...], object], ReadCells] = {}
        self._views: dict[str, View] = {}
        self.codes: dict[tuple[str, int], dict[Hashable, int]] = {}
        """By factor and span all that is said of combinations, numbered as it was met."""
        self.rests: dict[Hashable, int] = {}
        """What is said of combinations besides the answers of tests, numbered as it was met."""
        self.classes: dict[tuple[str, int], Classes] = {}
        """By factor and span what is told apart."""
        self.told.clear()
        self._days: list[str] = []
        self._first_of: dict[int, str] = {}
        """By span a day of it."""
        self._span_of_day = Column(np.int64)
        self._number_of_day: dict[str, int] = {}
        self._day_of_cells = Column(np.int64)
        wanted = {i for factor in self._factors for i in factor.at}
        self._columns = {i: Told(self.reading.forms.get(i)) for i in wanted}
        self._lots = [Lot(f, self._cells_of(f)) for f in self._factors]
        self._dated_lot = next((Lot(f, self._cells_of(f)) for f in self._factors
                                if f.name == LAW_DATE), None)  # fmt: skip

    def _cells_of(self, factor: Factor) -> list[Cells]:
        return [Cells(self._columns[i], reduction_of(factor, k, self._asked, self.rulebook.content))
                for k, i in enumerate(factor.at)]  # fmt: skip

    def _dated(self) -> tuple[Columns, Mapping[str, object]]:
        """The columns and given facts; the date of the whole run instead of the rows' own."""
        columns, given = self.reading.columns, self.reading.given
        if self.reading.law_date is None:
            return columns, given
        holds = tuple(tuple(r for r in refs if r != LAW_DATE) for refs in columns.holds)
        return replace(columns, holds=holds), {**given, LAW_DATE: self.reading.law_date.isoformat()}

    def lots(self, batch: Batch) -> Lots:
        """For each factor the combination of its cells that each row has."""
        days = self._days_of(batch)
        spans = self._span_of_day.all[days]
        found: dict[str, tuple[Lot, Codes]] = {}
        for lot in self._lots:
            factor = lot.factor
            exact = factor.name in self._exact
            rows, new, cells = lot.of(batch, days if exact else spans)
            lot.add([
                self._told_apart(factor, self._read(factor, lot.cells(cells, i), day), day)
                for i in new.tolist()
                for day in [self._days[days[i]] if exact else self._first_of[spans[i]]]
            ])  # fmt: skip
            found[factor.name] = lot, rows
        return Lots(found, days, spans)

    def day(self, number: int) -> str:
        """A law date by its number; empty for one that is not known."""
        return self._days[number]

    def _days_of(self, batch: Batch) -> Codes:
        """The law date of each row, by number."""
        nothing = np.zeros(len(batch), np.int64)
        lot = self._dated_lot
        if lot is None:
            return nothing + self._day("")
        rows, new, cells = lot.of(batch, nothing)
        said = [self._read(lot.factor, lot.cells(cells, i), "") for i in new.tolist()]
        self._day_of_cells.add(self._day(_day(read.facts)) for read in said)
        return self._day_of_cells.all[rows]

    def _day(self, day: str) -> int:
        if day not in self._number_of_day:
            self._number_of_day[day] = len(self._days)
            self._days.append(day)
            span = self.span_of(self.view(day))
            self._span_of_day.add([span])
            self._first_of.setdefault(span, day)
        return self._number_of_day[day]

    def _read(self, factor: Factor, cells: tuple[str, ...], day: str) -> ReadCells:
        """What the cells say, and by the law date's figures and records if they hang on it."""
        free = (factor.name, cells, None)
        found = self._reads.get(free)
        if found is None:
            found = self._reader.read(factor, cells, day or None)
            if not hangs_on_date(factor, found.facts):
                self._reads[free] = found
        return found

    def _told_apart(self, factor: Factor, read: ReadCells, day: str) -> Outcome:
        """`day` is the date or one of the span of dates within which it holds."""
        facts = read.facts
        if facts is None or read.opaque:
            return Outcome(-1, read.form, facts.problems if facts else ())
        view = self.view(day)
        span = self.span_of(view)
        asked = self.asked_at(view)
        try:
            said = asked.shipment.answers(own_values(factor.name, facts), view)
            rest: Hashable = (
                factor.name, self.said_of(view), read.first,
                tuple(asked.party_answers(party, view) for party in facts.parties),
                facts.roles_absent, facts.parties_complete, contradictions(facts),
                license_answers(facts, self._exceptions) if factor.name == LICENSE else None,
                facts.exception_claimed if factor.name == CLAIM else None,
            )  # fmt: skip
        except Exception:  # a test fails at it: the engine says of which rules
            return Outcome(-1, read.form, facts.problems)
        codes = self.codes.setdefault((factor.name, span), {})
        code = codes.setdefault((rest, said), len(codes))
        answers = {}
        for id, answer in said:
            known = self.told.setdefault((span, id), {})
            answers[id] = known.setdefault(answer, len(known))
        number = self.rests.setdefault(rest, len(self.rests))
        found = Outcome(code, read.form, facts.problems, facts, day, read.first, number, answers)
        classes = self.classes.setdefault((factor.name, span), Classes())
        if code == len(classes.kept):
            classes.add(found)
        return found

    def view(self, day: str) -> View:
        """The rulebook at a law date; empty for one that is not known."""
        if day not in self._views:
            known = date.fromisoformat(day) if day else None
            self._views[day] = self.rulebook.view(known, self.reading.known_as_of)
        return self._views[day]

    def asked_at(self, view: View) -> AskedOf:
        """What the rulebook asks in the view's span of dates."""
        if view.epoch not in self._asked_in:
            self._asked_in[view.epoch] = asked_of(self.rulebook.content, view)
        return self._asked_in[view.epoch]

    def said_of(self, view: View) -> tuple[str, bool, bytes]:
        """What tells the view's span of dates from others, in whatever process: its first day, and
        in which order tests are answered in it."""
        if view.epoch not in self._said_of:
            asked = self.asked_at(view)
            tests = [(id, *map(self._told_of, tests)) for of in (asked.shipment, asked.party,
                     asked.listing) for id, tests in sorted(of.tests.items())]  # fmt: skip
            self._said_of[view.epoch] = digest_of(tuple(tests))
        return str(view.epoch.clocks.law_date), view.law_date is None, self._said_of[view.epoch]

    def _told_of(self, test: Expr) -> bytes:
        if test not in self._digests:
            self._digests[test] = digest_of(test)
        return self._digests[test]

    def span_of(self, view: View) -> int:
        """A number of the span of dates."""
        return self._spans.setdefault((view.epoch, view.law_date is None), len(self._spans))

    def _counts_days(self, factor: Factor) -> bool:
        """Whether two dates of one span may make a difference to these facts."""
        refs = {ref for refs in factor.columns.holds for ref in refs} | set(factor.given)
        nested = {f"{key}.{k}" for key, v in factor.given.items() if isinstance(v, Mapping)
                  for k in v}  # fmt: skip
        return factor.name == LICENSE or any(
            self._asked.shipment.elapsed(id) for id in refs | nested
        )


def _day(facts: Facts | None) -> str:
    day = facts.law_date if facts is not None else None
    return day.isoformat() if day else ""
