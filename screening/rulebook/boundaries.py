"""The days on which anything in a rulebook begins or ends; between two of them nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from screening.places import INHERITS
from screening.rulebook.model import Content
from screening.rulebook.period import Period

_DAY = timedelta(days=1)


def boundaries(content: Content) -> list[date]:
    """Every day on which a rule, class, group, figure or record begins, ends or goes stale."""
    return sorted(set(_days(content)))


def epochs(content: Content, known_as_of: date | None) -> list[date]:
    """The first days of the spans within which no answer about rules, groups and classes changes.

    As known on a day, what was verified later counts as verified through that day.
    """
    days = set(_days(content))
    if known_as_of is not None:
        days.update(_unverified_from(known_as_of, content.header.grace))
    return sorted(days)


def _days(content: Content) -> Iterator[date]:
    header = content.header

    def within(period: Period) -> Iterator[date]:
        yield from (d for d in (period.start, period.end) if d is not None)

    def verified(day: date | None) -> Iterator[date]:
        if day is not None:
            yield from _unverified_from(day, header.grace)

    if header.covers_from is not None:
        yield header.covers_from
    yield from verified(header.verified_through)
    for rule in content.rules.values():
        for window in rule.windows:
            yield from within(window)
        yield from verified(rule.verified_through)
    for goods in content.classes.values():
        for definition in goods.definitions:
            for window in definition.windows:
                yield from within(window)
        yield from verified(goods.verified_through)
    for group in content.groups.values():
        for dated in group.dated:
            yield from within(dated.period)
        yield from within(Period(group.holds_from))
        yield from verified(group.verified_through)
    for product in content.products.values():
        for figure in product.figures:
            yield from within(figure.period)
    for party in content.parties.values():
        yield from within(Period(party.holds_from))
        yield from verified(party.verified_through)
    yield from (since for _, since in INHERITS.values())


def _unverified_from(day: date, grace: timedelta) -> Iterator[date]:
    """The first day on which what was verified through `day` may no longer be relied on."""
    if day < date.max - grace - _DAY:
        yield day + grace + _DAY
