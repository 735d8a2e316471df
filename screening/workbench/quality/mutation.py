"""Every mutant against the examples: killed, shown to be the same, or alive."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random
from typing import Any

from screening.decide.calendar import on_date
from screening.decide.columns import columns_of
from screening.decide.compile import Compiled, compile_columns
from screening.decide.met import Met, met_columns
from screening.decide.status import status_of_rule
from screening.decide.verdict import Ruling, ruling_of
from screening.decide.view import View
from screening.decision import Status
from screening.engine import Rulebook
from screening.facts import Facts
from screening.rulebook.model import CLAIM_UNMET, Example, Expectation
from screening.truth import Truth
from screening.workbench.needed import ruling_for
from screening.workbench.quality.mutants import Mutant, mutants


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"  # an example comes out otherwise
    SAME = "same"  # the solver shows that no complete shipment is answered otherwise
    ALIVE = "alive"  # no example notices


@dataclass(frozen=True)
class Result:
    """One mutant; of one alive the example that would kill it, if one was found."""

    mutant: Mutant
    fate: Fate
    example: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"rule": self.mutant.rule.id, "what": self.mutant.what, "fate": self.fate.value,
                "example": self.example}  # fmt: skip


@dataclass
class Score:
    """What came of those that were tried, out of all that there are."""

    all: int
    results: list[Result] = field(default_factory=list)

    @property
    def alive(self) -> list[Result]:
        """Those that no example notices."""
        return [r for r in self.results if r.fate is Fate.ALIVE]

    @property
    def same(self) -> list[Result]:
        """Those that are no mistake: nothing comes out otherwise."""
        return [r for r in self.results if r.fate is Fate.SAME]

    @property
    def percent(self) -> float:
        """Killed, of those not shown to be the same."""
        counted = [r for r in self.results if r.fate is not Fate.SAME]
        return 100.0 * (len(counted) - len(self.alive)) / len(counted) if counted else 100.0

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"version": 1, "all": self.all, "tried": len(self.results),
                "same": len(self.same),
                "percent": round(self.percent, 1),
                "results": [r.as_dict() for r in self.results]}  # fmt: skip


@dataclass(frozen=True)
class _Case:
    """One expectation, decided once by the rulebook as it is."""

    example: Example
    expected: Expectation
    facts: Facts
    view: View
    ruling: Ruling


def _case(rb: Rulebook, example: Example, expected: Expectation) -> _Case:
    facts, view, ruling = ruling_for(rb, example, expected)
    return _Case(example, expected, facts, view, replace(ruling, met=tuple(ruling.met)))


def all_mutants(rb: Rulebook) -> list[Mutant]:
    """Those of the uppermost layer's rules."""
    own = [r for r in rb.rules.values() if r.layer == rb.content.layers[-1] and "/" not in r.id]
    return [m for rule in own for m in mutants(rule, rb.content.header.covers_from)]


def sample(found: Sequence[Mutant], limit: int | None, seed: int = 1) -> list[Mutant]:
    """As many as are wanted, drawn evenly; the same for the same seed."""
    if limit is None or limit >= len(found):
        return list(found)
    drawn = Random(seed).sample(range(len(found)), limit)
    return [found[i] for i in sorted(drawn)]


def tried(
    rb: Rulebook, wanted: Sequence[Mutant], seconds: float, solver: float = 0
) -> Iterator[Result]:
    """What becomes of each, until the time is over. The solver has `solver` seconds for each that
    no example kills: one that it does not settle stays alive."""
    until = time.monotonic() + seconds
    # One rulebook for all mutants: each reads its own rule anew, and what the index said of the
    # others stands.
    plain = Rulebook(rb.content)
    cases = [
        _case(plain, example, expected)
        for example in rb.content.examples
        if example.authority is None
        for expected in example.expect
    ]
    for mutant in wanted:
        if time.monotonic() > until:
            return
        result = _tried(plain, mutant, cases)
        if result.fate is Fate.ALIVE and result.example is None and solver:
            result = _settled(plain, result, min(solver, until - time.monotonic()))
        yield result


def _settled(rb: Rulebook, alive: Result, seconds: float) -> Result:
    from screening.workbench.quality.same import told_apart  # imports the solver

    found = told_apart(rb, alive.mutant, seconds)
    if found is False:
        return replace(alive, fate=Fate.SAME)
    return replace(alive, example=found) if isinstance(found, dict) else alive


def _tried(rb: Rulebook, mutant: Mutant, cases: Sequence[_Case]) -> Result:
    changed = _Changed(rb, mutant)
    unnoticed: dict[str, Any] | None = None
    for case in cases:
        ruling = changed.ruling(case.facts, case.view, case.ruling)
        if ruling is None:
            continue
        if _noticed(case.expected, case.ruling, ruling):
            return Result(mutant, Fate.KILLED)
        if unnoticed is None and _answer(ruling) != _answer(case.ruling):
            unnoticed = _document(case.example, case.facts, case.ruling)
    return Result(mutant, Fate.ALIVE, unnoticed or _searched(rb, mutant, changed, cases))


class _Changed:
    """The rulebook with the mutant: only the rule's own columns are read again."""

    def __init__(self, rb: Rulebook, mutant: Mutant) -> None:
        self._rb, self._mutant = rb, mutant
        compiled = rb.compiled(None)
        self._indices = compiled.by_rule.get(mutant.rule.id, ())
        self._compiled: Compiled = compiled
        changed = mutant.changed
        if changed is not None and changed.finding is not mutant.rule.finding:
            rules = {**rb.content.rules, changed.id: changed}
            content = replace(rb.content, rules=rules)
            self._compiled = compile_columns(columns_of(content, None))
        elif changed is not None:
            columns = list(compiled.columns)
            for i in self._indices:
                when = changed.when if columns[i].when == mutant.rule.when else columns[i].when
                columns[i] = replace(columns[i], rule=changed, when=when)
            self._compiled = replace(compiled, columns=tuple(columns))

    def far_from(self, case: _Case) -> int:
        """How far an example is from the rule: 0 met, 1 perhaps met, 2 not met."""
        values = [case.ruling.met[i].value for i in self._indices]
        return min((0 if v.sure else 1 if v.possible else 2 for v in values), default=2)

    def ruling(self, facts: Facts, view: View, before: Ruling) -> Ruling | None:
        """The ruling with the mutant; `None` where nothing of it is read otherwise."""
        own = [before.met[i] for i in self._indices]
        if self._mutant.changed is None:
            if all(one.value is Truth.FALSE for one in own):
                return None
            read: Sequence[Met] = [Met(Truth.FALSE, Truth.FALSE)] * len(own)
        elif len(self._compiled.columns) == len(before.met):
            columns = tuple(self._compiled.columns[i] for i in self._indices)
            dates = on_date(columns, view.clocks)
            if all(d.outside for d in dates) and not any(one.value.possible for one in own):
                return None  # in force neither with the mistake nor without
            read = met_columns(columns, dates, self._compiled.exceptions, facts, view)
            program = self._compiled.program is self._rb.compiled(None).program
            if program and all(one == other for one, other in zip(own, read, strict=True)):
                return None
        else:
            # Another finding can make more or fewer columns: each takes over from its rule.
            known = {c.rule.id: m for c, m in zip(before.compiled.columns, before.met, strict=True)}
            met = [known[c.rule.id] for c in self._compiled.columns]
            return ruling_of(self._compiled, self._rb.content, facts, view, met)
        met = list(before.met)
        for i, one in zip(self._indices, read, strict=True):
            met[i] = one
        return ruling_of(self._compiled, self._rb.content, facts, view, met)


def _answer(ruling: Ruling) -> tuple[object, object]:
    return ruling.verdict, ruling.finding


def _noticed(expected: Expectation, before: Ruling, now: Ruling) -> bool:
    """Whether what the example expects is no longer so."""
    if expected.verdict is not None and now.verdict is not before.verdict:
        return True
    if expected.finding is not None and now.finding is not before.finding:
        return True
    if any(status_of_rule(id, now) is not status_of_rule(id, before) for id in expected.statuses):
        return True
    return expected.decisive is not None and _decisive(now) != _decisive(before)


def _decisive(ruling: Ruling) -> set[str]:
    """The rules that decide; of the hundreds that are not met at all none is looked at."""
    met = ruling.met
    return {
        id
        for id, columns in ruling.compiled.by_rule.items()
        if (id == CLAIM_UNMET or any(met[i].value.possible for i in columns))
        and status_of_rule(id, ruling) is Status.DECISIVE
    }


def _searched(
    rb: Rulebook, mutant: Mutant, changed: _Changed, cases: Sequence[_Case]
) -> dict[str, Any] | None:
    """An example beside those that there are, with a value at which the mistake would show."""
    # Those first that the rule applies to: a value away from these the mistake shows.
    for case in sorted(cases, key=changed.far_from):
        for id, value in mutant.values:
            line = case.example.given.with_field(id, value)
            if id != "law_date" and case.facts.law_date is not None:
                line = line.with_field("law_date", str(case.facts.law_date))
            facts = rb.facts(line)
            view = rb.view(facts.law_date)
            facts = rb.assumed(facts, view) if case.example.assumptions else facts
            if facts.problems:
                continue
            before = rb.ruling(facts, view)
            now = changed.ruling(facts, view, before)
            if now is not None and _answer(now) != _answer(before):
                return _document(replace(case.example, given=line), facts, before)
    return None


def _document(example: Example, facts: Facts, right: Ruling) -> dict[str, Any]:
    """An example ready to paste, with the answer of the rulebook as it is."""
    said = example.given.model_dump(exclude_unset=True, exclude_none=True, mode="json")
    given = {**said.pop("fields", {}), **{key: value for key, value in said.items() if value}}
    given.pop("law_date", None)
    return {
        "title": f"{example.title} (on {facts.law_date})",
        "given": given,
        "expect": [{"law_date": str(facts.law_date), "verdict": right.verdict.value,
                    "finding": right.finding.value}],
    }  # fmt: skip
