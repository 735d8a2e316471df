"""The rulebook as conditions see it: at one law date, as known on one day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from screening.conditions.footprint import Asked, Kept, Numbers
from screening.conditions.index import DatedIndex
from screening.conditions.reasons import Explained
from screening.conditions.told import Told
from screening.conditions.tree import Expr
from screening.decide.calendar import OnDate, on_date
from screening.decide.columns import Column
from screening.decide.compile import Compiled
from screening.decide.gate import Gate
from screening.decision import Authority
from screening.memory import Memory, Room
from screening.rulebook.boundaries import epochs
from screening.rulebook.groups import Clocks, holds, is_member
from screening.rulebook.model import Content
from screening.rulebook.period import as_known, in_force, still_verified
from screening.truth import Truth

if TYPE_CHECKING:
    from screening.decide.case import Case
    from screening.telling import Telling

MOST_TOLD = 48_000_000
"""The bytes of explanations that a rulebook remembers, twice at most."""

MOST_PARTS = 16_000_000
"""Likewise of their parts, which keep their texts."""

MOST_TELLINGS = 24_000_000
"""Likewise of what decisions tell, taken as if no two told of a rule alike."""

MOST_CASES = 2_048
"""Cases that a rulebook remembers, twice at most; one takes some ten kilobytes."""

MOST_MEMBERS = 65_536
"""Answers of groups, on all spans of dates together."""

MOST_SEEN = 32_768
"""Facts, each with its number, likewise; one takes some hundreds of bytes."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was found in any epoch of one rulebook: cases, rules and parts of them explained."""

    told: Memory[Hashable, Told] = field(
        default_factory=lambda: Memory(MOST_TOLD, lambda told: told.size)
    )
    parts: Memory[Hashable, Explained] = field(
        default_factory=lambda: Memory(MOST_PARTS, lambda told: told.size + told.length)
    )
    tellings: Memory[Hashable, Telling] = field(
        default_factory=lambda: Memory(MOST_TELLINGS, lambda telling: telling.weight)
    )
    cases: Memory[Hashable, Case] = field(default_factory=lambda: Memory(MOST_CASES))
    numbers: Numbers = field(default_factory=lambda: Numbers(MOST_SEEN))
    members: Room = field(default_factory=lambda: Room(MOST_MEMBERS))


class Epoch:
    """A span of law dates, as known on one day, within which no rule, group or class changes.

    What is found on one of its dates holds on all of them, and is remembered here.
    """

    def __init__(
        self, content: Content, day: date | None, known_as_of: date | None,
        recalled: Recalled | None = None,
    ) -> None:  # fmt: skip
        """`day` is any date of the span; `None` stands for a date that is not known."""
        self.content = content
        recalled = recalled or Recalled()
        self.told, self.numbers, self.cases = recalled.told, recalled.numbers, recalled.cases
        self.tellings, self._room = recalled.tellings, recalled.members
        self.asked: dict[tuple[object, object], Asked] = {}
        self.clocks = Clocks(day, known_as_of, content.header.grace)
        self.index: DatedIndex | None = None
        self.gates: dict[Authority | None, Gate] = {}
        self._members: dict[tuple[str, str], Truth] = {}
        self._holding: dict[str, bool] = {}
        self._classes: dict[str, Expr | Truth] = {}
        self._dates: dict[Authority | None, tuple[OnDate, ...]] = {}
        self.kept = Kept(View(self, day), recalled.parts)

    def dates(self, columns: tuple[Column, ...], authority: Authority | None) -> tuple[OnDate, ...]:
        """What the dates alone say of the columns."""
        if authority not in self._dates:
            self._dates[authority] = on_date(columns, self.clocks)
        return self._dates[authority]

    def in_group(self, group: str, value: str) -> Truth:
        """Whether `value` is a member."""
        key = (group, value)
        found = self._members.get(key)
        if found is None:
            found = is_member(self.content.groups, group, value, self.clocks)
            return self._room.put(self._members, key, found)
        return found

    def group_holds(self, group: str) -> bool:
        """Whether the group, and those it names, were verified for these dates."""
        if group not in self._holding:
            self._holding[group] = holds(self.content.groups, group, self.clocks)
        return self._holding[group]

    def class_meaning(self, class_id: str) -> Expr | Truth:
        """The definition in force; a class not yet or no longer defined has no members."""
        if class_id not in self._classes:
            self._classes[class_id] = self._meaning(class_id)
        return self._classes[class_id]

    def _meaning(self, class_id: str) -> Expr | Truth:
        doubtful = False
        for definition in self.content.classes[class_id].definitions:
            for window in definition.windows:
                period = as_known(window, self.clocks.known_as_of)
                if period is None:
                    continue
                now = in_force(period, self.clocks.law_date)
                if now is Truth.TRUE and not period.unverified:
                    return definition.when
                doubtful = doubtful or now is not Truth.FALSE
        return Truth.UNKNOWN if doubtful else Truth.FALSE


class Epochs:
    """The epochs of a rulebook, each made when it is first asked for."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._recalled = Recalled()
        self._starts: dict[date | None, list[date]] = {}
        self._made: dict[tuple[date | None, date | None], Epoch] = {}

    def at(self, law_date: date | None, known_as_of: date | None) -> Epoch:
        """The epoch in which a law date lies."""
        if len(self._made) > 1_024:  # as many as somebody asks `known_as_of` days for
            self._made.clear()
            self._starts.clear()
        day = None if law_date is None else self._first_day(law_date, known_as_of)
        key = (day, known_as_of)
        if key not in self._made:
            self._made[key] = Epoch(self._content, day, known_as_of, self._recalled)
        return self._made[key]

    def _first_day(self, law_date: date, known_as_of: date | None) -> date:
        if known_as_of not in self._starts:
            self._starts[known_as_of] = epochs(self._content, known_as_of)
        starts = self._starts[known_as_of]
        at = bisect_right(starts, law_date)
        if at:
            return starts[at - 1]
        # Before the first boundary; the first day of all if a boundary is next to it.
        return starts[0] - timedelta(days=1) if starts else law_date


class View:
    """Answers for groups and classes at one law date."""

    __slots__ = (
        "__weakref__", "clocks", "content", "epoch", "group_holds", "in_group", "is_covered",
        "known_as_of", "law_date",
    )  # fmt: skip

    def __init__(self, epoch: Epoch, law_date: date | None) -> None:
        self.content = epoch.content
        self.epoch = epoch
        self.law_date = law_date
        self.known_as_of = epoch.clocks.known_as_of
        self.clocks = Clocks(law_date, self.known_as_of, epoch.clocks.grace)
        self.in_group = epoch.in_group
        self.group_holds = epoch.group_holds
        self.is_covered = _is_covered(epoch.content, law_date, self.known_as_of)
        """Whether the law date lies in what the rulebook covers, plus grace."""

    def dates(self, compiled: Compiled) -> tuple[OnDate, ...]:
        """What the dates alone say of the program's columns."""
        return self.epoch.dates(compiled.columns, compiled.authority)

    def class_meaning(self, class_id: str) -> Expr | Truth:
        """The definition in force; a class not yet or no longer defined has no members."""
        return self.epoch.class_meaning(class_id)


def _is_covered(content: Content, day: date | None, known_as_of: date | None) -> bool:
    header = content.header
    if day is None or header.covers_from is None or header.verified_through is None:
        return False
    if not content.rules:
        return False
    return day >= header.covers_from and still_verified(
        day, header.verified_through, known_as_of, header.grace
    )
