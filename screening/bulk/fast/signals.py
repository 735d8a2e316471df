"""What classes of goods and tests of parties leave of conditions, each combination once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from screening.bulk.fast.lots import CONFLICT, Lots, merged, own_values
from screening.bulk.fast.numbers import Codes, Numbered
from screening.bulk.fast.tables import Table
from screening.conditions.explain import scope_of
from screening.conditions.footprint import footprint
from screening.conditions.index import Masks
from screening.conditions.index.dated import of_parties
from screening.facts import UNKNOWN_PARTY, Facts, PartyFacts
from screening.vocabulary import ROLES

if TYPE_CHECKING:
    from screening.bulk.fast.levels import Level


_OF_KEPT = 600
"""The bytes, about, of the facts of a combination of parties, or of what was found of it."""


class Signals:
    """What classes of goods and parties leave of the clauses, each combination once."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._index = level.index
        goods = self._index.goods
        opaque = footprint((test for g in goods for _, test in g.opaque), level.view)
        self._read = {id for g in goods for id in (*g.tables.fields, *g.tables.days)}
        self._read |= set(opaque.fields)
        self._goods: tuple[str, ...] | None = None
        self._parties: tuple[str, ...] | None = None
        self._seen: dict[str, tuple[int, bool]] = {}
        self._forget()

    def _forget(self) -> None:
        self._of_goods, self._of_parties = _Combined(), _Combined()
        self._classes: dict[Masks, int] = {}
        self._class_of: list[int] = []
        self._facts: list[Facts] = []
        self._numbers = Numbered()
        self._table = Table(self._level.wide)
        self._once: dict[tuple[int, Masks], Masks] = {}

    @property
    def weight(self) -> int:
        """The bytes, about, of what is remembered."""
        kept = len(self._facts) + len(self._once) + len(self._classes)
        return (self._of_goods.weight + self._of_parties.weight + self._numbers.weight
                + self._table.words.nbytes + kept * _OF_KEPT)  # fmt: skip

    def of(self, rows: Codes, lots: Lots) -> tuple[Table, Codes]:
        """The sets, and which of them each row has."""
        level, index = self._level, self._index
        parties = tuple(n for n in lots.by_factor
                        if n in ROLES or n in ("parties", "parties_complete"))  # fmt: skip
        goods = tuple(name for name in lots.by_factor if self._of_classes(name, name in parties))
        if (goods, parties) != (self._goods, self._parties):
            self._goods, self._parties = goods, parties
            self._forget()
        which, new = self._of_goods.of(goods, rows, lots)
        for i in new.tolist():
            facts = merged(goods, rows[i], lots)
            found = index.read_goods(scope_of(facts, level.view))
            self._class_of.append(self._classes.setdefault(found, len(self._classes)))
        classes = np.array(self._class_of, np.int64)[which]
        known = list(self._classes)
        if not index.shipment.parties:
            self._table.add([level.level.settled(c, Masks(0, 0))
                             for c in known[self._table.count :]])  # fmt: skip
            return self._table, classes
        who, new = self._of_parties.of(parties, rows, lots)
        self._facts += [merged(parties, rows[i], lots) for i in new.tolist()]
        which, new = self._numbers.of_pairs(classes, who)
        self._table.add([
            level.level.settled(known[classes[i]], self._said(self._facts[who[i]],
                                                              known[classes[i]]))
            for i in new.tolist()
        ])  # fmt: skip
        return self._table, which

    def _of_classes(self, name: str, party: bool) -> bool:
        """Whether the classes of goods hang on this factor."""
        if CONFLICT in self._read or (party and any(g.opaque for g in self._index.goods)):
            return True
        kept = self._level.kept(name)
        seen, found = self._seen.get(name, (0, False))
        found = found or any(
            o.facts and not self._read.isdisjoint(own_values(name, o.facts)) for o in kept[seen:]
        )
        self._seen[name] = len(kept), found
        return found

    def _said(self, facts: Facts, classes: Masks) -> Masks:
        """What party tests ask, of all parties."""
        index = self._index
        scope = scope_of(facts, self._level.view)

        def of(party: PartyFacts) -> Masks:
            key = (id(party), classes)
            if key not in self._once:
                self._once[key] = index.read_party(party, scope, classes)
            return self._once[key]

        sure = may = 0
        for asked in index.shipment.parties:
            said = [of(p) for p in facts.parties if not p.roles.isdisjoint(asked.roles)]
            if not all(facts.role_known(role) for role in asked.roles):
                said.append(of(UNKNOWN_PARTY))
            some = of_parties(asked, said)
            sure |= some.sure
            may |= some.may
        return Masks(sure, may)


class _Combined:
    """Numbers the classes that several factors have together."""

    def __init__(self) -> None:
        self._numbers: dict[str, Numbered] = {}

    @property
    def weight(self) -> int:
        """The bytes of the numbers."""
        return sum(numbers.weight for numbers in self._numbers.values())

    def of(self, names: Sequence[str], rows: Codes, lots: Lots) -> tuple[Codes, Codes]:
        """The number of each row; where new ones were met first."""
        found, new = self._of("").of(np.zeros(len(rows), np.uint64))
        for name in names:
            lot, of_row = lots.by_factor[name]
            found, new = self._of(name).of_pairs(found, lot.codes.all[of_row[rows]])
        return found, new

    def _of(self, name: str) -> Numbered:
        return self._numbers.setdefault(name, Numbered())
