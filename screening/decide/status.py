"""What became of every rule: the status that a ruling leaves it with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from screening.decide.verdict import Ruling
from screening.decision import SUPPRESSING, Finding, OverrideKind, Status
from screening.rulebook.model import Rule
from screening.truth import Truth

QUIET = (Status.NOT_IN_FORCE, Status.NOT_KNOWN, Status.NOT_MET, Status.IDLE)
"""What a reader of the decision need not see, unless it could help."""

_ORDER = {
    status: n
    for n, status in enumerate((
        Status.ERROR, Status.DECISIVE, Status.APPLIES, Status.OVERRIDDEN, Status.SUSPENDED,
        Status.EXEMPTED, Status.OVERRIDES, Status.OFFERED, Status.UNDETERMINED, Status.IDLE,
        Status.NOT_MET, Status.NOT_KNOWN, Status.NOT_IN_FORCE,
    ))
}  # fmt: skip
_RANK = {finding: finding.rank for finding in Finding}


class Standing(NamedTuple):
    """One rule as it stands: the column that says most of it, its status, and by what."""

    column: int
    status: Status
    by: tuple[str, ...]


def statuses(ruling: Ruling) -> dict[str, Status]:
    """Every rule's status, without reasons: enough to compare two decisions."""
    return {id: _of(columns, ruling) for id, columns in ruling.compiled.by_rule.items()}


def status_of_rule(id: str, ruling: Ruling) -> Status | None:
    """One rule's status; none of a rule that is not there."""
    columns = ruling.compiled.by_rule.get(id)
    return _of(columns, ruling) if columns else None


def _of(columns: Sequence[int], ruling: Ruling) -> Status:
    return min((status_of(i, ruling)[0] for i in columns), key=_ORDER.__getitem__)


def told_of(ruling: Ruling) -> dict[str, tuple[Status, tuple[str, ...]]]:
    """Every rule's status with the rules that it comes from: who overrides, what is overridden."""
    found = {}
    for id, columns in ruling.compiled.by_rule.items():
        told = [status_of(i, ruling) for i in columns]
        status = min((s for s, _ in told), key=_ORDER.__getitem__)
        by = dict.fromkeys(rule for s, rules in told if s is status for rule in rules)
        found[id] = (status, tuple(by))
    return found


def standing(columns: Sequence[int], ruling: Ruling) -> Standing:
    """One rule of these columns: the one that says most, among equals the most restrictive."""
    told = [Standing(i, *status_of(i, ruling)) for i in columns]
    if len(told) == 1:
        return told[0]
    found = ruling.compiled.columns
    return min(told, key=lambda s: (
        _ORDER[s.status],
        -_RANK[found[s.column].finding or Finding.NO_LICENSE_REQUIRED],
    ))  # fmt: skip


def that_matter(ruling: Ruling) -> tuple[Standing, ...]:
    """The rules that a reader of the decision needs to see, in the rulebook's order."""
    # The finding is the one thing here that more than the rules met decides.
    case = ruling.own_case
    if case is None:
        return _that_matter(ruling)
    found = case.standings.get(ruling.finding)
    if found is None:
        found = case.standings[ruling.finding] = _that_matter(ruling)
    return found


def _that_matter(ruling: Ruling) -> tuple[Standing, ...]:
    by_rule = ruling.compiled.by_rule
    told = (standing(by_rule[id], ruling) for id in ruling.may_matter())
    return tuple(s for s in told if s.status not in QUIET or ruling.met[s.column].absent)


def decisive_ids(ruling: Ruling) -> tuple[str, ...]:
    """The rules that decided."""
    columns = ruling.compiled.columns
    return tuple(
        columns[s.column].rule.id for s in that_matter(ruling) if s.status is Status.DECISIVE
    )


def status_of(i: int, ruling: Ruling) -> tuple[Status, tuple[str, ...]]:
    """What became of one column, and what made it so."""
    compiled, met = ruling.compiled, ruling.met[i]
    column = compiled.columns[i]
    rule = column.rule
    if met.error:
        return Status.ERROR, ()
    if met.outside:
        return Status(met.outside), ()
    value = ruling.truth_of(compiled.met[i])
    active = ruling.truth_of(compiled.active[i])
    by = _defeated_by(i, ruling)
    # What it replaces surely does not stand: then it is no matter what is unknown of it.
    idle = rule.kind is OverrideKind.REPLACING and active is Truth.FALSE and by is None
    if not (idle and value.possible) and (
        rule.kind is not None and met.when is Truth.TRUE and met.conditions is Truth.UNKNOWN
    ):
        return Status.OFFERED, ()
    if value is Truth.FALSE:
        return Status.NOT_MET, ()
    if by:
        return by
    if idle:
        return Status.IDLE, ()
    if value is Truth.UNKNOWN:
        return Status.UNDETERMINED, ()
    if rule.kind in SUPPRESSING:
        return _suppressing(i, ruling)
    if active is Truth.UNKNOWN:
        return Status.UNDETERMINED, ()
    if rule.verdict is not None:
        return (Status.DECISIVE if rule.verdict is ruling.company else Status.APPLIES), ()
    decisive = column.finding is not None and _RANK[column.finding] == _RANK[ruling.finding]
    return (Status.DECISIVE if decisive else Status.APPLIES), ()


def _suppressing(i: int, ruling: Ruling) -> tuple[Status, tuple[str, ...]]:
    compiled = ruling.compiled
    barred = ruling.truth_of(compiled.defeats[i]) is not Truth.TRUE
    targets = [k for k in compiled.reached.get(i, ()) if ruling.truth_of(compiled.met[k]).possible]
    if barred or not targets:
        return Status.IDLE, ()
    return Status.OVERRIDES, tuple(dict.fromkeys(compiled.columns[k].rule.id for k in targets))


_DEFEATED = {
    OverrideKind.SUSPENDING: Status.SUSPENDED,
    OverrideKind.EXEMPTING: Status.EXEMPTED,
    OverrideKind.REPLACING: Status.OVERRIDDEN,
}


def _defeated_by(i: int, ruling: Ruling) -> tuple[Status, tuple[str, ...]] | None:
    compiled = ruling.compiled
    sure = [o for o in ruling.defeating if i in compiled.reached_at[o]]
    if not sure:
        return None
    for kind, status in _DEFEATED.items():
        rules: list[Rule] = [compiled.columns[o].rule for o in sure]
        ids = tuple(dict.fromkeys(rule.id for rule in rules if rule.kind is kind))
        if ids:
            return status, ids
    return None
