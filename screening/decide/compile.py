"""The meaning of met, standing, defeats and active, written once, as a Boolean program.

Each is one Kleene formula over an acyclic graph; see docs/semantics.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from screening.decide.columns import Column
from screening.decide.program import FALSE, NO, Builder, Kleene, Program
from screening.decision import LADDER, SUPPRESSING, Authority, Finding, OverrideKind, Verdict
from screening.problems import Problem, ProblemsFound
from screening.rulebook.model import CLAIM_UNMET
from screening.truth import Truth


@dataclass(frozen=True)
class Compiled:
    """The program with the registers to read after a run."""

    authority: Authority | None
    columns: tuple[Column, ...]
    exceptions: tuple[str, ...]
    program: Program
    met: tuple[Kleene, ...]
    defeats: Mapping[int, Kleene]
    active: tuple[Kleene, ...]
    certain_at: Mapping[Finding, int]
    possible_at: Mapping[Finding, int]
    company: Mapping[Verdict, Kleene]

    def run(self, met: Iterable[Truth], claimed: str | None) -> Sequence[int]:
        """Every register for one shipment: its columns as met, and the exception it claims."""
        inputs = [bit for value in met for bit in (int(value.sure), int(value.possible))]
        for symbol in self.exceptions:
            inputs += [int(claimed == symbol)] * 2
        return self.program.run(inputs, 0, 1)


class _Compiler:
    def __init__(self, columns: tuple[Column, ...], exceptions: tuple[str, ...]) -> None:
        self.columns = columns
        self.exceptions = exceptions
        self.b = Builder(len(columns) + len(exceptions))
        self._met: dict[int, Kleene] = {}
        self._standing: dict[int, Kleene] = {}
        self._defeats: dict[int, Kleene] = {}
        self._trail: list[str] = []

    def met(self, i: int) -> Kleene:
        """Whether the rule is met; a claim is unmet where no rule for its exception is met."""
        if self.columns[i].rule.id != CLAIM_UNMET:
            return self.b.input(i)
        if i not in self._met:
            unmet = []
            for n, symbol in enumerate(self.exceptions):
                granted = [
                    self.b.input(k)
                    for k, c in enumerate(self.columns)
                    if c.rule.exception == symbol
                ]
                claimed = self.b.input(len(self.columns) + n)
                unmet.append(self.b.all(claimed, self.b.negate(self.b.any(*granted))))
            # The column's own input says that an exception was claimed which no rule grants.
            self._met[i] = self.b.any(self.b.input(i), *unmet)
        return self._met[i]

    def standing(self, i: int) -> Kleene:
        """Met, not suspended or exempted, and if it replaces, something it replaces stands."""
        if i not in self._standing:
            self._enter("standing", i)
            column = self.columns[i]
            parts = [self.met(i), *self._not_defeated(column, SUPPRESSING)]
            if column.rule.kind is OverrideKind.REPLACING:
                parts.append(self.b.any(*(self.standing(t) for t in column.replaces)))
            self._standing[i] = self.b.all(*parts)
            self._trail.pop()
        return self._standing[i]

    def defeats(self, i: int) -> Kleene:
        """Met, not barred, and not itself suspended or exempted."""
        if i not in self._defeats:
            self._enter("defeats", i)
            column = self.columns[i]
            barred = self.b.any(*(self.standing(t) for t in column.barred_by))
            self._defeats[i] = self.b.all(
                self.met(i), self.b.negate(barred), *self._not_defeated(column, SUPPRESSING)
            )
            self._trail.pop()
        return self._defeats[i]

    def active(self, i: int) -> Kleene:
        """Met, not defeated by anything that reaches it; a replacement needs something to stand."""
        column = self.columns[i]
        parts = [self.met(i), *self._not_defeated(column, tuple(OverrideKind))]
        if column.rule.kind is OverrideKind.REPLACING:
            parts.append(self.b.any(*(self.standing(t) for t in column.replaces)))
        return self.b.all(*parts)

    def _not_defeated(self, column: Column, kinds: tuple[OverrideKind, ...]) -> list[Kleene]:
        return [
            self.b.negate(self.defeats(o))
            for o in column.reached_by
            if self.columns[o].rule.kind in kinds
        ]

    def _enter(self, what: str, i: int) -> None:
        step = f"{what} {self.columns[i].rule.id}"
        if step in self._trail:
            circle = " needs ".join([*self._trail[self._trail.index(step) :], step])
            raise ProblemsFound([Problem(
                "barred-cycle", f"whether an override is barred runs in a circle: {circle}",
                "name the exception under `barred_by.except`",
                self.columns[i].rule.place)])  # fmt: skip
        self._trail.append(step)

    def certain(self, step: Finding, active: tuple[Kleene, ...]) -> int:
        """Whether at least `step` is certain.

        Certain is what is surely active; and of a ground surely met, where nothing but
        replacements may reach it, the least restrictive among them, theirs, and itself.
        """
        at = NO
        for i, column in enumerate(self.columns):
            if column.finding is None or column.finding.rank < step.rank:
                continue
            at = self.b.bit_or(at, active[i].sure)
            if column.rule.is_ground:
                term = self.met(i).sure
                for o in column.reached_by:
                    term = self.b.bit_and(term, self.b.bit_not(self._eases(o, step)))
                at = self.b.bit_or(at, term)
        return at

    def _eases(self, o: int, step: Finding) -> int:
        """Whether an override may leave less than `step`: by itself or by what replaces it."""
        other = self.columns[o]
        may = self.defeats(o).possible
        if other.rule.kind in SUPPRESSING or other.finding is None:
            return may
        if other.finding.rank < step.rank:
            return may
        further = NO
        for next_ in other.reached_by:
            if self.columns[next_].rule.kind is OverrideKind.REPLACING:
                further = self.b.bit_or(further, self._eases(next_, step))
        return self.b.bit_and(may, further)

    def company(self, verdict: Verdict, active: tuple[Kleene, ...]) -> Kleene:
        """Whether a company's rule asks for the verdict."""
        asking = [active[i] for i, c in enumerate(self.columns) if c.rule.verdict is verdict]
        return self.b.any(*asking) if asking else FALSE


def compile_columns(columns: tuple[Column, ...], authority: Authority | None = None) -> Compiled:
    """The program for these columns. Raises `ProblemsFound` if barring runs in a circle."""
    exceptions = tuple(sorted({c.rule.exception for c in columns if c.rule.exception}))
    c = _Compiler(columns, exceptions)
    active = tuple(c.active(i) for i in range(len(columns)))
    overrides = [i for i, col in enumerate(columns) if col.rule.kind is not None]
    certain: dict[Finding, int] = {}
    possible: dict[Finding, int] = {}
    for step in LADDER[1:]:
        certain[step] = c.certain(step, active)
        at = NO
        for i, column in enumerate(columns):
            if column.finding is not None and column.finding.rank >= step.rank:
                at = c.b.bit_or(at, active[i].possible)
        possible[step] = at
    company = {v: c.company(v, active) for v in (Verdict.REVIEW, Verdict.DENY)}
    defeats = {i: c.defeats(i) for i in overrides}
    met = tuple(c.met(i) for i in range(len(columns)))
    program = Program(c.b.inputs, tuple(c.b.steps))
    return Compiled(authority, columns, exceptions, program, met, defeats, active,
                    certain, possible, company)  # fmt: skip
