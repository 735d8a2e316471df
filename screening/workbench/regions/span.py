"""Runs of days on which two versions are compared over the same variables.

What one run of days teaches the solver serves the next: which rules matter, and what of parties
cannot be. Each run has a flag; what dates decide hangs on the flags, and one at a time is set.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from typing import Any

import z3

from screening.conditions.formula import NO, YES, Formula, Sides, some
from screening.conditions.prove import Reading
from screening.conditions.tree import InClass
from screening.rulebook.model import CLAIM_UNMET
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.proofs.solving import Frame
from screening.workbench.proofs.verdicts import Acts, Key, Settled, each_met, settled
from screening.workbench.regions.standing import Days, Standing


class Span:
    """Some runs of days, in order, each numbered from zero."""

    def __init__(self, frame: Frame, standing: Standing, epochs: Sequence[Epoch]) -> None:
        """Raises `Unreadable`."""
        self.frame, self.epochs = frame, tuple(epochs)
        self.readings: list[tuple[Reading, ...]] = frame.readings_on(epochs)
        self.days: list[tuple[Days, ...]] = [standing.on(e) for e in epochs]
        self.flags = [z3.Bool(f"days from {e.first}") for e in epochs]
        self._met: dict[Hashable, Sides] = {}
        self.whole = Epoch(min(e.first for e in epochs), max(e.last for e in epochs))

    def when(self, runs: Collection[int]) -> Formula:
        """That the day is in one of these runs."""
        if len(runs) == len(self.epochs):
            return YES
        return some(Formula(self.flags[n]) for n in sorted(runs))

    def on(self, n: int) -> list[Any]:
        """That the day is in one run and no other."""
        day, epoch = self.readings[n][0].shipment.law_date, self.epochs[n]
        flags = [flag if k == n else z3.Not(flag) for k, flag in enumerate(self.flags)]
        return [*flags, day >= epoch.first.toordinal(), day <= epoch.last.toordinal()]

    def classes(self, n: int) -> Iterator[tuple[int, str, Sides]]:
        """What the classes that were asked for mean on one run of days, version by version."""
        asked = dict.fromkeys(id for each in self.readings for r in each for id in r.classes)
        for version, reading in enumerate(self.readings[n]):
            known = self.frame.rulebooks[version].content.classes
            for id in asked:
                if id in known:
                    yield version, id, reading.sides(InClass((id,)))

    def mets(self, version: int, acts: Acts) -> dict[Key, tuple[Sides, Callable[[], Sides]]]:
        """Each rule of a version with when the dates let it be surely and possibly met, and when
        it is, translated as it is asked."""
        rulebook, compiled = self.frame.rulebooks[version], self.frame.compiled[version]
        runs = [each_met(readings[version], compiled, rulebook.view(epoch.first), acts)
                for readings, epoch in zip(self.readings, self.epochs, strict=True)]  # fmt: skip

        def met(key: Key) -> Sides:
            each = []
            for run, days in zip(runs, self.days, strict=True):
                # Rules of the same number mean the same, in whichever version and on whichever
                # days; but which claims no rule knows hangs on all rules of a version.
                known = days[version].of[key], version if key[0] == CLAIM_UNMET else None
                if known not in self._met:
                    self._met[known] = run[key][1]()
                each.append(self._met[known])
            return Sides(self._either([s.sure for s in each]),
                         self._either([s.possible for s in each]))  # fmt: skip

        found: dict[Key, tuple[Sides, Callable[[], Sides]]] = {}
        for key in runs[0]:
            free = [run[key][0] for run in runs]
            may_be = (self.when([n for n, f in enumerate(free) if f[k]]) for k in (0, 1))
            found[key] = Sides(*may_be), lambda key=key: met(key)  # type: ignore[misc]
        return found

    def settled(self, version: int) -> Settled:
        """What an allow hangs on in a version."""
        rulebook, compiled = self.frame.rulebooks[version], self.frame.compiled[version]
        each = [settled(readings[version], compiled, rulebook.view(epoch.first))
                for readings, epoch in zip(self.readings, self.epochs, strict=True)]  # fmt: skip
        return Settled(
            self._either([s.covered for s in each]),
            tuple(self._either(parts) for parts in zip(*(s.stale for s in each), strict=True)),
            tuple(self._either(parts) for parts in zip(*(s.requires for s in each), strict=True)),
        )

    def _either(self, each: Sequence[Formula]) -> Formula:
        """What holds on each run by itself, as one proposition."""
        runs: dict[object, list[int]] = {}
        for n, formula in enumerate(each):
            term = formula.term
            number = ("", term) if isinstance(term, bool) else term.get_id()
            runs.setdefault(number, []).append(n)
        return some(self.when(own) & each[own[0]] for own in runs.values()) if runs else NO
