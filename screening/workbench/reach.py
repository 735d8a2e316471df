"""Overrides that speak of what their targets do not: a country too many, an entry too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

from screening.conditions.explain import leaf
from screening.conditions.tree import All, Expr, Member
from screening.decide.view import Epoch, View
from screening.problems import Problem
from screening.rulebook.model import Content, Rule
from screening.truth import Truth
from screening.vocabulary import FieldType

_NAMED = (FieldType.PLACE, FieldType.CODE, FieldType.PRODUCT)


def beyond_targets(content: Content) -> Iterator[Problem]:
    """What an override of the uppermost layer names and none of its targets can be met with.

    Only values named one by one: a group may well be wider than what it relaxes.
    """

    @cache
    def at(day: date) -> View:
        return View(Epoch(content, day, None), day)

    for rule in content.rules.values():
        if rule.layer != content.layers[-1] or rule.kind is None or rule.by_tag is not None:
            continue
        targets = [content.rules[t] for t in rule.targets if t in content.rules]
        for test in _tests(rule):
            outside = [
                value
                for value in test.values
                if targets and all(_excludes(rule, t, test, value, at) for t in targets)
            ]
            # One that fits no value at all is told as an override that never meets its target.
            if outside and len(outside) < len(test.values) + len(test.groups):
                named = ", ".join(f"`{t.id}`" for t in targets[:3])
                yield Problem(
                    "override-beyond-target",
                    f"`{rule.id}` names {', '.join(map(str, outside))} in a test of "
                    f"`{test.field.id}`, where {named} never applies",
                    "take it out, or name the rule that it was meant to relax",
                    rule.place,
                )


def _tests(rule: Rule) -> Iterator[Member]:
    for part in _parts(rule.when):
        if isinstance(part, Member) and part.field.type in _NAMED:
            yield part


def _parts(tree: Expr) -> tuple[Expr, ...]:
    return tree.parts if isinstance(tree, All) else (tree,)


def _excludes(
    rule: Rule, target: Rule, test: Member, value: object, at: Callable[[date], View]
) -> bool:
    """Whether the target surely is not met with the value when either of the two begins."""
    tests = [t for t in _tests(target) if t.field.id == test.field.id]
    days = {w.start for r in (rule, target) for w in r.windows if w.start is not None}
    return bool(days) and any(
        all(leaf(t, str(value), at(day)) is Truth.FALSE for day in days) for t in tests
    )
