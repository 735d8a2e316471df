"""What the dates alone say of every rule: in force, known, lapsed, stale. Asked once for a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from screening.decide.columns import Column
from screening.rulebook.groups import Clocks
from screening.rulebook.model import Rule
from screening.rulebook.period import Period, as_known, in_force, still_verified
from screening.truth import Truth


@dataclass(frozen=True, slots=True)
class OnDate:
    """What the date alone says of a column."""

    now: Truth
    outside: str
    unverified: bool
    stale: bool


def on_date(columns: Iterable[Column], clocks: Clocks) -> tuple[OnDate, ...]:
    """What the law date and the day of knowledge say of every column."""
    found = []
    for column in columns:
        window, now, known = _window(column.rule, clocks)
        outside = "" if now is not Truth.FALSE else "not_in_force" if known else "not_known"
        unverified = (window is not None and window.unverified) or _lapsed(column, clocks)
        found.append(OnDate(now, outside, unverified, _stale(column, clocks)))
    return tuple(found)


def _window(rule: Rule, clocks: Clocks) -> tuple[Period | None, Truth, bool]:
    """The window at the law date, whether it is in force, and whether any was known at all."""
    known = False
    doubtful: Period | None = None
    for window in rule.windows:
        period = as_known(window, clocks.known_as_of)
        if period is None:
            continue
        known = True
        now = in_force(period, clocks.law_date)
        if now is Truth.TRUE:
            return period, now, True
        if now is Truth.UNKNOWN:
            doubtful = period
    if doubtful is not None:
        return doubtful, Truth.UNKNOWN, True
    return None, Truth.FALSE, known


def _lapsed(column: Column, clocks: Clocks) -> bool:
    """Whether a stay of this rule has ended and nobody has confirmed what follows."""
    for window, settled in column.lapses:
        stay = as_known(window, clocks.known_as_of)
        if stay is None or stay.end is None:
            continue
        if in_force(Period(stay.end, settled), clocks.law_date) is not Truth.FALSE:
            return True
    return False


def _stale(column: Column, clocks: Clocks) -> bool:
    verified = column.verified_through
    if verified is None or clocks.law_date is None:
        return verified is None
    grace = clocks.grace
    return not still_verified(clocks.law_date, verified, clocks.known_as_of, grace)
