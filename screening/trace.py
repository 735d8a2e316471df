"""What became of every rule, and why: the record that a regulator reads."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from orjson import Fragment

from screening.because import fill, words_of
from screening.conditions.names import Names, Unnamed
from screening.conditions.reasons import Explained
from screening.conditions.told import Told
from screening.decide.status import Standing
from screening.decision import Finding, Status
from screening.memory import Memory
from screening.once import once
from screening.reasoning import Reasons
from screening.rulebook.model import Rule
from screening.truth import Truth
from screening.written import kept_text


@dataclass(frozen=True, eq=False)
class RuleTrace:
    """One rule in one decision.

    `told` speaks of parties by their numbers, and so is the same for many shipments; `names` are
    those of one, if it speaks of any.
    """

    rule: Rule
    status: Status
    finding: Finding | None
    marks: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    told: Told = field(default=Told(()), repr=False)
    because: str = ""
    could_help: bool = False
    names: Names | None = None

    @property
    def when(self) -> Explained | None:
        """The rule's `when` with its reasons; nothing where they are not told."""
        trees = self._trees()
        return trees[0] if trees else None

    @property
    def conditions(self) -> Explained | None:
        """What the rule asks to be proved besides, likewise."""
        trees = self._trees()
        return trees[1] if len(trees) > 1 else None

    def _trees(self) -> tuple[Explained, ...]:
        return self.told.trees if self.names is None else self.told.named(self.names)

    def of_parties(self, names: Names) -> RuleTrace:
        """The trace, told without names, for a shipment with these."""
        if not self.told.speaks_of_parties:
            return self
        found: RuleTrace = object.__new__(RuleTrace)  # some dozens a decision: `replace` is slow
        found.__dict__.update(self.__dict__, names=names, _shared=self)
        return found

    @property
    def shared(self) -> RuleTrace:
        """The trace told without names: the same object for many shipments."""
        found: RuleTrace = self.__dict__.get("_shared", self)
        return found

    @property
    def weight(self) -> int:
        """About how many bytes it takes: what its text does."""
        return 2_000 + self.told.length

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return self._form([tree.as_dict() for tree in self._trees()])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuleTrace) and (
            self.could_help == other.could_help and self.as_dict() == other.as_dict()
        )

    def __hash__(self) -> int:
        return hash((self.rule.id, self.status))

    @once
    def unnamed(self) -> Unnamed:
        """The JSON form as canonical text, but for names."""
        return Unnamed(kept_text(self._form([tree.in_parts() for tree in self.told.trees])))

    @once
    def written(self) -> Fragment:
        """The JSON form as canonical text, but for names made once for many shipments."""
        return Fragment(self.shared.unnamed.of(self.names))

    def _form(self, trees: Sequence[Any]) -> dict[str, Any]:
        rule = self.rule
        found: dict[str, Any] = {
            "rule": rule.id,
            "title": rule.title,
            "status": self.status.value,
            "authority": rule.authority.value,
            "cites": list(rule.cites),
            "in_force": [str(w) for w in rule.windows],
        }
        if self.finding is not None:
            found["finding"] = self.finding.value
        if rule.verdict is not None:
            found["verdict"] = rule.verdict.value
        if rule.exception:
            found["license_exception"] = rule.exception
        for key in ("marks", "by", "missing"):
            if getattr(self, key):
                found[key] = list(getattr(self, key))
        if self.because:
            found["because"] = self.because
        found |= zip(("when", "conditions"), trees, strict=False)
        return found


def trace_of(standing: Standing, reasons: Reasons, full: bool = False) -> RuleTrace:
    """The trace of a rule that stands so, told without names."""
    ruling = reasons.ruling
    met = ruling.met[standing.column]
    status = standing.status
    silent = (Status.NOT_IN_FORCE, Status.NOT_KNOWN, Status.ERROR)
    quiet = status in (Status.NOT_MET, Status.IDLE) and not met.absent
    if status in silent or (quiet and not full):
        return _told(standing, reasons, Told(()))
    # What is told hangs on the rule, on how it stands, and on what its conditions see.
    told = reasons.of(standing.column)
    column = ruling.compiled.columns[standing.column]
    key = (
        told, column.rule.id, column.finding, status, standing.by,
        met.value is Truth.UNKNOWN or met.absent, met.absent, met.stale, met.unverified,
    )  # fmt: skip
    found = _TRACES.get(key)
    return _TRACES.put(key, _told(standing, reasons, told)) if found is None else found


_TRACES: Memory[Hashable, RuleTrace] = Memory(48_000_000, lambda t: t.weight)
"""Weighed in bytes."""


def _told(standing: Standing, reasons: Reasons, told: Told) -> RuleTrace:
    ruling, scope, view = reasons.ruling, reasons.scope, reasons.view
    column, met = ruling.compiled.columns[standing.column], ruling.met[standing.column]
    rule = column.rule
    missing = told.missing if met.value is Truth.UNKNOWN or met.absent else ()
    marks = [m for m, on in (("stale", met.stale), ("unverified", met.unverified)) if on]
    if standing.status is not Status.NOT_MET and told.assumed:
        marks.append("assumed")
    return RuleTrace(
        rule, standing.status, column.finding, tuple(marks), standing.by, missing, told,
        fill(rule.because, scope.facts, words_of(rule, scope.facts, view) if told.trees else ""),
        met.absent,
    )  # fmt: skip
