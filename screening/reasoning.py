"""What the conditions of rules come to for one shipment, and why."""

from __future__ import annotations

from collections.abc import Iterable

from screening.because import holes
from screening.conditions.explain import Scope, scope_of
from screening.conditions.footprint import Asked, Footprint, Seen, footprint, together
from screening.conditions.names import Names
from screening.conditions.reasons import explain
from screening.conditions.told import Told
from screening.conditions.tree import Expr
from screening.decide.verdict import Ruling
from screening.decide.view import View
from screening.facts import Facts
from screening.once import once


class Reasons:
    """What the conditions of rules come to for one shipment, with reasons.

    Remembered for the epoch: most shipments give a rule nothing to see that it has not seen.
    """

    def __init__(self, ruling: Ruling, facts: Facts, view: View) -> None:
        self.ruling = ruling
        self.view = view
        self.facts = facts
        self.names = Names(facts.parties)
        self._columns: dict[int, Told] = {}

    @once
    def _seen(self) -> Seen:
        return Seen(self.facts, self.view.law_date, self.view.epoch.numbers)

    @once
    def scope(self) -> Scope:
        """Where the conditions look."""
        return scope_of(self.facts, self.view, self.view.epoch.kept)

    def of(self, i: int) -> Told:
        """A column's `when`, and its `conditions` if it has any."""
        told = self._columns.get(i)
        if told is None:
            told = self._columns[i] = self._told(self._asked(i))
        return told

    def requires(self) -> tuple[Told, ...]:
        """What an allow needs, condition by condition."""
        return tuple(map(self._told, self._required()))

    def looks(self, columns: Iterable[int]) -> Footprint:
        """All that the conditions of these columns, and those of every allow, look at."""
        asked = (*map(self._asked, columns), *self._required())
        return together(one.looks for one in asked)

    def _asked(self, i: int) -> Asked:
        column = self.ruling.compiled.columns[i]
        of = (column.rule.id, column.finding)
        known = self.view.epoch.asked.get(of)
        if known is not None:
            return known
        rule = column.rule
        trees = (column.when,) if rule.conditions is None else (column.when, rule.conditions)
        return self._ask(of, trees, rule.because)

    def _required(self) -> list[Asked]:
        known = self.view.epoch.asked
        required = enumerate(self.view.content.header.allow_requires)
        return [known.get((n, None)) or self._ask((n, None), (expr,), "") for n, expr in required]

    def _ask(self, of: tuple[object, object], trees: tuple[Expr, ...], because: str) -> Asked:
        found = Asked(trees, footprint(trees, self.view, holes(because)))
        self.view.epoch.asked[of] = found
        return found

    def _told(self, asked: Asked) -> Told:
        memory = self.view.epoch.told
        looks = asked.looks
        seen = (looks, looks.of(self._seen))  # of this rule in this epoch, and of no other
        told = memory.get(seen)
        if told is None:
            told = memory.put(seen, Told(explain(tree, self.scope) for tree in asked.trees))
        return told
