"""All that a decision tells of its rules: the traces, what an allow needs, what to ask."""

from __future__ import annotations

from dataclasses import dataclass

from screening.ask import undetermined, what_to_ask
from screening.conditions.footprint import Footprint
from screening.conditions.told import Told
from screening.decide.case import Case
from screening.decide.status import that_matter
from screening.decide.verdict import Ruling
from screening.decision import Verdict
from screening.once import once
from screening.rulebook.model import Content
from screening.trace import Reasons, RuleTrace, trace_of


@dataclass(frozen=True)
class Telling:
    """What is told without names, and so the same wherever conditions see the same."""

    traces: tuple[RuleTrace, ...]
    """Of the rules that matter."""
    requires: tuple[Told, ...]
    ask: tuple[str, ...]

    @once
    def weight(self) -> int:
        """About how many bytes it takes, all that it shares with others included."""
        return sum(trace.weight for trace in self.traces) + sum(told.size for told in self.requires)


def tell(ruling: Ruling, content: Content, reasons: Reasons) -> Telling:
    """What a decision tells; remembered for shipments of one case that look alike to its rules."""
    case = ruling.own_case
    if case is None:
        return _telling(ruling, content, reasons)
    looks = case.looks.get((ruling.finding, ruling.verdict)) or _looks(case, ruling, reasons)
    seen = looks.on(reasons.facts, reasons.view.law_date)
    key = (case.number, ruling.finding, ruling.verdict, seen)
    return reasons.view.epoch.tellings.of(key, lambda: _telling(ruling, content, reasons))


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
