"""What each rule of two versions comes to on some days, as a number: without asking the solver.

Rules with the same number mean the same, in whichever version and on whichever days: the same
words, the same that dates say of them, and the same groups and classes behind those words. So what
was shown of some days holds of others on which the rules that it hangs on have the same numbers.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date

from screening.conditions.cells import same_members
from screening.conditions.tree import (
    Compare,
    Elapsed,
    Expr,
    Member,
    Relate,
    classes_used,
    groups_used,
    walk,
)
from screening.decide.compile import Compiled
from screening.decide.view import View
from screening.engine import Rulebook
from screening.rulebook.model import Rule
from screening.truth import Truth
from screening.workbench.proofs.epochs import Epoch, GroupStates
from screening.workbench.proofs.verdicts import Free, Key, free_of, key_of


@dataclass(frozen=True)
class Days:
    """One version on the days of an epoch."""

    numbers: tuple[int, ...]
    """Of each column."""
    of: dict[Key, int]
    """Of each rule with one finding."""
    free: dict[Key, Free]
    settled: Hashable
    """What an answer hangs on whatever the rules say: whether the days are covered, which rules
    are stale, and what an allow requires."""


class Standing:
    """Two versions, numbered alike."""

    def __init__(self, rulebooks: Sequence[Rulebook], compiled: Sequence[Compiled]) -> None:
        self._rulebooks, self._compiled = rulebooks, compiled
        self._numbers: dict[Hashable, int] = {}
        self._named: dict[int, tuple[tuple[str, ...], tuple[str, ...], bool]] = {}
        self._homes: dict[tuple[int, str], int] = {}
        self._said = [[self._number(_said(c.rule, c.finding, c.when)) for c in own.columns]
                      for own in compiled]  # fmt: skip

    def on(self, epoch: Epoch) -> tuple[Days, ...]:
        """Both versions on the days of an epoch."""
        return tuple(self._on(n, epoch) for n in range(len(self._rulebooks)))

    def _on(self, n: int, epoch: Epoch) -> Days:
        rulebook, compiled = self._rulebooks[n], self._compiled[n]
        view = rulebook.view(epoch.first)
        look = _Look(n, view, GroupStates(view), epoch.first, {})
        numbers = []
        of: dict[Key, int] = {}
        free: dict[Key, Free] = {}
        dates = view.dates(compiled)
        for said, column, dated in zip(self._said[n], compiled.columns, dates, strict=True):
            exprs = [column.when]
            exprs += [column.rule.conditions] if column.rule.conditions is not None else []
            rests = tuple(self._rests(e, look) for e in exprs)
            # A rule that is not in force is never met, whatever it says.
            number = self._number("not in force" if dated.outside else (said, dated, rests))
            numbers.append(number)
            of.setdefault(key_of(column), number)
            free.setdefault(key_of(column), free_of(column, dated))
        requires = rulebook.content.header.allow_requires
        settled = (
            view.is_covered,
            tuple(i for i, d in enumerate(dates) if d.stale and not d.outside),
            tuple((self._number(e), self._rests(e, look)) for e in requires),
        )
        return Days(tuple(numbers), of, free, settled)

    def _number(self, said: Hashable) -> int:
        return self._numbers.setdefault(said, len(self._numbers))

    def _rests(self, expr: Expr, look: _Look) -> Hashable:
        """What the groups and classes that a condition names come to."""
        groups, classes, on_day = self._names(expr)
        return (
            tuple((self._home(look.version, g), look.state(g)) for g in groups),
            tuple(self._meaning(c, look) for c in classes),
            look.day if on_day else None,
        )

    def _meaning(self, id: str, look: _Look) -> Hashable:
        if id not in look.classes:
            meaning = look.view.class_meaning(id)
            told = meaning if isinstance(meaning, Truth) else (
                self._number(meaning), self._rests(meaning, look))  # fmt: skip
            look.classes[id] = self._number(told)
        return look.classes[id]

    def _names(self, expr: Expr) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        number = self._number(expr)
        if number not in self._named:
            self._named[number] = (
                tuple(sorted(groups_used(expr))), tuple(sorted(classes_used(expr))),
                any(map(_reads_the_day, walk(expr))),
            )  # fmt: skip
        return self._named[number]

    def _home(self, version: int, group: str) -> int:
        """The first version in which the group has the same members."""
        if (version, group) not in self._homes:
            groups = [r.content.groups for r in self._rulebooks]
            self._homes[version, group] = next(
                (n for n in range(version) if same_members(groups[n], groups[version], group)),
                version,
            )
        return self._homes[version, group]


@dataclass(frozen=True)
class _Look:
    version: int
    view: View
    state: GroupStates
    day: date
    classes: dict[str, int]


def _said(rule: Rule, *rest: Hashable) -> Hashable:
    return (rule.id, rule.kind, rule.exception, rule.verdict, rule.conditions,
            rule.absent_unless_shown, *rest)  # fmt: skip


def _reads_the_day(node: Expr) -> bool:
    match node:
        case Elapsed():
            return True
        case Relate(a, b):
            return "law_date" in (a.id, b.id)
        case Member(of) | Compare(of):
            return of.id == "law_date"
    return False
