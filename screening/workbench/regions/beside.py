"""What a change does not touch: rules that stand beside it, whatever they ask for.

Of these only matters what they come to, not which facts they read. So that regions are grown, each
gets a name (`Beside.names`), and what it says is told to the solver only where a shipment is
sought (`Beside.meanings`). What holds whatever the names mean holds of what they do mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import z3

from screening.conditions.formula import Formula, Sides
from screening.decide.columns import Column
from screening.decide.compile import Compiled
from screening.rulebook.model import CLAIM_UNMET
from screening.workbench.proofs.verdicts import Key, Mets, key_of


@dataclass
class Beside:
    """Names for when rules are met, the same for both versions."""

    laws: list[Any] = field(default_factory=list)
    """What holds of the names by themselves: what surely holds is possible."""
    meanings: list[Any] = field(default_factory=list)
    """What each name means."""
    _names: dict[Key, Sides] = field(default_factory=dict)

    def named(self, mets: Mets, keep: frozenset[Key]) -> dict[Key, Sides]:
        """The same with names, but for the rules to keep."""
        return {key: met if key in keep else self._name(key, met) for key, met in mets.items()}

    def _name(self, key: Key, met: Sides) -> Sides:
        if key not in self._names:
            sure = self._one(met.sure, f"{key[0]} {key[1]} met")
            if met.possible.z3.eq(met.sure.z3):
                self._names[key] = Sides(sure, sure)
            else:
                possible = self._one(met.possible, f"{key[0]} {key[1]} may be met")
                self.laws.append(z3.Implies(sure.z3, possible.z3))
                self._names[key] = Sides(sure, possible)
        return self._names[key]

    def _one(self, formula: Formula, name: str) -> Formula:
        if isinstance(formula.term, bool):
            return formula
        named = z3.Bool(f"beside: {name}")
        self.meanings.append(named == formula.term)
        return Formula(named)


def touched(sides: Iterable[tuple[Compiled, Mets]]) -> frozenset[Key]:
    """The rules that change, those whose effect hangs on these, and what that hangs on."""
    (old, old_mets), (new, new_mets) = sides
    one, other = _columns(old), _columns(new)
    found: set[Key] = set()
    for compiled, mine, theirs in ((old, one, other), (new, other, one)):
        changed = {
            i
            for name, (i, said) in mine.items()
            if name not in theirs
            or theirs[name][1] != said
            or not _same(old_mets, new_mets, key_of(compiled.columns[i]))
        }
        found |= {key_of(compiled.columns[i]) for i in _around(compiled, changed)}
    return frozenset(found)


def _columns(compiled: Compiled) -> Mapping[object, tuple[int, object]]:
    """Each column by name, with the names of those it hangs on."""
    found: dict[object, tuple[int, object]] = {}
    seen: dict[object, int] = {}
    for i, column in enumerate(compiled.columns):
        name = _name(column)
        seen[name] = seen.get(name, -1) + 1  # a replacement has a column for each target
        rule = column.rule
        parts = (column.replaces, column.reached_by, column.barred_by)
        hangs = tuple(tuple(sorted(_name(compiled.columns[k]) for k in p)) for p in parts)
        found[name, seen[name]] = i, (rule.kind, rule.exception, hangs)
    return found


def _name(column: Column) -> tuple[str, str, str]:
    return column.rule.id, str(column.finding), str(column.rule.verdict)


def _same(old: Mets, new: Mets, key: Key) -> bool:
    if key not in old or key not in new:
        return False
    pairs = ((old[key].sure, new[key].sure), (old[key].possible, new[key].possible))
    return all(a.z3.eq(b.z3) for a, b in pairs)


def _around(compiled: Compiled, changed: set[int]) -> set[int]:
    hangs = {i: set(_hangs_on(compiled, c)) for i, c in enumerate(compiled.columns)}
    affected: set[int] = set()
    carried: dict[int, list[int]] = {}
    for i, on in hangs.items():
        for k in on:
            carried.setdefault(k, []).append(i)
    for start, more in ((changed, carried), (affected, hangs)):
        # First what hangs on the change, then what all that hangs on.
        pending = list(start)
        affected |= set(start)
        while pending:
            for k in more.get(pending.pop(), ()):
                if k not in affected:
                    affected.add(k)
                    pending.append(k)
    return affected


def _hangs_on(compiled: Compiled, column: Column) -> Iterator[int]:
    yield from (*column.replaces, *column.reached_by, *column.barred_by)
    if column.rule.id == CLAIM_UNMET:
        yield from (i for i, c in enumerate(compiled.columns) if c.rule.exception is not None)
