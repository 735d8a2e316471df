"""What is worth knowing and fails nothing: what is stale, or will be soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from screening.english import count
from screening.problems import Problem
from screening.rulebook.model import Content

_SOON = timedelta(days=30)


def notes(content: Content, today: date) -> Iterator[Problem]:
    """Until when the rulebook as a whole may be relied on."""
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
