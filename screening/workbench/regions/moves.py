"""From which answer to which: every such move is found first, and then put into words.

How many moves there are hangs on the ladder and not on the conditions, so that all are soon found
and proved to be all. Then each is told by regions of facts, where few tell all of it; a move that
it would take many to tell is one region, with what all its shipments have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import z3

from screening.conditions.formula import Formula, every
from screening.facts import Facts
from screening.workbench.regions.common import common
from screening.workbench.regions.grow import Cube, carried, cube_around, merged
from screening.workbench.regions.literals import Literal, Tier
from screening.workbench.regions.pair import Pair
from screening.workbench.regions.told import Answer

_OF_ONE_MOVE = 8
"""A move that more regions would have to tell is told as one: nobody reads so many one by one."""

_OF_ALL = 24
"""The same of all moves on some days."""

_IN_VAIN = 2
"""After so many moves that facts do not tell the rest are not tried: they hang together."""

_MANY = 16
"""Where there are more moves than these, none is told by facts: each would be by many."""


@dataclass(frozen=True)
class Move:
    """From one answer to another, and a shipment that moves so."""

    old: Answer
    new: Answer
    facts: Facts

    def change(self, pair: Pair) -> Formula:
        """When both answers are given."""
        return every([pair.old.answers(self.old), pair.new.answers(self.new)])


def moves(pair: Pair, seen: Iterable[Facts]) -> list[Move]:
    """All of them. `seen` are shipments that moved on other days: the engine is asked of these
    first, and the solver of what they leave. Raises `TimedOut`."""
    found: dict[tuple[Answer, Answer], Move] = {}

    def is_new(facts: Facts) -> bool:
        old, new = pair.old.decides(facts), pair.new.decides(facts)
        if old == new or (old, new) in found:
            return False
        found[old, new] = Move(old, new, facts)
        return True

    for facts in seen:
        is_new(facts)
    if pair.differs.term is False:
        return list(found.values())
    asked = z3.Bool("asked: moved")
    left = pair.differs.z3, *(z3.Not(m.change(pair).z3) for m in found.values())
    pair.solver.tell(*(z3.Implies(asked, x) for x in left))
    while (shipment := pair.shipment(is_new, asked)) is not None:
        model, facts = shipment
        if model is not None and not is_new(facts):
            # What the engine says otherwise is told when the region is to be shown.
            answers = pair.old.answer(model), pair.new.answer(model)
            found[answers] = Move(*answers, facts)
        latest = next(reversed(found.values()))
        pair.solver.tell(z3.Implies(asked, z3.Not(latest.change(pair).z3)))
    return list(found.values())


def regions_of(pair: Pair, found: Sequence[Move], before: Sequence[Cube]) -> list[Cube]:
    """Regions that together are all moves. `before` are those of other days, tried first."""
    cubes: list[Cube] = []
    left = _IN_VAIN if len(found) <= _MANY else 0
    for move in found:
        known = [c for c in before if (c.old, c.new) == (move.old, move.new)]
        few = _few(pair, move, known, _OF_ALL - len(cubes)) if left else None
        left -= bool(left) and few is None and not any(c.is_whole for c in known)
        cubes += few if few is not None else [_whole(pair, move, known)]
    return cubes


def _few(pair: Pair, move: Move, known: Sequence[Cube], most: int) -> list[Cube] | None:
    """The move as few regions that are told by facts; `None` where it takes many, or is more than
    facts can tell."""
    if any(c.is_whole for c in known):
        return None
    found = [here for cube in known if (here := carried(pair, cube)) is not None]
    change = move.change(pair).z3
    asked = z3.Bool(f"asked: {move.old} -> {move.new}")
    pair.solver.tell(*(z3.Implies(asked, x) for x in (change, *(z3.Not(c.term) for c in found))))
    while (shipment := pair.model(asked)) is not None:
        if len(found) >= min(_OF_ONE_MOVE, most):
            return None
        cube = cube_around(pair, *shipment)
        if cube is None:
            return None
        found.append(cube)
        # What was found is kept out by the questions alone: growing a region may overlap it.
        pair.solver.tell(z3.Implies(asked, z3.Not(cube.term)))
    return _without_needless(pair, merged(found))


def _whole(pair: Pair, move: Move, before: Sequence[Cube]) -> Cube:
    """The move as one region: where both answers are given, whatever the facts."""
    known = [(c.literals[1:], c.choices) for c in before if c.is_whole]
    change = move.change(pair).z3
    itself = Literal(Tier.ALL, change, "wherever both answers are given")
    told, choices = common(pair, change, known[0] if known else None)
    return Cube(move.old, move.new, (itself, *told), choices, move.facts)


def _without_needless(pair: Pair, cubes: list[Cube]) -> list[Cube]:
    """The same without cubes all of whose shipments the others have too, those first that are told
    by most words: which is found first is chance."""
    kept = list(cubes)
    for cube in sorted(cubes, key=lambda c: -len(c.literals)):
        rest = [c for c in kept if c is not cube]
        with pair.solver.given(cube.term, *(z3.Not(c.term) for c in rest)):
            if rest and pair.model() is None:
                kept = rest
    return kept
