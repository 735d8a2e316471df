"""Which rules are met: in force, known, fresh, and their conditions true of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from screening.conditions.explain import Scope, scope_of, truth
from screening.conditions.tree import Expr, classes_used
from screening.decide.columns import CLAIM_UNMET, LICENSE_CLAIMED, LICENSE_PROVED, Column
from screening.decide.view import View
from screening.facts import Facts
from screening.rulebook.model import Content, Rule
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


def met_columns(
    columns: tuple[Column, ...], exceptions: tuple[str, ...], facts: Facts, view: View
) -> list[Met]:
    """The state of every column for these facts."""
    scope = scope_of(facts, view)
    return [_met(column, exceptions, facts, view, scope) for column in columns]


def _met(
    column: Column, exceptions: tuple[str, ...], facts: Facts, view: View, scope: Scope
) -> Met:
    rule = column.rule
    if rule.built_in:
        special = _built_in(rule, exceptions, facts)
        if special is not None:
            return Met(special, special)
    window, now, known = _window(rule, view)
    if now is Truth.FALSE:
        return Met(Truth.FALSE, Truth.FALSE, outside="not_in_force" if known else "not_known")
    try:
        when = truth(column.when, scope)
        conditions = None if rule.conditions is None else truth(rule.conditions, scope)
    except Exception as error:  # fail closed: a rule that cannot be evaluated may be met
        return Met(Truth.UNKNOWN, Truth.UNKNOWN, error=type(error).__name__)
    value = all_of([now, when, *(() if conditions is None else (conditions,))])
    unverified = (window is not None and window.unverified) or _lapsed(column, view)
    stale = _stale(rule, view)
    absent = False
    if rule.exception is not None and when is not Truth.TRUE:
        # Not claimed and not known to apply: it neither relaxes nor holds back a denial.
        absent = facts.exception_claimed != rule.exception and value is Truth.UNKNOWN
    if absent:
        value = Truth.FALSE
    if value is Truth.TRUE and (unverified or (stale and rule.kind is not None)):
        value = Truth.UNKNOWN
    return Met(value, when, conditions, stale=stale, unverified=unverified, absent=absent)


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


def _stale(rule: Rule, view: View) -> bool:
    verified = verified_through(rule, view.content)
    if verified is None or view.law_date is None:
        return verified is None
    if view.known_as_of is not None:
        verified = min(verified, view.known_as_of)
    if verified >= date.max - view.content.header.grace:
        return False
    return view.law_date > verified + view.content.header.grace


def verified_through(rule: Rule, content: Content) -> date | None:
    """Through when the rule and every class it uses were verified."""
    days = [rule.verified_through]
    seen: set[str] = set()

    def visit(expr: Expr | None) -> None:
        for id in classes_used(expr) if expr is not None else ():
            if id not in seen:
                seen.add(id)
                days.append(content.classes[id].verified_through)
                for definition in content.classes[id].definitions:
                    visit(definition.when)

    if not rule.built_in:
        visit(rule.when)
        visit(rule.conditions)
    return None if None in days else min(d for d in days if d is not None)
