"""What all shipments of a change have in common, where no few facts tell it: proved, each of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from screening.conditions.models import holds
from screening.vocabulary import Scope
from screening.workbench.regions.grow import Choices
from screening.workbench.regions.literals import Choice, Literal, choice_of, in_common, weaker_than
from screening.workbench.regions.pair import Pair

_ROUNDS = 12
"""After so many shipments that have less in common than was thought, nothing is said."""

_VALUES = 6
"""A field with more values than these is not told."""

_TOLD = 6
"""So much is told, what people read first."""

_FIELDS = ("destination", "product")


def common(
    pair: Pair, change: Any, known: tuple[tuple[Literal, ...], Choices] | None = None
) -> tuple[tuple[Literal, ...], Choices]:
    """What holds of all, and the values of its fields where they are few. `known` is what shipments
    of the same answers had in common on other days: told again where it holds here too."""
    with pair.wide.given(change):
        if known is not None and _still(pair, *known):
            return known
        if pair.wide.excluded():
            return (), ()  # no shipment of which conditions say all: texts and such
        model = pair.wide.found()
        # That a rule does not apply says little where many do not.
        told = _of_all(pair, [x for x in in_common(pair) if holds(model, x.term)])
        said = {x.words for x in told}
        weaker = {less for words in said for less in weaker_than(words)}
        return tuple(x for x in told if x.words not in weaker)[:_TOLD], tuple(_values(pair))


def _still(pair: Pair, told: tuple[Literal, ...], choices: Choices) -> bool:
    """Whether all of it can be said on these days, and holds of all shipments."""
    can_be_said = {x.words: x.term for x in in_common(pair)}
    space = pair.readings[0].shipment
    for choice, _ in choices:
        here = choice_of(space, choice.field)
        if here is None or here.members != choice.members:
            return False
    if any(x.words not in can_be_said or not can_be_said[x.words].eq(x.term) for x in told):
        return False
    otherwise = [z3.Not(x.term) for x in told]
    otherwise += [z3.Not(choice.among(cells)) for choice, cells in choices]
    with pair.wide.given(z3.Or(*otherwise)):
        return pair.wide.excluded()


def _of_all(pair: Pair, told: list[Literal]) -> list[Literal]:
    """Those of the literals that hold of all shipments: each shipment takes away those that it
    does not have, until none takes away any more."""
    for _ in range(_ROUNDS):
        with pair.wide.given(z3.Or(*(z3.Not(x.term) for x in told))):
            if not told or pair.wide.excluded():
                return told
            model = pair.wide.found()
        told = [x for x in told if holds(model, x.term)]
    return []


def _values(pair: Pair) -> Iterator[tuple[Choice, frozenset[int]]]:
    """The values that the fields have which people ask for first."""
    fields = pair.frame.vocabulary.of(Scope.SHIPMENT)
    for id in _FIELDS:
        choice = choice_of(pair.readings[0].shipment, fields[id]) if id in fields else None
        if choice is None or not pair.matters(choice.variable == 0):
            continue
        cells: frozenset[int] = frozenset()
        with pair.wide.given():
            while len(cells) <= _VALUES:
                if pair.wide.excluded():
                    yield choice, cells
                    break
                model = pair.wide.found()
                cell = model.eval(choice.variable, model_completion=True).as_long()
                pair.wide.tell(choice.variable != cell)
                cells |= {cell}
