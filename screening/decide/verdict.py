"""The verdict: what is certain, what is possible, and what an allow needs besides."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import compress

from screening.conditions.explain import scope_of, truth
from screening.conditions.index import Masks, TestFailed
from screening.decide.case import Case, case_of
from screening.decide.compile import Compiled
from screening.decide.indexed import IndexedMet, gate_of, read_index
from screening.decide.met import Met, met_columns
from screening.decide.program import Kleene
from screening.decide.units import Units
from screening.decide.view import View
from screening.decision import LADDER, Finding, Verdict
from screening.facts import Facts
from screening.once import once
from screening.rulebook.model import Content
from screening.truth import Truth, all_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ruling:
    """The outcome of one run of the program, before it is told to anyone."""

    verdict: Verdict
    finding: Finding
    possible: Finding
    met: Sequence[Met]
    registers: Sequence[int]
    compiled: Compiled
    requires: Truth
    covered: bool
    stale: bool
    blocked_by: tuple[str, ...]
    company: Verdict | None
    claimed: str | None
    case: Case | None = None
    """All that hangs on the conditions alone, where the index was asked."""

    @property
    def own_case(self) -> Case | None:
        """The case, unless something of it was replaced in this ruling."""
        case = self.case
        if case is None or case.registers is not self.registers or case.met is not self.met:
            return None
        return case

    def truth_of(self, value: Kleene) -> Truth:
        """A register pair as a truth value."""
        if self.registers[value.sure]:
            return Truth.TRUE
        return Truth.UNKNOWN if self.registers[value.possible] else Truth.FALSE

    @once
    def defeating(self) -> tuple[int, ...]:
        """The overrides that surely defeat what they reach, in order."""
        overrides, surely = self.compiled.surely_defeat
        return tuple(compress(overrides, surely(self.registers)))

    def with_met(self, changed: Mapping[int, tuple[Truth, int]], every: int) -> Sequence[int]:
        """The registers if some columns, and those met alike, were met otherwise in some worlds.

        Bit `j` of each stands for world `j`, and `every` for all of them.
        """
        bits, alike = self._inputs
        otherwise = {
            at: change for i, change in changed.items() for at in alike.get(self._unit(i), ())
        }
        return self.compiled.run_worlds(bits, otherwise, self.claimed, every)

    def _unit(self, i: int) -> Hashable:
        """The same for columns that are met alike."""
        if isinstance(self.met, IndexedMet):
            return self.met.gate.of_column[i]
        column = self.compiled.columns[i]
        return column.rule.id, column.finding

    @once
    def _inputs(self) -> tuple[Sequence[int], Mapping[Hashable, list[int]]]:
        """The program's inputs as bits, and by what is met alike which of them."""
        if isinstance(self.met, IndexedMet):
            return self.met.inputs(self.compiled)
        bits: list[int] = []
        alike: dict[Hashable, list[int]] = {}
        for at, i in enumerate(self.compiled.inputs):
            truth = self.met[i].value
            bits += (truth.sure, truth.possible)
            alike.setdefault(self._unit(i), []).append(at)
        return bits, alike

    def undecided(self) -> Iterable[int]:
        """One column of each rule and finding of which it is unknown whether it is met."""
        if isinstance(self.met, IndexedMet):
            return self.met.undecided()
        found: dict[tuple[str, Finding | None], int] = {}
        for i, (m, c) in enumerate(zip(self.met, self.compiled.columns, strict=True)):
            if m.value is Truth.UNKNOWN or m.absent:
                found.setdefault((c.rule.id, c.finding), i)
        return found.values()

    def may_matter(self) -> Iterable[str]:
        """The rules, in order, that are not surely off: any other is not met or not in force."""
        if isinstance(self.met, IndexedMet):
            return self.met.may_matter()
        return self.compiled.by_rule


class Reading(StrEnum):
    """By which reading of the conditions it is found which rules are met."""

    INDEX = "index"  # the fast one
    EXPLAIN = "explain"  # the meaning; the index asks it where a test fails


def rule_on(
    compiled: Compiled, content: Content, facts: Facts, view: View, units: Units | None = None,
    conditions: Masks | None = None,
) -> Ruling:  # fmt: skip
    """Run the program for these facts and read off the verdict.

    With `units` by the index, without them by *explain*. `conditions` are those that hold of the
    facts, if the index has already been asked in the same view.
    """
    if units is not None:
        try:
            read = read_index(units, facts, view) if conditions is None else conditions
            return _read_index(compiled, content, facts, view, units, read)
        except TestFailed:
            # *explain* says of which rules, and keeps them
            log.warning("a test failed and the index stood back", exc_info=True)
            units.failures += 1
    met = met_columns(compiled.columns, view.dates(compiled), compiled.exceptions, facts, view)
    return ruling_of(compiled, content, facts, view, met)


def ruling_of(
    compiled: Compiled, content: Content, facts: Facts, view: View, met: Sequence[Met]
) -> Ruling:
    """Run the program for columns of which it is known whether they are met."""
    registers = compiled.run((m.value for m in met), facts.exception_claimed)
    # A stale relaxation counts as unknown and so makes no allow; a stale ground may have changed.
    possible = [(m, c) for m, c in zip(met, compiled.columns, strict=True) if m.value.possible]
    doubts = Doubts(
        stale=any(m.stale for m, _ in possible),
        stale_ground=any(m.stale and c.rule.is_ground for m, c in possible),
        error=any(m.error for m, _ in possible),
    )
    requires = requires_truth(content, facts, view)
    return _read(compiled, content, facts, view, met, registers, doubts, requires)


def _read_index(
    compiled: Compiled, content: Content, facts: Facts, view: View, units: Units, conditions: Masks
) -> Ruling:
    gate = gate_of(units, compiled, view.epoch)
    case = case_of(gate, compiled, conditions, facts)
    met = case.met
    doubts = Doubts(
        stale=bool(met.possible & gate.stale),
        stale_ground=bool(met.possible & gate.stale_grounds),
    )
    required = met.required(facts)
    return _read(case.compiled, content, facts, view, met, case.registers, doubts, required, case)


@dataclass(frozen=True, slots=True)
class Doubts:
    """Whether a rule that may be met is stale, a stale ground, or could not be evaluated."""

    stale: bool
    stale_ground: bool
    error: bool = False


def _read(
    compiled: Compiled, content: Content, facts: Facts, view: View, met: Sequence[Met],
    registers: Sequence[int], doubts: Doubts, requires: Truth, case: Case | None = None,
) -> Ruling:  # fmt: skip
    table = content.header.verdicts
    if case is not None and case.findings:
        certain, possible = case.findings
    else:
        certain = _top(compiled, registers, compiled.certain_at, sure=True)
        possible = _top(compiled, registers, compiled.possible_at, sure=False)
        if case is not None:
            case.findings.extend((certain, possible))
    deny = compiled.company[Verdict.DENY]
    review = compiled.company[Verdict.REVIEW]
    covered = view.is_covered
    blocked: list[str] = []
    if not covered:
        blocked.append("coverage")
    if requires is not Truth.TRUE:
        blocked.append("requirements")
    if doubts.stale_ground or doubts.error:
        blocked.append("stale" if doubts.stale_ground else "error")
    if facts.problems:
        blocked.append("problems")
    possible_allows = table[possible] is Verdict.ALLOW
    if not possible_allows:
        blocked.append("possible")
    if registers[deny.possible] or registers[review.possible]:
        blocked.append("company")
    if table[certain] is Verdict.DENY or registers[deny.sure]:
        verdict = Verdict.DENY
    else:
        verdict = Verdict.REVIEW if blocked else Verdict.ALLOW
    finding = certain
    if verdict is not Verdict.ALLOW and certain is Finding.NO_LICENSE_REQUIRED:
        finding = Finding.UNDETERMINED
    company = (
        Verdict.DENY if registers[deny.sure] else Verdict.REVIEW if registers[review.sure] else None
    )
    if finding is Finding.UNDETERMINED and company and set(blocked) <= {"company"}:
        finding = Finding.NO_LICENSE_REQUIRED  # only the firm objects; the law is settled
    stale = not covered or doubts.stale
    return Ruling(verdict, finding, possible, met, registers, compiled, requires, covered, stale,
                  tuple(blocked), company, facts.exception_claimed, case)  # fmt: skip


def _top(
    compiled: Compiled, registers: Sequence[int], levels: Mapping[Finding, int], *, sure: bool
) -> Finding:
    """The most restrictive finding that holds; among those of one step, one that is active."""
    for step in reversed(LADDER[1:]):
        if not registers[levels[step]]:
            continue
        # Two findings may share a step; name the one that may be had.
        named = compiled.by_step[step.rank]
        for values in (compiled.active, compiled.met):
            for i, finding in named:
                value = values[i]
                if registers[value.sure if sure else value.possible]:
                    return finding
            for i, finding in named:
                if registers[values[i].possible]:
                    return finding
        return step
    return Finding.NO_LICENSE_REQUIRED


def requires_truth(content: Content, facts: Facts, view: View) -> Truth:
    """Whether what an allow needs is there; a rulebook that asks for nothing allows nothing."""
    required = content.header.allow_requires
    if not required or facts.law_date is None:
        return Truth.UNKNOWN
    scope = scope_of(facts, view)
    return all_of(truth(expr, scope) for expr in required)
