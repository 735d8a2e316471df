"""Decisions remembered for lines that say the same: a year of orders repeats itself."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from screening.answer import Decision
from screening.bulk.traces import Trace, trace_of
from screening.conditions.tree import Compare, Elapsed, Known, Matches, Member, Relate, walk
from screening.rulebook.model import Content
from screening.shipment import Shipment

MOST = 4_000
"""Decisions kept at a time, the least recently asked for going first."""

_NAMES_OF_ROWS = ("shipment_id", "line")


@dataclass(frozen=True)
class Decided:
    """A decision with the trace that all rows decided alike share."""

    decision: Decision

    @cached_property
    def trace(self) -> Trace:
        """The reasons, made when the first row asks for them."""
        return trace_of(self.decision)


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
        decided = kept.pop(said, None) or Decided(decide(shipment))
        kept[said] = decided
        if len(kept) > MOST:
            kept.popitem(last=False)
        return decided

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
