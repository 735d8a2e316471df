"""What is worth knowing and fails nothing: what is stale, or will be soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from screening.english import count
from screening.problems import Problem
from screening.rulebook.model import Content

_SOON = timedelta(days=30)


def notes(content: Content, today: date) -> Iterator[Problem]:
    """Until when the rulebook as a whole, and what was looked through before it, may be used."""
    yield from _whole(content, today)
    yield from _behind(content, today)


def _whole(content: Content, today: date) -> Iterator[Problem]:
    verified, grace = content.header.verified_through, content.header.grace
    if verified is None:
        return
    last = verified + grace
    said = f"it is verified through {verified}, with {count(grace.days, 'day')} of grace"
    look = "look through the law since then, and set `verified_through`"
    if today > last:
        yield Problem("stale", f"nothing after {last} is allowed: {said}", look)
    elif today + _SOON > last:
        yield Problem("stale-soon", f"from {last + timedelta(days=1)} nothing is allowed: {said}",
                      look)  # fmt: skip


def _behind(content: Content, today: date) -> Iterator[Problem]:
    """What goes stale before the rulebook does, told once for each day on which it was verified."""
    whole, grace = content.header.verified_through, content.header.grace
    parts = [(g.id, g.verified_through) for g in content.groups.values()]
    parts += [(r.id, r.verified_through) for r in content.rules.values()]
    days: dict[date, list[str]] = {}
    for id, verified in parts:
        if verified is not None and verified != whole:
            days.setdefault(verified, []).append(f"`{id}`")
    for verified, ids in sorted(days.items()):
        last = verified + grace
        if today + _SOON <= last:
            continue
        more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
        yield Problem(
            "stale" if today > last else "stale-soon",
            f"after {last} what only these settle goes to review, since they are verified through "
            f"{verified}: {', '.join(ids[:3])}{more}",
            "compare them with the law again, and set their `verified_through`",
        )
