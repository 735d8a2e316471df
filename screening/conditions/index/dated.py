"""One shipment read through the levels: classes, list entries, parties, the shipment itself."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date
from typing import TYPE_CHECKING

from screening.conditions.explain import Scope, World, scope_of, truth
from screening.conditions.index.level import Level, LevelTables
from screening.conditions.index.signals import Asked, Signals
from screening.conditions.index.table import Masks, TestFailed
from screening.conditions.tree import Elapsed, EveryParty, Expr, InClass, SomeParty, walk
from screening.facts import UNKNOWN_PARTY, Facts, PartyFacts
from screening.memory import Bound, Memory
from screening.truth import Truth

if TYPE_CHECKING:
    from screening.conditions.index.index import Index

_NONE = Masks(0, 0)

_READ = Bound(16_384)
"""Parties, listings and goods as read, in all worlds together, twice at most: new parties come all
the time, worlds may be many, and one takes some kilobytes."""


class DatedIndex:
    """The tables of all levels in one world, filled as values are met.

    To read many shipments at once, go through the levels in the order in which `read` does, and
    through the `fields`, `days` and `signals` of each: every distinct value has its masks.
    """

    def __init__(self, index: Index, world: World, live: int) -> None:
        classes = _Classes(index, world)
        self.classes = classes
        self._no_classes = Masks(0, classes.doubtful)
        self.shipment = DatedLevel(index.shipment, index.shipment_signals, world, classes, live)
        self._settled: int | None = None
        """What all signals leave, where they are the same for every shipment."""
        self._plain = not (index.goods or self.shipment.parties or self.shipment.opaque)
        asked = self.shipment.parties
        self.party = DatedLevel(
            index.party, index.party_signals, world, classes, _union(a.bodies for a in asked)
        )
        entries = 0
        start = index.party_signals.listings
        if start is not None:
            entries = self.party.tables.signals.used >> start & (1 << len(index.entries)) - 1
        self.listing = DatedLevel(index.listing, index.listing_signals, world, classes, entries)
        levels = (self.party, self.listing)
        self._scoped = any(level.opaque for level in levels)
        """Whether a party cannot be read without the whole shipment."""
        self._dated = any(level.tables.days for level in levels)
        self._parties: Memory[tuple[PartyFacts, Masks, date | None], Masks] = Memory(_READ)
        self._together: Memory[tuple[_Parties, Masks, date | None], Masks] = Memory(_READ)
        self._entries = Masks(0, entries << (start or 0))
        self._start = start or 0
        self.goods = [
            DatedLevel(level, signals, world, classes, live)
            for level, signals, live in zip(
                index.goods, index.goods_signals, classes.live, strict=True
            )
        ]

        self._asking = [level for level in self.goods if level.opaque]
        self._goods_dated = any(level.tables.days for level in self.goods)
        self._goods_fields = tuple({
            id: None for level in self.goods for id in (*level.tables.fields, *level.tables.days)
        })  # fmt: skip
        self._goods: Memory[Hashable, Masks] = Memory(_READ)

    def read(self, facts: Facts, world: World) -> Masks:
        """The conditions that surely, and that possibly, hold of a shipment.

        `world` is that of the shipment's own law date. Raises `TestFailed`.
        """
        if self._plain:
            if self._settled is None:
                known = self.shipment.in_classes(self._no_classes)
                self._settled = self.shipment.tables.settled(*known)
            return self.shipment.tables.read_on(facts.values, self._settled, world.law_date)
        scope = scope_of(facts, world)
        classes = self.read_goods(scope)
        if not self.shipment.parties:
            return self.shipment.read(scope, classes, _NONE)
        if self._scoped:
            return self.shipment.read(scope, classes, self._of_parties(scope, classes))
        key = (_parties(facts), classes, world.law_date if self._dated else None)
        signals = self._together.of(key, lambda: self._of_parties(scope, classes))
        return self.shipment.read(scope, classes, signals)

    def _of_parties(self, scope: Scope, classes: Masks) -> Masks:
        """What party tests ask, of all parties of the shipment."""
        facts = scope.facts
        sure = may = 0
        found = [(party.roles, self.read_party(party, scope, classes)) for party in facts.parties]
        unknown: Masks | None = None
        for asked in self.shipment.parties:
            said = [m for roles, m in found if not roles.isdisjoint(asked.roles)]
            if not all(facts.role_known(role) for role in asked.roles):
                if unknown is None:
                    unknown = self.read_party(UNKNOWN_PARTY, scope, classes)
                said.append(unknown)
            some = of_parties(asked, said)
            sure |= some.sure
            may |= some.may
        return Masks(sure, may)

    def read_goods(self, scope: Scope) -> Masks:
        """The definitions of classes that hold of the shipment."""
        if not self.goods:
            return self._no_classes
        law_date = scope.world.law_date if self._goods_dated else None
        opaque = (level.asked(scope) for level in self._asking)
        key = (law_date, *opaque, *map(scope.values.get, self._goods_fields))
        return self._goods.of(key, lambda: self._read_goods(scope))

    def _read_goods(self, scope: Scope) -> Masks:
        sure, may = 0, self.classes.doubtful
        for level, start in zip(self.goods, self.classes.starts, strict=True):
            found = level.read(scope, Masks(sure, may), _NONE)
            sure |= found.sure << start
            may |= found.may << start
        return Masks(sure, may)

    def read_party(self, party: PartyFacts, scope: Scope, classes: Masks) -> Masks:
        """What party tests ask, of one party; firms return, and say the same each time."""
        if self._scoped:
            return self._read_party(party, scope, classes)
        key = (party, classes, scope.world.law_date if self._dated else None)
        return self._parties.of(key, lambda: self._read_party(party, scope, classes))

    def _read_party(self, party: PartyFacts, scope: Scope, classes: Masks) -> Masks:
        inner = scope.of_party(party)
        entries = self._entries
        if entries.may and party.listings is not None:
            sure = may = 0
            for listing in party.listings:
                one = self.listing.read(inner.of_listing(listing), classes, _NONE)
                sure |= one.sure
                may |= one.may
            entries = Masks(sure << self._start, may << self._start)
        return self.party.read(inner, classes, entries)


_Parties = tuple[tuple[PartyFacts, ...], frozenset[str], bool]


def _parties(facts: Facts) -> _Parties:
    """All that party tests see of a shipment."""
    return facts.parties, facts.roles_absent, facts.parties_complete


def _speaks_of_parties_alone(test: Expr) -> bool:
    """Whether its truth hangs on the parties and on nothing else."""
    if not isinstance(test, SomeParty | EveryParty):
        return False
    return not any(isinstance(node, InClass | Elapsed) for node in walk(test))


class DatedLevel:
    """One level in one world: its tables, and where the truth of its signals comes from."""

    def __init__(
        self, level: Level, signals: Signals, world: World, classes: _Classes, live: int
    ) -> None:
        self.tables = LevelTables(level, world, signals.bits, live)
        used = self.tables.signals.used
        self.parties = tuple(
            Asked(a.every, a.roles, a.start, bodies)
            for a in signals.parties
            if (bodies := a.bodies & used >> a.start)
        )
        self._classes = [
            (1 << n, classes.bits(test)) for n, test in signals.classes if used >> n & 1
        ]
        self.opaque = [(1 << n, test) for n, test in signals.opaque if used >> n & 1]
        self._known: dict[Masks, Masks] = {}
        self._of_parties_alone = all(_speaks_of_parties_alone(test) for _, test in self.opaque)
        self._of_parties: Memory[_Parties, Masks] = Memory(_READ)

    def read(self, scope: Scope, classes: Masks, signals: Masks) -> Masks:
        """The conditions of this level that surely, and that possibly, hold in the scope.

        `classes` are the definitions that hold, `signals` what is settled of parties or listings.
        """
        sure, may = self.in_classes(classes)
        if signals is not _NONE:
            sure, may = sure | signals.sure, may | signals.may
        if self.opaque:
            asked = self.asked(scope)
            sure, may = sure | asked.sure, may | asked.may
        return self.tables.read(scope.values, sure, may, scope.world.law_date)

    def settled(self, classes: Masks, signals: Masks) -> Masks:
        """The clauses that hold as far as classes, parties and listings go: `read` without the
        fields. Only where nothing is opaque."""
        known = self.in_classes(classes)
        return self.tables.signals.masks(known.sure | signals.sure, known.may | signals.may)

    def in_classes(self, classes: Masks) -> Masks:
        """The signals that say which classes the goods are in."""
        known = self._known.get(classes)
        if known is not None:
            return known
        sure = _union(bit for bit, of_class in self._classes if classes.sure & of_class)
        may = _union(bit for bit, of_class in self._classes if classes.may & of_class)
        if len(self._known) >= 2_048:
            self._known.clear()
        self._known[classes] = Masks(sure, may)
        return self._known[classes]

    def asked(self, scope: Scope) -> Masks:
        """The signals that *explain* is asked of. Raises `TestFailed`."""
        if not self._of_parties_alone:
            return self._ask(scope)
        return self._of_parties.of(_parties(scope.facts), lambda: self._ask(scope))

    def _ask(self, scope: Scope) -> Masks:
        sure = may = 0
        for bit, test in self.opaque:
            try:
                holds = truth(test, scope)
            except Exception as error:
                raise TestFailed from error
            sure |= bit if holds.sure else 0
            may |= bit if holds.possible else 0
        return Masks(sure, may)


def of_parties(asked: Asked, said: list[Masks]) -> Masks:
    """Party tests of one kind about the same roles, from what is known of the parties in them."""
    sure = may = 0
    if asked.every and said:
        sure = may = asked.bodies
        for one in said:
            sure &= one.sure
            may &= one.may
    elif not asked.every:
        for one in said:
            sure |= one.sure
            may |= one.may
    return Masks((sure & asked.bodies) << asked.start, (may & asked.bodies) << asked.start)


class _Classes:
    """Which definition of each class is in force; every definition of the rulebook has one bit.

    A class of which that is not known on these dates has a bit too, which is never sure.
    """

    def __init__(self, index: Index, world: World) -> None:
        self.starts: list[int] = []
        self.live: list[int] = []
        self.doubtful = 0
        self._bits: dict[str, int] = {}
        start = 0
        meanings = {id: world.class_meaning(id) for id in sorted(index.known_classes)}
        for level in index.definitions:
            live = 0
            for n, (id, meaning) in enumerate(level):
                if meaning == meanings[id]:
                    live |= 1 << n
                    self._bits[id] = 1 << start + n
            self.starts.append(start)
            self.live.append(live)
            start += len(level)
        for id, said in meanings.items():
            if said is Truth.UNKNOWN:
                self._bits[id] = 1 << start
                self.doubtful |= 1 << start
                start += 1

    def bits(self, test: InClass) -> int:
        """The bits of the classes that a test names; a class that is not defined has none."""
        return _union(self._bits.get(id, 0) for id in test.classes)


def _union(bits: Iterable[int]) -> int:
    found = 0
    for some in bits:
        found |= some
    return found
