"""`decide` as one Boolean program over rule columns: every value twice, surely and possibly.

The instructions are AND, OR and NOT on registers, so the same program runs on plain 0 and 1 and,
unchanged, on arrays with one element a shipment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, Protocol, Self, TypeVar, cast


class Bits(Protocol):
    """What a register holds: an int 0 or 1, or an array of bools."""

    def __and__(self, other: Self, /) -> Self: ...
    def __or__(self, other: Self, /) -> Self: ...
    def __xor__(self, other: Self, /) -> Self: ...


B = TypeVar("B", bound=Bits)


class Op(IntEnum):
    """The three instructions."""

    AND = 0
    OR = 1
    NOT = 2


@dataclass(frozen=True, slots=True)
class Kleene:
    """A three-valued value as two registers: it surely holds, it possibly holds."""

    sure: int
    possible: int


NO, YES = 0, 1
"""Registers of the two constants."""

FALSE = Kleene(NO, NO)
TRUE = Kleene(YES, YES)


class Builder:
    """Builds a program, folding constants and sharing equal steps."""

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.steps: list[tuple[Op, int, int]] = []
        self._known: dict[tuple[Op, int, int], int] = {}

    def input(self, index: int) -> Kleene:
        """The value of input `index`."""
        return Kleene(2 + 2 * index, 3 + 2 * index)

    def _step(self, op: Op, a: int, b: int) -> int:
        key = (op, min(a, b), max(a, b)) if op is not Op.NOT else (op, a, a)
        if key not in self._known:
            self.steps.append(key)
            self._known[key] = 1 + 2 * self.inputs + len(self.steps)
        return self._known[key]

    def bit_and(self, a: int, b: int) -> int:
        """Both registers."""
        if NO in (a, b):
            return NO
        if a in (YES, b):
            return b
        return a if b == YES else self._step(Op.AND, a, b)

    def bit_or(self, a: int, b: int) -> int:
        """Either register."""
        if YES in (a, b):
            return YES
        if a in (NO, b):
            return b
        return a if b == NO else self._step(Op.OR, a, b)

    def bit_not(self, a: int) -> int:
        """The register's complement."""
        return 1 - a if a in (NO, YES) else self._step(Op.NOT, a, a)

    def all(self, *parts: Kleene) -> Kleene:
        """Conjunction; true of nothing."""
        sure, possible = YES, YES
        for part in parts:
            sure = self.bit_and(sure, part.sure)
            possible = self.bit_and(possible, part.possible)
        return Kleene(sure, possible)

    def any(self, *parts: Kleene) -> Kleene:
        """Disjunction; false of nothing."""
        sure, possible = NO, NO
        for part in parts:
            sure = self.bit_or(sure, part.sure)
            possible = self.bit_or(possible, part.possible)
        return Kleene(sure, possible)

    def negate(self, part: Kleene) -> Kleene:
        """Negation: what possibly holds does not surely fail."""
        return Kleene(self.bit_not(part.possible), self.bit_not(part.sure))


@dataclass(frozen=True)
class Program:
    """The finished instructions, run as straight-line code."""

    inputs: int
    steps: tuple[tuple[Op, int, int], ...]

    def run(self, values: Sequence[B], no: B, yes: B) -> Sequence[B]:
        """Every register's value. `values` are the inputs: sure, possible, sure, possible, ..."""
        if len(values) != 2 * self.inputs:
            raise ValueError(f"the program takes {2 * self.inputs} values, not {len(values)}")
        registers: Sequence[B] = self._code((no, yes, *values), yes)
        return registers

    @cached_property
    def _code(self) -> Callable[[Sequence[Any], Any], Sequence[Any]]:
        # Ten times faster than a loop over the steps. The source is made of register numbers
        # alone; no text of a rule or a shipment ever enters it.
        signs = {Op.AND: "&", Op.OR: "|"}
        first = 2 + 2 * self.inputs
        names = ",".join(f"r{i}" for i in range(first))
        lines = [f" {names},=v"]
        for i, (op, a, b) in enumerate(self.steps, first):
            right = f"r{a}^y" if op is Op.NOT else f"r{a}{signs[op]}r{b}"
            lines.append(f" r{i}={right}")
        every = ",".join(f"r{i}" for i in range(first + len(self.steps)))
        source = "def code(v,y):\n" + "\n".join(lines) + f"\n return ({every},)\n"
        scope: dict[str, Any] = {}
        exec(compile(source, "<program>", "exec"), scope)  # numbers only, see above
        return cast(Callable[[Sequence[Any], Any], Sequence[Any]], scope["code"])
