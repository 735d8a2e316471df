"""Tests of one field: values, lists and operators, checked against the field's declared type."""

from __future__ import annotations

from screening.casting import CastError, Money, Value, cast
from screening.conditions.context import Context, refuse_negative, scalars
from screening.conditions.identities import GROUP_KIND, ids_wanted, known_ids, other_spelling
from screening.conditions.tree import (
    All,
    Always,
    Compare,
    Elapsed,
    Expr,
    Known,
    Matches,
    Member,
    Not,
    Ordering,
    Relate,
)
from screening.english import one
from screening.problems import nearest
from screening.rulebook.yaml_tree import Mapping, Node, Scalar
from screening.vocabulary import Field, FieldType

_ORDERED = (FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT_RANGE)
_DATE_OPERATORS = {"on_or_after": Ordering.AT_LEAST, "before": Ordering.LESS_THAN}
_WORDS = ("like", "contains", "known")
OPERATORS = (
    "any_of", "none_of", *(o.value for o in Ordering), *_DATE_OPERATORS, "same_as",
    "differs_from", "at_most_field", "days_before_law_date", *_WORDS,
)  # fmt: skip


def parse_test(field: Field, node: Node, ctx: Context) -> Expr:
    """The tree of one test of `field`: a value, a list, or a mapping of operators."""
    if not isinstance(node, Mapping):
        return _member(field, node, ctx)
    if not node.entries:
        ctx.complain("condition-empty", f"the test of `{field.id}` is empty", node.place)
        return Always()
    parts = tuple(_operator(field, key, value, ctx) for key, value in node.entries)
    return parts[0] if len(parts) == 1 else All(parts)


def _operator(field: Field, key: Scalar, value: Node, ctx: Context) -> Expr:
    word = key.value
    if word not in OPERATORS:
        ctx.complain("unknown-operator", f"`{word}` is not an operator{nearest(word, OPERATORS)}",
                     key.place, "one of " + ", ".join(OPERATORS))  # fmt: skip
        return Always()
    if word in ("none_of", "differs_from"):
        refuse_negative(key, ctx)
    if word == "any_of":
        return _member(field, value, ctx)
    if word == "none_of":
        return Not(_member(field, value, ctx))
    if word in _WORDS:
        return _words(field, key, value, ctx)
    if word in ("same_as", "differs_from", "at_most_field"):
        return _relate(field, key, value, ctx)
    if word == "days_before_law_date":
        return _elapsed(field, key, value, ctx)
    return _compare(field, key, value, ctx)


def _misfit(field: Field, key: Scalar, ctx: Context) -> Always:
    ctx.complain(
        "operator-misfit",
        f"`{key.value}` does not fit `{field.id}`, which is "
        + (
            f"a list of values, each {one(field.type.words)}"
            if field.many
            else one(field.type.words)
        ),
        key.place,
        "words are sought in one text"
        if key.value in ("like", "contains")
        else "order needs a number, an amount of money or a date",
    )
    return Always()


def _compare(field: Field, key: Scalar, value: Node, ctx: Context) -> Expr:
    if field.type is FieldType.DATE and key.value in _DATE_OPERATORS:
        ordering = _DATE_OPERATORS[key.value]
    elif field.type in _ORDERED and key.value not in _DATE_OPERATORS:
        ordering = Ordering(key.value)
    else:
        return _misfit(field, key, ctx)
    operand = _value(field, value, ctx)
    if operand is None:
        return Always()
    if isinstance(operand, Money) and operand.currency is None:
        ctx.complain("money-currency", f"`{field.id}` compares only within one currency",
                     value.place, "write the currency, such as `5000 USD`")  # fmt: skip
    return Compare(field, ordering, operand)


def _elapsed(field: Field, key: Scalar, value: Node, ctx: Context) -> Expr:
    if field.type is not FieldType.DATE:
        return _misfit(field, key, ctx)
    if not isinstance(value, Mapping) or len(value.entries) != 1:
        ctx.complain("operator-misfit", "`days_before_law_date` takes one comparison", value.place,
                     "write `days_before_law_date: {at_least: 25}`")  # fmt: skip
        return Always()
    ordering, days = value.entries[0]
    if (
        ordering.value not in [o.value for o in Ordering]
        or not isinstance(days, Scalar)
        or not days.value.isdigit()
    ):
        ctx.complain("operator-misfit", "days are compared with a whole number", value.place,
                     "write `days_before_law_date: {at_least: 25}`")  # fmt: skip
        return Always()
    return Elapsed(field, Ordering(ordering.value), int(days.value))


def _relate(field: Field, key: Scalar, value: Node, ctx: Context) -> Expr:
    fields = ctx.names.vocabulary.of(field.scope)
    other = fields.get(value.value) if isinstance(value, Scalar) else None
    if other is None:
        shown = value.value if isinstance(value, Scalar) else "this"
        ctx.complain("unknown-field", f"`{shown}` is not a field{nearest(shown, fields)}",
                     value.place, "`screening vocabulary` lists the fields")  # fmt: skip
        return Always()
    alike = other.type is field.type and other.many is field.many
    ordered = field.type in (*_ORDERED, FieldType.DATE)
    if not alike or (key.value == "at_most_field" and not ordered):
        return _misfit(field, key, ctx)
    relation = Relate(field, other, at_most=key.value == "at_most_field")
    return Not(relation) if key.value == "differs_from" else relation


def _words(field: Field, key: Scalar, value: Node, ctx: Context) -> Expr:
    if not ctx.words_allowed:
        ctx.complain(
            "words-not-allowed",
            f"`{key.value}` may be used only in a red-flag ground",
            key.place,
            "the law does not turn on a word search or on what nobody said",
        )
        return Always()
    if key.value == "known":
        if not isinstance(value, Scalar) or value.value not in ("true", "false"):
            ctx.complain("flag-form", "`known` is true or false", value.place)
            return Always()
        return Known(field) if value.value == "true" else Not(Known(field))
    if field.type is not FieldType.TEXT or field.many:  # several texts have no one wording
        return _misfit(field, key, ctx)
    if not isinstance(value, Scalar) or not value.value:
        ctx.complain("list-form", f"`{key.value}` takes one text", value.place)
        return Always()
    return Matches(field, value.value, like=key.value == "like")


def _member(field: Field, node: Node, ctx: Context) -> Expr:
    values: list[Value] = []
    groups: list[str] = []
    for item in scalars(node, ctx):
        if ctx.names.groups.get(item.value) == GROUP_KIND.get(field.type, ""):
            groups.append(item.value)
            continue
        value = _value(field, item, ctx)
        if isinstance(value, Money) and value.currency is None:
            ctx.complain("money-currency", f"`{field.id}` compares only within one currency",
                         item.place, "write the currency, such as `5000 USD`")  # fmt: skip
        if value is not None:
            values.append(value)
    return Member(field, tuple(values), tuple(groups))


def _value(field: Field, node: Node, ctx: Context) -> Value | None:
    if not isinstance(node, Scalar):
        ctx.complain("list-form", f"`{field.id}` takes one value here", node.place)
        return None
    text = node.value
    groups = [g for g, of in ctx.names.groups.items() if of == GROUP_KIND.get(field.type)]
    known = known_ids(field.type, ctx.names)
    if known is not None:
        if text in known:
            return text
        spelled = other_spelling(field.type, text, ctx.names)
        # Two letters resemble too many codes of places.
        alike = groups if field.type is FieldType.PLACE else [*known, *groups]
        near = "" if spelled else nearest(text, alike)
        ctx.complain(
            f"unknown-{field.type.value}",
            f"`{text}` is not {one(field.type.words)} or a group of them{near}",
            node.place,
            spelled or f"write {ids_wanted(field.type)}",
        )
        return None
    try:
        return cast(text, field)
    except CastError as error:
        near = nearest(text, groups)
        problem = error.problem
        ctx.complain(problem.code, problem.message + near, node.place, problem.help)
        return None
