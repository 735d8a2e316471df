"""What uses what: what classes and groups are made of, and the rules that rest on them."""

from __future__ import annotations

from collections.abc import Iterator

from screening.conditions.tree import Expr, Member, classes_used, groups_used, walk
from screening.rulebook.model import Content, Rule
from screening.vocabulary import FieldType


def made_of(content: Content, id: str) -> set[str]:
    """The classes and groups that a class or group names."""
    found: set[str] = set()
    if id in content.classes:
        for definition in content.classes[id].definitions:
            found |= classes_used(definition.when) | groups_used(definition.when)
    if id in content.groups:
        group = content.groups[id]
        found |= {m for m in (*group.include, *group.exclude) if m in content.groups}
    return found


def rules_resting_on(content: Content) -> dict[str, set[str]]:
    """For every class, group, product and party that rules name, by whatever way, those rules."""
    found: dict[str, set[str]] = {}
    for rule in content.rules.values():
        waiting = [name for expr in _conditions(rule) for name in _named(expr)]
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += _below(content, name)
                found.setdefault(name, set()).add(rule.id)
    return found


def _conditions(rule: Rule) -> Iterator[Expr]:
    yield rule.when
    if rule.conditions is not None:
        yield rule.conditions


def _named(expr: Expr) -> set[str]:
    things = {
        value
        for node in walk(expr)
        if isinstance(node, Member) and node.field.type in (FieldType.PRODUCT, FieldType.PARTY)
        for value in node.values
        if isinstance(value, str)
    }
    return things | groups_used(expr) | classes_used(expr)


def _below(content: Content, name: str) -> set[str]:
    """All that a class or a group is made of, products and parties included."""
    found: set[str] = set()
    if name in content.classes:
        for definition in content.classes[name].definitions:
            found |= _named(definition.when)
    if name in content.groups:
        group = content.groups[name]
        found |= {*group.include, *group.exclude, *(m for d in group.dated for m in d.members)}
    return found
