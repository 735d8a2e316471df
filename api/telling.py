"""Records as the service answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import orjson
from fastapi.responses import Response, StreamingResponse

from screening.decision import Finding, Verdict
from screening.ledger.entry import Kind
from screening.ledger.record import Record
from screening.ledger.resolution import State


class NdjsonResponse(StreamingResponse):
    """One JSON document on each line."""

    media_type = "application/x-ndjson"


class Told(Response):
    """One JSON document, written quickly: an answer with its reasons is large."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The document as bytes."""
        return orjson.dumps(content)


class Trace(StrEnum):
    """How much of its reasons a decision carries."""

    NONE = "none"
    DECISIVE = "decisive"
    FULL = "full"


_REASONS = ("rules", "requires", "facts", "coverage")


def told_screening(lines: Sequence[Record], trace: Trace) -> dict[str, Any]:
    """A shipment's answer from the records of its lines; its verdict is its strictest line's."""
    first = lines[0].data
    told = {"version": 1, "id": first["screening"], "recorded_at": first["recorded_at"]}
    if first["kind"] == Kind.UNREAD:
        return {**told, "verdict": first["verdict"], "finding": Finding.UNDETERMINED.value,
                "lines": [], "problems": first["problems"]}  # fmt: skip
    decisions = [line.data["decision"] for line in lines]
    verdict = max((Verdict(d["verdict"]) for d in decisions), key=lambda v: v.rank)
    finding = max((Finding(d["finding"]) for d in decisions if d["verdict"] == verdict),
                  key=lambda f: f.rank)  # fmt: skip
    return {
        **told,
        "verdict": verdict.value,
        "finding": finding.value,
        "rulebook": decisions[0]["rulebook"],
        "digest": decisions[0]["digest"],
        "lines": [told_line(line.data, trace) for line in lines],
    }


def told_line(data: Mapping[str, Any], trace: Trace) -> dict[str, Any]:
    """One line's decision, under its id, with the clearance that speaks for it, if one does."""
    decision = dict(data["decision"])
    if trace is Trace.NONE:
        for key in _REASONS:
            del decision[key]
    return {"id": data["id"], "line": data["line"], **decision, "cleared": data["cleared"]}


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
