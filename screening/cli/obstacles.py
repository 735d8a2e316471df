"""The inverse question: what stands between a decision and another verdict.

Nothing here decides; it reads the trace, and takes decisions again with one answer added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from screening.alternatives import Alternative, alternatives, answer
from screening.answer import Decision
from screening.conditions.reasons import Explained
from screening.decision import SUPPRESSING, Finding, Status, Verdict
from screening.engine import Rulebook
from screening.footing import Footing
from screening.shipment import Party, Shipment
from screening.trace import RuleTrace
from screening.truth import Truth
from screening.vocabulary import PARTY_KINDS, ROLES

_OPEN = (Status.DECISIVE, Status.APPLIES, Status.ERROR, Status.UNDETERMINED)


@dataclass(frozen=True)
class Obstacle:
    """One thing in the way: a rule, a requirement, a problem; and the tests that make it so."""

    kind: str
    text: str
    tests: tuple[Explained, ...] = ()
    rule: str | None = None
    finding: Finding | None = None
    bears: bool = True
    """Whether it is open; not what surely fails on the facts as they are."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that it waits for; none where it surely stands in the way."""
        return tuple(dict.fromkeys(m for t in self.tests for m in t.missing))

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        found: dict[str, Any] = {"kind": self.kind, "text": self.text}
        if self.rule:
            found["rule"] = self.rule
        found["tests"] = [t.as_dict() for t in self.tests]
        return found


def obstacles(rulebook: Rulebook, d: Decision, wanted: Verdict) -> list[Obstacle]:
    """What stands in the way of `wanted`; empty where it is the verdict."""
    if d.verdict is wanted:
        return []
    table = rulebook.content.header.verdicts

    def verdict_of(trace: RuleTrace) -> Verdict:
        return trace.rule.verdict or table[trace.finding or Finding.NO_LICENSE_REQUIRED]

    grounds = [t for t in d.rules if t.rule.kind not in SUPPRESSING]
    if wanted is Verdict.DENY:
        return [_missed(t) for t in grounds if verdict_of(t) is Verdict.DENY and _near(t)]
    if wanted is Verdict.REVIEW and d.verdict is Verdict.ALLOW:
        return [Obstacle("settled", "nothing is open: no rule that may apply asks for a review")]
    stricter = (Verdict.DENY,) if wanted is Verdict.REVIEW else (Verdict.REVIEW, Verdict.DENY)
    open_ = (Status.DECISIVE, Status.APPLIES) if wanted is Verdict.REVIEW else _OPEN
    blocking = [t for t in grounds if t.status in open_ and verdict_of(t) in stricter]
    blocking.sort(key=lambda t: _OPEN.index(t.status))
    found = [_blocking(t) for t in blocking]
    if wanted is Verdict.ALLOW:
        found += _unmet(d)
        found += [Obstacle("problem", str(p)) for p in d.problems]
        if not d.covered:
            found.append(Obstacle("coverage", "the rulebook was not verified for this date"))
        found += [Obstacle("stale", f"{t.rule.title}: not verified for this date", rule=t.rule.id)
                  for t in d.trace if "stale" in t.marks]  # fmt: skip
    return found


def reliefs(rulebook: Rulebook, d: Decision, blocking: Iterable[Obstacle]) -> list[Obstacle]:
    """Overrides in force that reach a blocking rule, with the tests that keep them from it: first
    what is offered, then what waits for the fewest facts, last what surely fails."""
    blocked = {o.rule for o in blocking if o.rule}
    columns = rulebook.compiled(d.clocks.authority).columns
    reaching = {
        columns[i].rule.id for c in columns if c.rule.id in blocked for i in c.reached_by
    }  # fmt: skip
    able = (Status.NOT_MET, Status.UNDETERMINED, Status.OFFERED, Status.IDLE)
    found = [t for t in d.rules if t.rule.id in reaching and t.status in able]
    found.sort(key=lambda t: (t.status is not Status.OFFERED, not _open(t), len(t.missing)))
    return [Obstacle("relief", _titled(t), tuple(_failing(t)), t.rule.id, bears=_open(t))
            for t in found]  # fmt: skip


def _open(trace: RuleTrace) -> bool:
    """Whether more facts, a claim or a license could make it hold."""
    return trace.status is not Status.NOT_MET or trace.could_help or trace.rule.built_in


def single_answers(
    rulebook: Rulebook, shipment: Shipment, d: Decision, wanted: Verdict, footing: Footing
) -> list[Alternative]:
    """Single facts that would lead to `wanted`."""
    found = [a for a in alternatives(rulebook, shipment, footing) if a.verdict is wanted]
    for field, value, changed in _party_answers(shipment, d):
        verdict, finding, _ = answer(rulebook, changed, footing)
        if verdict is wanted:
            found.append(Alternative(field, (value,), verdict, finding))
    return found


def _party_answers(shipment: Shipment, d: Decision) -> Iterator[tuple[str, str, Shipment]]:
    missing = {m for t in d.rules for m in t.missing} | {
        m for r in d.requires for leaf in r.leaves() for m in leaf.missing
    }  # fmt: skip
    for ref in sorted(missing):
        role, _, part = ref.partition(".")
        if role not in ROLES:
            continue
        if not part:
            absent = shipment.roles_absent | {role}
            yield ref, "none", shipment.model_copy(update={"roles_absent": absent})
        elif part == "listings":
            yield ref, "none", _with(shipment, role, {"listings": ()})
        elif part == "owners":
            yield ref, "none", _with(shipment, role, {"owners": ()})
        elif part == "kinds":
            for kind in PARTY_KINDS:
                yield ref, kind, _with(shipment, role, {"kinds": (kind,)})


def _with(shipment: Shipment, role: str, update: dict[str, object]) -> Shipment:
    parties: tuple[Party, ...] = tuple(
        p.model_copy(update=update) if role in p.roles else p for p in shipment.parties
    )
    return shipment.model_copy(update={"parties": parties})


def _titled(trace: RuleTrace) -> str:
    rule = trace.rule
    said = rule.exception or rule.verdict or trace.finding or rule.kind
    return f"{rule.title} ({said})"


def _blocking(trace: RuleTrace) -> Obstacle:
    trees = [t for t in (trace.when, trace.conditions) if t is not None]
    leaves = tuple(dict.fromkeys(leaf for tree in trees for leaf in tree.decisive()))
    return Obstacle(trace.status.value, _titled(trace), leaves, trace.rule.id, trace.finding)


def _unmet(d: Decision) -> list[Obstacle]:
    return [
        Obstacle("requirement", "an allow needs this", (leaf,))
        for tree in d.requires if tree.truth is not Truth.TRUE
        for leaf in tree.decisive()
    ]  # fmt: skip


def _near(trace: RuleTrace) -> bool:
    """A rule that may yet deny: undetermined, defeated, or one test away from being met."""
    defeated = (Status.OVERRIDDEN, Status.SUSPENDED, Status.EXEMPTED)
    if trace.status in (*defeated, Status.UNDETERMINED, Status.ERROR):
        return True
    trees = [t for t in (trace.when, trace.conditions) if t is not None]
    return trace.status is Status.NOT_MET and sum(_apart(t, Truth.TRUE) for t in trees) == 1


def _apart(tree: Explained, goal: Truth) -> int:
    """How many tests at least must come out otherwise for the tree to have the truth `goal`."""
    if tree.truth is goal:
        return 0
    if not tree.parts:
        return 1
    if tree.fold == "not":
        return _apart(tree.parts[0], ~goal)
    counts = [_apart(part, goal) for part in tree.parts]
    return sum(counts) if (tree.fold == "all") == (goal is Truth.TRUE) else min(counts)


def _missed(trace: RuleTrace) -> Obstacle:
    by = f", {trace.status.value} by {', '.join(trace.by)}" if trace.by else ""
    return Obstacle(trace.status.value, _titled(trace) + by, tuple(_failing(trace)), trace.rule.id)


def _failing(trace: RuleTrace) -> Iterator[Explained]:
    for tree in (trace.when, trace.conditions):
        if tree is not None and tree.truth is not Truth.TRUE:
            yield from tree.decisive()
