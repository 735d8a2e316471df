"""What a condition looks at: where that is the same, the answer is the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import TYPE_CHECKING

from screening.conditions.explain import Scope, World
from screening.conditions.tree import (
    Elapsed,
    EveryParty,
    Expr,
    InClass,
    Relate,
    SomeListing,
    SomeParty,
    walk,
)
from screening.facts import Facts
from screening.memory import Memory
from screening.truth import Truth

if TYPE_CHECKING:
    from screening.conditions.reasons import Explained


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """The fields that conditions read, and what else they look at."""

    fields: tuple[str, ...]
    parties: bool
    listings: bool
    classes: bool
    dated: bool

    def of(self, seen: Seen) -> Hashable:
        """What the conditions see of a whole shipment."""
        return (
            *map(seen.values.get, self.fields),
            seen.parties if self.parties or self.listings else None,
            seen.law_date if self.dated else None,
        )


class Seen:
    """A shipment as numbers: the same number wherever the facts are the same."""

    __slots__ = ("law_date", "parties", "values")

    def __init__(self, facts: Facts, law_date: date | None, numbers: Numbers) -> None:
        self.values = {id: numbers.of(found) for id, found in facts.values.items()}
        self.parties = numbers.of((facts.parties, facts.roles_absent, facts.parties_complete))
        self.law_date = law_date


class Numbers:
    """A number for everything that was seen; none is given twice, also after it was forgotten."""

    __slots__ = ("_next", "_of")

    def __init__(self, most: int) -> None:
        self._of: Memory[Hashable, int] = Memory(most)
        self._next = count(1)

    def of(self, seen: Hashable) -> int:
        """The number of what is seen."""
        return self._of.get(seen) or self._of.put(seen, next(self._next))


def footprint(exprs: Iterable[Expr], world: World, besides: Iterable[str] = ()) -> Footprint:
    """What these conditions look at in this world, and fields `besides`."""
    fields = dict.fromkeys(besides)
    parties = listings = dated = False
    seen: set[str] = set()
    pending = list(exprs)
    while pending:
        for node in walk(pending.pop()):
            match node:
                case SomeParty() | EveryParty():
                    parties = True
                case SomeListing():
                    listings = True
                case InClass(classes):
                    for id in set(classes) - seen:
                        seen.add(id)
                        meaning = world.class_meaning(id)
                        if not isinstance(meaning, Truth):
                            pending.append(meaning)
                case Relate(field, other):
                    fields |= dict.fromkeys((field.id, other.id))
                case Elapsed(field):
                    fields[field.id] = None
                    dated = True
                case _:
                    of = getattr(node, "field", None)
                    if of is not None:
                        fields[of.id] = None
    return Footprint(tuple(fields), parties, listings, bool(seen), dated)


class Kept:
    """Explanations of parts of conditions, by what each part sees; for one epoch of a rulebook.

    Explained anew are only the parts that put others together.
    """

    __slots__ = ("_looks", "_world", "memory")

    def __init__(self, world: World, memory: Memory[Hashable, Explained]) -> None:
        self._world = world
        self.memory = memory
        self._looks: dict[int, tuple[Expr, Footprint]] = {}

    def seen(self, expr: Expr, scope: Scope) -> Hashable | None:
        """What the part sees in its scope; nothing where it looks beyond."""
        known = self._looks.get(id(expr))
        if known is None or known[0] is not expr:  # the entry holds it: the identity is its own
            known = self._looks[id(expr)] = (expr, footprint((expr,), self._world))
        looks = known[1]
        party = scope.party
        if looks.parties or (party is not None and looks.classes):
            return None
        return (
            looks,  # of this part in this epoch, and of no other
            *map(scope.values.get, looks.fields),
            None if party is None else min(party.roles, default="party"),
            party.listings if looks.listings and party is not None else None,
            scope.world.law_date if looks.dated else None,
        )
