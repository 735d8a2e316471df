"""What only the solver finds: rules that nothing meets, overrides that never meet their target.

A rule or an override is called dead only where the solver has shown it for every day that the
rulebook covers; where it cannot say in time, that is a finding too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

import z3
from pydantic import ValidationError

from screening.conditions.formula import Formula, every, some
from screening.conditions.prove import Unreadable
from screening.conditions.tree import classes_used, groups_used
from screening.decision import OverrideKind
from screening.engine import Rulebook
from screening.facts import Facts
from screening.problems import Problem
from screening.rulebook.model import Rule
from screening.rulebook.period import in_force
from screening.shipment import Shipment
from screening.truth import Truth
from screening.workbench.proofs.epochs import epochs
from screening.workbench.proofs.mock import smallest
from screening.workbench.proofs.search import EpochProver, Prover, TimedOut
from screening.workbench.shadows import may_shadow, told_of


@dataclass(frozen=True)
class Question:
    """Whether a rule is ever met; with `target`, together with that rule, which it overrides."""

    rule: Rule
    target: str | None = None

    @property
    def never(self) -> Problem:
        """What it means if it never happens."""
        id, place = self.rule.id, self.rule.place
        if self.target is None:
            return Problem("dead-rule", f"no shipment on any date can meet `{id}`",
                           "two of its tests exclude each other; compare them", place)  # fmt: skip
        return Problem(
            "override-never-meets-target",
            f"`{id}` and `{self.target}`, which it overrides, never meet",
            "no shipment fits both: compare destinations, goods and dates", place,
        )  # fmt: skip


def deep_findings(rulebook: Rulebook, each: float) -> Iterator[Problem]:
    """Dead rules and overrides of the uppermost layer. `each` limits one question, in seconds."""
    open_ = list(_questions(rulebook))
    doubtful: list[Question] = []
    prover = Prover(rulebook)
    # Latest days first: most rules are met on the last of them, and their question is answered.
    for day in reversed(epochs(rulebook)):
        asked = [q for q in open_ if _in_force(q.rule, day.first)]
        if not asked:
            continue
        try:
            at = prover.at(day, each)
        except Unreadable as error:
            for q in asked:
                open_.remove(q)
                yield _unanswered(q.rule, f"cannot be expressed: {error}")
            continue
        for q in asked:
            try:
                if at.model(_happens(at, q)) is not None:
                    open_.remove(q)
            except (TimedOut, z3.Z3Exception):
                doubtful.append(q)
    for q in open_:
        if q in doubtful:
            yield _unanswered(q.rule, "the solver gave up")
        elif _ever_covered(rulebook, q.rule):
            yield q.never


def _questions(rulebook: Rulebook) -> Iterator[Question]:
    for rule in rulebook.rules.values():
        if rule.layer != rulebook.content.layers[-1]:
            continue
        yield Question(rule)
        yield from (Question(rule, target) for target in rule.targets)


def _happens(at: EpochProver, q: Question) -> Formula:
    return _met(at, q.rule.id) & (_met(at, q.target) if q.target is not None else Formula(True))


def _met(at: EpochProver, id: str) -> Formula:
    """When the conditions of a rule hold, in an unverified interval too.

    Surely: that a fact is not given makes no rule alive. But where a group or a class may be in
    doubt, or says nothing of these days, what may hold is enough.
    """
    found = []
    for column in at.compiled.columns:
        rule = column.rule
        if rule.id != id or not _in_force(rule, at.day):
            continue
        trees = [column.when, *([rule.conditions] if rule.conditions is not None else [])]
        doubt = any(groups_used(t) or classes_used(t) for t in trees)
        read = [at.reading.sides(t) for t in trees]
        found.append(every(s.possible if doubt else s.sure for s in read))
    return some(found)


def conflicts(rulebook: Rulebook, each: float) -> Iterator[Problem]:
    """Replacements of one rule that stand together with different findings: the stricter wins.

    A note, for that may be meant; the pair is told once, with a shipment that shows it.
    """
    pairs = [
        (a, b)
        for a, b in combinations(rulebook.rules.values(), 2)
        if a.kind is b.kind is OverrideKind.REPLACING
        and a.exception is b.exception is None
        and a.finding is not b.finding
        and set(a.targets) & set(b.targets)
        and a.id not in b.targets and b.id not in a.targets
        and rulebook.content.layers[-1] in (a.layer, b.layer)
    ]  # fmt: skip
    prover = Prover(rulebook)
    for day in reversed(epochs(rulebook)):
        asked = [p for p in pairs if all(_in_force(r, day.first) for r in p)]
        at = prover.at(day, each) if asked else None
        for a, b in asked:
            assert at is not None
            facts = next(at.solutions(_active(at, a.id) & _active(at, b.id)), None)
            if facts is None or not _both_stand(rulebook, facts, a, b):
                continue
            pairs.remove((a, b))
            fields = ("destination", "eccn", "product")
            said = ", ".join(f"{f} {facts.values[f][0].value}" for f in fields if f in facts.values)
            yield Problem(
                "overrides-conflict",
                f"`{a.id}` ({a.finding}) and `{b.id}` ({b.finding}) both replace "
                f"`{min(set(a.targets) & set(b.targets))}`, on {facts.law_date} for {said}",
                "the stricter of the two stands; name one among the targets of the other if not"
                + _witness(rulebook, facts, a, b),
                a.place,
            )


def _both_stand(rulebook: Rulebook, facts: Facts, *rules: Rule) -> bool:
    """Whether the engine finds that they stand together, as the solver says."""
    ruling = rulebook.ruling(facts, rulebook.view(facts.law_date))
    return all(
        any(ruling.truth_of(ruling.compiled.active[i]) is Truth.TRUE
            for i in ruling.compiled.by_rule[rule.id])
        for rule in rules
    )  # fmt: skip


def _witness(rulebook: Rulebook, facts: Facts, *rules: Rule) -> str:
    """A shipment that shows it, as it is handed to `screening explain`; the engine decided it."""

    def shows(document: dict[str, Any]) -> bool | None:
        try:
            decision = rulebook.decide(Shipment.model_validate(document), assumptions=False)
        except ValidationError:
            return None
        stands = not decision.problems and _both_stand(rulebook, decision.facts, *rules)
        return True if stands else None

    found = smallest(rulebook, facts, shows)
    return f"; a shipment: {json.dumps(found[0], ensure_ascii=False)}" if found else ""


def shadows(rulebook: Rulebook, each: float) -> Iterator[Problem]:
    """Grounds whose every shipment is caught by others that ask for at least as much, and that
    nothing lifts which leaves the ground standing. What the solver does not settle is not told."""
    content = rulebook.content
    open_ = {r.id: others for r in content.rules.values() if r.layer == content.layers[-1]
             if (others := list(may_shadow(r, content)))}  # fmt: skip
    seen: set[str] = set()
    prover = Prover(rulebook)
    for day in reversed(epochs(rulebook)):
        asked = [id for id in open_ if _in_force(content.rules[id], day.first)]
        if not asked:
            continue
        try:
            at = prover.at(day, each)
        except Unreadable:
            return
        for id in asked:
            caught = some(_surely_met(at, r.id) for r in open_[id])
            try:
                alone = at.model(_met(at, id) & ~caught) is not None
            except (TimedOut, z3.Z3Exception):
                alone = True
            if alone:
                del open_[id]
            else:
                seen.add(id)
    told: set[str] = set()
    for id, candidates in open_.items():
        left = [r for r in candidates if r.id not in told]
        if id in seen and left == candidates:
            told.add(id)
            yield told_of(content.rules[id], candidates[:3])


def _surely_met(at: EpochProver, id: str) -> Formula:
    return some(at.decided.met[i].sure for i, column in enumerate(at.compiled.columns)
                if column.rule.id == id)  # fmt: skip


def _active(at: EpochProver, id: str) -> Formula:
    return some(
        at.decided.truth(at.compiled.active[i]).sure
        for i, column in enumerate(at.compiled.columns)
        if column.rule.id == id
    )


def _in_force(rule: Rule, day: date) -> bool:
    return any(in_force(w, day) is not Truth.FALSE for w in rule.windows)


def _ever_covered(rulebook: Rulebook, rule: Rule) -> bool:
    """Whether the rule is in force on a day that the rulebook covers at all."""
    return any(_in_force(rule, day.first) for day in epochs(rulebook))


def _unanswered(rule: Rule, why: str) -> Problem:
    return Problem("not-shown", f"whether `{rule.id}` can ever be met is not known: {why}",
                   "simplify its conditions, or give more time", rule.place)  # fmt: skip
