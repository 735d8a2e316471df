"""One region after another, until the solver finds no shipment that is answered differently."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import timedelta
from typing import Any

import z3
from pydantic import ValidationError

from screening.decide.status import statuses
from screening.engine import Rulebook
from screening.facts import Facts
from screening.shipment import Shipment
from screening.workbench.proofs.ask import told_facts
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.proofs.mock import smallest
from screening.workbench.proofs.solving import Frame
from screening.workbench.regions.grow import Cube, carried, cube_around, merged
from screening.workbench.regions.literals import STATED, Tier
from screening.workbench.regions.pair import Pair
from screening.workbench.regions.same import is_open
from screening.workbench.regions.told import MOST, Answer, Region, Where
from screening.workbench.regions.values import where

_BY_FACTS = 24
"""After so many regions of one epoch that are told by facts, the rest are told by the rules that
apply: conditions with many alternatives come to hundreds, which nobody reads."""

Decisive = tuple[tuple[str, ...], tuple[str, ...]]


class NotConfirmed(Exception):
    """The engine does not answer a shipment as the solver says: what shows the region is missing.

    So it is where conditions ask for more than the solver knows, such as words in a text.
    """


class Comparer:
    """Two versions made ready for comparison."""

    def __init__(self, old: Rulebook, new: Rulebook, each: float) -> None:
        """`each` limits one question to the solver, in seconds."""
        self._frame = Frame((old, new))
        self._each = each
        self._before: list[Cube] = []
        self._told: dict[Hashable, Region] = {}

    def regions(self, epoch: Epoch) -> tuple[list[Region], list[str]]:
        """The regions of an epoch, and why these may not be all; more than `MOST` are not sought.

        Raises `Unreadable`, `TimedOut`.
        """
        pair = Pair(self._frame, epoch, self._each)
        cubes, whole = _cubes(pair, self._before)
        # What was found for other days is the first thing to try on the next.
        self._before = merged(cubes)
        regions = []
        doubts = [] if whole else [f"stopped at {MOST:,} regions: there are more"]
        for cube in self._before:
            told = _told(pair, cube)
            try:
                regions.append(_region(pair, cube, told, self._told))
            except NotConfirmed as error:
                words = ", ".join(w.words for w in told) or "every shipment"
                doubts.append(f"may change: {words}: {cube.old} -> {cube.new} ({error})")
        self._told = {_key(r.old, r.new, r.where): r for r in regions}
        return regions, doubts


def _cubes(pair: Pair, before: list[Cube]) -> tuple[list[Cube], bool]:
    differs = pair.differs()
    if differs.term is False:
        return [], True
    found = [here for cube in before if (here := carried(pair, cube)) is not None]
    # What was found is kept out by the questions alone: growing a region may overlap it.
    asked = z3.Bool("asked: answered otherwise")
    pair.solver.tell(*(z3.Implies(asked, x) for x in (differs.z3, *(~c.term for c in found))))
    while (model := pair.solver.model(asked)) is not None:
        if len(found) >= MOST:
            return found, False
        found.append(cube_around(pair, model, by_rules=len(found) >= _BY_FACTS))
        pair.solver.tell(z3.Implies(asked, ~found[-1].term))
    return found, True


def _told(pair: Pair, cube: Cube) -> list[Where]:
    view = pair.new.rulebook.view(pair.epoch.first)
    told = [where(choice, cells, view) for choice, cells in cube.choices]
    told += [Where(x.words) for x in sorted(cube.literals, key=lambda x: _ORDER.index(x.tier))]
    told = [w for w in told if not _goes_without_saying(w, told)]
    return list(dict.fromkeys(told))


def _region(pair: Pair, cube: Cube, told: list[Where], before: Mapping[Hashable, Region]) -> Region:
    same = before.get(_key(cube.old, cube.new, told))
    if same is not None and same.last is not None and same.last + _DAY == pair.epoch.first:
        # It goes on: the engine is asked again, and the shipment that shows it stays.
        shipment = same.shipment
        decisive = _confirmed(pair, cube, pair.solver.facts(cube.model))
    else:
        shipment, decisive = _shown(pair, cube)
    last = None if is_open(pair.epoch) else pair.epoch.last
    return Region(pair.epoch.first, last, cube.old, cube.new, tuple(told), shipment, decisive)


def _key(old: Answer, new: Answer, told: Iterable[Where]) -> Hashable:
    return old, new, frozenset(w.words for w in told)


_DAY = timedelta(days=1)
_ORDER = (Tier.RULES, Tier.GOODS, Tier.FIGURES, Tier.TESTS, Tier.OTHERS)


def _goes_without_saying(one: Where, all_: list[Where]) -> bool:
    """That a field is stated, where something is said of its value."""
    name = one.words.removesuffix(STATED)
    return name != one.words and any(w.words.startswith(f"{name} ") for w in all_ if w is not one)


def _shown(pair: Pair, cube: Cube) -> tuple[dict[str, Any], Decisive]:
    """A shipment of the region, decided by the engine before and now."""
    facts = pair.solver.facts(cube.model)
    decisive = _confirmed(pair, cube, facts)
    mock = smallest(pair.new.rulebook, facts, lambda document: _both(pair, cube, document))
    if mock is None:
        return {"facts": told_facts(facts)}, decisive
    return mock


def _confirmed(pair: Pair, cube: Cube, facts: Facts) -> Decisive:
    found = []
    for side, wanted in ((pair.old, cube.old), (pair.new, cube.new)):
        ruling = side.rulebook.ruling(facts, side.rulebook.view(facts.law_date))
        answer = Answer(ruling.verdict, ruling.finding)
        if answer != wanted:
            raise NotConfirmed(f"the engine answers {answer}, not {wanted}, on {facts.law_date}")
        found.append(tuple(id for id, s in statuses(ruling).items() if s == "decisive"))
    return found[0], found[1]


def _both(pair: Pair, cube: Cube, document: dict[str, Any]) -> Decisive | None:
    found = []
    for side, wanted in ((pair.old, cube.old), (pair.new, cube.new)):
        try:
            decision = side.rulebook.decide(Shipment.model_validate(document), assumptions=False)
        except ValidationError:
            return None
        if decision.problems or Answer(decision.verdict, decision.finding) != wanted:
            return None
        found.append(decision.decisive)
    return found[0], found[1]
