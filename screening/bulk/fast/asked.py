"""Which tests a rulebook makes of each field: values that answer them all alike are alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from screening.conditions.explain import Scope as Reach
from screening.conditions.explain import World, truth
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
    SomeListing,
    SomeParty,
    children,
    walk,
)  # fmt: skip
from screening.decide.columns import columns_of
from screening.decide.view import View
from screening.facts import Fact, Facts, PartyFacts, Values
from screening.memory import Memory
from screening.rulebook.model import Assumption, Content
from screening.truth import Truth
from screening.vocabulary import ROLES, Field, Scope

_NOTHING = Facts({})
_MOST = 65_536


@dataclass
class Asked:
    """The tests of the fields of one scope, by field; a field without tests is only there or not.

    The values themselves count of a field in `whole`: it is compared with another field.
    """

    tests: dict[str, dict[Expr, None]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    _known: Memory[Hashable, tuple[Truth, ...]] = field(
        default_factory=lambda: Memory(_MOST), repr=False, compare=False
    )

    def of(self, id: str) -> tuple[Expr, ...]:
        """The tests of a field, each once."""
        return tuple(self.tests.get(id, ()))

    def elapsed(self, id: str) -> bool:
        """Whether a test counts the days from this field's date to the law date."""
        return any(isinstance(test, Elapsed) for test in self.of(id))

    def presence(self, id: str) -> None:
        """Somebody asks whether the field has a value."""
        self.tests.setdefault(id, {})

    def answers(self, values: Values, world: World) -> tuple[tuple[str, tuple[Hashable, ...]], ...]:
        """All that the rulebook can tell of these values: by field what each of its tests answers,
        or the values where they count themselves."""
        found: list[tuple[str, tuple[Hashable, ...]]] = []
        for id in sorted(values.keys() & self.tests.keys()):
            facts = values[id]
            if id in self.whole:
                found.append((id, tuple((type(f.value), f.value) for f in facts)))
            else:
                found.append((id, self._answers(id, facts, world)))
        return tuple(found)

    def _answers(self, id: str, facts: tuple[Fact, ...], world: World) -> tuple[Truth, ...]:
        """What each test of the field answers: the same value comes again among others."""
        key = (id, facts, world)
        known = self._known.get(key)
        if known is None:
            reach = Reach(world, _NOTHING, {id: facts})
            answers = tuple(truth(test, reach) for test in self.tests[id])
            known = self._known.put(key, answers)
        return known


@dataclass(frozen=True)
class AskedOf:
    """What a rulebook asks: of the shipment, of each party, of each entry on a list."""

    shipment: Asked
    party: Asked
    listing: Asked

    def party_answers(self, party: PartyFacts, world: World) -> Hashable:
        """All that the rulebook can tell of one party."""
        listings = None if party.listings is None else tuple(
            self.listing.answers(listing.values, world) for listing in party.listings
        )  # fmt: skip
        return (tuple(sorted(party.roles)), bool(party.values), listings,
                self.party.answers(party.values, world))  # fmt: skip


def asked_of(content: Content, view: View | None = None) -> AskedOf:
    """Every test of rules, classes, assumptions and of what an allow requires.

    With a view only of what is in force, or may be, in its span of dates.
    """
    found = {scope: Asked() for scope in Scope}
    for tree in _trees(content, view):
        _collect(tree, Scope.SHIPMENT, found)
    fields = content.vocabulary.of(Scope.SHIPMENT)
    shipment, party = found[Scope.SHIPMENT], found[Scope.PARTY]
    for assumption in content.assumptions:
        for key, value in assumption.assume:
            if key.startswith("party."):
                _copied(key.removeprefix("party."), value, party)
    for id in presences(content.assumptions, fields):
        shipment.presence(id)
    return AskedOf(shipment, party, found[Scope.LISTING])


def presences(assumptions: Iterable[Assumption], fields: Mapping[str, Field]) -> Iterator[str]:
    """The shipment fields that assumptions fill, and those that say the same in words."""
    for assumption in assumptions:
        for key, _ in assumption.assume:
            if not key.startswith("party.") and key not in ROLES:
                yield key
                if key in fields and fields[key].in_words:
                    yield str(fields[key].in_words)


def reads(trees: Iterable[Expr], view: View) -> dict[str, dict[Expr, None]]:
    """By shipment field the tests that these conditions make of it, those in classes as well."""
    found = {scope: Asked() for scope in Scope}
    pending, seen = list(trees), set[str]()
    while pending:
        tree = pending.pop()
        _collect(tree, Scope.SHIPMENT, found)
        for node in walk(tree):
            if isinstance(node, InClass):
                for id in set(node.classes) - seen:
                    seen.add(id)
                    meaning = view.class_meaning(id)
                    if not isinstance(meaning, Truth):
                        pending.append(meaning)
    return found[Scope.SHIPMENT].tests


def _copied(id: str, value: object, party: Asked) -> None:
    """A fact of a party that an assumption fills, be it with what another fact of it says."""
    target = "listed_ownership_percent" if id == "owners" else id
    party.presence(target)
    source = str(value.get("same_as")) if isinstance(value, Mapping) else None
    if source is not None:
        # The copy is asked as the target: what is asked of either is asked of the source.
        party.presence(source)
        if party.of(target) or target in party.whole:
            party.whole.add(source)


def _trees(content: Content, view: View | None) -> Iterable[Expr]:
    columns = columns_of(content, None)
    if view is not None:
        dates = view.epoch.dates(columns, None)
        columns = tuple(c for c, d in zip(columns, dates, strict=True) if not d.outside)
    for column in columns:
        yield column.when
        if column.rule.conditions is not None:
            yield column.rule.conditions
    for id, goods in content.classes.items():
        meaning = None if view is None else view.class_meaning(id)
        if isinstance(meaning, Truth):
            continue
        yield from [d.when for d in goods.definitions] if meaning is None else [meaning]
    for assumption in content.assumptions:
        yield assumption.when
    yield from content.header.allow_requires


def _collect(expr: Expr, scope: Scope, found: Mapping[Scope, Asked]) -> None:
    match expr:
        case Relate(one, other):
            for named in (one, other):
                found[scope].presence(named.id)
                found[scope].whole.add(named.id)
        case Member() | Compare() | Elapsed() | Matches() | Known():
            found[scope].tests.setdefault(expr.field.id, {})[expr] = None
        case SomeParty(_, body) | EveryParty(_, body):
            _collect(body, Scope.PARTY, found)
        case SomeListing(body):
            _collect(body, Scope.LISTING, found)
        case _:
            for child in children(expr):
                _collect(child, scope, found)
