"""Records as the service answers them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from enum import StrEnum
from typing import Any

import orjson
from fastapi.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from screening.answer import Decision
from screening.decision import Finding, Verdict
from screening.ledger.entry import Kind
from screening.ledger.record import Record
from screening.ledger.resolution import State


class NdjsonResponse(StreamingResponse):
    """One JSON document on each line, broken off where a part is not taken in so many seconds.

    What is `held` for it is let go when it ends.
    """

    media_type = "application/x-ndjson"

    def __init__(self, lines: AsyncIterable[str], seconds: float, held: ExitStack) -> None:
        super().__init__(lines)
        self._seconds = seconds
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def timely(message: Message) -> None:
            async with asyncio.timeout(self._seconds):
                await send(message)

        with self._held:
            await super().__call__(scope, receive, timely)


class Told(Response):
    """One JSON document, written already."""

    media_type = "application/json"


class Trace(StrEnum):
    """How much of its reasons a decision carries."""

    NONE = "none"
    DECISIVE = "decisive"
    FULL = "full"


_REASONS = ("rules", "requires", "facts", "coverage")


def told_screening(lines: Sequence[Record], trace: Trace) -> dict[str, Any]:
    """A shipment's answer from the records of its lines; its verdict is its strictest line's."""
    first = lines[0].data
    if first["kind"] == Kind.UNREAD:
        return {**_head(first), "verdict": first["verdict"], "finding": Finding.UNDETERMINED.value,
                "lines": [], "problems": first["problems"]}  # fmt: skip
    decisions = [line.data["decision"] for line in lines]
    found = [(Verdict(d["verdict"]), Finding(d["finding"])) for d in decisions]
    return {
        **_head(first),
        **_strictest(found),
        "problems": _problems(
            (line.data["line"], line.data["decision"]["problems"]) for line in lines
        ),
        "rulebook": decisions[0]["rulebook"],
        "digest": decisions[0]["digest"],
        "lines": [told_line(line.data, trace) for line in lines],
    }


def written_screening(lines: Sequence[Record], trace: Trace, number: int | None = None) -> bytes:
    """The same as text, from what was written for the record where that was only just done.

    In a batch it bears a `number`.
    """
    which = {} if number is None else {"number": number}
    told = [line.entry.told for line in lines if line.entry is not None and line.entry.told]
    if len(told) < len(lines):
        return orjson.dumps({**which, **told_screening(lines, trace)})
    return orjson.dumps({
        **which,
        **_head(lines[0].head),
        **_strictest([(t.decision.verdict, t.decision.finding) for t in told]),
        "problems": _problems((line.head["line"], [p.as_dict() for p in t.decision.problems])
                              for line, t in zip(lines, told, strict=True)),
        "rulebook": told[0].decision.rulebook,
        "digest": told[0].decision.digest,
        "lines": [
            _written_line(line.head, t.text if trace is not Trace.NONE else _short(t.decision))
            for line, t in zip(lines, told, strict=True)
        ],
    })  # fmt: skip


def _short(decision: Decision) -> bytes:
    """The decision without its reasons."""
    told = {k: v for k, v in decision.as_summary().items() if k not in _REASONS}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def _head(first: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": 1, "id": first["screening"], "recorded_at": first["recorded_at"]}


def _strictest(found: Sequence[tuple[Verdict, Finding]]) -> dict[str, str]:
    """The strictest verdict, and of the lines that have it the most restrictive finding."""
    verdict, finding = max(found, key=lambda pair: (pair[0].rank, pair[1].rank))
    return {"verdict": verdict.value, "finding": finding.value}


def _problems(lines: Iterable[tuple[int, Iterable[Mapping[str, Any]]]]) -> list[dict[str, Any]]:
    """What could not be read, each once, with the numbers of the lines that have it."""
    found: dict[bytes, dict[str, Any]] = {}
    for number, problems in lines:
        for problem in problems:
            known = found.setdefault(orjson.dumps(problem, option=orjson.OPT_SORT_KEYS),
                                     {**problem, "lines": []})  # fmt: skip
            known["lines"].append(number)
    return list(found.values())


def _written_line(data: Mapping[str, Any], decision: bytes) -> orjson.Fragment:
    """`told_line` around a decision that is an object, and not an empty one, as text."""
    around = orjson.dumps({"id": data["id"], "line": data["line"], "cleared": data["cleared"]})
    return orjson.Fragment(b",".join((around[:-1], decision[1:])))


def told_line(data: Mapping[str, Any], trace: Trace) -> dict[str, Any]:
    """One line's decision, under its id, with the clearance that speaks for it, if one does."""
    decision = dict(data["decision"])
    if trace is Trace.NONE:
        for key in _REASONS:
            del decision[key]
    return {"id": data["id"], "line": data["line"], "cleared": data["cleared"], **decision}


def told_summary(record: Record, state: State | None) -> dict[str, Any]:
    """One entry of a list of decisions."""
    data = record.data
    decision = data.get("decision", {})
    return {
        "id": data["id"],
        "screening": data["screening"],
        "line": data["line"],
        "recorded_at": data["recorded_at"],
        "who": data["who"],
        "verdict": data["verdict"],
        "finding": decision.get("finding", Finding.UNDETERMINED.value),
        "law_date": data.get("law_date"),
        "destination": data.get("destination"),
        "digest": data.get("rulebook"),
        "summary": decision.get("summary", "Review: the shipment could not be read."),
        "state": state.value if state else None,
    }


def told_resolution(record: Record) -> dict[str, Any]:
    """What a reviewer said."""
    data = record.data
    return {
        key: data[key] for key in ("id", "about", "recorded_at", "who", "reason", "through")
    } | {"state": data["verdict"]}


def told_decision(
    record: Record, state: State | None, resolutions: Sequence[Record], trace: Trace
) -> dict[str, Any]:
    """A decision as it stands on record, and what became of its review."""
    data = record.data
    return {
        "version": 1,
        **told_summary(record, state),
        "seq": record.seq,
        "hash": record.hash,
        "engine": data["engine"],
        "asked": data.get("asked"),
        "shipment": data.get("shipment"),
        "decision": told_line(data, trace) if data["kind"] == Kind.DECISION else None,
        "problems": data.get("problems", []),
        "resolutions": [told_resolution(r) for r in resolutions],
    }
