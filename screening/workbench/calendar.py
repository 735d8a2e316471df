"""The dates ahead on which an answer may change by itself: what begins, ends, or goes stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from screening.decision import OverrideKind
from screening.rulebook.model import Content, Rule
from screening.rulebook.period import Period

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """What changes on the first day on which it is so."""

    day: date
    what: str
    id: str
    title: str

    def as_dict(self) -> dict[str, str]:
        """JSON form."""
        return {"date": str(self.day), "what": self.what, "id": self.id, "title": self.title}


def changes_ahead(content: Content, today: date) -> list[Change]:
    """Every change after `today`, earliest first."""
    return sorted((c for c in _changes(content) if c.day > today),
                  key=lambda c: (c.day, c.id, c.what))  # fmt: skip


def _changes(content: Content) -> Iterator[Change]:
    for rule in content.rules.values():
        for window in rule.windows:
            yield from _turns(window, _noun(rule), rule.id, rule.title)
            if window.doubt_after and window.end is not None:
                yield Change(window.end, "what it stayed is held for a person: nobody has "
                             "confirmed that it returns", rule.id, rule.title)  # fmt: skip
    for goods in content.classes.values():
        for definition in goods.definitions:
            for window in definition.windows:
                yield from _turns(window, "definition", goods.id, goods.title)
    for group in content.groups.values():
        for dated in group.dated:
            some = ", ".join(sorted(dated.members)[:5])
            more = " ..." if len(dated.members) > 5 else ""
            yield from _turns(dated.period, f"membership of {some}{more}", group.id, group.title)
    yield from _stale(content)


def _noun(rule: Rule) -> str:
    if rule.kind is OverrideKind.SUSPENDING:
        return "stay"
    return "exception" if rule.exception else "relaxation" if rule.kind is not None else "rule"


def _turns(period: Period, noun: str, id: str, title: str) -> Iterator[Change]:
    if period.start is not None:
        yield Change(period.start, f"{noun} begins", id, title)
    if period.end is not None:
        yield Change(period.end, f"{noun} ends", id, title)


def _stale(content: Content) -> Iterator[Change]:
    """The first day on which what nobody has looked at again allows nothing more."""
    header = content.header
    if header.verified_through is not None:
        yield Change(header.verified_through + header.grace + _DAY,
                     "nothing is allowed any more unless the rulebook is verified anew",
                     header.id, header.title)  # fmt: skip
    for group in content.groups.values():
        if group.verified_through not in (None, header.verified_through):
            assert group.verified_through is not None
            yield Change(group.verified_through + header.grace + _DAY,
                         "membership is unknown unless the table is compared anew",
                         group.id, group.title)  # fmt: skip


def as_ics(changes: Iterable[Change], rulebook: str, today: date) -> str:
    """A calendar file (RFC 5545) with one whole-day event for each change."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//export-screening//calendar//EN"]
    for change in changes:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{change.day:%Y%m%d}-{change.id}-{_slug(change.what)}@{rulebook}",
            f"DTSTAMP:{today:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{change.day:%Y%m%d}",
            f"SUMMARY:{_escaped(f'{change.id}: {change.what}')}",
            f"DESCRIPTION:{_escaped(change.title)}",
            "END:VEVENT",
        ]
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\;," else c for c in text)


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in text).lower().split())


def _folded(line: str) -> Iterator[str]:
    """At most 75 bytes a line; what follows begins with a space."""
    start = ""
    for c in line:
        if len((start + c).encode()) > 75:
            yield start
            start = " "
        start += c
    yield start
