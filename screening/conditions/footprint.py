"""What a condition looks at: where that is the same, the answer is the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

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
    of_parties: tuple[str, ...]
    """Those read of parties and their listings."""
    parties: bool
    listings: bool
    classes: bool
    dated: bool

    def on(self, facts: Facts, law_date: date | None) -> Hashable:
        """What the conditions see of a whole shipment, as the facts themselves: to look once."""
        return (
            *map(facts.values.get, self.fields),
            _of_parties(facts, self.of_parties, self.listings) if self.parties else None,
            law_date if self.dated else None,
        )

    def of(self, seen: Seen) -> Hashable:
        """The same in numbers."""
        return (
            *map(seen.values.get, self.fields),
            seen.parties(self.of_parties, self.listings) if self.parties else None,
            seen.law_date if self.dated else None,
        )


def together(several: Iterable[Footprint]) -> Footprint:
    """All that several conditions look at."""
    looks = tuple(several)
    return Footprint(
        tuple(dict.fromkeys(field for one in looks for field in one.fields)),
        tuple(dict.fromkeys(field for one in looks for field in one.of_parties)),
        any(one.parties for one in looks),
        any(one.listings for one in looks),
        any(one.classes for one in looks),
        any(one.dated for one in looks),
    )


class Seen:
    """A shipment as numbers: the same number wherever the facts are the same."""

    __slots__ = ("_facts", "_numbers", "_parties", "law_date", "values")

    def __init__(self, facts: Facts, law_date: date | None, numbers: Numbers) -> None:
        self.values = {id: numbers.of(found) for id, found in facts.values.items()}
        self.law_date = law_date
        self._facts = facts
        self._numbers = numbers
        self._parties: dict[tuple[tuple[str, ...], bool], int] = {}

    def parties(self, fields: tuple[str, ...], listings: bool) -> int:
        """What is seen of all parties where these of their fields are read, and their listings.

        What a party is called is not seen by most: an explanation speaks of it by its number.
        """
        asked = (fields, listings)
        found = self._parties.get(asked)
        if found is None:
            seen = _of_parties(self._facts, fields, listings)
            found = self._parties[asked] = self._numbers.of((asked, seen))
        return found


def _of_parties(facts: Facts, fields: tuple[str, ...], listings: bool) -> Hashable:
    first: dict[int, int] = {}  # one that is given twice alike has the number of the first
    each = tuple(
        (first.setdefault(id(party), n), party.roles, bool(party.values),
         party.listings is None, party.listings if listings else None,
         *map(party.values.get, fields))
        for n, party in enumerate(facts.parties)
    )  # fmt: skip
    return (each, facts.roles_absent, facts.parties_complete)


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
    of_parties: dict[str, None] = {}
    parties = listings = dated = False
    seen: set[str] = set()
    pending = list(exprs)
    while pending:
        for node in walk(pending.pop()):
            match node:
                case SomeParty(_, body) | EveryParty(_, body):
                    parties = True
                    of_parties |= dict.fromkeys(field for n in walk(body) for field in _read(n))
                case SomeListing():
                    listings = True
                case InClass(classes):
                    for id in set(classes) - seen:
                        seen.add(id)
                        meaning = world.class_meaning(id)
                        if not isinstance(meaning, Truth):
                            pending.append(meaning)
                case _:
                    fields |= dict.fromkeys(_read(node))
                    dated = dated or isinstance(node, Elapsed)
    return Footprint(tuple(fields), tuple(of_parties), parties, listings, bool(seen), dated)


def _read(node: Expr) -> tuple[str, ...]:
    """The fields that a test reads."""
    if isinstance(node, Relate):
        return (node.field.id, node.other.id)
    field = getattr(node, "field", None)
    return () if field is None else (field.id,)


class Asked(NamedTuple):
    """The conditions that are explained together, and what they look at."""

    trees: tuple[Expr, ...]
    looks: Footprint


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
