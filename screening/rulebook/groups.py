"""Named, dated sets of places, codes, parties and products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from screening.conditions.codes import in_code_group
from screening.places import INHERITS
from screening.rulebook.period import Period, as_known, in_force
from screening.truth import Truth, any_of, of, same_for_each


@dataclass(frozen=True, slots=True)
class Dated:
    """Members for a period; in an unverified one their membership is unknown."""

    members: frozenset[str]
    period: Period


@dataclass(frozen=True, slots=True)
class Group:
    """A set of places, codes, parties or products.

    Members are the dated ones, plus those of `include`, less those of `exclude` (ids of groups or
    single members). `listed`, for a table, holds all that it speaks of: anything else is unknown,
    never outside; so are the `blank` ones, whose row only points elsewhere.
    """

    id: str
    of: str
    title: str
    cites: tuple[str, ...]
    dated: tuple[Dated, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    listed: frozenset[str] | None = None
    blank: frozenset[str] = frozenset()
    holds_from: date | None = None
    verified_through: date | None = None

    def names(self, member: str) -> bool:
        """Whether the group speaks of `member` itself."""
        return (
            member in self.include
            or member in self.exclude
            or (self.listed is not None and member in self.listed)
            or any(member in d.members for d in self.dated)
        )


@dataclass(frozen=True, slots=True)
class Clocks:
    """The dates a membership is asked for, and how long past its last look a table may be used."""

    law_date: date | None
    known_as_of: date | None = None
    grace: timedelta = timedelta(0)


def is_member(groups: Mapping[str, Group], group_id: str, value: str, clocks: Clocks) -> Truth:
    """Whether `value` is in the group at the law date; unknown where the group does not hold."""
    group = groups[group_id]
    if not _holds(group, clocks):
        return Truth.UNKNOWN
    if group.of == "codes":
        # Members in doubt are taken once as in and once as out; what differs is unknown.
        return same_for_each(
            in_code_group(value, *_codes(groups, group, clocks, doubtful))
            for doubtful in (False, True)
        )
    # Since 2020-12-23 Hong Kong has every group and chart column of China (85 FR 83765).
    if group.of == "places" and value in INHERITS and not group.names(value):
        other, since = INHERITS[value]
        if clocks.law_date is None:
            return Truth.UNKNOWN
        if clocks.law_date >= since:
            value = other
    inside_ = any_of(
        [_directly(group, value, clocks), *(_part(groups, p, value, clocks) for p in group.include)]
    )
    if inside_ is Truth.FALSE or not group.exclude:
        return inside_
    excluded = any_of(_part(groups, part, value, clocks) for part in group.exclude)
    return ~any_of([~inside_, excluded])


def _holds(group: Group, clocks: Clocks) -> bool:
    if clocks.law_date is None:
        return group.holds_from is None and group.verified_through is None
    if group.holds_from is not None and clocks.law_date < group.holds_from:
        return False
    if group.verified_through is None:
        return True
    verified = group.verified_through
    if clocks.known_as_of is not None:
        verified = min(verified, clocks.known_as_of)
    return clocks.law_date <= verified + clocks.grace


def _part(groups: Mapping[str, Group], part: str, value: str, clocks: Clocks) -> Truth:
    if part in groups:
        return is_member(groups, part, value, clocks)
    return of(part == value)


def _directly(group: Group, value: str, clocks: Clocks) -> Truth:
    if group.listed is not None and (value not in group.listed or value in group.blank):
        return Truth.UNKNOWN
    found = Truth.FALSE
    for dated in group.dated:
        if value not in dated.members:
            continue
        period = as_known(dated.period, clocks.known_as_of)
        if period is None:
            continue
        now = in_force(period, clocks.law_date)
        if now is Truth.TRUE and not period.unverified:
            return Truth.TRUE
        if now is not Truth.FALSE:
            found = Truth.UNKNOWN
    return found


def _codes(
    groups: Mapping[str, Group], group: Group, clocks: Clocks, doubtful: bool
) -> tuple[frozenset[str], frozenset[str]]:
    """The codes inside and those taken out again; members in doubt count if `doubtful`."""
    inside: set[str] = set()
    outside: set[str] = set()
    for dated in group.dated:
        period = as_known(dated.period, clocks.known_as_of)
        now = Truth.FALSE if period is None else in_force(period, clocks.law_date)
        sure = now is Truth.TRUE and period is not None and not period.unverified
        if sure or (doubtful and now is not Truth.FALSE):
            inside |= dated.members
    for part in group.include:
        if part in groups:
            more_in, more_out = _codes(groups, groups[part], clocks, doubtful)
            inside |= more_in
            outside |= more_out
        else:
            inside.add(part)
    for part in group.exclude:
        if part in groups:
            outside |= _codes(groups, groups[part], clocks, doubtful)[0]
        else:
            outside.add(part)
    return frozenset(inside), frozenset(outside)
