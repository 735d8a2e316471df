"""What the dates make of the conditions: which units are in force, doubtful, stale, absent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from screening.decide.calendar import OnDate
from screening.decide.columns import Column
from screening.decide.compile import Compiled, compile_columns
from screening.decide.units import Units
from screening.rulebook.model import SPECIAL
from screening.truth import Truth

RUNS_BEFORE_ITS_OWN = 64
GENERAL = -1


@dataclass(frozen=True, slots=True)
class Fitted:
    """A program, and how its inputs stand in the digits of two sets of units, highest first."""

    compiled: Compiled
    pick: Callable[[bytes], Sequence[int]]


@dataclass
class Gate:
    """For one epoch and authority, sets of units as the bits of integers."""

    units: Units
    columns: Sequence[Column]
    dates: Sequence[OnDate]
    live: int = 0
    """In force, or not known to be out of force."""
    not_sure: int = 0
    """Not known to be in force."""
    doubtful: int = 0
    """What would be met is unknown: an unverified interval, a stale relaxation."""
    stale: int = 0
    stale_grounds: int = 0
    exceptions: dict[str, int] = field(default_factory=dict)
    special: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.of_column = [self.units.unit(column) for column in self.columns]
        for column, dated in zip(self.columns, self.dates, strict=True):
            bit = 1 << self.units.unit(column)
            rule = column.rule
            if rule.id in SPECIAL:
                self.special[rule.id] = bit
                continue
            if dated.outside:
                continue
            self.live |= bit
            if dated.now is Truth.UNKNOWN:
                self.not_sure |= bit
            if dated.unverified or (dated.stale and rule.kind is not None):
                self.doubtful |= bit
            if dated.stale:
                self.stale |= bit
                self.stale_grounds |= bit if rule.is_ground else 0
            if rule.exception is not None:
                self.exceptions[rule.exception] = self.exceptions.get(rule.exception, 0) | bit
        self.all_special = 0
        for bit in self.special.values():
            self.all_special |= bit
        self._fitted: dict[int, Fitted] = {}
        self._runs: dict[int, int] = {}
        self.all_exceptions = 0
        for bits in self.exceptions.values():
            self.all_exceptions |= bits

    def fitted(self, general: Compiled, possible: int) -> Fitted:
        """The decision program for these `possible` units.

        In the long run it is one of what is in force here alone, without the license in hand and
        the like where there is none; making it costs as much as some hundred runs of the general.
        """
        special = possible & self.all_special
        found = self._fitted.get(special)
        if found is not None:
            return found
        runs = self._runs[special] = self._runs.get(special, 0) + 1
        if runs <= RUNS_BEFORE_ITS_OWN:
            if GENERAL not in self._fitted:
                self._fitted[GENERAL] = self._fit(general)
            return self._fitted[GENERAL]
        may_be = self.live | special
        unit_of = [unit if may_be >> unit & 1 else None for unit in self.of_column]
        own = compile_columns(general.columns, general.authority, unit_of)
        self._fitted[special] = self._fit(own)
        return self._fitted[special]

    def _fit(self, compiled: Compiled) -> Fitted:
        count = self.units.count
        units = [self.of_column[i] for i in compiled.inputs]
        places = [p for u in units for p in (count - 1 - u, 2 * count - 1 - u)]
        return Fitted(compiled, itemgetter(*places) if places else lambda digits: ())
