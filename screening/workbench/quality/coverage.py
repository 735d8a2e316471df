"""Rule by period: what the examples show of it, and what none of them shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from screening.conditions.explain import scope_of, truth
from screening.conditions.tree import All, Expr
from screening.conditions.words import say
from screening.decide.status import told_of
from screening.decide.verdict import Ruling
from screening.decision import Status
from screening.engine import Rulebook
from screening.facts import Facts
from screening.rulebook.model import Rule
from screening.rulebook.period import Period, in_force
from screening.truth import Truth
from screening.workbench.needed import ruling_for

_DAY = timedelta(days=1)
_DECIDES = (Status.DECISIVE, Status.OVERRIDES)
_TAKEN_AWAY = (Status.OVERRIDDEN, Status.SUSPENDED, Status.EXEMPTED)


@dataclass
class Cell:
    """One rule in one of its periods: each thing to show, and whether an example shows it."""

    rule: Rule
    period: Period
    shown: dict[str, bool] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """What no example shows."""
        return [what for what, seen in self.shown.items() if not seen]


@dataclass
class Coverage:
    """All cells; the score is the share of what is shown of all there is to show."""

    cells: list[Cell]

    @property
    def shown(self) -> int:
        """How many things are shown."""
        return sum(sum(c.shown.values()) for c in self.cells)

    @property
    def total(self) -> int:
        """How many there are to show."""
        return sum(len(c.shown) for c in self.cells)

    @property
    def percent(self) -> float:
        """The score."""
        return 100.0 * self.shown / self.total if self.total else 100.0

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "version": 1, "shown": self.shown, "total": self.total,
            "percent": round(self.percent, 1),
            "rules": [{"rule": c.rule.id, "period": str(c.period), "shown": c.shown}
                      for c in self.cells],
        }  # fmt: skip


def coverage(rb: Rulebook) -> Coverage:
    """What the examples show of the rules of the uppermost layer."""
    rules = [r for r in rb.rules.values() if r.layer == rb.content.layers[-1]]
    overriders: dict[str, list[str]] = {}
    for rule in rb.rules.values():
        for target in rule.targets:
            overriders.setdefault(target, []).append(rule.id)
    cells = [Cell(r, p, _wanted(r, p, overriders.get(r.id, []), rb))
             for r in rules for p in r.windows]  # fmt: skip
    for example in rb.content.examples:
        for expected in example.expect:
            facts, view, ruling = ruling_for(rb, example, expected)
            if facts.law_date is not None:
                scope = scope_of(facts, view)
                told = told_of(ruling)
                for cell in cells:
                    _look(cell, facts, ruling, told, scope)
    return Coverage(cells)


def _wanted(rule: Rule, period: Period, overriders: list[str], rb: Rulebook) -> dict[str, bool]:
    wanted = ["decisive"]
    wanted += [f"not met: {say(part)}" for part in _parts(rule)]
    wanted += ["just before"] if period.start is not None else []
    wanted += ["just after"] if period.end is not None else []
    wanted += [f"overridden by {id}" for id in overriders
               if any(w.overlaps(period) for w in rb.rules[id].windows)]  # fmt: skip
    return dict.fromkeys(wanted, False)


def _parts(rule: Rule) -> Iterator[Expr]:
    for tree in (rule.when, rule.conditions):
        if isinstance(tree, All):
            yield from tree.parts
        elif tree is not None:
            yield tree


def _look(
    cell: Cell, facts: Facts, ruling: Ruling,
    told: dict[str, tuple[Status, tuple[str, ...]]], scope: Any,
) -> None:  # fmt: skip
    day, period, rule = facts.law_date, cell.period, cell.rule
    assert day is not None
    if (period.start is not None and day == period.start - _DAY) or day == period.end:
        what = "just after" if day == period.end else "just before"
        # Beside the period counts what would be met within it.
        if what in cell.shown and all(truth(p, scope) is Truth.TRUE for p in _parts(rule)):
            cell.shown[what] = True
    if in_force(period, day) is Truth.FALSE:
        return
    status, by = told.get(rule.id, (Status.NOT_IN_FORCE, ()))
    if status in _DECIDES:
        cell.shown["decisive"] = True
    if status in _TAKEN_AWAY:
        for id in by:
            if f"overridden by {id}" in cell.shown:
                cell.shown[f"overridden by {id}"] = True
    if status is Status.NOT_MET:
        for part in _parts(rule):
            what = f"not met: {say(part)}"
            if not cell.shown[what] and truth(part, scope) is Truth.FALSE:
                cell.shown[what] = True
