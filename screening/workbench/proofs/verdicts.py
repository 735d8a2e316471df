"""The Boolean program run on propositions: what is decided for all complete shipments of an epoch.

The third machine of the one program: its registers hold propositions instead of bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import z3

from screening.conditions.formula import NO, YES, Formula, Sides, every, plain, some
from screening.conditions.prove import Reading
from screening.decide.calendar import OnDate
from screening.decide.columns import Column
from screening.decide.compile import Compiled
from screening.decide.program import Kleene
from screening.decide.verdict import Ruling
from screening.decide.view import View
from screening.decision import LADDER, Finding, Verdict
from screening.rulebook.model import CLAIM_UNMET, LICENSE_CLAIMED, LICENSE_PROVED, Property
from screening.truth import Truth

_NO_CLAIM, _OTHER_CLAIM = 0, 1


@dataclass(frozen=True)
class Acts:
    """What the exporter does: an exception claimed, a license in hand. Absent means none.

    `exceptions` are those that can be told apart, of all rulebooks that are looked at.
    """

    claim: Any
    license: Any
    runs: Any
    exceptions: tuple[str, ...]

    @property
    def bounds(self) -> list[Any]:
        """What the variables are kept to: no license, one claimed, one proved."""
        return [self.license >= 0, self.license <= 2, self.claim >= 0,
                self.claim < len(self.exceptions) + 2]  # fmt: skip

    def claims(self, symbol: str) -> Formula:
        """Whether the exception is claimed."""
        return Formula(self.claim == self.exceptions.index(symbol) + 2)

    def claims_none_of(self, known: tuple[str, ...]) -> Formula:
        """Whether an exception is claimed that no rule knows."""
        others = [self.claims(e) for e in self.exceptions if e not in known]
        return some([Formula(self.claim == _OTHER_CLAIM), *others])


def acts(exceptions: tuple[str, ...]) -> Acts:
    """Variables for the acts of the exporter."""
    return Acts(z3.Int("claim"), z3.Int("license"), z3.Bool("license runs"), exceptions)


@dataclass
class Decided:
    """The registers after a run, and what an allow needs besides."""

    compiled: Compiled
    registers: Any
    allow: Formula
    deny: Formula
    blocked_but_company: Formula
    stale: Formula
    """A ground that nobody has looked at again may be met: it blocks also where it is defeated."""
    met: tuple[Sides, ...]

    def at(self, register: int) -> Formula:
        """One register."""
        found: Formula = self.registers[register]
        return found

    def truth(self, value: Kleene) -> Sides:
        """A register pair."""
        return Sides(self.at(value.sure), self.at(value.possible))

    def verdict(self, verdict: Verdict) -> Formula:
        """When the verdict is this one."""
        match verdict:
            case Verdict.DENY:
                return self.deny
            case Verdict.ALLOW:
                return self.allow
            case Verdict.REVIEW:
                return ~self.deny & ~self.allow

    def finding(self, finding: Finding) -> Formula:
        """When the finding is this one."""
        certain = self.compiled.certain_at
        if finding in (Finding.NO_LICENSE_REQUIRED, Finding.UNDETERMINED):
            nothing = every(~self.at(certain[s]) for s in LADDER[1:])
            # Only the firm objects; the law is settled.
            company = some(self.at(v.sure) for v in self.compiled.company.values())
            settled = self.allow | (company & ~self.blocked_but_company)
            return nothing & (settled if finding is Finding.NO_LICENSE_REQUIRED else ~settled)
        step = self.at(certain[finding])
        above = every(~self.at(certain[s]) for s in LADDER if s.rank > finding.rank)
        return step & above & self._named(finding)

    def _named(self, finding: Finding) -> Formula:
        """Which of two findings of one step is named: see `verdict._top`."""
        same = [f for f in LADDER if f.rank == finding.rank]
        if len(same) == 1:
            return YES
        named, before = NO, NO
        for values in (self.compiled.active, self.compiled.met):
            for sure in (True, False):
                for other in same:
                    here = some(
                        self.at(values[i].sure if sure else values[i].possible)
                        for i, c in enumerate(self.compiled.columns)
                        if c.finding is other
                    )
                    if other is finding:
                        named = named | (here & ~before)
                    before = before | here
        return named | (~before if finding is same[0] else NO)


Key = tuple[str, Finding | None]
"""One rule with one finding: its columns are met alike."""

Mets = Mapping[Key, Sides]
"""When each is met."""

Free = tuple[bool, bool]
"""Whether the dates let a rule be surely met, and possibly."""


def mets(reading: Reading, compiled: Compiled, view: View, done: Acts) -> dict[Key, Sides]:
    """When each rule is met, for all complete shipments on the view's date."""
    asked = each_met(reading, compiled, view, done)
    return {key: met() for key, (_, met) in asked.items()}


def each_met(
    reading: Reading, compiled: Compiled, view: View, done: Acts
) -> dict[Key, tuple[Free, Callable[[], Sides]]]:
    """Each rule with what the dates let it be, and when it is met, translated as it is asked."""
    found: dict[Key, tuple[Free, Callable[[], Sides]]] = {}
    for column, dated in zip(compiled.columns, view.dates(compiled), strict=True):
        if key_of(column) not in found:
            met = partial(_met, column, dated, compiled.exceptions, reading, done)
            found[key_of(column)] = free_of(column, dated), met
    return found


def free_of(column: Column, dated: OnDate) -> Free:
    """What the dates alone let the column be."""
    if _special(column):
        return True, True
    if dated.outside:
        return False, False
    return not (dated.unverified or (dated.stale and column.rule.kind is not None)), True


def key_of(column: Column) -> Key:
    """What the column is met with."""
    return column.rule.id, column.finding


@dataclass(frozen=True)
class Settled:
    """What an allow hangs on besides the rules' registers."""

    covered: Formula
    """Whether the days are covered."""
    stale: tuple[Formula, ...]
    """Of each column whether it is in force and nobody has looked at it again in time."""
    requires: tuple[Formula, ...]
    """What the header asks for."""


def settled(reading: Reading, compiled: Compiled, view: View) -> Settled:
    """What an allow hangs on, for all complete shipments on the view's date."""
    stale = (Formula(d.stale and not d.outside) for d in view.dates(compiled))
    requires = (reading.sides(e).sure for e in view.content.header.allow_requires)
    return Settled(Formula(view.is_covered), tuple(stale), tuple(requires))


def decided(reading: Reading, compiled: Compiled, view: View, done: Acts) -> Decided:
    """Run the program for all complete shipments on the view's date."""
    known = mets(reading, compiled, view, done)
    return decided_by(compiled, view.content.header.verdicts, done, known,
                      settled(reading, compiled, view))  # fmt: skip


def decided_by(
    compiled: Compiled, table: Mapping[Finding, Verdict], done: Acts, known: Mets, around: Settled
) -> Decided:
    """The same by when each rule is met, or by names for it, on whichever days these speak of."""
    exceptions = compiled.exceptions
    met = [known[key_of(column)] for column in compiled.columns]
    inputs = [bit for value in met for bit in (value.sure, value.possible)]
    for symbol in exceptions:
        inputs += [done.claims(symbol)] * 2
    registers = compiled.program.run(inputs, NO, YES)

    stale = some(
        m.possible & when
        for m, when, c in zip(met, around.stale, compiled.columns, strict=True)
        if c.rule.is_ground and not _special(c)
    )
    denied_steps = [s for s in LADDER[1:] if table[s] is Verdict.DENY]
    deny_company, review_company = (
        compiled.company[Verdict.DENY], compiled.company[Verdict.REVIEW],
    )  # fmt: skip
    none = table[Finding.NO_LICENSE_REQUIRED]
    denied = [registers[compiled.certain_at[s]] for s in denied_steps]
    deny = some([Formula(none is Verdict.DENY), *denied, registers[deny_company.sure]])
    # The table does not fall along the ladder, so the possible step denies nothing below it.
    held = some(registers[compiled.possible_at[s]] for s in LADDER[1:]
                if table[s] is not Verdict.ALLOW)  # fmt: skip
    open_ = ~around.covered if around.requires else YES
    unfree = Formula(none is not Verdict.ALLOW)
    blocked = some([open_, stale, held, unfree, *(~r for r in around.requires)])
    company = registers[deny_company.possible] | registers[review_company.possible]
    allow = ~deny & ~blocked & ~company
    return Decided(compiled, registers, allow, deny, blocked, stale, tuple(met))


def _special(column: Column) -> bool:
    return column.rule.id in (CLAIM_UNMET, LICENSE_PROVED, LICENSE_CLAIMED)


def _met(
    column: Column, dated: OnDate, exceptions: tuple[str, ...], reading: Reading, done: Acts
) -> Sides:
    """The same cases as `decide.met`, for complete facts on a known date."""
    rule = column.rule
    if rule.id == CLAIM_UNMET:
        return plain(done.claims_none_of(exceptions))
    if rule.id == LICENSE_PROVED:
        return plain(Formula(z3.And(done.license == 2, done.runs)))
    if rule.id == LICENSE_CLAIMED:
        return plain(Formula(z3.And(done.license >= 1, done.runs)))
    can_surely, can_possibly = free_of(column, dated)
    if not can_possibly:
        return plain(NO)
    when = reading.sides(column.when)
    sure, possible = when.sure, when.possible
    if rule.conditions is not None:
        conditions = reading.sides(rule.conditions)
        sure, possible = sure & conditions.sure, possible & conditions.possible
    if rule.absent_unless_shown:
        claimed = done.claims(rule.exception) if rule.exception is not None else NO
        possible = possible & (when.sure | claimed)
    return Sides(sure if can_surely else NO, possible)


def claim_of(number: int, exceptions: tuple[str, ...]) -> str | None:
    """The exception that a value of `claim` stands for."""
    if number == _OTHER_CLAIM:
        return "XXX"
    return exceptions[number - 2] if 2 <= number < len(exceptions) + 2 else None


def apart(wanted: Property, ruling: Ruling) -> bool:
    """Whether an override that the property leaves aside may be met."""
    columns = (i for id in wanted.apart_from for i in ruling.compiled.by_rule[id])
    return any(ruling.met[i].value is not Truth.FALSE for i in columns)
