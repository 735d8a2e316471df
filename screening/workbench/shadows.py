"""Rules that add nothing: a ground whose every shipment a stricter or equal one catches already.

Only what the two conditions show as they are written; `check --thorough` asks the solver too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from screening.conditions.codes import within
from screening.conditions.tree import (
    All,
    Always,
    AnyOf,
    Compare,
    Expr,
    Member,
    Not,
    Ordering,
    SomeParty,
)
from screening.decision import LICENSE_STEPS, Authority
from screening.problems import Problem
from screening.rulebook.model import Content, Rule
from screening.rulebook.period import Period
from screening.truth import Truth
from screening.vocabulary import FieldType

_LOWER = (Ordering.AT_LEAST, Ordering.MORE_THAN)


def shadowed(content: Content) -> Iterator[Problem]:
    """The grounds of the uppermost layer that another one shadows, each with that one."""
    told: set[str] = set()
    for rule in content.rules.values():
        if rule.layer != content.layers[-1]:
            continue
        for other in may_shadow(rule, content):
            # Of two that say the same, one is told.
            if other.id not in told and implies(rule.when, other.when):
                told.add(rule.id)
                yield told_of(rule, [other])
                break


def told_of(rule: Rule, by: Iterable[Rule]) -> Problem:
    """That a rule adds nothing to others."""
    names = ", ".join(f"`{r.id}` ({r.finding})" for r in by)
    return Problem(
        "shadowed-rule",
        f"every shipment that `{rule.id}` ({rule.finding}) catches is caught by {names} already",
        "compare the two: take this one out, or write what it was meant to add",
        rule.place,
    )


def may_shadow(rule: Rule, content: Content) -> Iterator[Rule]:
    """The grounds that ask for at least as much, whenever this one does, and that nothing lifts
    which leaves this one standing."""
    if not _plain(rule):
        return
    bars = _barring(content)
    for other in content.rules.values():
        if (
            other.id != rule.id
            and _plain(other)
            and other.finding is not None
            and rule.finding is not None
            and other.finding.rank >= rule.finding.rank
            # A license in hand would lift the other and leave this one standing.
            and (other.finding not in LICENSE_STEPS or rule.finding in LICENSE_STEPS)
            and _weight(other.authority) >= _weight(rule.authority)
            and _covers(other, rule)
            and _overriders(other, content) <= _overriders(rule, content)
            and rule.tags & bars <= other.tags
        ):
            yield other


def _plain(rule: Rule) -> bool:
    """Whether it is a ground of a finding that is written, in days that are certain."""
    sure = all(w.start is not None and not w.unverified for w in rule.windows)
    return rule.is_ground and rule.finding is not None and not rule.from_listing and sure


def _weight(authority: Authority) -> int:
    """What a reader of the text alone leaves out weighs less: practice, and a company's rules."""
    return 0 if authority in (Authority.PRACTICE, Authority.COMPANY) else 1


def _covers(other: Rule, rule: Rule) -> bool:
    """Whether it is in force on all days of the rule, and was public no later."""

    def holds(one: Period, mine: Period) -> bool:
        start, end = mine.start or date.min, mine.end or date.max
        known, mine_known = (w.published or w.start or date.min for w in (one, mine))
        inside = (one.start or date.min) <= start and end <= (one.end or date.max)
        return inside and known <= mine_known

    return all(any(holds(w, mine) for w in other.windows) for mine in rule.windows)


def _overriders(rule: Rule, content: Content) -> frozenset[str]:
    return frozenset(r.id for r in content.rules.values() if rule.id in r.targets)


def _barring(content: Content) -> frozenset[str]:
    empty: frozenset[str] = frozenset()
    return empty.union(*(r.barred_tags for r in content.rules.values()))


def implies(one: Expr, other: Expr) -> bool:
    """Whether the condition shows by itself that the other holds wherever it does."""
    if one == other or isinstance(other, Always):
        return True
    match one, other:
        case _, All(parts):
            return all(implies(one, p) for p in parts)
        case AnyOf(parts), _:
            return all(implies(p, other) for p in parts)
        case All(parts), _:
            return any(implies(p, other) for p in parts)
        case _, AnyOf(parts):
            return any(implies(one, p) for p in parts)
        case Not(a), Not(b):
            return implies(b, a)
        case SomeParty(mine, a), SomeParty(theirs, b):
            return set(mine) <= set(theirs) and implies(a, b)
        case Member(a), Member(b) if a == b:
            groups = set(one.groups) <= set(other.groups)
            return groups and all(_among(v, other) for v in one.values)
        case Compare(a, mine, x), Compare(b, theirs, y) if a == b:
            return _tighter(mine, x, theirs, y)
        case _:
            return False


def _among(value: object, test: Member) -> bool:
    if test.field.type is FieldType.CODE:
        return any(within(str(value), str(v)) is Truth.TRUE for v in test.values)
    return value in test.values


def _tighter(mine: Ordering, x: object, theirs: Ordering, y: object) -> bool:
    """Whether what stands so to `x` stands so to `y`; of amounts only where they are the same."""
    if x == y:
        return mine is theirs or (
            (mine, theirs)
            in ((Ordering.MORE_THAN, Ordering.AT_LEAST), (Ordering.LESS_THAN, Ordering.AT_MOST))
        )
    if (mine in _LOWER) is not (theirs in _LOWER):
        return False
    match x, y:
        case Fraction(), Fraction():
            return x > y if mine in _LOWER else x < y
        case date(), date():
            return x > y if mine in _LOWER else x < y
    return False
