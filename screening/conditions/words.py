"""Conditions in plain English, for traces, the rule listing and messages."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import assert_never

from screening.casting import Value, number_text
from screening.conditions.tree import (
    All,
    Always,
    AnyOf,
    Compare,
    Elapsed,
    EveryParty,
    Expr,
    InClass,
    Known,
    Matches,
    Member,
    Not,
    Ordering,
    Relate,
    SomeListing,
    SomeParty,
)
from screening.vocabulary import DEFAULT_ROLES, Field, FieldType

_ORDER = {
    Ordering.AT_LEAST: "at least",
    Ordering.AT_MOST: "at most",
    Ordering.MORE_THAN: "more than",
    Ordering.LESS_THAN: "less than",
}
_DATE_ORDER = {
    Ordering.AT_LEAST: "on or after",
    Ordering.AT_MOST: "on or before",
    Ordering.MORE_THAN: "after",
    Ordering.LESS_THAN: "before",
}


def value_text(value: Value) -> str:
    """A value as people write it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return number_text(value)
        case frozenset():
            return ", ".join(sorted(value)) or "none"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _either(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


def roles_text(roles: tuple[str, ...]) -> str:
    """The roles a party test looks at."""
    if roles == DEFAULT_ROLES:
        return "party (end user, consignee or purchaser)"
    return _either([r.replace("_", " ") for r in roles])


def _name(field: Field) -> str:
    return field.title[0].lower() + field.title[1:] if field.title[:2].istitle() else field.title


def say(expr: Expr, negated: bool = False) -> str:
    """The condition as a sentence part."""
    no = "not " if negated else ""
    match expr:
        case Always():
            return "never" if negated else "always"
        case Member(field, values, groups):
            items = [*groups, *(value_text(v) for v in values)]
            if field.type is FieldType.FLAG and len(items) == 1:
                truth = (items[0] == "yes") != negated
                return f"{_name(field)}: {'yes' if truth else 'no'}"
            verb = "includes" if field.many else "is"
            if field.many:
                verb = "does not include" if negated else verb
                return f"{_name(field)} {verb} {_either(items)}"
            return f"{_name(field)} {verb} {no}{_either(items)}"
        case Compare(field, ordering, operand):
            words = _DATE_ORDER if field.type is FieldType.DATE else _ORDER
            unit = f" {field.unit}" if field.unit and field.type is not FieldType.DATE else ""
            return f"{_name(field)} is {no}{words[ordering]} {value_text(operand)}{unit}"
        case Relate(field, other, at_most):
            relation = "at most" if at_most else "the same as"
            return f"{_name(field)} is {no}{relation} {_name(other)}"
        case Elapsed(field, ordering, days):
            return f"{_name(field)} lies {no}{_ORDER[ordering]} {days} days before the law date"
        case Matches(field, pattern, like):
            verb = "reads like" if like else "contains"
            return f"{_name(field)} {no}{verb} “{pattern}”"
        case Known(field):
            return f"{_name(field)} is {'not ' if negated else ''}stated"
        case InClass(classes):
            return f"the goods are {no}{_either(list(classes))}"
        case All(parts):
            joined = "; and ".join(say(p) for p in parts)
            return f"not all of ({joined})" if negated else joined
        case AnyOf(parts):
            if negated:
                return "none of (" + "; ".join(say(p) for p in parts) + ")"
            return "either " + ", or ".join(_nested(p) for p in parts)
        case Not(part):
            return say(part, not negated)
        case SomeParty(roles, body):
            who = "no" if negated else "a"
            return f"{who} {roles_text(roles)} of whom: {_nested(body)}"
        case EveryParty(roles, body):
            start = "not every" if negated else "every"
            return f"{start} {roles_text(roles)} of whom: {_nested(body)}"
        case SomeListing(body):
            who = "no" if negated else "an"
            return f"there is {who} list entry with: {_nested(body)}"
        case _:
            assert_never(expr)


def _nested(expr: Expr) -> str:
    text = say(expr)
    return f"({text})" if isinstance(expr, All | AnyOf) else text
