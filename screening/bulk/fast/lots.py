"""What cells come to: for each factor its distinct combinations, told apart by tests."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

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
from screening.bulk.reading import Reading
from screening.conditions.tree import Known
from screening.contradictions import contradictions
from screening.decide.view import Epoch, View
from screening.engine import Rulebook
from screening.facts import Facts, Values
from screening.problems import Problem
from screening.vocabulary import ROLES, FieldType, Scope

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
    rest: int = -1
    """The same for what differs at most in the answers of tests of shipment fields."""
    answers: Mapping[str, int] = field(default_factory=dict)
    """By shipment field the number, in its span, of what its tests answer."""


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
        self._reductions = {
            (f.name, i): found
            for f in self._factors for k, i in enumerate(f.at)
            if (found := self._reduction(f, k)) is not None
        }  # fmt: skip
        self._exceptions = rulebook.compiled(None).exceptions
        self._epochs: dict[Epoch, int] = {}
        self._asked_in: dict[Epoch, AskedOf] = {}
        self._codes: dict[Hashable, int] = {}
        self._rests: dict[Hashable, int] = {}
        self.told: dict[tuple[int, str], dict[tuple[Hashable, ...], int]] = {}
        """By span and shipment field what its tests answered, numbered as it was met."""
        self.forget()

    def __len__(self) -> int:
        """How much is remembered."""
        return len(self._outcomes)

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._reads: dict[tuple[str, tuple[str, ...], object], ReadCells] = {}
        self._outcomes: dict[tuple[str, tuple[str, ...], object], Outcome] = {}
        self._views: dict[str, View] = {}
        self._codes.clear()
        self._rests.clear()
        self.told.clear()

    def _dated(self) -> tuple[Columns, Mapping[str, object]]:
        """The columns and given facts; the date of the whole run instead of the rows' own."""
        columns, given = self.reading.columns, self.reading.given
        if self.reading.law_date is None:
            return columns, given
        holds = tuple(tuple(r for r in refs if r != LAW_DATE) for refs in columns.holds)
        return replace(columns, holds=holds), {**given, LAW_DATE: self.reading.law_date.isoformat()}

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
        spans = days.map(lambda day: str(self.span_of(self.view(day))))
        first = {str(self.span_of(self.view(day))): day for day in days.cells}
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
        read = self.reading.forms.get(i)
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
        span = self.span_of(view)
        asked = self.asked_at(view)
        try:
            said = asked.shipment.answers(own_values(factor.name, facts), view)
            rest: Hashable = (
                factor.name, span, read.first,
                tuple(asked.party_answers(party, view) for party in facts.parties),
                facts.roles_absent, facts.parties_complete, contradictions(facts),
                license_answers(facts, self._exceptions) if factor.name == _LICENSE else None,
                facts.exception_claimed if factor.name == _CLAIM else None,
            )  # fmt: skip
        except Exception:  # a test fails at it: the engine says of which rules
            return Outcome(-1, read.form, facts.problems)
        code = self._codes.setdefault((rest, said), len(self._codes))
        answers = {}
        for id, answer in said:
            known = self.told.setdefault((span, id), {})
            answers[id] = known.setdefault(answer, len(known))
        number = self._rests.setdefault(rest, len(self._rests))
        return Outcome(code, read.form, facts.problems, facts, day, number, answers)

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

    def span_of(self, view: View) -> int:
        """A number of the span of dates."""
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
