"""`POST /v1/screenings` and its kin: shipments in, decisions out, on record before they go."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sized
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.datastructures import State

from api import metrics
from api.body import parsed, read_body
from api.examples import SCREENING, TIMELINE, requested
from api.gate import Screener
from api.problem_details import Refused, refused
from api.telling import NdjsonResponse, Trace, told_screening
from screening import Rulebook
from screening.alternatives import timeline
from screening.engine import Confirms
from screening.footing import Footing
from screening.ledger.asked import Asked
from screening.ledger.database import LedgerUnavailable
from screening.ledger.entry import Entry, decision_entry, new_id, unread_entry
from screening.ledger.entry import Request as Asker
from screening.ledger.record import Record
from screening.ledger.store import Ledger, another_request
from screening.ledger.tables import records
from screening.problems import Problem, ProblemsFound
from screening.reading.forms import Path
from screening.reading.lines import Line, lines_of

L = TypeVar("L", bound=Sized)

router = APIRouter(prefix="/v1", tags=["screenings"])


class Asking(Footing):
    """The footing, and how much is told."""

    trace: Trace = Trace.DECISIVE
    """Rules that matter, every rule, or none."""

    @property
    def asked(self) -> Asked:
        """The same, as it goes on record."""
        return Asked(law_date=self.law_date, known_as_of=self.known_as_of,
                     authority=self.authority, assumptions=self.assumptions,
                     full=self.trace is Trace.FULL)  # fmt: skip


HowAsked = Annotated[Asking, Query()]
Idempotency = Annotated[str | None, Header(
    alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$",
    description="The same key with the same request again is answered from the record.",
)]  # fmt: skip

BATCH = 16
"""Shipments of a batch that go on record together."""


@router.post("/screenings", summary="Decide one shipment",
             openapi_extra=requested(SCREENING))  # fmt: skip
async def screen(
    request: Request, key: Screener, asking: HowAsked, idempotency: Idempotency = None
) -> JSONResponse:
    """Decide one shipment with one or several lines, put it on record, and answer.

    A fact that cannot be read is a problem of its line's decision, which then never allows; a
    body that is no shipment is refused (422).
    """
    state = request.app.state
    body = await read_body(request)
    data, locate = parsed(body, state.settings.max_depth)
    lines = _limited(lines_of(data, locate), state.settings.max_lines)
    asker = Asker(key.holder, _digest(body, asking), idempotency, key.id)
    rulebook = state.keeper.current.rulebook
    known = None
    if idempotency is not None:
        known = await run_in_threadpool(_known, state.ledger, asker)
    if known is None:
        entries = await _in_time(state, rulebook, lines, asking.asked, asker)
        known = await record(state, entries)
    return JSONResponse(told_screening(known, asking.trace))


@router.post("/screenings/batch", summary="Decide many shipments", response_class=NdjsonResponse,
             openapi_extra=requested([SCREENING], "application/json", "application/x-ndjson",
             ))  # fmt: skip
async def batch(
    request: Request, key: Screener, asking: HowAsked, idempotency: Idempotency = None
) -> StreamingResponse:
    """Decide many shipments: a JSON array, or NDJSON with one on each line.

    The answer is NDJSON in the same order, one line for each. One that cannot be read is answered
    by `verdict: review` and its problems; the others go on. A line without `verdict` was not
    answered, because the ledger failed meanwhile: ask again, with the same `Idempotency-Key`.
    """
    state = request.app.state
    body = await read_body(request)
    parts = _parts(body, request.headers.get("content-type", ""), state.settings.max_depth)
    _limited(parts, state.settings.max_lines)
    digest = _digest(body, asking)
    rulebook = state.keeper.current.rulebook

    def entries_of(numbered: list[tuple[int, object]]) -> list[list[Entry] | list[Record]]:
        found: list[list[Entry] | list[Record]] = []
        for number, part in numbered:
            its_key = f"{idempotency}#{number}" if idempotency else None
            asker = Asker(key.holder, digest, its_key, key.id)
            known = _known(state.ledger, asker)
            found.append(known or _decided_part(rulebook, part, state, asking.asked, asker))
        return found

    async def chunk(start: int) -> list[str]:
        """The answers to some shipments, once they are all on record."""
        numbered = list(enumerate(parts[start : start + BATCH], start=start + 1))
        made = await run_in_threadpool(entries_of, numbered)
        new = [e for entries in made for e in entries if isinstance(e, Entry)]
        recorded = iter(await record(state, new)) if new else iter(())
        answers = []
        for (number, _), entries in zip(numbered, made, strict=True):
            found = [next(recorded) if isinstance(e, Entry) else e for e in entries]
            answer = {"number": number, **told_screening(found, asking.trace)}
            answers.append(json.dumps(answer, ensure_ascii=False) + "\n")
        return answers

    first = await chunk(0)  # what fails at once is answered by its status

    async def answers() -> AsyncIterator[str]:
        for line in first:
            yield line
        for start in range(BATCH, len(parts), BATCH):
            try:
                for line in await chunk(start):
                    yield line
            except ProblemsFound as found:
                problem = {"code": found.problems[0].code, "message": "not answered"}
                for number in range(start + 1, len(parts) + 1):
                    yield json.dumps({"number": number, "problems": [problem]}) + "\n"
                return

    return NdjsonResponse(answers())


def _digest(body: bytes, asking: Asking) -> str:
    """Of all that was asked."""
    return hashlib.sha256(body + b"\n" + asking.model_dump_json().encode()).hexdigest()


def _known(ledger: Ledger, asker: Asker) -> list[Record] | None:
    """What was answered to this request before, by its idempotency key. Raises `AnotherRequest`."""
    key = asker.key_of(1)
    if key is None:
        return None
    found = ledger.where(records.c.idempotency == key, limit=1)
    if not found:
        return None
    if found[0].data["request"] != asker.digest:
        raise another_request()
    return ledger.where(records.c.screening == found[0].data["screening"], limit=100_000)


def _decided(
    rulebook: Rulebook, lines: list[Line], asked: Asked, asker: Asker, confirms: Confirms | None
) -> list[Entry]:
    """The decisions of a shipment's lines, confirmed where that is asked for, to go on record."""
    screening = new_id()
    return [
        decision_entry(asked.take(rulebook, line.shipment, confirms), line.shipment, asked, asker,
                       screening, line.number)
        for line in lines
    ]  # fmt: skip


def _decided_part(
    rulebook: Rulebook, part: object, state: State, asked: Asked, asker: Asker
) -> list[Entry]:
    """The same for one shipment of a batch, which fails no other."""
    try:
        depth = state.settings.max_depth
        data, locate = parsed(part, depth) if isinstance(part, bytes) else (part, _nowhere)
        lines = _limited(lines_of(data, locate), state.settings.max_lines)
        return _decided(rulebook, lines, asked, asker, state.confirms)
    except (Refused, ProblemsFound) as found:
        problems = found.problems
    except Exception as error:  # one that breaks the engine neither stops the others nor passes
        said = f"this shipment could not be decided ({type(error).__name__})"
        problems = (Problem("internal-error", said),)
    return [unread_entry([p.as_dict() for p in problems], asker, new_id())]


async def _in_time(
    state: State, rulebook: Rulebook, lines: list[Line], asked: Asked, asker: Asker
) -> list[Entry]:
    """The decisions of a shipment's lines. Raises `Refused` (503) where they take too long."""
    decide = partial(_decided, rulebook, lines, asked, asker, state.confirms)
    loop, seconds = asyncio.get_running_loop(), state.settings.answer_seconds
    began = loop.time()
    try:
        async with asyncio.timeout(seconds):
            # Changing threads costs more than one line takes; only what may wait, waits elsewhere.
            if len(lines) > 1 or asked.full or state.confirms is not None:
                return await loop.run_in_executor(state.decider, decide)
            found = decide()
        if loop.time() - began > seconds:
            raise TimeoutError
        return found
    except TimeoutError:
        raise refused("too-slow", HTTPStatus.SERVICE_UNAVAILABLE,
                      "the shipment could not be decided in time; nothing is on record",
                      "send fewer lines", {"Retry-After": "5"}) from None  # fmt: skip


async def record(state: State, entries: list[Entry]) -> list[Record]:
    """The entries' records, once they are on disk. Raises `LedgerUnavailable`."""
    try:
        found: list[Record] = await asyncio.wrap_future(state.writer.submit(entries))
    except LedgerUnavailable:
        metrics.failures.inc()
        raise
    for one in found:
        metrics.decisions.labels(one.data["verdict"]).inc()
    return found


def _parts(body: bytes, media_type: str, max_depth: int) -> list[object]:
    """What stands for one shipment each: text of NDJSON lines, or items of an array."""
    if "ndjson" in media_type:
        return [line for line in body.split(b"\n") if line.strip()]
    data, _ = parsed(body, max_depth)
    if not isinstance(data, list):
        raise refused("wrong-shape", HTTPStatus.UNPROCESSABLE_ENTITY,
                      "the body is not an array of shipments",
                      "send `[{...}, {...}]`, or NDJSON as application/x-ndjson")  # fmt: skip
    return data


def _nowhere(keys: Path, of_key: bool = False, /) -> None:
    """Parts of an array have no place to show."""


@router.post("/timeline", summary="The answer through time", openapi_extra=requested(TIMELINE))
async def through_time(
    request: Request, key: Screener, footing: Annotated[Footing, Query()]
) -> JSONResponse:
    """From when to when each answer holds for the shipment's lines. Nothing goes on record."""
    settings, rulebook = request.app.state.settings, request.app.state.keeper.current.rulebook
    data, locate = parsed(await read_body(request), settings.max_depth)
    lines = _limited(lines_of(data, locate), settings.max_lines)

    def of(line: Line) -> dict[str, Any]:
        spans = timeline(rulebook, line.shipment, footing)
        return {"line": line.number, "spans": [s.as_dict() for s in spans]}

    told = await run_in_threadpool(lambda: [of(line) for line in lines])
    return JSONResponse({"version": 1, "lines": told})


def _limited(lines: L, most: int) -> L:
    if len(lines) > most:
        raise refused("too-many-lines", HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                      f"the request has {len(lines)} lines, and may have {most}",
                      "send them in several requests")  # fmt: skip
    return lines
