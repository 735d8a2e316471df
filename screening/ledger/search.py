"""Decisions on record, found by what they are about; a page at a time, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select

from screening.casting import normalize_text
from screening.decision import Verdict
from screening.ledger.entry import Kind
from screening.ledger.record import Record
from screening.ledger.resolution import State, is_open, state_of
from screening.ledger.store import Ledger
from screening.ledger.tables import mentions, records

_DECIDED = (Kind.DECISION.value, Kind.UNREAD.value)


@dataclass(frozen=True)
class Wanted:
    """All of these must hold. Days are of the recording, in UTC; `until` is the first day after."""

    since: date | None = None
    until: date | None = None
    verdict: Verdict | None = None
    rule: str | None = None
    destination: str | None = None
    party: str | None = None
    digest: str | None = None
    screening: str | None = None
    who: str | None = None
    open: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        c = records.c
        found: list[ColumnElement[bool]] = [c.kind.in_(_DECIDED)]
        if self.since is not None:
            found.append(c.recorded_at >= self.since.isoformat())
        if self.until is not None:
            found.append(c.recorded_at < self.until.isoformat())
        if self.verdict is not None:
            found.append(c.verdict == self.verdict.value)
        if self.destination is not None:
            found.append(c.destination == self.destination.upper())
        for column, value in ((c.rulebook, self.digest), (c.screening, self.screening),
                              (c.who, self.who)):  # fmt: skip
            if value is not None:
                found.append(column == value)
        if self.rule is not None:
            found.append(_mentioned("rule", self.rule))
        if self.party is not None:
            found.append(_mentioned("party", normalize_text(self.party)))
        if self.open:
            found.append(is_open())
        return found


def _mentioned(kind: str, value: str) -> ColumnElement[bool]:
    return records.c.seq.in_(
        select(mentions.c.seq).where(mentions.c.kind == kind, mentions.c.value == value)
    )


@dataclass(frozen=True)
class Page:
    """Some of what was found; `before` is where the next page begins, `None` at the end."""

    found: Sequence[tuple[Record, State | None]]
    before: int | None


def page(ledger: Ledger, wanted: Wanted, before: int | None = None, limit: int = 50) -> Page:
    """The newest `limit` decisions that are wanted, of those recorded before a place."""
    conditions = wanted.conditions()
    if before is not None:
        conditions.append(records.c.seq < before)
    found = ledger.where(*conditions, limit=limit + 1, newest_first=True)
    shown = found[:limit]
    said = ledger.where(
        records.c.about.in_([r.data["id"] for r in shown]),
        records.c.kind == Kind.RESOLUTION.value, limit=100_000,
    )  # fmt: skip
    states = [
        (r, state_of(r.data, [s for s in said if s.data["about"] == r.data["id"]])) for r in shown
    ]
    return Page(states, shown[-1].seq if len(found) > limit else None)
