"""What a change does not touch: rules that stand beside it, whatever they ask for.

Of these only matters what they come to, not which facts they read, and mostly not even that. So
each gets names, which are free, and what it says is told to the solver only where it finds a
shipment for which the rule comes to something else than the name says. What holds whatever the
names mean holds of what they do mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import z3

from screening.conditions.formula import NO, YES, Formula, Sides
from screening.conditions.models import Booleans
from screening.decide.columns import Column
from screening.decide.compile import Compiled
from screening.decide.met import Met
from screening.rulebook.model import CLAIM_UNMET, LICENSE_CLAIMED, LICENSE_PROVED
from screening.truth import Truth
from screening.workbench.proofs.verdicts import Key, Mets, key_of
from screening.workbench.regions.standing import Days

_ACTS = (CLAIM_UNMET, LICENSE_PROVED, LICENSE_CLAIMED)
"""Rules of what the exporter does, which are told by a variable each."""


class Beside:
    """Names for when rules are met, the same for both versions."""

    def __init__(self, keep: frozenset[Key], on_any_day: bool) -> None:
        """`keep` are the rules that are told by what they say, at once. Of the others also those
        that are not in force are free `on_any_day`."""
        self.on_any_day = on_any_day
        self.read = set(keep)
        """The rules that the solver was told of."""
        self.laws: list[Any] = []
        """What holds of the names by themselves: what surely holds is possible."""
        self._keep = keep
        self._named: dict[Key, tuple[Sides, Sides, Callable[[], Sides]]] = {}
        self._names: list[tuple[Key, bool, Any]] = []
        self._asked = Booleans()

    def mets(self, rules: Mapping[Key, tuple[Sides, Callable[[], Sides]]]) -> Mets:
        """When the rules are met: what those to keep say, and names for the others. Each comes with
        when the dates let it be met."""
        return {
            key: met() if key in self._keep or key[0] in _ACTS else self._name(key, free, met)
            for key, (free, met) in rules.items()
        }

    def _name(self, key: Key, free: Sides, met: Callable[[], Sides]) -> Sides:
        if key not in self._named:
            may_be = Sides(YES, YES) if self.on_any_day else free
            sure, possible = (
                self._one(key, n == 0, f"{key[0]} {key[1]} {word}") if can is not NO else NO
                for n, (can, word) in enumerate(
                    zip((may_be.sure, may_be.possible), ("met", "may be met"), strict=True)
                )
            )
            if NO not in (sure, possible):
                self.laws.append(z3.Implies(sure.z3, possible.z3))
            named = Sides(sure & may_be.sure, possible & may_be.possible)
            self._named[key] = named, Sides(sure, possible), met
        return self._named[key][0]

    def _one(self, key: Key, sure: bool, name: str) -> Formula:
        named = z3.Bool(f"beside: {name}")
        self._names.append((key, sure, named))
        self._asked.add([named])
        return Formula(named)

    def meanings(self, keys: Iterable[Key]) -> Iterator[Any]:
        """What the names of these rules mean."""
        for key in keys:
            self.read.add(key)
            _, names, met = self._named[key]
            means = met()
            for name, meaning in ((names.sure, means.sure), (names.possible, means.possible)):
                if not isinstance(name.term, bool):
                    yield name.term == meaning.z3

    def put_right(
        self, model: Any, compiled: Compiled, met: Sequence[Met]
    ) -> tuple[dict[Key, None], dict[int, tuple[Key, Any]]]:
        """Make a model's names say what the engine found: the rules for which they did not, and
        what each name should have said, by the solver's number.

        Rules that the solver was told of stay: what the engine says otherwise of them is no matter
        of names.
        """
        found = {key_of(c): one.value for c, one in zip(compiled.columns, met, strict=True)}
        wrong: dict[Key, None] = {}
        right: dict[int, tuple[Key, Any]] = {}
        said = self._asked.said(model)
        for (key, sure, named), is_said in zip(self._names, said, strict=True):
            if key in self.read:
                continue
            is_so = found[key] is Truth.TRUE if sure else found[key] is not Truth.FALSE
            literal = named if is_so else z3.Not(named)
            right[literal.get_id()] = key, literal
            if is_said is not is_so:
                model.update_value(named, z3.BoolVal(is_so))
                wrong[key] = None
        return wrong, right


def links(compiled: Sequence[Compiled]) -> dict[Key, set[Key]]:
    """For each rule those that it hangs on and those that hang on it, without any between."""
    found: dict[Key, set[Key]] = {}
    for own in compiled:
        keys = [key_of(column) for column in own.columns]
        for key, column in zip(keys, own.columns, strict=True):
            for i in _hangs_on(own, column):
                found.setdefault(key, set()).add(keys[i])
                found.setdefault(keys[i], set()).add(key)
    return found


def changed(compiled: Sequence[Compiled], days: Sequence[Days]) -> frozenset[Key]:
    """The rules that change."""
    found = zip(compiled, _changed(compiled, days), strict=True)
    return frozenset(key_of(own.columns[i]) for own, columns in found for i in columns)


def touched(compiled: Sequence[Compiled], days: Sequence[Days]) -> frozenset[Key]:
    """The rules that change, those whose effect hangs on these, and what that hangs on."""
    found = zip(compiled, _changed(compiled, days), strict=True)
    return frozenset(
        key_of(own.columns[i]) for own, columns in found for i in _around(own, columns)
    )


def everything(compiled: Sequence[Compiled], _days: Sequence[Days]) -> frozenset[Key]:
    """All rules."""
    return frozenset(key_of(column) for own in compiled for column in own.columns)


def unaffected(compiled: Sequence[Compiled], days: Sequence[Days]) -> Iterator[frozenset[int]]:
    """Of each version the columns that apply exactly when those of the other do: what hangs on no
    rule that changes."""
    each = _changed(compiled, days)
    for own, here, columns in zip(compiled, days, each, strict=True):
        carried = _carried(own)
        found, pending = set(columns), list(columns)
        while pending:
            for k in carried.get(pending.pop(), ()):
                # What is not in force hangs on nothing.
                if k not in found and here.free[key_of(own.columns[k])][1]:
                    found.add(k)
                    pending.append(k)
        yield frozenset(range(len(own.columns))) - found


def _changed(compiled: Sequence[Compiled], days: Sequence[Days]) -> Iterator[set[int]]:
    columns = [_columns(own, here) for own, here in zip(compiled, days, strict=True)]
    for mine, theirs in zip(columns, reversed(columns), strict=True):
        yield {
            i for name, (i, said) in mine.items() if name not in theirs or theirs[name][1] != said
        }


def _columns(compiled: Compiled, days: Days) -> Mapping[object, tuple[int, object]]:
    """Each column by name, with the names of those it hangs on."""
    found: dict[object, tuple[int, object]] = {}
    seen: dict[object, int] = {}
    for i, column in enumerate(compiled.columns):
        name = _name(column)
        seen[name] = seen.get(name, -1) + 1  # a replacement has a column for each target
        parts = (column.replaces, column.reached_by, column.barred_by)
        hangs = tuple(tuple(sorted(_name(compiled.columns[k]) for k in p)) for p in parts)
        found[name, seen[name]] = i, (days.numbers[i], hangs)
    return found


def _name(column: Column) -> tuple[str, str, str]:
    return column.rule.id, str(column.finding), str(column.rule.verdict)


def _around(compiled: Compiled, changed: set[int]) -> set[int]:
    hangs = {i: list(_hangs_on(compiled, c)) for i, c in enumerate(compiled.columns)}
    affected: set[int] = set()
    carried = _carried(compiled)
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


def _carried(compiled: Compiled) -> dict[int, list[int]]:
    """For each column those that hang on it, without any between."""
    found: dict[int, list[int]] = {}
    for i, column in enumerate(compiled.columns):
        for k in set(_hangs_on(compiled, column)):
            found.setdefault(k, []).append(i)
    return found


def _hangs_on(compiled: Compiled, column: Column) -> Iterator[int]:
    yield from (*column.replaces, *column.reached_by, *column.barred_by)
    if column.rule.id == CLAIM_UNMET:
        yield from (i for i, c in enumerate(compiled.columns) if c.rule.exception is not None)
