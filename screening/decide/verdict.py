"""The verdict: what is certain, what is possible, and what an allow needs besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screening.conditions.explain import scope_of, truth
from screening.decide.compile import Compiled
from screening.decide.met import Met, met_columns
from screening.decide.program import Kleene
from screening.decide.view import View
from screening.decision import LADDER, Finding, Verdict
from screening.facts import Facts
from screening.rulebook.model import Content
from screening.rulebook.period import still_verified
from screening.truth import Truth, all_of


@dataclass(frozen=True)
class Ruling:
    """The outcome of one run of the program, before it is told to anyone."""

    verdict: Verdict
    finding: Finding
    possible: Finding
    met: tuple[Met, ...]
    registers: Sequence[int]
    compiled: Compiled
    requires: Truth
    covered: bool
    stale: bool
    blocked_by: tuple[str, ...]
    company: Verdict | None

    def truth_of(self, value: Kleene) -> Truth:
        """A register pair as a truth value."""
        if self.registers[value.sure]:
            return Truth.TRUE
        return Truth.UNKNOWN if self.registers[value.possible] else Truth.FALSE


def rule_on(compiled: Compiled, content: Content, facts: Facts, view: View) -> Ruling:
    """Run the program for these facts and read off the verdict."""
    met = met_columns(compiled.columns, view.dates(compiled), compiled.exceptions, facts, view)
    registers = compiled.run((m.value for m in met), facts.exception_claimed)
    return _read(compiled, content, facts, view, met, registers)


def _read(
    compiled: Compiled, content: Content, facts: Facts, view: View, met: Sequence[Met],
    registers: Sequence[int],
) -> Ruling:  # fmt: skip
    table = content.header.verdicts
    certain = _top(compiled, registers, compiled.certain_at, sure=True)
    possible = _top(compiled, registers, compiled.possible_at, sure=False)
    deny = compiled.company[Verdict.DENY]
    review = compiled.company[Verdict.REVIEW]
    requires = requires_truth(content, facts, view)
    covered = is_covered(content, view)
    # A stale relaxation counts as unknown and so makes no allow; a stale ground may have changed.
    doubtful = [
        m
        for m, c in zip(met, compiled.columns, strict=True)
        if m.value.possible and (m.error or (m.stale and c.rule.is_ground))
    ]
    blocked: list[str] = []
    if not covered:
        blocked.append("coverage")
    if requires is not Truth.TRUE:
        blocked.append("requirements")
    if doubtful:
        blocked.append("stale" if any(m.stale for m in doubtful) else "error")
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
    stale = not covered or any(m.stale and m.value.possible for m in met)
    return Ruling(verdict, finding, possible, tuple(met), registers, compiled, requires, covered,
                  stale, tuple(blocked), company)  # fmt: skip


def _top(
    compiled: Compiled, registers: Sequence[int], levels: Mapping[Finding, int], *, sure: bool
) -> Finding:
    """The most restrictive finding that holds; among those of one step, one that is active."""
    for step in reversed(LADDER[1:]):
        if not registers[levels[step]]:
            continue
        # Two findings may share a step; name the one that may be had.
        named = [
            (i, finding)
            for finding in LADDER
            if finding.rank == step.rank
            for i, c in enumerate(compiled.columns)
            if c.finding is finding
        ]
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


def is_covered(content: Content, view: View) -> bool:
    """Whether the law date lies in what the rulebook covers, plus grace."""
    header, day = content.header, view.law_date
    if day is None or header.covers_from is None or header.verified_through is None:
        return False
    if not content.rules:
        return False
    return day >= header.covers_from and still_verified(
        day, header.verified_through, view.known_as_of, header.grace
    )
