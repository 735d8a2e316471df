"""From the text of a rule file to the expression tree; every misfit is a problem with its place."""

from __future__ import annotations

from collections.abc import Sequence as Seq
from dataclasses import replace

from screening.conditions.context import Context, Names, refuse_negative, scalars
from screening.conditions.fieldtests import parse_test
from screening.conditions.tree import (
    All,
    Always,
    AnyOf,
    EveryParty,
    Expr,
    InClass,
    Not,
    SomeListing,
    SomeParty,
    conjunction,
)
from screening.english import one
from screening.problems import Problem, nearest
from screening.rulebook.yaml_tree import Mapping, Node, Scalar, Sequence
from screening.vocabulary import DEFAULT_ROLES, LAYER_PREFIXES, ROLES, Field, Scope

JUNCTIONS = ("all", "any", "none", "not_all")
QUANTIFIERS = ("any_party", "every_party", "no_party")


def parse_condition(
    node: Node | None, names: Names, problems: list[Problem], *, words_allowed: bool = False
) -> Expr:
    """The tree of a condition; problems found are added to `problems`.

    `words_allowed` admits `like`, `contains` and `known`, which only red-flag grounds and
    `allow_requires` may use.
    """
    if node is None:
        return Always()
    return _condition(node, Context(names, problems, words_allowed=words_allowed))


def _condition(node: Node, ctx: Context) -> Expr:
    if isinstance(node, Scalar) and node.value == "always":
        return Always()
    if not isinstance(node, Mapping):
        ctx.complain("condition-form", "a condition is a mapping of fields to tests, or `always`",
                     node.place, "write for instance `destination: [CN, HK]`")  # fmt: skip
        return Always()
    if not node.entries:
        ctx.complain("condition-empty", "this condition is empty and would hold for everything",
                     node.place, "write `always` if that is meant")  # fmt: skip
        return Always()
    return _joined([_entry(key, value, ctx) for key, value in node.entries], node, ctx)


def _joined(parts: list[Expr], node: Mapping, ctx: Context) -> Expr:
    short = [k for k, _ in node.entries if k.value.startswith("any_party.")]
    if len(short) > 1:
        ctx.complain(
            "party-tests-apart",
            f"`{short[0].value}` and `{short[1].value}` may be met by two different parties",
            short[1].place,
            "write `any_party: {...}` with both tests for one party, or put them under `all:`",
        )
    return conjunction(parts)


def _entry(key: Scalar, value: Node, ctx: Context) -> Expr:
    word = key.value
    if word in JUNCTIONS:
        return _junction(key, value, ctx)
    if word == "unless":
        if not isinstance(value, Mapping) or len(value.entries) != 1:
            ctx.complain("unless-form", "`unless` takes exactly one entry", key.place,
                         "put several under `any:` or `all:`")  # fmt: skip
            return Always()
        refuse_negative(key, ctx)
        return Not(_entry(*value.entries[0], ctx))
    if word == "class":
        return _classes(value, ctx)
    if word == "listing" and ctx.scope is Scope.PARTY:
        return SomeListing(_condition(value, replace(ctx, scope=Scope.LISTING)))
    if ctx.scope is Scope.SHIPMENT:
        party = _party_entry(key, value, ctx)
        if party is not None:
            return party
    return _field_entry(key, value, ctx)


def _junction(key: Scalar, value: Node, ctx: Context) -> Expr:
    items: Seq[Node] = value.items if isinstance(value, Sequence) else ()
    if not items:
        ctx.complain("junction-form", f"`{key.value}` takes a list of conditions", key.place,
                     f"write `{key.value}: [{{...}}, {{...}}]`")  # fmt: skip
        return Always()
    if key.value in ("none", "not_all"):
        refuse_negative(key, ctx)
    parts = tuple(_condition(item, ctx) for item in items)
    match key.value:
        case "all":
            return All(parts)
        case "any":
            return AnyOf(parts)
        case "none":
            return Not(AnyOf(parts))
        case _:
            return Not(All(parts))


def _classes(value: Node, ctx: Context) -> Expr:
    names = []
    for item in scalars(value, ctx):
        if item.value not in ctx.names.classes:
            ctx.complain(
                "unknown-class",
                f"`{item.value}` is not a class{nearest(item.value, ctx.names.classes)}",
                item.place,
                "classes are defined under `classes:`",
            )
        names.append(item.value)
    return InClass(tuple(names))


def _party_entry(key: Scalar, value: Node, ctx: Context) -> Expr | None:
    head, _, rest = key.value.partition(".")
    inner = replace(ctx, scope=Scope.PARTY)
    if rest and (head in QUANTIFIERS or head in ROLES):
        roles = (head,) if head in ROLES else DEFAULT_ROLES
        start = (key.place.column or 1) + len(head) + 1
        inner_key = Scalar(rest, replace(key.place, column=start), key.plain)
        if head != "every_party" and head != "no_party":
            inner = replace(inner, negatives_allowed=False)
        body = _entry(inner_key, value, inner)
        return _quantified(head, roles, body)
    if head not in QUANTIFIERS:
        return None
    if not isinstance(value, Mapping):
        ctx.complain("party-form", f"`{head}` takes tests of one party", key.place,
                     f"write `{head}: {{country: [CN]}}`")  # fmt: skip
        return Always()
    roles_node = value.get("roles")
    roles = _roles(roles_node, ctx) if roles_node is not None else DEFAULT_ROLES
    tests = [(k, v) for k, v in value.entries if k.value != "roles"]
    if not tests:
        ctx.complain("party-form", f"`{head}` has no test of the party", key.place)
        return Always()
    if head == "any_party":
        inner = replace(inner, negatives_allowed=False)
    parts = tuple(_entry(k, v, inner) for k, v in tests)
    return _quantified(head, roles, conjunction(parts))


def _quantified(head: str, roles: tuple[str, ...], body: Expr) -> Expr:
    if head == "every_party":
        return EveryParty(roles, body)
    return Not(SomeParty(roles, body)) if head == "no_party" else SomeParty(roles, body)


def _roles(node: Node, ctx: Context) -> tuple[str, ...]:
    found = []
    for item in scalars(node, ctx):
        if item.value not in ROLES:
            ctx.complain("unknown-role",
                         f"`{item.value}` is not a role{nearest(item.value, ROLES)}",
                         item.place, "one of " + ", ".join(ROLES))  # fmt: skip
        found.append(item.value)
    return tuple(found)


def own_field(id: str) -> str:
    """What to do where a field is not known: a firm declares its own."""
    if id.startswith(LAYER_PREFIXES):
        return f"declare it: `fields: [{{id: {id}, type: flag, title: ...}}]`"
    return "`screening vocabulary` lists the fields"


def _field_entry(key: Scalar, value: Node, ctx: Context) -> Expr:
    fields = ctx.names.vocabulary.of(ctx.scope)
    known: Field | None = fields.get(key.value)
    if known is None:
        extra = (*JUNCTIONS, *QUANTIFIERS, "unless", "class", "listing")
        ctx.complain(
            "unknown-field",
            f"`{key.value}` is not a field of {one(ctx.scope.value)}"
            f"{nearest(key.value, (*fields, *extra))}",
            key.place,
            own_field(key.value),
        )
        return Always()
    if known.id == "any_headquarters":
        own, parent = fields["headquarters"], fields["parent_headquarters"]
        return AnyOf((parse_test(own, value, ctx), parse_test(parent, value, ctx)))
    return parse_test(known, value, ctx)
