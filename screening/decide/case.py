"""Shipments of which the same conditions hold are one case: the program runs once for all."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from screening.conditions.footprint import Footprint
from screening.conditions.index import Masks
from screening.decide.compile import Compiled
from screening.decide.gate import Gate
from screening.decide.indexed import IndexedMet
from screening.decide.met import special_truth
from screening.decision import Finding
from screening.facts import Facts
from screening.memory import Memory

if TYPE_CHECKING:
    from screening.decide.status import Standing

_numbers = count()


@dataclass(frozen=True, slots=True)
class Case:
    """Which rules are met, and what the program makes of it. Facts and dates have no part in it.

    What else hangs on these alone is kept here as well.
    """

    met: IndexedMet
    conditions: Masks
    compiled: Compiled
    registers: Sequence[int]
    number: int = field(default_factory=partial(next, _numbers))
    """No other case has it."""
    findings: list[Finding] = field(default_factory=list)
    """What is certain and what is possible, once they were read off."""
    standings: dict[Finding, tuple[Standing, ...]] = field(default_factory=dict)
    """By the finding, how the rules stand that matter."""
    looks: dict[Hashable, Footprint] = field(default_factory=dict)
    """By finding and verdict, what the conditions look at of which a decision tells."""
    opened: list[tuple[int, ...]] = field(default_factory=list)
    """The columns that facts could still decide, once they were looked for."""
    asked: Memory[Hashable, tuple[str, ...]] = field(default_factory=lambda: Memory(64))
    """By what the open conditions lack, the facts to ask for."""


def case_of(gate: Gate, compiled: Compiled, conditions: Masks, facts: Facts) -> Case:
    """The case of these facts, of which these conditions hold."""
    claimed = facts.exception_claimed
    special = {id: special_truth(id, compiled.exceptions, facts) for id in gate.special}
    key = (gate.number, conditions, claimed, *special.values())

    def found() -> Case:
        met = IndexedMet(gate, conditions, claimed, special)
        fitted, registers = met.run(compiled, claimed)
        return Case(met, conditions, fitted, bytes(registers))

    return gate.cases.of(key, found)
