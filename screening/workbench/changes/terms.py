"""What classes, groups, periods, products and parties say differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from screening.conditions.words import value_text
from screening.rulebook.groups import Group
from screening.rulebook.model import Figure, GoodsClass, NamedParty, NamedPeriod, Product
from screening.workbench.changes.change import (
    Part,
    conditions,
    differs,
    gained_and_lost,
    several,
    when,
)


def class_parts(old: GoodsClass, new: GoodsClass) -> Iterator[Part]:
    """Definitions are compared where their periods are the same."""
    before = {when(d.windows): d for d in old.definitions}
    after = {when(d.windows): d for d in new.definitions}
    yield from gained_and_lost("period", list(before), list(after), "is defined now",
                               "is defined no longer")  # fmt: skip
    for days in (d for d in after if d in before):
        for part in conditions("condition", before[days].when, after[days].when):
            yield Part(part.what, f"{days}: {part.sentence}")
    yield from _cited(old.cites, new.cites)
    yield from differs("title", old.title, new.title)


def group_parts(old: Group, new: Group) -> Iterator[Part]:
    """Members gained and lost, and those that are members on other days."""
    before, after = _members(old), _members(new)
    yield from gained_and_lost("members", list(before), list(after), "gains", "loses")
    moved: dict[str, list[str]] = {}
    for member in (m for m in after if m in before and before[m] != after[m]):
        moved.setdefault(f"{after[member]}; before, {before[member]}", []).append(member)
    for said, members in moved.items():
        yield Part("members", f"{several(members)}: member {said}")
    yield from gained_and_lost("members", old.exclude, new.exclude, "leaves out now",
                               "leaves out no longer")  # fmt: skip
    yield from _table(old, new)
    yield from differs("kind", old.of, new.of)
    yield from differs("holds from", old.holds_from, new.holds_from)
    yield from _cited(old.cites, new.cites)
    yield from differs("title", old.title, new.title)


def _members(group: Group) -> dict[str, str]:
    found: dict[str, list[str]] = {member: ["always"] for member in group.include}
    for dated in group.dated:
        for member in sorted(dated.members):
            found.setdefault(member, []).append(when((dated.period,)))
    return {member: ", ".join(sorted(days)) for member, days in found.items()}


def _table(old: Group, new: Group) -> Iterator[Part]:
    for what, before, after in (
        ("rows", old.listed or (), new.listed or ()),
        ("rows that only point elsewhere", old.blank, new.blank),
    ):
        yield from gained_and_lost("table", sorted(before), sorted(after), f"has now the {what}",
                                   f"has no longer the {what}")  # fmt: skip
    yield from differs("table", old.listed is not None, new.listed is not None, "read from a table")
    yield from _entries("words", old.words, new.words)
    yield from gained_and_lost("table", sorted(old.stems), sorted(new.stems),
                               "tells apart paragraphs of",
                               "no longer tells apart paragraphs of")  # fmt: skip


def period_parts(old: NamedPeriod, new: NamedPeriod) -> Iterator[Part]:
    """The days of a period and what is said of it."""
    yield from differs("period", when((old.period,)), when((new.period,)), "runs")
    yield from differs("what happened", old.what, new.what)
    yield from _cited(old.cites, new.cites)
    yield from differs("title", old.title, new.title)
    yield from differs("annotation", old.annotation, new.annotation, "an annotation only")
    yield from gained_and_lost("events", old.event, new.event, "belongs now to the event",
                               "belongs no longer to the event")  # fmt: skip


def product_parts(old: Product, new: Product) -> Iterator[Part]:
    """Figures and aliases gained and lost."""
    before, after = [_figure(f) for f in old.figures], [_figure(f) for f in new.figures]
    yield from gained_and_lost("figures", before, after, "has now the figure",
                               "has no longer the figure")  # fmt: skip
    yield from gained_and_lost("aliases", old.aliases, new.aliases, "is now also called",
                               "is no longer called")  # fmt: skip
    yield from differs("contents", old.contains, new.contains, "contains")
    yield from differs("manufacturer", old.manufacturer, new.manufacturer)
    yield from differs("title", old.title, new.title)


def _figure(figure: Figure) -> str:
    bits = f" at {figure.bits} bits" if figure.bits is not None else ""
    precision = f", printed to {figure.unit}" if figure.unit else ""
    days = when((figure.period,))
    return (f"{figure.field} {value_text(figure.value)}{bits}{precision} ({figure.source}"
            f"{'' if days == 'always' else f'; {days}'})")  # fmt: skip


def party_parts(old: NamedParty, new: NamedParty) -> Iterator[Part]:
    """What is on record of a party."""
    yield from _entries("record", old.record, new.record)
    yield from gained_and_lost("aliases", old.aliases, new.aliases, "is now also called",
                               "is no longer called")  # fmt: skip
    yield from differs("parent", old.parent, new.parent)
    yield from differs("holds from", old.holds_from, new.holds_from)
    yield from differs("source", old.source, new.source)
    yield from differs("title", old.title, new.title)


def _entries(
    what: str, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[Part]:
    for key in sorted({*before, *after}):
        yield from differs(what, before.get(key), after.get(key), key)


def _cited(before: Iterable[str], after: Iterable[str]) -> Iterator[Part]:
    yield from gained_and_lost("citations", list(before), list(after), "cites now",
                               "cites no longer")  # fmt: skip
