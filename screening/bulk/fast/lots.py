"""What cells come to: for each factor its distinct combinations, told apart by tests."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from screening.bulk.batches import Batch
from screening.bulk.fast.asked import AskedOf, asked_of
from screening.bulk.fast.coding import Nameless, Reduction, Unread, numbers_for
from screening.bulk.fast.columns import Cells, Told
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
from screening.bulk.fast.numbers import Codes, Column, Numbered
from screening.bulk.fast.shared import digest_of
from screening.bulk.headers import Columns
from screening.bulk.reading import Reading
from screening.conditions.tree import Expr, Known
from screening.contradictions import contradictions
from screening.decide.view import Epoch, View
from screening.engine import Rulebook
from screening.facts import Facts, Values
from screening.problems import Problem
from screening.vocabulary import ROLES, FieldType, Scope

Flags = npt.NDArray[np.bool_]

_LICENSE, _CLAIM = "license", "license_exception_claimed"
_OF_EVERY_FACTOR = ("conflicting_facts",)


@dataclass(frozen=True)
class Outcome:
    """What one combination of cells of one factor means to the rulebook at one date.

    `code` is, in its span, the same for what no test tells apart, and -1 where its rows are decided
    one by one.
    """

    code: int
    form: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    facts: Facts | None = None
    day: str = ""
    """A law date of the span, or the one, for which it holds."""
    rest: int = -1
    """The same for what differs at most in the answers of tests of shipment fields."""
    answers: Mapping[str, int] = field(default_factory=dict)
    """By shipment field the number, in its span, of what its tests answer."""


class Classes:
    """What is told apart of one factor in one span of dates, by code."""

    def __init__(self) -> None:
        self.kept: list[Outcome] = []
        """One of each that have the code."""
        self.rests = Column(np.int64)
        self.conflicts = Column(np.bool_)
        """Where sources contradict each other."""
        self.answers: dict[str, Column[np.int64]] = {}
        """By shipment field the number of what its tests answer, from 1; 0 if there is none."""

    def add(self, outcome: Outcome) -> None:
        """The next code."""
        for id in outcome.answers.keys() - self.answers.keys():
            self.answers[id] = Column(np.int64)
            self.answers[id].add([0] * len(self.kept))
        for id, column in self.answers.items():
            column.add([outcome.answers.get(id, -1) + 1])
        self.rests.add([outcome.rest])
        self.conflicts.add([bool(outcome.facts and outcome.facts.conflicts)])
        self.kept.append(outcome)


class Lot:
    """The combinations of one factor's cells, as they were met."""

    def __init__(self, factor: Factor, columns: Sequence[Cells]) -> None:
        self.factor = factor
        self.columns = columns
        self.outcomes: list[Outcome] = []
        self.codes = Column(np.int64)
        self.form, self.problems, self.in_hand = (Column(np.bool_) for _ in range(3))
        self._numbers = [Numbered() for _ in columns or (None,)]

    def of(self, batch: Batch, when: Codes) -> tuple[Codes, Codes, list[Codes]]:
        """The combination of each row; where new ones were met first; the numbers of the cells."""
        cells = [column.of(batch.cells[str(i)])
                 for i, column in zip(self.factor.at, self.columns, strict=True)]  # fmt: skip
        found, new = when, when[:0]
        if not cells:
            found, new = self._numbers[0].of(when.astype(np.uint64))
        for numbers, codes in zip(self._numbers, cells, strict=False):
            found, new = numbers.of_pairs(found, codes)
        return found, new, cells

    def cells(self, cells: Sequence[Codes], row: int) -> tuple[str, ...]:
        """The cells of a row."""
        return tuple(c.cells[codes[row]] for c, codes in zip(self.columns, cells, strict=True))

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """What the new combinations come to."""
        self.outcomes += outcomes
        self.codes.add(o.code for o in outcomes)
        self.form.add(bool(o.form) for o in outcomes)
        self.problems.add(bool(o.problems) for o in outcomes)
        self.in_hand.add(bool(o.facts and (o.facts.license or o.facts.exception_claimed))
                         for o in outcomes)  # fmt: skip


@dataclass(frozen=True)
class Lots:
    """The rows of a batch: by factor the combination of its cells, the day and the span of it."""

    by_factor: Mapping[str, tuple[Lot, Codes]]
    days: Codes
    spans: Codes

    def any(self, of: Callable[[Lot], Column[np.bool_]]) -> Flags:
        """The rows of which it is so of any factor."""
        found = np.zeros(len(self.days), bool)
        for lot, rows in self.by_factor.values():
            if (flags := of(lot).all).any():
                found |= flags[rows]
        return found

    def fit(self, batch: Batch) -> Flags:
        """The rows that do not have to be decided by themselves."""
        found = np.ones(len(batch), bool)
        found[list(batch.odd)] = False
        for lot, rows in self.by_factor.values():
            if (lot.codes.all < 0).any():
                found &= lot.codes.all[rows] >= 0
        return found

    def outcomes(self, row: int) -> list[Outcome]:
        """What each factor of a row comes to."""
        return [lot.outcomes[rows[row]] for lot, rows in self.by_factor.values()]


class Sorter:
    """Reads the cells of one table's rows, each combination once."""

    def __init__(self, rulebook: Rulebook, reading: Reading) -> None:
        self.rulebook = rulebook
        self.reading = reading
        content = rulebook.content
        self._asked = asked_of(content)
        self._reader = Reader(content, reading.known_as_of)
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

    def __len__(self) -> int:
        """How much is remembered."""
        return sum(len(lot.outcomes) for lot in self._lots) + sum(
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
        return [Cells(self._columns[i], self._reduction(factor, k))
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
                license_answers(facts, self._exceptions) if factor.name == _LICENSE else None,
                facts.exception_claimed if factor.name == _CLAIM else None,
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
        found = Outcome(code, read.form, facts.problems, facts, day, number, answers)
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
        if ref in ROLES:
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


def own_values(factor: str, facts: Facts) -> Values:
    """The values that this factor alone settles."""
    return {
        id: found for id, found in facts.values.items()
        if id not in _OF_EVERY_FACTOR and (id != LAW_DATE or factor == LAW_DATE)
    }  # fmt: skip


def _day(facts: Facts | None) -> str:
    day = facts.law_date if facts is not None else None
    return day.isoformat() if day else ""
