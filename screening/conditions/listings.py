"""The kinds of listing that the tests of rulebooks tell apart; the solver knows no others."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import cycle

from screening.casting import Value
from screening.conditions.cells import Look, Partition
from screening.conditions.explain import Scope as Seen
from screening.conditions.explain import World, truth
from screening.conditions.reads import Read, combinations
from screening.conditions.tree import (
    Compare,
    Elapsed,
    EveryParty,
    Expr,
    InClass,
    Known,
    Matches,
    Member,
    Relate,
    SomeParty,
    groups_used,
    walk,
)
from screening.facts import Fact, Facts, ListingFacts, Provenance
from screening.truth import Truth
from screening.vocabulary import FieldType, Scope, Vocabulary

_MANY_LISTINGS = 20_000

_BEYOND_VALUES = (InClass, SomeParty, EveryParty, Known, Compare, Elapsed, Relate, Matches)

Kinds = Mapping[int, Mapping[str, Value]]


class Unreadable(Exception):
    """A condition that this reading cannot express; nothing about it is ever called proved."""


class ListingKinds:
    """One example of each kind, for rulebooks on a date; kept while memberships stay the same."""

    def __init__(
        self, bodies: Sequence[Sequence[Expr]], reads: Mapping[tuple[Scope, str], Read],
        vocabulary: Vocabulary, partition: Partition,
    ) -> None:  # fmt: skip
        """`bodies` are what each rulebook asks of listings."""
        self._bodies = [[b for b in dict.fromkeys(own) if not beyond_values(b)] for own in bodies]
        fields = vocabulary.of(Scope.LISTING).values()
        self._fields = [f for f in fields if (f.scope, f.id) in reads]
        self._partition = partition
        self._kept: dict[Hashable, Kinds] = {}

    def on(self, looks: Sequence[Look]) -> Kinds:
        """The kinds on the dates of the looks, which are of each rulebook in turn. Raises
        `Unreadable`."""
        key = tuple(
            tuple(state(g) for body in own for g in sorted(groups_used(body)))
            for own, (_, state) in zip(cycle(self._bodies), looks, strict=False)
        )
        if key not in self._kept:
            self._kept[key] = self._found(looks)
        return self._kept[key]

    def _found(self, looks: Sequence[Look]) -> Kinds:
        cells = {
            f.id: self._partition.of(f, looks)[0]
            for f in self._fields
            if f.type is not FieldType.FLAG
        }
        size = 1
        for f in self._fields:
            size *= 2 if f.type is FieldType.FLAG else len(cells[f.id].values) if not f.many else (
                2 ** len(cells[f.id].values))  # fmt: skip
        if size > _MANY_LISTINGS:
            raise Unreadable(f"listings can differ in {size} ways that tests tell apart")
        each: dict[Hashable, _Asked] = {}
        for n, (world, state) in enumerate(looks):
            rulebook = n % len(self._bodies)
            for body in self._bodies[rulebook]:
                groups = sorted(groups_used(body))
                means = tuple((self._partition.home(rulebook, g), state(g)) for g in groups)
                # What says the same elsewhere tells no more apart.
                each.setdefault((body, means), _Asked(body, world))
        asked = list(each.values())
        kinds: dict[tuple[Truth, ...], Mapping[str, Value]] = {}
        for values in combinations(cells, self._fields):
            signature = tuple(a.of(values) for a in asked)
            if any(t is not Truth.FALSE for t in signature):
                kinds.setdefault(signature, values)
        return dict(enumerate(kinds.values()))


def beyond_values(body: Expr) -> bool:
    """Whether it asks more of an entry than which values it has, such as words in its text.

    No kinds of entry show this: it is left open whether a party has such an entry.
    """
    return any(isinstance(n, _BEYOND_VALUES) for n in walk(body))


class _Asked:
    """One body on one date; it is looked at once for each way in which what it reads can differ."""

    def __init__(self, body: Expr, world: World) -> None:
        self._body, self._world = body, world
        self._reads = sorted({n.field.id for n in walk(body) if isinstance(n, Member)})
        self._known: dict[Hashable, Truth] = {}

    def of(self, values: Mapping[str, Value]) -> Truth:
        key = tuple(values.get(id) for id in self._reads)
        if key not in self._known:
            self._known[key] = listing_truth(self._body, values, self._world)
        return self._known[key]


def listing_facts(values: Mapping[str, Value]) -> ListingFacts:
    """One listing with these values."""
    return ListingFacts({id: (Fact(v, Provenance.GIVEN),) for id, v in values.items()})


def listing_truth(body: Expr, values: Mapping[str, Value], world: World) -> Truth:
    """Whether a listing meets the body: asked of `explain` itself, value by value."""
    return truth(body, Seen(world, Facts({}), listing_facts(values).values))
