"""What became of every rule, and why: the record that a regulator reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

from screening.conditions.explain import scope_of
from screening.conditions.reasons import Explained, explain
from screening.conditions.tree import Member, walk
from screening.conditions.words import value_text
from screening.decide.columns import Column
from screening.decide.verdict import Ruling
from screening.decide.view import View
from screening.decision import SUPPRESSING, Finding, OverrideKind, Status
from screening.facts import Facts
from screening.places import CODES
from screening.rulebook.model import Rule
from screening.truth import Truth


@dataclass(frozen=True)
class RuleTrace:
    """One rule in one decision."""

    rule: Rule
    status: Status
    finding: Finding | None
    marks: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    when: Explained | None = None
    conditions: Explained | None = None
    because: str = ""
    could_help: bool = False

    @property
    def matters(self) -> bool:
        """Whether a reader of the decision needs to see it."""
        quiet = (Status.NOT_IN_FORCE, Status.NOT_KNOWN, Status.NOT_MET, Status.IDLE)
        return self.status not in quiet or self.could_help

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
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
        for key in ("when", "conditions"):
            tree = getattr(self, key)
            if tree is not None:
                found[key] = tree.as_dict()
        return found


class Reasons:
    """What the conditions of rules come to for one shipment, with reasons, each told once."""

    def __init__(self, ruling: Ruling, facts: Facts, view: View) -> None:
        self.ruling = ruling
        self.view = view
        self.scope = scope_of(facts, view)
        self._told: dict[tuple[str, Finding | None], tuple[Explained, ...]] = {}

    def of(self, i: int) -> tuple[Explained, ...]:
        """A column's `when`, and its `conditions` if it has any."""
        column = self.ruling.compiled.columns[i]
        key = (column.rule.id, column.finding)
        if key not in self._told:
            trees = [explain(column.when, self.scope)]
            if column.rule.conditions is not None:
                trees.append(explain(column.rule.conditions, self.scope))
            self._told[key] = tuple(trees)
        return self._told[key]


class Traces(Sequence[RuleTrace]):
    """Every rule's trace, in the rulebook's order; columns of one rule are told as one.

    Told on demand. The tests of rules that do not matter are told only in `full`.
    """

    def __init__(self, reasons: Reasons, *, full: bool) -> None:
        self._reasons = reasons
        self._full = full
        self._by_rule = reasons.ruling.compiled.by_rule
        self._told: dict[str, RuleTrace] = {}

    def of(self, rule_id: str) -> RuleTrace:
        """The trace of one rule. Raises `KeyError` for a rule the rulebook does not have."""
        if rule_id not in self._told:
            self._told[rule_id] = _trace(self._by_rule[rule_id], self._reasons, self._full)
        return self._told[rule_id]

    @cached_property
    def that_matter(self) -> tuple[RuleTrace, ...]:
        """What a reader of the decision needs to see."""
        told = (self.of(id) for id in self._reasons.ruling.may_matter())
        return tuple(t for t in told if t.matters)

    def __len__(self) -> int:
        return len(self._by_rule)

    @overload
    def __getitem__(self, at: int) -> RuleTrace: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[RuleTrace]: ...
    def __getitem__(self, at: int | slice) -> RuleTrace | Sequence[RuleTrace]:
        ids = list(self._by_rule)[at]
        return self.of(ids) if isinstance(ids, str) else [self.of(id) for id in ids]

    def __iter__(self) -> Iterator[RuleTrace]:
        return (self.of(id) for id in self._by_rule)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Traces) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # like the lists it stands for


def statuses(ruling: Ruling) -> dict[str, Status]:
    """Every rule's status, without reasons: enough to compare two decisions."""
    found: dict[str, Status] = {}
    for i, column in enumerate(ruling.compiled.columns):
        status = _status(i, ruling)[0]
        known = found.get(column.rule.id)
        if known is None or _ORDER.index(status) < _ORDER.index(known):
            found[column.rule.id] = status
    return found


def told_of(ruling: Ruling) -> dict[str, tuple[Status, tuple[str, ...]]]:
    """Every rule's status with the rules that it comes from: who overrides, what is overridden."""
    found: dict[str, tuple[Status, tuple[str, ...]]] = {}
    for i, column in enumerate(ruling.compiled.columns):
        status, by = _status(i, ruling)
        known = found.get(column.rule.id)
        if known is None or _ORDER.index(status) < _ORDER.index(known[0]):
            found[column.rule.id] = (status, by)
        elif status is known[0]:
            found[column.rule.id] = (status, tuple(dict.fromkeys((*known[1], *by))))
    return found


_ORDER = (
    Status.ERROR, Status.DECISIVE, Status.APPLIES, Status.OVERRIDDEN, Status.SUSPENDED,
    Status.EXEMPTED, Status.OVERRIDES, Status.OFFERED, Status.UNDETERMINED, Status.IDLE,
    Status.NOT_MET, Status.NOT_KNOWN, Status.NOT_IN_FORCE,
)  # fmt: skip


def _trace(indices: Sequence[int], reasons: Reasons, full: bool) -> RuleTrace:
    ruling, scope, view = reasons.ruling, reasons.scope, reasons.view
    told = {i: _status(i, ruling) for i in indices}
    # The column that says most stands for the rule; among equals the most restrictive.
    best = min(
        indices,
        key=lambda i: (
            _ORDER.index(told[i][0]),
            -(ruling.compiled.columns[i].finding or Finding.NO_LICENSE_REQUIRED).rank,
        ),
    )
    status, by = told[best]
    column, met = ruling.compiled.columns[best], ruling.met[best]
    rule = column.rule
    when: Explained | None = None
    conditions: Explained | None = None
    silent = (Status.NOT_IN_FORCE, Status.NOT_KNOWN, Status.ERROR)
    quiet = status in (Status.NOT_MET, Status.IDLE) and not met.absent
    if status not in silent and (full or not quiet):
        when, conditions = (*reasons.of(best), None)[:2]
    trees = [t for t in (when, conditions) if t is not None]
    leaves = [leaf for t in trees for leaf in t.leaves()]
    missing: tuple[str, ...] = ()
    if met.value is Truth.UNKNOWN or met.absent:
        missing = tuple(dict.fromkeys(
            m for t in trees if t.truth is Truth.UNKNOWN
            for leaf in t.decisive() for m in leaf.missing))  # fmt: skip
    marks = [m for m, on in (("stale", met.stale), ("unverified", met.unverified)) if on]
    if status is not Status.NOT_MET and any(leaf.assumed for leaf in leaves):
        marks.append("assumed")
    return RuleTrace(
        rule, status, column.finding, tuple(marks), by, missing, when, conditions,
        fill(rule.because, scope.facts, "" if when is None else _words(rule, scope.facts, view)),
        met.absent,
    )  # fmt: skip


def _status(i: int, ruling: Ruling) -> tuple[Status, tuple[str, ...]]:
    compiled, met = ruling.compiled, ruling.met[i]
    column = compiled.columns[i]
    rule = column.rule
    if met.error:
        return Status.ERROR, ()
    if met.outside:
        return Status(met.outside), ()
    value = ruling.truth_of(compiled.met[i])
    active = ruling.truth_of(compiled.active[i])
    by = _defeated_by(column, ruling)
    # What it replaces surely does not stand: then it is no matter what is unknown of it.
    idle = rule.kind is OverrideKind.REPLACING and active is Truth.FALSE and by is None
    if not (idle and value.possible) and (
        rule.kind is not None and met.when is Truth.TRUE and met.conditions is Truth.UNKNOWN
    ):
        return Status.OFFERED, ()
    if value is Truth.FALSE:
        return Status.NOT_MET, ()
    if by:
        return by
    if idle:
        return Status.IDLE, ()
    if value is Truth.UNKNOWN:
        return Status.UNDETERMINED, ()
    if rule.kind in SUPPRESSING:
        return _suppressing(i, rule, ruling)
    if active is Truth.UNKNOWN:
        return Status.UNDETERMINED, ()
    if rule.verdict is not None:
        return (Status.DECISIVE if rule.verdict is ruling.company else Status.APPLIES), ()
    decisive = column.finding is not None and column.finding.rank == ruling.finding.rank
    return (Status.DECISIVE if decisive else Status.APPLIES), ()


def _suppressing(i: int, rule: Rule, ruling: Ruling) -> tuple[Status, tuple[str, ...]]:
    columns = ruling.compiled.columns
    barred = ruling.truth_of(ruling.compiled.defeats[i]) is not Truth.TRUE
    targets = [
        k for k, c in enumerate(columns)
        if i in c.reached_by and ruling.truth_of(ruling.compiled.met[k]).possible
    ]  # fmt: skip
    if barred or not targets:
        return Status.IDLE, ()
    return Status.OVERRIDES, tuple(dict.fromkeys(columns[k].rule.id for k in targets))


_DEFEATED = {
    OverrideKind.SUSPENDING: Status.SUSPENDED,
    OverrideKind.EXEMPTING: Status.EXEMPTED,
    OverrideKind.REPLACING: Status.OVERRIDDEN,
}


def _defeated_by(column: Column, ruling: Ruling) -> tuple[Status, tuple[str, ...]] | None:
    compiled, registers = ruling.compiled, ruling.registers
    sure = [o for o in column.reached_by if registers[compiled.defeats[o].sure]]
    if not sure:
        return None
    for kind, status in _DEFEATED.items():
        rules = [compiled.columns[o].rule for o in sure]
        ids = tuple(dict.fromkeys(rule.id for rule in rules if rule.kind is kind))
        if ids:
            return status, ids
    return None


_HOLE = re.compile(r"\{([a-z_.]+)\}")


def _words(rule: Rule, facts: Facts, view: View) -> str:
    """What the tables behind a rule's groups say in words of the codes given."""
    if "{words}" not in rule.because:
        return ""
    said: dict[str, None] = {}
    for node in walk(rule.when):
        if not isinstance(node, Member):
            continue
        for words in _tables(node.groups, view):
            for fact in facts.values.get(node.field.id, ()):
                parts = str(fact.value).split(".")
                above = (".".join(parts[:depth]) for depth in range(len(parts), 0, -1))
                said |= {words[code]: None for code in above if code in words}
    return "; ".join(said)


def _tables(ids: Iterable[str], view: View) -> Iterator[Mapping[str, str]]:
    for id in ids:
        group = view.content.groups.get(id)
        if group is not None:
            yield group.words
            yield from _tables((*group.include, *group.exclude), view)


def fill(text: str, facts: Facts, words: str = "") -> str:
    """A sentence with `{field}` and `{field.name}` replaced by what is known; never evaluated.

    `{words}` is what a table says of a code in its own words, where it says anything.
    """

    def value(match: re.Match[str]) -> str:
        if match.group(1) == "words":
            return words
        id, _, part = match.group(1).rpartition(".")
        field = id if part == "name" and id else match.group(1)
        found = facts.values.get(field)
        if not found:
            return "an unknown " + field.replace("_", " ")
        texts = dict.fromkeys(value_text(f.value) for f in found)
        return " or ".join(CODES.get(t, t) if part == "name" else t for t in texts)

    return _HOLE.sub(value, text).strip()


def decisive_ids(traces: Traces) -> tuple[str, ...]:
    """The rules that decided."""
    return tuple(t.rule.id for t in traces.that_matter if t.status is Status.DECISIVE)
