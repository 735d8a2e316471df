"""What is put on record: decisions, what reviewers say of them, and administrative acts."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from orjson import OPT_SORT_KEYS, Fragment, dumps

from screening import __version__
from screening.answer import Decision
from screening.casting import normalize_text
from screening.conditions.words import value_text
from screening.decision import Status, Verdict
from screening.ledger.asked import Asked
from screening.ledger.record import canonical, digest_of
from screening.shipment import Shipment


class Kind(StrEnum):
    """What a record is of."""

    DECISION = "decision"
    UNREAD = "unread"
    RESOLUTION = "resolution"
    RULEBOOK = "rulebook"
    ACT = "act"


@dataclass(frozen=True)
class Told:
    """A decision, and its JSON form, written once: for the record and for the answer."""

    decision: Decision
    text: bytes
    mentions: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Entry:
    """Data on its way into the ledger, written out before any lock is taken."""

    data: Mapping[str, Any]
    told: Told | None = None
    """The decision in `data`, where it is one."""

    @cached_property
    def content(self) -> str:
        """The canonical text."""
        return canonical(self.data)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return digest_of(self.content)

    @property
    def mentions(self) -> Set[tuple[str, str]]:
        """What it can be found by besides its columns."""
        if self.told is not None:
            return self.told.mentions
        return mentions_of(json.loads(self.content))


@dataclass(frozen=True)
class Request:
    """Who asks for decisions, and in which request.

    `idempotency` is the asker's own key for it, `digest` that of all that was asked. `key` is the
    id of the API key it came with.
    """

    who: str
    digest: str = ""
    idempotency: str | None = None
    key: str | None = None

    def key_of(self, line: int) -> str | None:
        """One key for each line, of this asker only."""
        if self.idempotency is None:
            return None
        return digest_of(f"{self.who}\n{self.idempotency}\n{line}")


def new_id() -> str:
    """A new id of a record or of a screening: the moment in milliseconds and 10 random bytes.

    Ids that rise are put at the end of their index, and not each on another page of the database.
    Random bytes are drawn for many at once, since a call of the system takes longer than all else
    about an id.
    """
    moment = f"{time.time_ns() // 1_000_000:012x}"
    try:
        return moment + _drawn.pop()
    except IndexError:
        drawn = os.urandom(10 * 64).hex()
        _drawn.extend(drawn[i : i + 20] for i in range(20, len(drawn), 20))
        return moment + drawn[:20]


_drawn: deque[str] = deque()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drawn.clear)  # a child draws its own


def now() -> str:
    """The moment, in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _entry(kind: Kind, who: str, **rest: Any) -> Entry:
    return Entry({"version": 1, "kind": kind.value, "id": new_id(), "recorded_at": now(),
                  "who": who, "engine": __version__, **rest})  # fmt: skip


def decision_entry(
    decision: Decision, shipment: Shipment, asked: Asked, request: Request,
    screening: str | None = None, line: int = 1,
) -> Entry:  # fmt: skip
    """One line's decision: all that was known, and all that was told.

    `screening` is the id that the lines of one shipment share.
    """
    place = decision.facts.values.get("destination")
    day = decision.clocks.law_date
    told: Told | None = None
    try:
        form = asked.in_parts(decision)
        text = dumps(form, option=OPT_SORT_KEYS)
        told = Told(decision, text, frozenset(_seen_in(decision)))
    except TypeError:  # half a character: the same text, slowly
        form = asked.told(decision)
    entry = _entry(
        Kind.DECISION, request.who,
        screening=screening or new_id(),
        line=line,
        idempotency=request.key_of(line),
        request=request.digest,
        key=request.key,
        verdict=decision.verdict.value,
        law_date=day.isoformat() if day else None,
        destination=str(place[0].value) if place and len(place) == 1 else None,
        rulebook=decision.digest,
        pin=pin_of(form) if decision.verdict is Verdict.REVIEW else None,
        asked=asked.form,
        shipment=shipment.model_dump(mode="json", exclude_none=True),
        decision=form if told is None else Fragment(told.text),
        clearance=None,
        cleared=None,
    )  # fmt: skip
    return replace(entry, told=told)


def unread_entry(
    problems: list[dict[str, Any]], request: Request, screening: str, line: int = 1
) -> Entry:
    """A shipment of a batch that could not be read: held for review, its problems told."""
    return _entry(
        Kind.UNREAD, request.who, screening=screening, line=line,
        idempotency=request.key_of(line), request=request.digest,
        key=request.key, verdict=Verdict.REVIEW.value, problems=problems,
    )  # fmt: skip


def rulebook_entry(digest: str, name: str, files: str) -> Entry:
    """A rulebook that is kept; `files` is the digest of its packed files."""
    return _entry(Kind.RULEBOOK, "service", rulebook=digest, name=name, files=files)


def act_entry(who: str, act: str, **details: Any) -> Entry:
    """An administrative act: a key made or closed, a hold placed, records taken away."""
    return _entry(Kind.ACT, who, verdict=act, **details)


def resolution_entry(
    about: Mapping[str, Any], who: str, person: str, outcome: str, reason: str,
    through: str | None,
) -> Entry:  # fmt: skip
    """What a reviewer says of a review. It changes no decision.

    With `through`, a last day, a clearance also speaks for decisions that are the same but for
    their day.
    """
    return _entry(
        Kind.RESOLUTION, who, about=about["id"], person=person, verdict=outcome, reason=reason,
        through=through, law_date=about["law_date"], destination=about["destination"],
        rulebook=about["rulebook"], pin=about["pin"],
    )  # fmt: skip


_DAY_AND_NAME = ("law_date", "shipment_id", "line")
"""Facts that tell one shipment from the next identical one."""


def pin_of(told: Mapping[str, Any]) -> str:
    """The digest of all of a decision but its day: facts, rules and their traces, rulebook."""
    facts = told["facts"]
    same = {k: v for k, v in facts["shipment"].items() if k not in _DAY_AND_NAME}
    return digest_of(canonical(
        {**told, "law_date": None, "facts": {**facts, "shipment": same}}))  # fmt: skip


_TOOK_PART = frozenset({
    Status.DECISIVE, Status.APPLIES, Status.OVERRIDDEN, Status.SUSPENDED, Status.EXEMPTED,
    Status.OFFERED, Status.OVERRIDES, Status.ERROR,
})  # fmt: skip


def mentions_of(data: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What a record can be found by besides its columns: rules that took part, names of parties."""
    return set(_mentions(data)) if data.get("kind") == Kind.DECISION else set()


def _seen_in(decision: Decision) -> Iterator[tuple[str, str]]:
    """The same of a decision that is not yet written."""
    # Every rule that took part is one that matters.
    yield from (("rule", t.rule.id) for t in decision.trace if t.status in _TOOK_PART)
    for party in decision.facts.parties:
        for name in party.values.get("name", ()):
            yield "party", normalize_text(value_text(name.value))


def _mentions(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    told = data["decision"]
    yield from (("rule", r["rule"]) for r in told["rules"] if r["status"] in _TOOK_PART)
    for party in told["facts"]["parties"]:
        for name in party["facts"].get("name", ()):
            yield "party", normalize_text(name["value"])
