"""The meaning of met, standing, defeats and active, written once, as a Boolean program.

Each is one Kleene formula over an acyclic graph; see docs/semantics.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

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
    inputs: tuple[int, ...]
    """For each input of the program but the exceptions, which come last, one of its columns."""
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
        values = tuple(met)
        return self.run_bits([bit for i in self.inputs for bit in _BITS[values[i]]], claimed)

    def run_bits(self, met: Iterable[int], claimed: str | None) -> Sequence[int]:
        """Every register, the inputs given as bits: surely met, possibly met, and so on."""
        inputs = [*met]
        for symbol in self.exceptions:
            inputs += (1, 1) if claimed == symbol else (0, 0)
        return self.program.run(inputs, 0, 1)

    def run_worlds(
        self, met: Sequence[int], otherwise: Mapping[int, tuple[Truth, int]], claimed: str | None,
        every: int,
    ) -> Sequence[int]:  # fmt: skip
        """Every register in many worlds, each a bit of `every`.

        The inputs are met as the bits say, surely and possibly by turns, but for those by position
        that are another truth in some of the worlds.
        """
        inputs = [every if bit else 0 for bit in met]
        for at, (truth, where) in otherwise.items():
            for n, bit in ((2 * at, truth.sure), (2 * at + 1, truth.possible)):
                inputs[n] = inputs[n] | where if bit else inputs[n] & ~where
        for symbol in self.exceptions:
            inputs += (every, every) if claimed == symbol else (0, 0)
        return self.program.run(inputs, 0, every)

    @cached_property
    def by_rule(self) -> Mapping[str, tuple[int, ...]]:
        """The columns of each rule, in the rulebook's order."""
        found: dict[str, list[int]] = {}
        for i, column in enumerate(self.columns):
            found.setdefault(column.rule.id, []).append(i)
        return {id: tuple(columns) for id, columns in found.items()}

    @cached_property
    def reached(self) -> Mapping[int, tuple[int, ...]]:
        """The columns that each override reaches."""
        found: dict[int, list[int]] = {}
        for i, column in enumerate(self.columns):
            for o in column.reached_by:
                found.setdefault(o, []).append(i)
        return {o: tuple(columns) for o, columns in found.items()}

    @cached_property
    def reached_at(self) -> Mapping[int, frozenset[int]]:
        """Likewise, to ask whether it reaches one."""
        return {o: frozenset(self.reached.get(o, ())) for o in self.defeats}

    @cached_property
    def surely_defeat(self) -> tuple[tuple[int, ...], Callable[[Sequence[int]], Sequence[int]]]:
        """The overrides, and the way from the registers to whether each surely defeats."""
        # The constants stand last, so that there are two to pick at the least.
        return tuple(self.defeats), itemgetter(*(v.sure for v in self.defeats.values()), NO, NO)

    @cached_property
    def relaxing(self) -> frozenset[int]:
        """The columns that favor an allow when met.

        Replacements do, and of what suspends or exempts what reaches a ground.
        """
        reach_grounds = {o for c in self.columns if c.rule.is_ground for o in c.reached_by}
        return frozenset(
            i
            for i, c in enumerate(self.columns)
            if c.rule.kind is OverrideKind.REPLACING
            or (c.rule.kind in SUPPRESSING and i in reach_grounds)
        )

    @cached_property
    def by_step(self) -> Mapping[int, tuple[tuple[int, Finding], ...]]:
        """The columns whose finding stands on each step of the ladder, the least finding first."""
        return {
            step: tuple(
                (i, finding)
                for finding in LADDER
                if finding.rank == step
                for i, c in enumerate(self.columns)
                if c.finding is finding
            )
            for step in {finding.rank for finding in LADDER}
        }


_BITS = {truth: (int(truth.sure), int(truth.possible)) for truth in Truth}


class _Compiler:
    def __init__(
        self, columns: tuple[Column, ...], exceptions: tuple[str, ...],
        input_of: Sequence[int | None], count: int,
    ) -> None:  # fmt: skip
        self.columns = columns
        self.exceptions = exceptions
        self.input_of = input_of
        self.count = count
        self.b = Builder(count + len(exceptions))
        self._met: dict[int, Kleene] = {}
        self._standing: dict[int, Kleene] = {}
        self._defeats: dict[int, Kleene] = {}
        self._trail: list[str] = []

    def given(self, i: int) -> Kleene:
        """What is put in for a column; a column out of force is surely not met."""
        at = self.input_of[i]
        return FALSE if at is None else self.b.input(at)

    def met(self, i: int) -> Kleene:
        """Whether the rule is met; a claim is unmet where no rule for its exception is met."""
        if self.columns[i].rule.id != CLAIM_UNMET:
            return self.given(i)
        if i not in self._met:
            unmet = []
            for n, symbol in enumerate(self.exceptions):
                granted = [
                    self.given(k) for k, c in enumerate(self.columns) if c.rule.exception == symbol
                ]
                claimed = self.b.input(self.count + n)
                unmet.append(self.b.all(claimed, self.b.negate(self.b.any(*granted))))
            # The column's own input says that an exception was claimed which no rule grants.
            self._met[i] = self.b.any(self.given(i), *unmet)
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

    def certain(self, active: Sequence[Kleene]) -> dict[Finding, int]:
        """For every step whether at least that is certain.

        Certain is what is surely active; and of a ground surely met, where nothing but
        replacements may reach it, the least restrictive among them, theirs, and itself. (A ground
        that nothing reaches is active if it is met.)
        """

        def terms(step: Finding) -> Iterator[int]:
            for i, column in enumerate(self.columns):
                if column.finding is None or column.finding.rank < step.rank:
                    continue
                yield active[i].sure
                if column.rule.is_ground and column.reached_by:
                    term = self.met(i).sure
                    for o in column.reached_by:
                        term = self.b.bit_and(term, self.b.bit_not(self._eases(o, step)))
                    yield term

        return self._at_least(terms)

    def possible(self, active: Sequence[Kleene]) -> dict[Finding, int]:
        """For every step whether at least that is possible."""

        def terms(step: Finding) -> Iterator[int]:
            for i, column in enumerate(self.columns):
                if column.finding is not None and column.finding.rank >= step.rank:
                    yield active[i].possible

        return self._at_least(terms)

    def _at_least(self, terms: Callable[[Finding], Iterable[int]]) -> dict[Finding, int]:
        """For every step whether any of its terms holds, or of a step above.

        From the top down, each register once: what reaches a step reaches every step below.
        """
        found: dict[Finding, int] = {}
        at, counted = NO, {NO}
        for step in sorted(LADDER[1:], key=lambda f: f.rank, reverse=True):
            for term in terms(step):
                if term not in counted:
                    counted.add(term)
                    at = self.b.bit_or(at, term)
            found[step] = at
        return {step: found[step] for step in LADDER[1:]}

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


def compile_columns(
    columns: tuple[Column, ...], authority: Authority | None = None,
    unit_of: Sequence[int | None] | None = None,
) -> Compiled:  # fmt: skip
    """The program for these columns. Raises `ProblemsFound` if barring runs in a circle.

    Columns of one unit are always met alike and have one input; a column without a unit is never
    met. Without `unit_of` each column is a unit of its own.
    """
    if unit_of is None:
        unit_of = range(len(columns))
    exceptions = tuple(sorted({c.rule.exception for c in columns if c.rule.exception}))
    inputs: dict[int, int] = {}  # of each unit its first column, in the order of the inputs
    for i, unit in enumerate(unit_of):
        if unit is not None:
            inputs.setdefault(unit, i)
    place = {unit: n for n, unit in enumerate(inputs)}
    input_of = [None if unit is None else place[unit] for unit in unit_of]
    c = _Compiler(columns, exceptions, input_of, len(inputs))
    active = tuple(c.active(i) for i in range(len(columns)))
    overrides = [i for i, col in enumerate(columns) if col.rule.kind is not None]
    certain = c.certain(active)
    possible = c.possible(active)
    company = {v: c.company(v, active) for v in (Verdict.REVIEW, Verdict.DENY)}
    defeats = {i: c.defeats(i) for i in overrides}
    met = tuple(c.met(i) for i in range(len(columns)))
    program = Program(c.b.inputs, tuple(c.b.steps))
    return Compiled(authority, columns, tuple(inputs.values()), exceptions, program, met, defeats,
                    active, certain, possible, company)  # fmt: skip
