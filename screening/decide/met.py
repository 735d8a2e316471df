"""Which rules are met: in force, known, fresh, and their conditions true of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from screening.conditions.explain import Scope, scope_of, truth
from screening.decide.columns import CLAIM_UNMET, LICENSE_CLAIMED, LICENSE_PROVED, Column
from screening.decide.view import View
from screening.decision import Finding
from screening.facts import Facts
from screening.rulebook.model import Rule
from screening.rulebook.period import Period, as_known, in_force
from screening.truth import Truth, all_of


@dataclass(frozen=True, slots=True)
class Met:
    """What became of one column: the value that enters the program, and why."""

    value: Truth
    when: Truth
    conditions: Truth | None = None
    outside: str = ""  # `not_in_force` or `not_known`
    error: str = ""
    stale: bool = False
    unverified: bool = False
    absent: bool = False  # an exception nobody claims and that is not known to apply


@dataclass(frozen=True, slots=True)
class OnDate:
    """What the date alone says of a column."""

    now: Truth
    outside: str
    unverified: bool
    stale: bool


def on_date(columns: tuple[Column, ...], view: View) -> tuple[OnDate, ...]:
    """What the law date and the day of knowledge say of every column."""
    found = []
    for column in columns:
        window, now, known = _window(column.rule, view)
        outside = "" if now is not Truth.FALSE else "not_in_force" if known else "not_known"
        unverified = (window is not None and window.unverified) or _lapsed(column, view)
        found.append(OnDate(now, outside, unverified, _stale(column, view)))
    return tuple(found)


def met_columns(
    columns: tuple[Column, ...], dates: tuple[OnDate, ...], exceptions: tuple[str, ...],
    facts: Facts, view: View,
) -> list[Met]:  # fmt: skip
    """The state of every column for these facts."""
    scope = scope_of(facts, view)
    # The columns of a replacement differ in what they replace, not in when it is met.
    known: dict[tuple[str, Finding | None], Met] = {}
    found = []
    for column, dated in zip(columns, dates, strict=True):
        key = (column.rule.id, column.finding)
        if key not in known:
            known[key] = _met(column, dated, exceptions, facts, scope)
        found.append(known[key])
    return found


def _met(
    column: Column, dated: OnDate, exceptions: tuple[str, ...], facts: Facts, scope: Scope
) -> Met:
    rule = column.rule
    if rule.built_in:
        special = _built_in(rule, exceptions, facts)
        if special is not None:
            return Met(special, special)
    if dated.outside:
        return Met(Truth.FALSE, Truth.FALSE, outside=dated.outside)
    try:
        when = truth(column.when, scope)
        conditions = None if rule.conditions is None else truth(rule.conditions, scope)
    except Exception as error:  # fail closed: a rule that cannot be evaluated may be met
        return Met(Truth.UNKNOWN, Truth.UNKNOWN, error=type(error).__name__)
    value = all_of([dated.now, when, *(() if conditions is None else (conditions,))])
    absent = False
    if rule.exception is not None and when is not Truth.TRUE:
        # Not claimed and not known to apply: it neither relaxes nor holds back a denial.
        absent = facts.exception_claimed != rule.exception and value is Truth.UNKNOWN
    if absent:
        value = Truth.FALSE
    if value is Truth.TRUE and (dated.unverified or (dated.stale and rule.kind is not None)):
        value = Truth.UNKNOWN
    return Met(value, when, conditions, stale=dated.stale, unverified=dated.unverified,
               absent=absent)  # fmt: skip


def _built_in(rule: Rule, exceptions: tuple[str, ...], facts: Facts) -> Truth | None:
    license = facts.license
    if rule.id == CLAIM_UNMET:
        claimed = facts.exception_claimed
        return Truth.TRUE if claimed is not None and claimed not in exceptions else Truth.FALSE
    if rule.id == LICENSE_PROVED:
        if license is None or not license.proved:
            return Truth.FALSE
        return _license_runs(license.valid_from, license.until, facts.law_date)
    if rule.id == LICENSE_CLAIMED:
        if license is None:
            return Truth.FALSE
        runs = _license_runs(license.valid_from, license.until, facts.law_date)
        # A license that has surely ended answers nothing; any other is worth a look.
        return Truth.FALSE if runs is Truth.FALSE else Truth.TRUE
    return None


def _license_runs(start: date | None, end: date | None, day: date | None) -> Truth:
    if start is None or end is None:
        lower = in_force(Period(start, end), day) if day is not None else Truth.UNKNOWN
        return Truth.FALSE if lower is Truth.FALSE else Truth.UNKNOWN
    return in_force(Period(start, end), day)


def _window(rule: Rule, view: View) -> tuple[Period | None, Truth, bool]:
    """The window at the law date, whether it is in force, and whether any was known at all."""
    known = False
    doubtful: Period | None = None
    for window in rule.windows:
        period = as_known(window, view.known_as_of)
        if period is None:
            continue
        known = True
        now = in_force(period, view.law_date)
        if now is Truth.TRUE:
            return period, now, True
        if now is Truth.UNKNOWN:
            doubtful = period
    if doubtful is not None:
        return doubtful, Truth.UNKNOWN, True
    return None, Truth.FALSE, known


def _lapsed(column: Column, view: View) -> bool:
    """Whether a stay of this rule has ended and nobody has confirmed what follows."""
    for window, settled in column.lapses:
        stay = as_known(window, view.known_as_of)
        if stay is None or stay.end is None:
            continue
        if in_force(Period(stay.end, settled), view.law_date) is not Truth.FALSE:
            return True
    return False


def _stale(column: Column, view: View) -> bool:
    verified = column.verified_through
    if verified is None or view.law_date is None:
        return verified is None
    if view.known_as_of is not None:
        verified = min(verified, view.known_as_of)
    if verified >= date.max - view.content.header.grace:
        return False
    return view.law_date > verified + view.content.header.grace
