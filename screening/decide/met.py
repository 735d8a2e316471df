"""Which rules are met: in force, known, fresh, and their conditions true of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from screening.conditions.explain import Scope, scope_of, truth
from screening.decide.calendar import OnDate
from screening.decide.columns import Column
from screening.decide.view import View
from screening.decision import Finding
from screening.facts import Facts
from screening.rulebook.model import CLAIM_UNMET, LICENSE_PROVED, SPECIAL
from screening.rulebook.period import Period, in_force
from screening.truth import Truth, all_of, of


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
    if rule.id in SPECIAL:
        special = special_truth(rule.id, exceptions, facts)
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
    if rule.absent_unless_shown and when is not Truth.TRUE:
        # Not claimed and not known to apply: it neither relaxes nor holds back a denial.
        claimed = rule.exception is not None and facts.exception_claimed == rule.exception
        absent = not claimed and value is Truth.UNKNOWN
    if absent:
        value = Truth.FALSE
    if value is Truth.TRUE and (dated.unverified or (dated.stale and rule.kind is not None)):
        value = Truth.UNKNOWN
    return Met(value, when, conditions, stale=dated.stale, unverified=dated.unverified,
               absent=absent)  # fmt: skip


def special_truth(id: str, exceptions: tuple[str, ...], facts: Facts) -> Truth:
    """Whether one of the `SPECIAL` rules is met. `exceptions` are those that rules grant."""
    license = facts.license
    if id == CLAIM_UNMET:
        claimed = facts.exception_claimed
        return of(claimed is not None and claimed not in exceptions)
    if license is None or (id == LICENSE_PROVED and not license.proved):
        return Truth.FALSE
    runs = _license_runs(license.valid_from, license.until, facts.law_date)
    # A license that has surely ended answers nothing; any other is worth a look.
    return runs if id == LICENSE_PROVED else of(runs.possible)


def _license_runs(start: date | None, end: date | None, day: date | None) -> Truth:
    if start is None or end is None:
        lower = in_force(Period(start, end), day) if day is not None else Truth.UNKNOWN
        return Truth.FALSE if lower is Truth.FALSE else Truth.UNKNOWN
    return in_force(Period(start, end), day)
