"""Decisions remembered for lines that say the same: a year of orders repeats itself."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from screening.answer import Decision
from screening.bulk.traces import Trace, trace_of
from screening.conditions.tree import Compare, Elapsed, Known, Matches, Member, Relate, walk
from screening.decision import Finding, Status, Verdict
from screening.problems import Problem
from screening.rulebook.model import Content
from screening.shipment import Shipment
from screening.trace import RuleTrace

MOST = 4_000
"""Decisions kept at a time, the least recently asked for going first."""

_NAMES_OF_ROWS = ("shipment_id", "line")


@dataclass(frozen=True)
class Decided:
    """What rows decided alike share of a decision: enough to be told, without facts and tests."""

    verdict: Verdict
    finding: Finding
    possible: Finding
    decisive: tuple[str, ...]
    summary: str
    cites: tuple[str, ...]
    ask: tuple[str, ...]
    could_help: tuple[str, ...]
    relied_on: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    trace: Trace


def decided(decision: Decision) -> Decided:
    """The part of a decision that goes into a table."""
    deciding = (t for t in decision.trace if t.status is Status.DECISIVE)
    return Decided(
        verdict=decision.verdict,
        finding=decision.finding,
        possible=decision.possible,
        decisive=decision.decisive,
        summary=decision.summary(),
        cites=tuple(dict.fromkeys(c for t in deciding for c in t.rule.cites)),
        ask=decision.ask,
        could_help=_nearest_helps(decision),
        relied_on=decision.relied_on,
        problems=decision.problems,
        trace=trace_of(decision),
    )


_HELPS = 3
_TOLD = 4
"""Of more exceptions, and facts of one, a cell says how many; the trace has them all."""


def _nearest_helps(decision: Decision) -> tuple[str, ...]:
    """The license exceptions that the fewest facts might open, with what to supply."""
    nearest = sorted(decision.could_help, key=lambda t: (t.could_help, len(t.missing)))
    told = [_help(trace) for trace in nearest[:_HELPS]]
    more = len(nearest) - _HELPS
    return (*told, *([f"and {more} more"] if more > 0 else []))


def _help(trace: RuleTrace) -> str:
    named = trace.rule.exception or trace.rule.id
    if not trace.missing:
        return named
    more = len(trace.missing) - _TOLD
    rest = f" and {more} more" if more > 0 else ""
    return f"{named}: supply {', '.join(trace.missing[:_TOLD])}{rest}"


def remembered(
    decide: Callable[[Shipment], Decision], content: Content
) -> Callable[[Shipment], Decided]:
    """`decide`, asked only once for lines that differ in nothing that the rulebook reads."""
    read = fields_read(content)
    unread = [name for name in _NAMES_OF_ROWS if name not in read]

    kept: OrderedDict[str, Decided] = OrderedDict()

    def of(shipment: Shipment) -> Decided:
        for name in unread:
            if name in shipment.fields:
                shipment = shipment.with_field(name, None)
        said = shipment.model_dump_json()
        found = kept.pop(said, None) or decided(decide(shipment))
        kept[said] = found
        if len(kept) > MOST:
            kept.popitem(last=False)
        return found

    return of


def fields_read(content: Content) -> frozenset[str]:
    """Ids of the fields that any test of the rulebook reads."""
    trees = [rule.when for rule in content.rules.values()]
    trees += [rule.conditions for rule in content.rules.values() if rule.conditions is not None]
    trees += [d.when for goods in content.classes.values() for d in goods.definitions]
    trees += [assumption.when for assumption in content.assumptions]
    trees += content.header.allow_requires
    found: set[str] = set()
    for tree in trees:
        for node in walk(tree):
            match node:
                case Relate(field, other):
                    found |= {field.id, other.id}
                case Member() | Compare() | Elapsed() | Matches() | Known():
                    found.add(node.field.id)
                case _:
                    pass
    return frozenset(found)
