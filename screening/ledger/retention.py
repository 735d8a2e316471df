"""How long records are kept: five years by default, and as long as a hold stands.

A purge takes the contents of old records away and leaves their places in the chain, which still
verifies; it is an act on record itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import delete, select, update

from screening.ledger.entry import Kind, act_entry
from screening.ledger.record import Record
from screening.ledger.store import Ledger, append, fetch, lock_head
from screening.ledger.tables import KEPT, SEARCHED, mentions, records
from screening.ledger.verify import purged_id
from screening.problems import Problem, ProblemsFound

YEARS = 5
"""15 CFR 762.6."""


def kept_since(years: int = YEARS) -> date:
    """The first day from which everything is kept. Raises `ProblemsFound` below five years."""
    if years < YEARS:
        raise ProblemsFound([Problem(
            "retention", f"records are kept for at least {YEARS} years (15 CFR 762.6)",
            f"give {YEARS} years or more")])  # fmt: skip
    today = datetime.now(UTC).date()
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February
        return today.replace(year=today.year - years, day=28)


def hold(ledger: Ledger, who: str, id: str | None, reason: str, *, release: bool = False) -> Record:
    """Place a hold on one decision, or on all, or release it. Raises `ProblemsFound`."""
    found = None if id is None else ledger.get(id)
    if id is not None and (found is None or found.data["kind"] not in (Kind.DECISION, Kind.UNREAD)):
        raise ProblemsFound([Problem(
            "no-such-decision", f"`{id}` is not the id of a decision on record",
            "`screening ledger show` lists them")])  # fmt: skip
    act = "release" if release else "hold"
    return ledger.append([act_entry(who, act, about=id, reason=reason)])[0]


def held(acts: Sequence[Record]) -> set[str | None]:
    """Ids under a hold; `None` stands for everything."""
    found: set[str | None] = set()
    for record in acts:
        act, id = record.data["verdict"], record.data.get("about")
        if act == "hold":
            found.add(id)
        elif act == "release":
            found.discard(id)
    return found


def purge(ledger: Ledger, who: str, before: date) -> list[int]:
    """Take away the contents of decisions recorded and dated before a day, with what was said of
    them, if that is as old and nothing holds them; the places they had. All or nothing."""
    limit = before.isoformat()
    with ledger.database.write() as c:
        lock_head(c)
        acts = fetch(c, select(records).where(records.c.kind == Kind.ACT.value), 10**9)
        holds = held(acts)
        if None in holds:
            return []
        old = select(records).where(
            records.c.kind.in_((Kind.DECISION.value, Kind.UNREAD.value)),
            records.c.recorded_at < limit,
            records.c.law_date.is_(None) | (records.c.law_date < limit),
        )  # fmt: skip
        gone: list[int] = []
        for record in fetch(c, old, 10**9):
            id = record.data["id"]
            about = select(records).where(records.c.about == id)
            said = fetch(c, about.where(records.c.kind == Kind.RESOLUTION.value), 10**6)
            if id not in holds and all(s.data["recorded_at"] < limit for s in said):
                gone += [record.seq, *(s.seq for s in said)]
        gone.sort()
        for seq in gone:
            empty: dict[str, Any] = {n: None for n in SEARCHED if n not in KEPT}
            c.execute(update(records).where(records.c.seq == seq).values(
                content=None, id=purged_id(seq), kind="purged", **empty))  # fmt: skip
            c.execute(delete(mentions).where(mentions.c.seq == seq))
        if gone:
            append(c, [act_entry(who, "purge", before=limit, purged=list(_ranges(gone)))])
        return gone


def _ranges(numbers: Sequence[int]) -> Iterator[list[int]]:
    """First and last of every unbroken row."""
    for _, row in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        found = [n for _, n in row]
        yield [found[0], found[-1]]
