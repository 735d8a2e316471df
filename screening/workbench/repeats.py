"""Values that a list of a condition names twice: harmless, and often a slip for another value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from screening.conditions.tree import (
    All,
    AnyOf,
    EveryParty,
    Expr,
    Member,
    Not,
    SomeListing,
    SomeParty,
)
from screening.conditions.words import value_text
from screening.problems import Problem
from screening.rulebook.model import Content, Rule


def repeats(content: Content) -> Iterator[Problem]:
    """The values that rules of the uppermost layer name twice in one list."""
    for rule in content.rules.values():
        if rule.layer == content.layers[-1] and "/" not in rule.id:
            twice, _ = repeated(rule)
            if twice:
                yield Problem(
                    "repeated-value",
                    f"`{rule.id}` names {', '.join(twice)} twice in one list",
                    "name each once; another one may have been meant",
                    rule.place,
                )


def repeated(rule: Rule) -> tuple[tuple[str, ...], Rule]:
    """What a rule names twice in one list, and the rule that names each once."""
    found: list[str] = []
    when = _once(rule.when, found)
    conditions = _once(rule.conditions, found) if rule.conditions is not None else None
    return tuple(dict.fromkeys(found)), replace(rule, when=when, conditions=conditions)


def _once(expr: Expr, found: list[str]) -> Expr:
    match expr:
        case Member(_, values, groups):
            found += [value_text(v) for v in _again(values)]
            found += _again(groups)
            return replace(expr, values=tuple(dict.fromkeys(values)),
                           groups=tuple(dict.fromkeys(groups)))  # fmt: skip
        case All(parts):
            return All(tuple(_once(p, found) for p in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_once(p, found) for p in parts))
        case Not(part):
            return Not(_once(part, found))
        case SomeParty() | EveryParty() | SomeListing():
            return replace(expr, body=_once(expr.body, found))
        case _:
            return expr


def _again(values: tuple[Any, ...]) -> list[Any]:
    return [v for i, v in enumerate(values) if v in values[:i]]
