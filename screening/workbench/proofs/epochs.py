"""Runs of days on which nothing in the rulebook begins or ends, so that one proof serves them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from screening.decide.view import View
from screening.engine import Rulebook
from screening.places import INHERITS
from screening.rulebook.boundaries import boundaries
from screening.rulebook.groups import Clocks
from screening.rulebook.period import in_force, still_verified

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Epoch:
    """From `first` through `last` every date says the same of every rule, group and class."""

    first: date
    last: date


def epochs(rulebook: Rulebook) -> list[Epoch]:
    """All days for which the rulebook can allow anything: those that it covers, and its grace."""
    header = rulebook.content.header
    if header.covers_from is None or header.verified_through is None:
        return []
    end = header.verified_through + header.grace + _DAY
    lawful = replace(rulebook.content, products={}, parties={})  # what no rule hangs on
    days = boundaries(lawful)
    starts = sorted({header.covers_from, *(d for d in days if header.covers_from < d < end)})
    return [Epoch(a, b - _DAY) for a, b in zip(starts, [*starts[1:], end], strict=True)]


class GroupStates:
    """What memberships hang on at a view's date, group by group."""

    def __init__(self, view: View) -> None:
        self._groups = view.content.groups
        self._clocks = view.clocks
        self._known: dict[str, Hashable] = {}

    def __call__(self, id: str) -> Hashable:
        if id not in self._known:
            self._known[id] = (id, *self._state(id, self._clocks))
        return self._known[id]

    def _state(self, id: str, clocks: Clocks) -> Iterator[Hashable]:
        group, day = self._groups[id], clocks.law_date
        yield group.holds_from is None or (day is not None and day >= group.holds_from)
        verified = group.verified_through
        yield verified is None or (
            day is not None and still_verified(day, verified, clocks.known_as_of, clocks.grace)
        )
        yield tuple(in_force(d.period, day) for d in group.dated)
        yield tuple(day is not None and day >= since for _, since in INHERITS.values())
        yield tuple(self(p) for p in (*group.include, *group.exclude) if p in self._groups)
