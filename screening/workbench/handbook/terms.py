"""The terms that rules use: classes of goods, and groups of places, codes, parties and products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from screening.conditions.outline import Outline, conditions_of
from screening.rulebook.groups import Group
from screening.rulebook.model import Content, GoodsClass
from screening.rulebook.period import Period
from screening.workbench.handbook.anchors import anchor_of
from screening.workbench.uses import made_of

_MANY = 80
"""How many members of a group are told one by one."""


@dataclass(frozen=True)
class Meaning:
    """What a term means in some periods."""

    periods: str
    parts: tuple[Outline, ...]


@dataclass(frozen=True)
class Term:
    """A class or a group that rules speak of."""

    anchor: str
    id: str
    kind: str
    title: str
    cites: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    holds: str
    names: tuple[str, ...]
    """The terms that it is made of."""


def terms_of(content: Content, used: Iterable[str]) -> tuple[Term, ...]:
    """The terms named, and all that they are made of; classes first."""
    wanted: set[str] = set()
    waiting = list(used)
    while waiting:
        id = waiting.pop()
        if id not in wanted:
            wanted.add(id)
            waiting += made_of(content, id)
    classes = [_class(content, c) for c in content.classes.values() if c.id in wanted]
    groups = [_group(content, g) for g in content.groups.values() if g.id in wanted]
    return tuple(sorted(classes, key=_by_id)) + tuple(sorted(groups, key=_by_id))


def _by_id(term: Term) -> str:
    return term.id


def _class(content: Content, goods: GoodsClass) -> Term:
    meanings = tuple(Meaning(_periods(d.windows), conditions_of(d.when)) for d in goods.definitions)
    return Term(
        anchor_of("term", goods.id), goods.id, "class of goods", goods.title, goods.cites, meanings,
        _verified(None, goods.verified_through), tuple(sorted(made_of(content, goods.id))),
    )  # fmt: skip


def _group(content: Content, group: Group) -> Term:
    by_period: dict[str, list[str]] = defaultdict(list)
    for dated in group.dated:
        by_period[str(dated.period)] += sorted(dated.members)
    meanings = [Meaning(period, (Outline(_members(m)),)) for period, m in by_period.items() if m]
    parts = []
    if group.include:
        parts.append(Outline(_members(list(group.include))))
    if group.exclude:
        parts.append(Outline(f"but not {_members(list(group.exclude))}"))
    if parts:
        meanings.insert(0, Meaning("always", tuple(parts)))
    return Term(
        anchor_of("term", group.id), group.id, f"group of {group.of}", group.title, group.cites,
        tuple(meanings), _verified(group.holds_from, group.verified_through),
        tuple(sorted(made_of(content, group.id))),
    )  # fmt: skip


def _members(members: list[str]) -> str:
    if len(members) <= _MANY:
        return ", ".join(members)
    return f"{len(members):,} codes, from {members[0]} to {members[-1]}, as the rulebook lists them"


def _periods(windows: Iterable[Period]) -> str:
    return ", ".join(map(str, windows))


def _verified(start: date | None, verified: date | None) -> str:
    said = [f"from {start}"] if start else []
    return " ".join([*said, f"verified through {verified}"] if verified else said)
