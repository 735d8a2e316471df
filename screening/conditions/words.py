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
from screening.english import count, one
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


def _is(field: Field) -> str:
    return "are" if field.plural else "is"


def _does(field: Field, verb: str, negated: bool) -> str:
    """The verb as the field's title takes it: `includes`, `include`, `does not include`."""
    if negated:
        return f"{'do' if field.plural else 'does'} not {verb}"
    return verb if field.plural else f"{verb}s"


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
            if field.many:
                return f"{_name(field)} {_does(field, 'include', negated)} {_either(items)}"
            return f"{_name(field)} {_is(field)} {no}{_either(items)}"
        case Compare(field, ordering, operand):
            words = _DATE_ORDER if field.type is FieldType.DATE else _ORDER
            unit = f" {field.unit}" if field.unit and field.type is not FieldType.DATE else ""
            return f"{_name(field)} {_is(field)} {no}{words[ordering]} {value_text(operand)}{unit}"
        case Relate(field, other, at_most):
            relation = "at most" if at_most else "the same as"
            return f"{_name(field)} {_is(field)} {no}{relation} {_name(other)}"
        case Elapsed(field, ordering, days):
            ago = f"{_ORDER[ordering]} {count(days, 'day')} before the law date"
            return f"{_name(field)} {_is(field)} {no}{ago}"
        case Matches(field, pattern, like):
            verb, rest = ("read", " like") if like else ("contain", "")
            return f"{_name(field)} {_does(field, verb, negated)}{rest} “{pattern}”"
        case Known(field):
            return f"{_name(field)} {_is(field)} {no}stated"
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
        case SomeParty(_, body) | EveryParty(_, body):
            return f"{party_text(expr, negated)}: {_nested(body)}"
        case SomeListing(body):
            return f"{listing_text(negated)}: {_nested(body)}"
        case _:
            assert_never(expr)


def party_text(expr: SomeParty | EveryParty, negated: bool = False) -> str:
    """Which parties a test speaks of: `an exporter of whom`."""
    roles = roles_text(expr.roles)
    if isinstance(expr, SomeParty):
        return f"{f'no {roles}' if negated else one(roles)} of whom"
    return f"{'not every' if negated else 'every'} {roles} of whom"


def listing_text(negated: bool = False) -> str:
    """That a party has a list entry, or none, of a kind."""
    return f"there is {'no list entry' if negated else one('list entry')} with"


def _nested(expr: Expr) -> str:
    text = say(expr)
    return f"({text})" if isinstance(expr, All | AnyOf) else text
