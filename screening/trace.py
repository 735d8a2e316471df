"""What became of every rule, and why: the record that a regulator reads."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from orjson import Fragment

from screening.conditions.explain import Scope, scope_of
from screening.conditions.footprint import Seen, footprint
from screening.conditions.names import Names, Unnamed
from screening.conditions.reasons import Explained, explain
from screening.conditions.told import Told
from screening.conditions.tree import Expr, Member, walk
from screening.conditions.words import value_text
from screening.decide.status import Standing, standing, that_matter
from screening.decide.verdict import Ruling
from screening.decide.view import View
from screening.decision import Finding, Status
from screening.facts import Facts
from screening.memory import Memory
from screening.once import once
from screening.places import CODES
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
    def _text(self) -> Unnamed:
        return Unnamed(kept_text(self._form([tree.in_parts() for tree in self.told.trees])))

    @once
    def written(self) -> Fragment:
        """The JSON form as canonical text, but for names made once for many shipments."""
        return Fragment(self.shared._text.of(self.names))

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


class Reasons:
    """What the conditions of rules come to for one shipment, with reasons.

    Remembered for the epoch: most shipments give a rule nothing to see that it has not seen.
    """

    def __init__(self, ruling: Ruling, facts: Facts, view: View) -> None:
        self.ruling = ruling
        self.view = view
        self.facts = facts
        self.names = Names(facts.parties)
        self._seen = Seen(facts, view.law_date, view.epoch.numbers)
        self._columns: dict[tuple[str, Finding | None], Told] = {}

    @once
    def scope(self) -> Scope:
        """Where the conditions look."""
        return scope_of(self.facts, self.view, self.view.epoch.kept)

    def of(self, i: int) -> Told:
        """A column's `when`, and its `conditions` if it has any."""
        column = self.ruling.compiled.columns[i]
        key = (column.rule.id, column.finding)
        told = self._columns.get(key)
        if told is None:
            trees = [column.when]
            if column.rule.conditions is not None:
                trees.append(column.rule.conditions)
            told = self._columns[key] = self._told(key, trees, column.rule.because)
        return told

    def requires(self) -> tuple[Told, ...]:
        """What an allow needs, condition by condition."""
        required = self.view.content.header.allow_requires
        return tuple(self._told((n, None), [expr], "") for n, expr in enumerate(required))

    def _told(self, of: tuple[object, object], trees: Sequence[Expr], because: str) -> Told:
        epoch = self.view.epoch
        looks = epoch.footprints.get(of)
        if looks is None:
            looks = epoch.footprints[of] = footprint(trees, self.view, _holes(because))
        seen = (looks, looks.of(self._seen))  # of this rule in this epoch, and of no other
        return epoch.told.of(seen, lambda: Told(explain(tree, self.scope) for tree in trees))


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
            found = standing(self._by_rule[rule_id], self._reasons.ruling)
            self._told[rule_id] = _trace(found, self._reasons, self._full)
        return self._told[rule_id]

    @once
    def that_matter(self) -> tuple[RuleTrace, ...]:
        """What a reader of the decision needs to see."""
        matter = that_matter(self._reasons.ruling)
        return tuple(_trace(found, self._reasons, self._full) for found in matter)

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


def _trace(standing: Standing, reasons: Reasons, full: bool) -> RuleTrace:
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
    return _TRACES.of(key, lambda: _told(standing, reasons, told)).of_parties(reasons.names)


_TRACES: Memory[Hashable, RuleTrace] = Memory(48_000_000, lambda t: 2_000 + t.told.length)
"""Weighed in bytes: a trace takes about as much as its text."""


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
        fill(rule.because, scope.facts, _words(rule, scope.facts, view) if told.trees else ""),
        met.absent,
    )  # fmt: skip


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


def _holes(text: str) -> set[str]:
    """The fields that a sentence may speak of."""
    found = set(_HOLE.findall(text))
    return found | {hole.removesuffix(".name") for hole in found}


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
