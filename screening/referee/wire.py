"""A plan in the form that travels to the worker: rulesets of durable_rules, each below its limits.

The engine loops for ever on more than 512 conditions under one node and refuses a fact that meets
more than 64 at once (the worker then splits the ruleset); so no ruleset has many conditions at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, assert_never

from screening.conditions.rete.patterns import Atom, Either, Every, Pattern, atoms, either
from screening.conditions.rete.properties import Untranslatable
from screening.referee.plan import Body, Plan
from screening.referee.rows import Party

MAX_CONDITIONS = 120
"""In one ruleset. Below every limit: 512 conditions under a node, and 128 alternatives, past which
the engine writes where it must not."""

MAX_GATES = 15
"""Conjunctions and disjunctions in one rule; the engine refuses more."""

ENOUGH = 60
"""Conditions in a ruleset before one that reads other properties opens another: the engine looks
through all conditions for each property of a fact."""
ALWAYS = "always"
"""A property that every fact has, for a rule without a condition."""


class Ruleset(TypedDict):
    """Rules by name, and the properties that they read."""

    reads: list[str]
    rules: dict[str, Any]


class Network(TypedDict):
    """Everything asked of one kind of fact.

    A rule `s3.1` is the second way in which body 3 surely holds, `p3.1` in which it possibly does,
    and `b3.1` in which it does both.
    """

    ids: list[str]
    rulesets: list[Ruleset]


class PlanForm(TypedDict):
    """A plan as the worker reads it."""

    members: Network
    classes: list[Network]
    late_classes: list[Network]
    listings: Network
    parties: Network
    rules: Network
    over_parties: list[tuple[str, list[str], bool]]
    nobody: Party


def plan_form(plan: Plan, nobody: Party) -> PlanForm:
    """The plan for the worker; `nobody` is the party of which nothing is known."""
    networks = {
        "members": network(plan.members),
        "listings": network(plan.listings),
        "parties": network(plan.parties),
        "rules": network(plan.rules),
    }
    classes = [network(stage) for stage in plan.classes]
    late = [network(stage) for stage in plan.late_classes]
    _check_names(r for n in (*networks.values(), *classes, *late) for r in n["rulesets"])
    return {
        "members": networks["members"],
        "classes": classes,
        "late_classes": late,
        "listings": networks["listings"],
        "parties": networks["parties"],
        "rules": networks["rules"],
        "over_parties": [(o.id, list(o.roles), o.every) for o in plan.over_parties],
        "nobody": nobody,
    }


def network(bodies: Sequence[Body]) -> Network:
    """The bodies as rulesets of limited size. Raises `Untranslatable` for one that is too large."""
    found: list[Ruleset] = []
    size = MAX_CONDITIONS + 1  # the first rule opens the first ruleset
    for i, body in enumerate(bodies):
        for form, pattern in _forms(body):
            for k, way in enumerate(_ways(pattern)):
                read = atoms(way)
                if len(read) > MAX_CONDITIONS:
                    raise Untranslatable(f"`{body.id}` has {len(read)} conditions in one")
                if _gates(way) > MAX_GATES:
                    raise Untranslatable(f"`{body.id}` nests {_gates(way)} alternatives in one")
                size += len(read)
                apart = (
                    size > ENOUGH
                    and found
                    and not ({atom.property for atom in read} & set(found[-1]["reads"]))
                )
                if apart or size > MAX_CONDITIONS:
                    found.append({"reads": [], "rules": {}})
                    size = len(read)
                ruleset = found[-1]
                ruleset["rules"][f"{form}{i}.{k}"] = {"all": [{"m": _written(way)}]}
                reads = {atom.property for atom in read} or {ALWAYS}
                ruleset["reads"] = sorted({*ruleset["reads"], *reads})
    return {"ids": [body.id for body in bodies], "rulesets": found}


def _forms(body: Body) -> Sequence[tuple[str, Pattern]]:
    if body.sure == body.possible:
        return (("b", body.sure),)
    return (("s", body.sure), ("p", body.possible))


def _ways(pattern: Pattern) -> Sequence[Pattern]:
    """The pattern, or its alternatives in rules of their own where one rule cannot hold them.

    A rule costs the engine some 15 kB of memory, so there are no more than it takes.
    """
    if not isinstance(pattern, Either) or len(atoms(pattern)) <= MAX_CONDITIONS:
        return (pattern,) if pattern != Either(()) else ()
    ways: list[list[Pattern]] = [[]]
    size = 0
    for part in pattern.parts:
        size += len(atoms(part))
        if size > MAX_CONDITIONS and ways[-1]:
            ways.append([])
            size = len(atoms(part))
        ways[-1].append(part)
    return [either(parts) for parts in ways]


def _gates(pattern: Pattern) -> int:
    return 0 if isinstance(pattern, Atom) else 1 + sum(_gates(part) for part in pattern.parts)


def _written(pattern: Pattern) -> dict[str, Any]:
    match pattern:
        case Every(()):
            return {ALWAYS: 1}
        case Atom(property, "$eq", operand):
            return {property: operand}
        case Atom(property, operator, operand):
            return {operator: {property: operand}}
        case Every(parts):
            # What is one comparison comes first: most facts go no further.
            return {"$and": [_written(p) for p in sorted(parts, key=lambda p: len(atoms(p)))]}
        case Either(parts):
            return {"$or": [_written(p) for p in parts]}
        case _:
            assert_never(pattern)


def _check_names(rulesets: Iterable[Ruleset]) -> None:
    """The engine tells properties apart by a hash of 32 bits and looks no further."""
    for ruleset in rulesets:
        seen: dict[int, str] = {}
        for name in (*ruleset["reads"], ALWAYS, "id", "sid"):
            other = seen.setdefault(_fnv1(name.encode()), name)
            if other != name:
                raise Untranslatable(f"`{name}` and `{other}` are one name to the engine")


def _fnv1(data: bytes) -> int:
    hashed = 0x811C9DC5
    for byte in data:
        hashed = (hashed * 0x01000193 & 0xFFFFFFFF) ^ byte
    return hashed
