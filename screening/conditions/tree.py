"""The expression tree: what a condition says. Every reading is one `match` over these nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from screening.casting import Value
from screening.vocabulary import Field


class Ordering(StrEnum):
    """How two values of an ordered type compare."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"


@dataclass(frozen=True, slots=True)
class Always:
    """Holds whatever the facts."""


@dataclass(frozen=True, slots=True)
class Member:
    """The field's value is one of `values`, or in one of the named groups."""

    field: Field
    values: tuple[Value, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compare:
    """The field's value stands so to a fixed operand. INVARIANT: operand has the field's type."""

    field: Field
    ordering: Ordering
    operand: Value


@dataclass(frozen=True, slots=True)
class Relate:
    """Two fields of one scope compare: the same, or the first at most the second."""

    field: Field
    other: Field
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Days from the field's date to the law date compare so with a number of days."""

    field: Field
    ordering: Ordering
    days: int


@dataclass(frozen=True, slots=True)
class Matches:
    """Words in free text; only in red-flag grounds. `like` takes `*` and `?`, else a substring."""

    field: Field
    pattern: str
    like: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Whether the field has a value: never unknown itself; only where the language allows it."""

    field: Field


@dataclass(frozen=True, slots=True)
class InClass:
    """The goods fit one of the named classes."""

    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Expr


@dataclass(frozen=True, slots=True)
class SomeParty:
    """One and the same party in one of `roles` meets the body."""

    roles: tuple[str, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class EveryParty:
    """There is a party in one of `roles`, and all of them meet the body."""

    roles: tuple[str, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class SomeListing:
    """One listing of the party meets the body."""

    body: Expr


Expr = (
    Always
    | Member
    | Compare
    | Relate
    | Elapsed
    | Matches
    | Known
    | InClass
    | All
    | AnyOf
    | Not
    | SomeParty
    | EveryParty
    | SomeListing
)


def conjunction(parts: Iterable[Expr]) -> Expr:
    """All of the parts, without needless nesting."""
    flat: list[Expr] = []
    for part in parts:
        if isinstance(part, All):
            flat += part.parts
        elif not isinstance(part, Always):
            flat.append(part)
    if not flat:
        return Always()
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct parts of a node."""
    match expr:
        case All(parts) | AnyOf(parts):
            return parts
        case Not(part):
            return (part,)
        case SomeParty(_, body) | EveryParty(_, body) | SomeListing(body):
            return (body,)
        case Always() | Member() | Compare() | Relate() | Elapsed() | Matches() | Known():
            return ()
        case InClass():
            return ()
        case _:
            assert_never(expr)


def walk(expr: Expr) -> Iterator[Expr]:
    """The node and all below it."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def shared(expr: Expr, known: dict[object, Expr]) -> Expr:
    """The tree, made of nodes already in `known` where they say the same; new ones are added.

    What is the same node is read once for a shipment, however many rules it is a part of.
    """
    inner = tuple(shared(child, known) for child in children(expr))
    ids = tuple(id(child) for child in inner)
    match expr:
        case All():
            return known.setdefault((All, ids), All(inner))
        case AnyOf():
            return known.setdefault((AnyOf, ids), AnyOf(inner))
        case Not():
            return known.setdefault((Not, ids), Not(inner[0]))
        case SomeParty(roles) | EveryParty(roles):
            return known.setdefault((type(expr), roles, ids), type(expr)(roles, inner[0]))
        case SomeListing():
            return known.setdefault((SomeListing, ids), SomeListing(inner[0]))
        case (
            Always() | Member() | Compare() | Relate() | Elapsed() | Matches() | Known()
            | InClass()
        ):  # fmt: skip
            return known.setdefault(expr, expr)
        case _:
            assert_never(expr)


def groups_used(expr: Expr) -> set[str]:
    """Ids of the groups that the tree names."""
    return {g for node in walk(expr) if isinstance(node, Member) for g in node.groups}


def classes_used(expr: Expr) -> set[str]:
    """Ids of the classes that the tree names."""
    return {c for node in walk(expr) if isinstance(node, InClass) for c in node.classes}
