"""What cells come to: for each factor its distinct combinations, told apart by tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from screening.bulk.batches import Batch
from screening.bulk.fast.columns import Cells
from screening.bulk.fast.factors import (
    LAW_DATE,
    Factor,
)
from screening.bulk.fast.numbers import Codes, Column, Numbered
from screening.facts import Fact, Facts, Provenance, Values
from screening.problems import Problem

Flags = npt.NDArray[np.bool_]

CONFLICT = "conflicting_facts"
"""What every factor says, and only all of them together."""


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
    first: int = -1
    """Of a party the first column that says anything (`factors.Read`)."""
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

    def facts(self, row: int) -> Facts | None:
        """All that is known of a row; nothing where only the row as a whole can tell.

        They are told in the order in which the row would tell them: parties by the column that
        first speaks of each, and contradictions only where those of one factor are all.
        """
        outcomes = self.outcomes(row)
        apart = [o.facts for o in outcomes if o.facts and o.facts.conflicts]
        if len(apart) > 1 or any(o.facts is None for o in outcomes):
            return None
        found = merged([*self.by_factor], row, self)
        ordered = sorted((o for o in outcomes if o.facts), key=lambda o: o.first)
        return replace(
            found, parties=tuple(p for o in ordered if o.facts for p in o.facts.parties),
            problems=tuple(p for o in outcomes for p in o.problems),
            conflicts=apart[0].conflicts if apart else (),
        )  # fmt: skip

    def outcomes(self, row: int) -> list[Outcome]:
        """What each factor of a row comes to."""
        return [lot.outcomes[rows[row]] for lot, rows in self.by_factor.values()]


def own_values(factor: str, facts: Facts) -> Values:
    """The values that this factor alone settles."""
    return {
        id: found for id, found in facts.values.items()
        if id != CONFLICT and (id != LAW_DATE or factor == LAW_DATE)
    }  # fmt: skip


def merged(names: Sequence[str], row: int, lots: Lots) -> Facts:
    """The facts of a row from those of some of its factors."""
    outcomes = [(name, lot.outcomes[of_row[row]]) for name in names
                for lot, of_row in [lots.by_factor[name]]]  # fmt: skip
    found = [(name, o.facts) for name, o in outcomes if o.facts is not None]
    if not found:
        return Facts({})
    conflicts = tuple(c for _, facts in found for c in facts.conflicts)
    values = {k: v for name, facts in found for k, v in own_values(name, facts).items()}
    values[CONFLICT] = (Fact(bool(conflicts), Provenance.DERIVED),)
    return Facts(
        values, tuple(party for _, facts in found for party in facts.parties),
        frozenset(role for _, facts in found for role in facts.roles_absent),
        any(facts.parties_complete for _, facts in found),
        next((facts.license for _, facts in found if facts.license is not None), None),
    )  # fmt: skip
