"""Mistakes made on purpose, one in each rule at a time: do the examples notice?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from screening.casting import number_text
from screening.conditions.tree import All, AnyOf, Compare, Expr, Member, Not, SomeParty
from screening.decision import Finding
from screening.rulebook.model import Rule
from screening.vocabulary import FieldType

_SHIFT = timedelta(days=1)
_SWAPS = (Finding.RED_FLAG, Finding.PRESUMPTION_OF_DENIAL)


@dataclass(frozen=True)
class Mutant:
    """A rule with one mistake; `None` where the rule is taken out. `values` are worth a try."""

    rule: Rule
    changed: Rule | None
    what: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.rule.id}: {self.what}"


def mutants(rule: Rule, covered: date | None = None) -> Iterator[Mutant]:
    """All mistakes of these kinds that can be made in a rule; of days before those that the
    rulebook covers it says nothing, so that none is made there."""
    yield from _dates(rule, covered or date.min)
    if rule.kind is not None:
        yield Mutant(rule, None, "the override is taken out")
    if rule.finding is not None and rule.exception is None and rule.kind is None:
        other = next(f for f in _SWAPS if f is not rule.finding)
        changed = replace(rule, finding=other)
        yield Mutant(rule, changed, f"{rule.finding} is written {other}")
    for when, what, value in _changed(rule.when):
        yield Mutant(rule, replace(rule, when=when), what, value)
    if rule.conditions is not None:
        for conditions, what, value in _changed(rule.conditions):
            yield Mutant(rule, replace(rule, conditions=conditions), what, value)


def _dates(rule: Rule, covered: date) -> Iterator[Mutant]:
    for i, window in enumerate(rule.windows):
        for name in ("start", "end"):
            day = getattr(window, name)
            if day is None or day < covered:
                continue
            moved = replace(window, **{name: day + _SHIFT})
            windows = (*rule.windows[:i], moved, *rule.windows[i + 1 :])
            which = "first day" if name == "start" else "end"
            yield Mutant(rule, replace(rule, windows=windows), f"its {which} {day} is a day late",
                         (("law_date", str(day)),))  # fmt: skip


Changed = tuple[Expr, str, tuple[tuple[str, str], ...]]


def _changed(expr: Expr) -> Iterator[Changed]:
    """The condition with one value of one test wrong."""
    match expr:
        case Member(field, values, groups) if field.type is FieldType.PLACE:
            if len(values) + len(groups) > 1:
                for v in values:
                    rest = tuple(x for x in values if x != v)
                    yield replace(expr, values=rest), f"{v} is forgotten", ((field.id, str(v)),)
        case Compare(field, _, operand) if isinstance(operand, Fraction) and operand:
            moved = replace(expr, operand=operand * 10)
            said = f"{field.id} {number_text(operand)} is written with a zero too many"
            tries = ((field.id, number_text(operand)), (field.id, number_text(operand * 2)))
            yield moved, said, tries
        case All(parts) | AnyOf(parts):
            for i, part in enumerate(parts):
                for one, what, value in _changed(part):
                    yield replace(expr, parts=(*parts[:i], one, *parts[i + 1 :])), what, value
        case Not(part):
            for one, what, value in _changed(part):
                yield Not(one), what, value
        case SomeParty(_, body):
            for one, what, _ in _changed(body):
                yield replace(expr, body=one), what, ()
