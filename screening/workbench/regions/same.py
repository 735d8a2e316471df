"""The days on which two versions of a rulebook cannot answer differently: nothing differs there."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from screening.decide.columns import Column
from screening.engine import Rulebook
from screening.places import CODES
from screening.rulebook.boundaries import boundaries
from screening.rulebook.groups import Group
from screening.rulebook.model import Rule
from screening.workbench.proofs.epochs import Epoch

_DAY = timedelta(days=1)
_LAST = date(2099, 12, 31)


def differing_epochs(old: Rulebook, new: Rulebook) -> list[Epoch]:
    """The runs of days on which the two may differ; the last goes on for ever."""
    return [e for e in shared_epochs(old, new) if _what(old, new, e) != _what(new, old, e)]


def shared_epochs(old: Rulebook, new: Rulebook) -> list[Epoch]:
    """Runs of days on which nothing begins or ends in either, from the first that one covers."""
    contents = (old.content, new.content)
    covered = [c.header.covers_from for c in contents if c.header.covers_from is not None]
    if not covered:
        return []
    lawful = [replace(c, products={}, parties={}) for c in contents]
    days = {d for c in lawful for d in boundaries(c) if min(covered) <= d <= _LAST}
    starts = sorted(days | {min(covered)})
    ends = [*(d - _DAY for d in starts[1:]), _LAST]
    return [Epoch(a, b) for a, b in zip(starts, ends, strict=True)]


def is_open(epoch: Epoch) -> bool:
    """Whether it is the last."""
    return epoch.last == _LAST


def _what(one: Rulebook, other: Rulebook, epoch: Epoch) -> list[Hashable]:
    """All that one says on the days; of groups and classes, what may differ from the other."""
    view = one.view(epoch.first)
    compiled = one.compiled(None)
    dates = view.dates(compiled)
    header = one.content.header
    alive = [not d.outside for d in dates]
    for i, column in enumerate(compiled.columns):
        # What replaces only rules that are not in force does nothing.
        if column.replaces and not any(alive[t] for t in column.replaces):
            alive[i] = False

    def reached(column: Column) -> tuple[Hashable, ...]:
        columns = compiled.columns
        parts = (column.reached_by, column.replaces, column.barred_by)
        return tuple(
            tuple(sorted(str(_name(columns[i])) for i in part if alive[i])) for part in parts
        )

    rules: list[tuple[Any, ...]] = []
    for column, dated, here in zip(compiled.columns, dates, alive, strict=True):
        if here:
            reach = reached(column)
            name = (*_name(column), reach)
            rules.append((name, _said(column.rule), column.finding, column.when, dated))
    # In which order the files name the rules changes no answer.
    rules.sort(key=lambda told: told[0])
    found: list[Hashable] = [
        view.is_covered, tuple(sorted(header.verdicts.items())),
        tuple(header.allow_requires), *rules,
    ]  # fmt: skip
    for id in sorted({*one.content.classes, *other.content.classes}):
        found.append((id, view.class_meaning(id) if id in one.content.classes else None))
    found += _memberships(one, other, epoch)
    return found


def _name(column: Column) -> tuple[str, str]:
    return column.rule.id, str(column.finding)


def _said(rule: Rule) -> Hashable:
    return (rule.id, rule.kind, rule.exception, rule.verdict, rule.conditions, rule.when)


def _memberships(one: Rulebook, other: Rulebook, epoch: Epoch) -> Iterator[Hashable]:
    mine, theirs = one.content.groups, other.content.groups
    changed = {id for id in {*mine, *theirs} if mine.get(id) != theirs.get(id)}
    while True:  # and the groups that are made of these
        more = {g.id for g in (*mine.values(), *theirs.values())
                if changed & {*g.include, *g.exclude}} - changed  # fmt: skip
        if not more:
            break
        changed |= more
    view = one.view(epoch.first)
    for id in sorted(changed):
        if id not in mine:
            yield id, None
            continue
        named = {v for g in (mine[id], theirs.get(id)) if g is not None for v in _values(g)}
        yield id, tuple(view.in_group(id, v) for v in sorted({*named, *CODES}))


def _values(group: Group) -> Iterator[str]:
    yield from group.listed or ()
    yield from (*group.include, *group.exclude)
    for dated in group.dated:
        yield from dated.members
