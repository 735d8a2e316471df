"""Half-open periods, and the one function that says whether something is in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from screening.truth import Truth


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, not including, `end`; `None` is open.

    `published` is the day on which its beginning was public, `end_published` that of its end.
    """

    start: date | None = None
    end: date | None = None
    published: date | None = None
    end_published: date | None = None
    unverified: bool = False
    doubt_after: bool = False
    """Nobody has confirmed what follows its end."""

    def overlaps(self, other: Period) -> bool:
        """Whether some day lies in both."""
        low = max(self.start or date.min, other.start or date.min)
        high = min(self.end or date.max, other.end or date.max)
        return low < high

    def __str__(self) -> str:
        """For people: `from 2025-04-09 through 2025-07-14`."""
        if self.start is None and self.end is None:
            return "always"
        parts = [f"from {self.start}"] if self.start else []
        if self.end:
            parts.append(f"through {self.end - timedelta(days=1)}")
        text = " ".join(parts)
        return f"{text} (unverified)" if self.unverified else text


def in_force(period: Period, day: date | None) -> Truth:
    """Whether `day` lies in the period: unknown for a day that is not known."""
    if day is None:
        open_ended = period.start is None and period.end is None
        return Truth.TRUE if open_ended else Truth.UNKNOWN
    if period.start is not None and day < period.start:
        return Truth.FALSE
    if period.end is not None and day >= period.end:
        return Truth.FALSE
    return Truth.TRUE


def still_verified(day: date, verified: date, known_as_of: date | None, grace: timedelta) -> bool:
    """Whether what was verified through a day may still be relied on, grace included.

    Nothing counts as verified past `known_as_of`.
    """
    if known_as_of is not None:
        verified = min(verified, known_as_of)
    return day - verified <= grace


def as_known(period: Period, known_as_of: date | None) -> Period | None:
    """The period cut down to what was public on a day; `None` if it was not known at all.

    What bears no date of publication counts as public from its first day on.
    """
    if known_as_of is None:
        return period
    published = period.published or period.start
    if published is not None and published > known_as_of:
        return None
    if period.end_published is not None and period.end_published > known_as_of:
        return replace(period, end=None)
    return period
