"""The time axis that all rules of a handbook share, and what their periods cover of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from screening.rulebook.period import Period

_YEARS_AHEAD = 2
"""How far past the last look at the law the axis may run, for ends that are fixed already."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one period covers: from `start` to `end`, both between 0 and 1.

    `before` and `after` say that it runs on past that side of the axis.
    """

    start: float
    end: float
    before: bool
    after: bool
    unverified: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """From `first` up to, not including, `last`; `verified` is the last look at the law."""

    first: date
    last: date
    verified: date | None

    def at(self, day: date) -> float:
        """Where a day stands, between 0 and 1."""
        share = (day - self.first).days / (self.last - self.first).days
        return min(1.0, max(0.0, share))

    def years(self) -> tuple[date, ...]:
        """The first days of the years within."""
        return tuple(date(y, 1, 1) for y in range(self.first.year + 1, self.last.year))

    def stretches(self, windows: Iterable[Period]) -> tuple[Stretch, ...]:
        """What the periods cover of the axis; one that lies wholly outside covers its edge."""
        return tuple(
            Stretch(
                self.at(w.start) if w.start else 0.0,
                self.at(w.end) if w.end else 1.0,
                w.start is None or w.start < self.first,
                w.end is None or w.end > self.last,
                w.unverified,
            )
            for w in windows
        )


def axis_of(covers: date | None, verified: date | None, windows: Iterable[Period]) -> Axis:
    """An axis from the day the rulebook begins to cover, on which every change after it is seen."""
    days = {day for w in windows for day in (w.start, w.end) if day is not None}
    first = covers or min(days, default=date(2000, 1, 1))
    latest = verified or max(days, default=first)
    fixed = [d for d in days if latest <= d and d.year <= latest.year + _YEARS_AHEAD]
    last = max([latest, first, *fixed])
    return Axis(date(first.year, 1, 1), date(last.year + 1, 1, 1), verified)
