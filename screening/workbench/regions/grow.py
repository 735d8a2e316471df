"""From one shipment to the widest region around it that is answered alike, before and now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import z3

from screening.conditions.formula import every
from screening.conditions.models import holds
from screening.facts import Facts
from screening.workbench.regions.literals import (
    WEAKER,
    Choice,
    Literal,
    Tier,
    choice_of,
    literals,
    offered,
)
from screening.workbench.regions.pair import Pair
from screening.workbench.regions.told import Answer

Choices = tuple[tuple[Choice, frozenset[int]], ...]
"""Fields, and of each the values that it may have."""


@dataclass(frozen=True)
class Cube:
    """Literals that suffice for the change, and the values that its fields may have."""

    old: Answer
    new: Answer
    literals: tuple[Literal, ...]
    choices: Choices
    facts: Facts
    """A shipment in it."""

    @property
    def is_whole(self) -> bool:
        """Whether it is all that is answered so, of which the rest is only said."""
        return any(x.tier is Tier.ALL for x in self.literals)

    @cached_property
    def term(self) -> Any:
        """The region as a proposition."""
        parts = [x.term for x in self.literals]
        parts += [choice.among(cells) for choice, cells in self.choices]
        return z3.And(*parts) if parts else z3.BoolVal(True)


def cube_around(pair: Pair, model: Any, facts: Facts) -> Cube | None:
    """The region around a model and its shipment. What it says holds of every shipment in it, and
    suffices; `None` where nothing that can be said of it does."""
    old, new = pair.old.answer(model), pair.new.answer(model)
    change = every([pair.old.answers(old), pair.new.answers(new)])
    meant = every([pair.old.means(old), pair.new.means(new)])
    found = literals(pair, model, old, new)
    with pair.wide.given(z3.Not(change.z3)):
        kept = _needed(pair, found)
        if kept is None:
            return None
        plain = tuple(x for x in kept if x.choice is None)
        choices = [(x.choice, frozenset([x.choice.cell])) for x in kept if x.choice is not None]
        cube = Cube(old, new, plain, tuple(choices), facts)
        for at in range(len(choices)):
            cube = _widened(pair, cube, at, meant.z3)
    for at in range(len(choices)):
        cube = _inhabited(pair, cube, at)
    limited = [(c, s) for c, s in cube.choices if len(s) < c.count]
    return replace(cube, choices=tuple(limited))


def carried(pair: Pair, cube: Cube) -> Cube | None:
    """A region of other days on these, where it is one here too."""
    known: dict[str, Literal] = {}
    for x in offered(pair, cube.old, cube.new):
        known.setdefault(x.words, x)
        known.setdefault(x.otherwise, x.negation)
    if any(x.words not in known for x in cube.literals):
        return None
    spaces = pair.readings[0].shipment
    choices = []
    for choice, cells in cube.choices:
        here = choice_of(spaces, choice.field)
        if here is None:
            return None
        values = {v for i in cells for v in choice.members[i]}
        inside = frozenset(i for i, lot in enumerate(here.members) if values.issuperset(lot))
        if not inside:
            return None
        choices.append((here, inside))
    here_ = tuple(known[x.words] for x in cube.literals)
    found = Cube(cube.old, cube.new, here_, tuple(choices), cube.facts)
    change = every([pair.old.answers(cube.old), pair.new.answers(cube.new)])
    with pair.wide.given(z3.Not(change.z3), found.term):
        if pair.wide.can_be() is not None:
            return None
    with pair.solver.given(found.term):
        shown = pair.model()
    return None if shown is None else replace(found, facts=shown[1])


def _needed(pair: Pair, found: list[Literal]) -> list[Literal] | None:
    """As few literals as suffice, of the tiers that people read first; `None`: all do not."""
    names: dict[int, tuple[Any, Literal]] = {}
    for literal in found:
        name = pair.wide.named(literal.term)
        names[name.get_id()] = name, literal
    for tier in (Tier.OTHERS, Tier.GOODS, Tier.TESTS, Tier.FIGURES):
        asked = [name for name, literal in names.values() if literal.tier <= tier]
        # What more there is to learn of parties is learnt once, of all that can be said.
        enough = pair.wide.excluded(*asked)
        if not enough and tier is Tier.FIGURES:
            enough = pair.wide.can_be(*asked) is None
        if enough:
            core = pair.wide.core()
            kept = _fewer(pair, {key: pair_ for key, pair_ in names.items() if key in core})
            return [literal for _, literal in _weaker(pair, kept, list(names.values()))]
    return None


Named = tuple[Any, Literal]


def _fewer(pair: Pair, kept: dict[int, Named]) -> list[Named]:
    """The same without what can be left out, from the last tier up, so that what remains is what
    people read first."""
    for key in sorted(kept, key=lambda k: -kept[k][1].tier):
        if key not in kept:
            continue
        rest = [name for k, (name, _) in kept.items() if k != key]
        if pair.wide.excluded(*rest):
            core = pair.wide.core()
            kept = {k: v for k, v in kept.items() if k in core}
    return list(kept.values())


def _weaker(pair: Pair, kept: list[Named], offered: list[Named]) -> list[Named]:
    """The same with what says less where that suffices; which of the two a core has is chance."""
    for at, (_, literal) in enumerate(kept):
        for less in (n for n in offered if n[1].words in WEAKER.get(literal.words, ())):
            tried = [*kept[:at], less, *kept[at + 1 :]]
            if pair.wide.excluded(*(name for name, _ in tried)):
                kept = tried
    return kept


def _widened(pair: Pair, cube: Cube, at: int, change: Any) -> Cube:
    """The region with all values of one of its fields for which the rest still suffices."""
    choice, cells = cube.choices[at]
    rest = replace(cube, choices=(*cube.choices[:at], *cube.choices[at + 1 :])).term
    wrong = z3.And(rest, z3.Not(change))
    open_ = frozenset(range(choice.count)) - cells
    with pair.wide.given(rest, *(choice.variable != i for i in cells)):
        while open_ and not pair.wide.excluded():
            model = pair.wide.found()
            bad = _alike(model, choice, wrong, open_)
            pair.wide.tell(*(choice.variable != i for i in bad))
            open_ -= bad
    wider = (choice, cells | open_)
    return replace(cube, choices=(*cube.choices[:at], wider, *cube.choices[at + 1 :]))


def _inhabited(pair: Pair, cube: Cube, at: int) -> Cube:
    """The region without values of a field that no shipment in it has: they would mislead."""
    choice, cells = cube.choices[at]
    found: frozenset[int] = frozenset()
    with pair.solver.given(cube.term):
        while found < cells:
            shown = pair.model()
            if shown is None:
                break
            seen = _alike(shown[0], choice, cube.term, cells - found)
            pair.solver.tell(*(choice.variable != i for i in seen))
            found |= seen
    return replace(cube, choices=(*cube.choices[:at], (choice, found), *cube.choices[at + 1 :]))


def _alike(model: Any, choice: Choice, term: Any, among: frozenset[int]) -> frozenset[int]:
    """The cell of a model, and those for which the term would hold as well, all else the same.

    One shipment tells of many values what the solver would have to be asked of each.
    """
    mine = model.eval(choice.variable, model_completion=True)
    values = {i: z3.BitVecVal(i, choice.variable.size()) for i in among}
    found = {mine.as_long()}
    for i, value in values.items():
        model.update_value(choice.variable, value)
        if holds(model, term):
            found.add(i)
    return frozenset(found)


def merged(cubes: list[Cube]) -> list[Cube]:
    """The same with cubes joined that differ in the values of one field alone."""
    found: list[Cube] = []
    for cube in cubes:
        for i, other in enumerate(found):
            joined = _joined(other, cube)
            if joined is not None:
                found[i] = joined
                break
        else:
            found.append(cube)
    return found if len(found) == len(cubes) else merged(found)


def _joined(a: Cube, b: Cube) -> Cube | None:
    if (a.old, a.new) != (b.old, b.new):
        return None
    if {x.term.get_id() for x in a.literals} != {x.term.get_id() for x in b.literals}:
        return None
    mine = {c.field.id: (c, s) for c, s in a.choices}
    theirs = {c.field.id: (c, s) for c, s in b.choices}
    if mine.keys() != theirs.keys():
        return None
    apart = [id for id in mine if mine[id][1] != theirs[id][1]]
    if len(apart) > 1:
        return None
    for id in apart:
        choice, cells = mine[id]
        both = cells | theirs[id][1]
        if len(both) == choice.count:
            del mine[id]
        else:
            mine[id] = (choice, both)
    return replace(a, choices=tuple(mine.values()))
