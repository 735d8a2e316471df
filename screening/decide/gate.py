"""What the dates make of the conditions: which units are in force, doubtful, stale, absent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from screening.decide.calendar import OnDate
from screening.decide.columns import Column
from screening.decide.units import Units
from screening.rulebook.model import SPECIAL
from screening.truth import Truth


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
        self.all_exceptions = 0
        for bits in self.exceptions.values():
            self.all_exceptions |= bits
