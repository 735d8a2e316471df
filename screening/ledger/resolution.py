"""What becomes of a review: a person clears or confirms it; the decision stays what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlalchemy.engine import Connection

from screening.decision import Verdict
from screening.ledger.driven import Driven
from screening.ledger.entry import Entry, Kind, resolution_entry
from screening.ledger.record import Record
from screening.ledger.store import RECORD, Ledger, append, fetch, lock_head
from screening.ledger.tables import records
from screening.problems import Problem, ProblemsFound

_PINNED = Driven(
    select(*RECORD)
    .where(records.c.pin == bindparam("pin"), records.c.kind == bindparam("kind"))
    .order_by(records.c.seq),
    "pin", "kind",
)  # fmt: skip


class State(StrEnum):
    """Where a review stands. `signed` waits for a second signature."""

    OPEN = "open"
    SIGNED = "signed"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


class Outcome(StrEnum):
    """What a reviewer says."""

    CLEAR = "clear"
    CONFIRM = "confirm"


class NotResolved(ProblemsFound):
    """The review does not take this resolution."""


@dataclass(frozen=True)
class Reviewer:
    """Who resolves: the key, and the person behind it, who may have had other keys."""

    key: str
    person: str


@dataclass(frozen=True)
class Resolution:
    """An outcome with its reason. `through` is the last day for which a clearance also speaks."""

    outcome: Outcome
    reason: str
    through: date | None = None


def state_of(decision: Mapping[str, Any], resolutions: Iterable[Record]) -> State | None:
    """Where the decision's review stands; `None` where it is none."""
    if decision["kind"] != Kind.DECISION or decision["verdict"] != Verdict.REVIEW:
        return None
    state = State.CLEARED if decision["clearance"] else State.OPEN
    for record in resolutions:
        state = State(record.data["verdict"])
    return state


def resolutions_of(c: Connection, id: str) -> list[Record]:
    """What was said of a decision, in order."""
    query = select(records).where(records.c.about == id, records.c.kind == Kind.RESOLUTION.value)
    return fetch(c, query, 1000)


def resolve(
    ledger: Ledger, id: str, reviewer: Reviewer, said: Resolution, *, two: bool
) -> tuple[Record, State]:
    """Record what a reviewer says; with `two`, a clearance takes two persons.

    A confirmed review stays so, and a cleared one can only be confirmed. Raises `NotResolved`.
    """
    with ledger.database.write() as c:
        lock_head(c)  # two reviewers at once: the second sees what the first said
        found = fetch(c, select(records).where(records.c.id == id), 1)
        if not found or found[0].content is None:
            raise refused("no-such-decision", f"`{id}` is not the id of a decision on record")
        about, before = found[0].data, resolutions_of(c, id)
        state = state_of(about, before)
        if state is None:
            raise refused("no-review", "only a review is cleared or confirmed",
                           "what is denied takes other facts or a license, and a new decision",
                           )  # fmt: skip
        after = _after(state, reviewer, said, before, two)
        through = said.through.isoformat() if said.through else None
        if after is State.CLEARED and state is State.SIGNED:
            through = _earlier(through, before[-1].data["through"])
        entry = resolution_entry(
            about, reviewer.key, reviewer.person, after.value, said.reason, through
        )
        return append(c, [entry])[0], after


def _after(
    state: State, reviewer: Reviewer, said: Resolution, before: list[Record], two: bool
) -> State:
    if said.outcome is Outcome.CONFIRM:
        if state is State.CONFIRMED:
            raise refused("resolved", "this review is confirmed already")
        return State.CONFIRMED
    if said.through is not None and said.through < datetime.now(UTC).date():
        raise refused("through-past", "the last day of the clearance is over",
                       "give a later `through`, or none")  # fmt: skip
    if state in (State.CLEARED, State.CONFIRMED):
        raise refused("resolved", f"this review is {state} already",
                       "a cleared review can only be confirmed")  # fmt: skip
    if state is State.OPEN:
        return State.SIGNED if two else State.CLEARED
    if before[-1].data["person"] == reviewer.person:
        raise refused("same-signature", "the second signature is another person's",
                       "ask another reviewer")  # fmt: skip
    return State.CLEARED


def _earlier(a: str | None, b: str | None) -> str | None:
    """The day for which both signed; none where either named none."""
    return min(a, b) if a and b else None


def refused(code: str, message: str, help: str = "") -> NotResolved:
    return NotResolved([Problem(code, message, help)])


def with_clearance(c: Connection, entry: Entry) -> Entry:
    """A review, with the clearance that speaks for it, if one does: one that is dated, and pinned
    to the same facts, rules and rulebook."""
    data = entry.data
    if data.get("pin") is None or data["kind"] != Kind.DECISION or data["law_date"] is None:
        return entry
    pinned = _PINNED.rows(c, data["pin"], Kind.RESOLUTION.value)
    last = {record.data["about"]: record for record in (Record(*row) for row in pinned)}
    today = datetime.now(UTC).date().isoformat()
    for record in last.values():
        said = record.data
        if (
            said["verdict"] == State.CLEARED
            and said["through"] is not None
            and today <= said["through"]
            and said["law_date"] <= data["law_date"] <= said["through"]
        ):
            cleared = {"decision": said["about"], "resolution": said["id"],
                       "through": said["through"]}  # fmt: skip
            return replace(entry, data={**data, "clearance": said["id"], "cleared": cleared})
    return entry


def is_open() -> ColumnElement[bool]:
    """The reviews that wait for somebody."""
    said = records.alias("said")
    settled = (State.CLEARED.value, State.CONFIRMED.value)
    return (
        (records.c.kind == Kind.DECISION.value)
        & (records.c.verdict == Verdict.REVIEW.value)
        & records.c.clearance.is_(None)
        & ~exists().where(said.c.about == records.c.id, said.c.kind == Kind.RESOLUTION.value,
                          said.c.verdict.in_(settled))
    )  # fmt: skip
