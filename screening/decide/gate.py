"""What the dates make of the conditions: which units are in force, doubtful, stale, absent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING

from screening.decide.calendar import OnDate
from screening.decide.columns import Column
from screening.decide.compile import Compiled
from screening.decide.units import Units
from screening.decision import Authority
from screening.memory import Memory
from screening.rulebook.model import SPECIAL
from screening.truth import Truth

if TYPE_CHECKING:
    from screening.decide.case import Case

RUNS_BEFORE_ITS_OWN = 64
_numbers = count()
_LESSER = (Authority.GUIDANCE, Authority.PRACTICE, Authority.COMPANY)


_DIGITS = bytes(max(0, n - ord("0")) & 1 for n in range(256))
"""From the characters 0 and 1 to the numbers."""


class Fitted:
    """A program with the way from two sets of units to its inputs."""

    __slots__ = ("_pick", "_width", "compiled", "inputs_of")

    def __init__(self, compiled: Compiled, of_column: Sequence[int], count: int) -> None:
        self.compiled = compiled
        self._width = count
        # In the digits below the highest unit stands first, and what is sure before what may be.
        places = [
            place
            for unit in (of_column[i] for i in compiled.inputs)
            for place in (count - 1 - unit, 2 * count - 1 - unit)
        ]
        self._pick: Callable[[bytes], Sequence[int]] = itemgetter(*places, 0)
        self.inputs_of: dict[Hashable, list[int]] = {}
        """Of each unit which inputs it is."""
        for at, i in enumerate(compiled.inputs):
            self.inputs_of.setdefault(of_column[i], []).append(at)

    def inputs(self, sure: int, possible: int) -> Sequence[int]:
        """Of each input, where these units are met, whether it surely and whether it may be."""
        digits = f"{sure << self._width | possible:0{2 * self._width}b}"
        return self._pick(digits.encode().translate(_DIGITS))[:-1]

    def run(self, sure: int, possible: int, claimed: str | None) -> Sequence[int]:
        """All registers, where these units are met."""
        return self.compiled.run_bits(self.inputs(sure, possible), claimed)


@dataclass
class Gate:
    """For one epoch and authority, sets of units as the bits of integers."""

    units: Units
    columns: Sequence[Column]
    dates: Sequence[OnDate]
    cases: Memory[Hashable, Case]
    """The cases of all gates of a rulebook, each under the number of its gate."""
    live: int = 0
    """In force, or not known to be out of force."""
    not_sure: int = 0
    """Not known to be in force."""
    doubtful: int = 0
    """What would be met is unknown: an unverified interval, a stale relaxation."""
    stale: int = 0
    stale_grounds: int = 0
    lesser: int = 0
    """Of authority that the text alone would not know, and in force."""
    exceptions: dict[str, int] = field(default_factory=dict)
    all_exceptions: int = 0
    """The units that count as absent unless they are shown: exceptions, and what is not subject."""
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
            if rule.authority in _LESSER:
                self.lesser |= bit
            if dated.now is Truth.UNKNOWN:
                self.not_sure |= bit
            if dated.unverified or (dated.stale and rule.kind is not None):
                self.doubtful |= bit
            if dated.stale:
                self.stale |= bit
                self.stale_grounds |= bit if rule.is_ground else 0
            if rule.absent_unless_shown:
                self.all_exceptions |= bit
            if rule.exception is not None:
                self.exceptions[rule.exception] = self.exceptions.get(rule.exception, 0) | bit
        self.all_special = 0
        for bit in self.special.values():
            self.all_special |= bit
        self._fitted: dict[int, Fitted] = {}
        self._own: dict[int, Fitted] = {}
        self._runs: dict[int, int] = {}
        self.first_column: dict[int, int] = {}
        """Of each unit the first of its columns."""
        for i, unit in enumerate(self.of_column):
            self.first_column.setdefault(unit, i)
        self.number = next(_numbers)

    def fitted(self, general: Compiled, possible: int) -> Fitted:
        """The decision program for these `possible` units.

        It is one without the license in hand and the like where there is none, in the long run one
        of what is in force here alone; making it costs as much as some hundred runs of the other.
        """
        special = possible & self.all_special
        own = self._own.get(special)
        if own is not None:
            return own
        runs = self._runs[special] = self._runs.get(special, 0) + 1
        if runs <= RUNS_BEFORE_ITS_OWN:
            absent = self.all_special & ~special
            return self.fit(self.units.program(general, self.units.all & ~absent))
        self._own[special] = self.fit(self.units.program(general, self.live | special))
        return self._own[special]

    def fit(self, compiled: Compiled) -> Fitted:
        """The program, general or of its own, made to be run on units."""
        found = self._fitted.get(id(compiled))
        if found is None:  # it holds the program, so its id is no other's
            found = self._fitted[id(compiled)] = Fitted(compiled, self.of_column, self.units.count)
        return found
