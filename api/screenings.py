"""`POST /v1/screenings` and its kin: shipments in, decisions out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sized
from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict

from api.body import parsed, read_body
from api.examples import SCREENING, TIMELINE, requested
from api.gate import InWork, Screener
from api.problem_details import Refused, refused
from screening import Rulebook
from screening.alternatives import Asked, timeline
from screening.answer import Decision
from screening.decision import Authority, Finding, Verdict
from screening.problems import Problem, ProblemsFound
from screening.reading.forms import Path
from screening.reading.lines import Line, lines_of

L = TypeVar("L", bound=Sized)

router = APIRouter(prefix="/v1", tags=["screenings"], dependencies=[InWork])


class Trace(StrEnum):
    """How much of its reasons a decision carries."""

    NONE = "none"
    DECISIVE = "decisive"
    FULL = "full"


class Footing(BaseModel):
    """As what a decision is asked for; the same words as the command line's."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    law_date: date | None = None
    """Instead of the shipment's own."""
    known_as_of: date | None = None
    """Use only what was public then."""
    authority: Authority | None = None
    """The text alone, from this rank up."""
    assumptions: bool = True
    """Whether to take anything for granted."""

    @property
    def asked(self) -> Asked:
        """The same, for decisions taken at many dates."""
        return Asked(self.known_as_of, self.authority, self.assumptions)


class Asking(Footing):
    """The footing, and how much is told."""

    trace: Trace = Trace.DECISIVE
    """Rules that matter, every rule, or none."""

    def decide(self, rulebook: Rulebook, line: Line) -> Decision:
        """The decision for one line."""
        return line.placed(rulebook.decide(
            line.shipment, law_date=self.law_date, known_as_of=self.known_as_of,
            authority=self.authority, assumptions=self.assumptions, full=self.trace is Trace.FULL,
        ))  # fmt: skip


HowAsked = Annotated[Asking, Query()]

_REASONS = ("rules", "requires", "facts", "coverage")


def told(rulebook: Rulebook, lines: list[Line], asking: Asking) -> dict[str, Any]:
    """The decisions of a shipment's lines, and the shipment's verdict: its strictest line's."""
    decisions = [asking.decide(rulebook, line) for line in lines]
    verdict = max((d.verdict for d in decisions), key=lambda v: v.rank)
    finding = max((d.finding for d in decisions if d.verdict is verdict), key=lambda f: f.rank)
    return {
        "version": 1,
        "verdict": verdict.value,
        "finding": finding.value,
        "rulebook": rulebook.id,
        "digest": rulebook.digest,
        "lines": [_line(d, asking.trace) for d in decisions],
    }


def _line(decision: Decision, trace: Trace) -> dict[str, Any]:
    found = decision.as_dict(every_rule=trace is Trace.FULL)
    if trace is Trace.NONE:
        for key in _REASONS:
            del found[key]
    return found


@router.post("/screenings", summary="Decide one shipment", openapi_extra=requested(SCREENING))
async def screen(request: Request, key: Screener, asking: HowAsked) -> JSONResponse:
    """Decide one shipment with one or several lines.

    A fact that cannot be read is a problem of its line's decision, which then never allows; a
    body that is no shipment is refused (422).
    """
    settings, rulebook = request.app.state.settings, request.app.state.keeper.current.rulebook
    data, locate = parsed(await read_body(request, settings.max_body_bytes))
    lines = _limited(lines_of(data, locate), settings.max_lines)
    return JSONResponse(await run_in_threadpool(told, rulebook, lines, asking))


@router.post("/screenings/batch", summary="Decide many shipments", openapi_extra=requested(
    [SCREENING], "application/json", "application/x-ndjson"))  # fmt: skip
async def batch(request: Request, key: Screener, asking: HowAsked) -> StreamingResponse:
    """Decide many shipments: a JSON array, or NDJSON with one on each line.

    The answer is NDJSON in the same order, one line for each. One that cannot be read is answered
    by `verdict: review` and its problems; the others go on.
    """
    settings, rulebook = request.app.state.settings, request.app.state.keeper.current.rulebook
    body = await read_body(request, settings.max_body_bytes)
    parts = _parts(body, request.headers.get("content-type", ""))
    _limited(parts, settings.max_lines)

    def answers() -> Iterator[str]:
        for number, part in enumerate(parts, start=1):
            answer = _answered(rulebook, part, asking)
            yield json.dumps({"number": number, **answer}, ensure_ascii=False) + "\n"

    return StreamingResponse(answers(), media_type="application/x-ndjson")


def _parts(body: bytes, media_type: str) -> list[object]:
    """What stands for one shipment each: text of NDJSON lines, or items of an array."""
    if "ndjson" in media_type:
        return [line for line in body.split(b"\n") if line.strip()]
    data, _ = parsed(body)
    if not isinstance(data, list):
        raise refused("wrong-shape", HTTPStatus.UNPROCESSABLE_ENTITY,
                      "the body is not an array of shipments",
                      "send `[{...}, {...}]`, or NDJSON as application/x-ndjson")  # fmt: skip
    return data


def _answered(rulebook: Rulebook, part: object, asking: Asking) -> dict[str, Any]:
    try:
        data, locate = parsed(part) if isinstance(part, bytes) else (part, _nowhere)
        return told(rulebook, lines_of(data, locate), asking)
    except (Refused, ProblemsFound) as found:
        return _unread(found.problems)
    except Exception as error:  # one that breaks the engine neither stops the others nor passes
        said = f"this shipment could not be decided ({type(error).__name__})"
        return _unread((Problem("internal-error", said),))


def _nowhere(keys: Path, of_key: bool = False, /) -> None:
    """Parts of an array have no place to show."""


def _unread(problems: tuple[Problem, ...]) -> dict[str, Any]:
    return {"version": 1, "verdict": Verdict.REVIEW.value, "finding": Finding.UNDETERMINED.value,
            "lines": [], "problems": [p.as_dict() for p in problems]}  # fmt: skip


@router.post("/timeline", summary="The answer through time", openapi_extra=requested(TIMELINE))
async def through_time(
    request: Request, key: Screener, footing: Annotated[Footing, Query()]
) -> JSONResponse:
    """From when to when each answer holds for the shipment's lines."""
    settings, rulebook = request.app.state.settings, request.app.state.keeper.current.rulebook
    data, locate = parsed(await read_body(request, settings.max_body_bytes))
    lines = _limited(lines_of(data, locate), settings.max_lines)

    def of(line: Line) -> dict[str, Any]:
        spans = timeline(rulebook, line.shipment, footing.asked)
        return {"line": line.number, "spans": [s.as_dict() for s in spans]}

    told = await run_in_threadpool(lambda: [of(line) for line in lines])
    return JSONResponse({"version": 1, "lines": told})


def _limited(lines: L, most: int) -> L:
    if len(lines) > most:
        raise refused("too-many-lines", HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                      f"the request has {len(lines)} lines, and may have {most}",
                      "send them in several requests")  # fmt: skip
    return lines
