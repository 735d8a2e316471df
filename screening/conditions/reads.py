"""What the tests of a rulebook ask of each field, and which of its values they tell apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from screening.casting import Money, Value
from screening.conditions.cells import Cells, Test
from screening.conditions.tree import Compare, Known, Matches, Member, Relate
from screening.vocabulary import Field, FieldType, Scope


@dataclass(frozen=True, slots=True)
class Read:
    """What tests ask of one field, over the whole rulebook."""

    tests: tuple[Test, ...] = ()
    known: bool = False
    currencies: tuple[str, ...] = ()


def reads_of(nodes: Iterable[Any]) -> dict[tuple[Scope, str], Read]:
    """What the tests among the nodes ask of each field, by scope and id."""
    tests: dict[tuple[Scope, str], dict[Test, None]] = {}
    known: set[tuple[Scope, str]] = set()
    currencies: dict[tuple[Scope, str], set[str]] = {}
    for node in nodes:
        of = getattr(node, "field", None)
        if of is None:
            continue
        key = (of.scope, of.id)
        tests.setdefault(key, {})
        match node:
            case Member(_, values) | Compare(_, _, values):
                listed = values if isinstance(values, tuple) else (values,)
                currencies.setdefault(key, set()).update(
                    str(v.currency) for v in listed if isinstance(v, Money)
                )
                if isinstance(node, Member):
                    tests[key][node] = None
            case Matches():
                tests[key][node] = None
            case Known():
                known.add(key)
            case Relate(_, other):
                tests.setdefault((other.scope, other.id), {})
    return {
        key: Read(tuple(found), key in known, tuple(sorted(currencies.get(key, ()))))
        for key, found in tests.items()
    }


def combinations(cells: Mapping[str, Cells], fields: Iterable[Field]) -> Iterator[dict[str, Value]]:
    """Every way to give the fields values that tests tell apart: flags, lists and cells."""
    axes: list[list[tuple[str, Value]]] = []
    for of in fields:
        if of.type is FieldType.FLAG:
            axes.append([(of.id, True), (of.id, False)])
        elif of.many:
            values = cells[of.id].values
            subsets = itertools.chain.from_iterable(
                itertools.combinations(values, n) for n in range(len(values) + 1)
            )
            axes.append([(of.id, frozenset(s)) for s in subsets])
        else:
            axes.append([(of.id, v) for v in cells[of.id].values])
    yield from (dict(choice) for choice in itertools.product(*axes))
