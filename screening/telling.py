"""All that a decision tells of its rules: the traces, what an allow needs, what to ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from orjson import Fragment

from screening.ask import undetermined, what_to_ask
from screening.conditions.footprint import Footprint
from screening.conditions.names import Unnamed, listed
from screening.conditions.reasons import Explained
from screening.conditions.told import Told
from screening.decide.case import Case
from screening.decide.status import standing, that_matter
from screening.decide.verdict import Ruling
from screening.decision import Status, Verdict
from screening.once import once
from screening.reasoning import Reasons
from screening.rulebook.model import Content
from screening.trace import RuleTrace, trace_of


@dataclass(frozen=True)
class Telling:
    """What is told without names, and so the same wherever conditions see the same."""

    traces: tuple[RuleTrace, ...]
    """Of the rules that matter."""
    requires: tuple[Told, ...]
    ask: tuple[str, ...]

    @once
    def could_help(self) -> tuple[RuleTrace, ...]:
        """License exceptions nobody claimed, which more facts might open."""
        return tuple(t for t in self.traces if t.could_help or _is_offered(t))

    @once
    def offered(self) -> tuple[str, ...]:
        """License exceptions for which the line is eligible, and whose conditions are not shown."""
        return tuple(sorted({str(t.rule.exception) for t in self.traces if _is_offered(t)}))

    @once
    def written(self) -> Unnamed:
        """The traces in JSON form as canonical text."""
        return listed(trace.unnamed for trace in self.traces)

    @once
    def requires_written(self) -> Unnamed:
        """What an allow needs, likewise."""
        return listed(told.unnamed for told in self.requires)

    @once
    def weight(self) -> int:
        """About how many bytes it takes, all that it shares with others included."""
        return sum(trace.weight for trace in self.traces) + sum(told.size for told in self.requires)


class Traces(Sequence[RuleTrace]):
    """Every rule's trace, in the rulebook's order; columns of one rule are told as one.

    Told on demand. The tests of rules that do not matter are told only in `full`.
    """

    def __init__(self, reasons: Reasons, telling: Telling, *, full: bool = False) -> None:
        self._reasons = reasons
        self.names = reasons.names
        self.telling = telling
        self._full = full
        self._by_rule = reasons.ruling.compiled.by_rule
        self._told: dict[str, RuleTrace] = {}

    def of(self, rule_id: str) -> RuleTrace:
        """The trace of one rule. Raises `KeyError` for a rule the rulebook does not have."""
        if rule_id not in self._told:
            found = standing(self._by_rule[rule_id], self._reasons.ruling)
            trace = trace_of(found, self._reasons, self._full)
            self._told[rule_id] = trace.of_parties(self.names)
        return self._told[rule_id]

    @once
    def that_matter(self) -> tuple[RuleTrace, ...]:
        """What a reader of the decision needs to see."""
        return tuple(trace.of_parties(self.names) for trace in self.telling.traces)

    @once
    def written(self) -> Fragment:
        """What a reader needs to see, as canonical text."""
        return Fragment(self.telling.written.of(self.names))

    @once
    def requires(self) -> tuple[Explained, ...]:
        """What an allow needs, condition by condition."""
        return tuple(tree for told in self.telling.requires for tree in told.named(self.names))

    @property
    def requires_written(self) -> Fragment:
        """The same as canonical text."""
        return Fragment(self.telling.requires_written.of(self.names))

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


def tell(ruling: Ruling, content: Content, reasons: Reasons) -> Telling:
    """What a decision tells; remembered for shipments of one case that look alike to its rules."""
    case = ruling.own_case
    if case is None:
        return _telling(ruling, content, reasons)
    looks = case.looks.get((ruling.finding, ruling.verdict)) or _looks(case, ruling, reasons)
    seen = looks.on(reasons.facts, reasons.view.law_date)
    key = (case.number, ruling.finding, ruling.verdict, seen)
    return reasons.view.epoch.tellings.of(key, lambda: _telling(ruling, content, reasons))


def _is_offered(trace: RuleTrace) -> bool:
    return trace.rule.exception is not None and trace.status is Status.OFFERED


def _telling(ruling: Ruling, content: Content, reasons: Reasons) -> Telling:
    requires = reasons.requires()
    return Telling(
        tuple(trace_of(standing, reasons) for standing in that_matter(ruling)),
        requires,
        what_to_ask(ruling, content, reasons, requires),
    )


def _looks(case: Case, ruling: Ruling, reasons: Reasons) -> Footprint:
    told = [standing.column for standing in that_matter(ruling)]
    if ruling.verdict is Verdict.REVIEW:
        told += undetermined(ruling)
    looks = case.looks[ruling.finding, ruling.verdict] = reasons.looks(dict.fromkeys(told))
    return looks
