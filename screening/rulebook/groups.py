"""Named, dated sets of places, codes, parties and products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from screening.conditions.codes import in_code_group, within
from screening.places import INHERITS
from screening.rulebook.period import Period, as_known, in_force, still_verified
from screening.truth import Truth, all_of, any_of, of, same_for_each


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
    never outside; so are the `blank` ones, whose row only points elsewhere. `stems` are the codes
    above those of a table; `words` is what a table says of a code where an X cannot say it.
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
    stems: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
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
        return _is_code(groups, group, value, clocks)
    own = value
    # Since 2020-12-23 Hong Kong has every group and chart column of China (85 FR 83765). Each part
    # is asked for Hong Kong itself, for it may name it.
    if group.of == "places" and value in INHERITS and not group.names(value):
        other, since = INHERITS[value]
        if clocks.law_date is None:
            return Truth.UNKNOWN
        own = other if clocks.law_date >= since else value

    def part(id: str) -> Truth:
        return is_member(groups, id, value, clocks) if id in groups else of(id == own)

    inside = any_of([_directly(group, own, clocks), *(part(p) for p in group.include)])
    return all_of([inside, ~any_of(part(p) for p in group.exclude)])


def holds(groups: Mapping[str, Group], group_id: str, clocks: Clocks) -> bool:
    """Whether the group, and those it names, may be used at the law date."""
    group = groups[group_id]
    named = [id for id in (*group.include, *group.exclude) if id in groups]
    return _holds(group, clocks) and all(holds(groups, id, clocks) for id in named)


def _holds(group: Group, clocks: Clocks) -> bool:
    if clocks.law_date is None:
        return group.holds_from is None and group.verified_through is None
    if group.holds_from is not None and clocks.law_date < group.holds_from:
        return False
    verified = group.verified_through
    return verified is None or still_verified(
        clocks.law_date, verified, clocks.known_as_of, clocks.grace
    )


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


def _is_code(groups: Mapping[str, Group], group: Group, value: str, clocks: Clocks) -> Truth:
    """Whether a code is in a group: among the codes it names the most specific decides.

    Groups named in it count as wholes, each with its own exceptions, doubts and dates.
    """
    if group.listed is not None:
        return _in_table(group, value, clocks)
    outside = frozenset(p for p in group.exclude if p not in groups)
    # Members in doubt are taken once as in and once as out; what differs is unknown.
    own = same_for_each(
        in_code_group(value, _codes(groups, group, clocks, doubtful), outside)
        for doubtful in (False, True)
    )
    inside = any_of(is_member(groups, p, value, clocks) for p in group.include if p in groups)
    taken = any_of(within(value, code) for code in outside)
    removed = any_of(is_member(groups, p, value, clocks) for p in group.exclude if p in groups)
    return all_of([any_of([own, all_of([inside, ~taken])]), ~removed])


def _in_table(group: Group, value: str, clocks: Clocks) -> Truth:
    """The nearest paragraph that the table lists decides; of a code above several, all must."""
    assert group.listed is not None
    parts = value.split(".")
    above = (".".join(parts[:depth]) for depth in range(len(parts), 0, -1))
    nearest = next((code for code in above if code in group.listed), None)
    if nearest is None:
        return Truth.UNKNOWN
    counted = [nearest]
    if value in group.stems:
        counted += [code for code in group.listed if code.startswith(value + ".")]
    return same_for_each(_directly(group, code, clocks) for code in counted)


def _codes(
    groups: Mapping[str, Group], group: Group, clocks: Clocks, doubtful: bool
) -> frozenset[str]:
    """The codes that the group names by itself; members in doubt count if `doubtful`."""
    inside = {p for p in group.include if p not in groups}
    for dated in group.dated:
        period = as_known(dated.period, clocks.known_as_of)
        now = Truth.FALSE if period is None else in_force(period, clocks.law_date)
        sure = now is Truth.TRUE and period is not None and not period.unverified
        if sure or (doubtful and now is not Truth.FALSE):
            inside |= dated.members
    return frozenset(inside)
