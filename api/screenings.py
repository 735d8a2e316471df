"""`POST /v1/screenings` and its kin: shipments in, decisions out, on record before they go."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from functools import cached_property
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.datastructures import State

from api import metrics
from api.body import parsed
from api.deciding import decided_in_time, decided_part, still_waiting, too_slow
from api.examples import SCREENING, TIMELINE, requested
from api.gate import SCREENERS, Gate, Screener, body_of
from api.lines import parts_of, read_lines
from api.repeats import known
from api.straight import IDEMPOTENCY_KEY, Way
from api.telling import NdjsonResponse, Told, Trace, written_screening
from screening.alternatives import timeline
from screening.footing import Footing
from screening.ledger.asked import Asked
from screening.ledger.database import LedgerUnavailable
from screening.ledger.entry import Entry
from screening.ledger.entry import Request as Asker
from screening.ledger.record import Record
from screening.problems import ProblemsFound
from screening.reading.lines import Line

router = APIRouter(prefix="/v1", tags=["screenings"])


class Asking(Footing):
    """The footing, and how much is told."""

    trace: Trace = Trace.DECISIVE
    """Rules that matter, every rule, or none."""

    @cached_property
    def asked(self) -> Asked:
        """The same, as it goes on record."""
        return Asked(law_date=self.law_date, known_as_of=self.known_as_of,
                     authority=self.authority, assumptions=self.assumptions,
                     full=self.trace is Trace.FULL)  # fmt: skip

    @cached_property
    def text(self) -> bytes:
        """The same in one way of writing it."""
        return self.model_dump_json().encode()


HowAsked = Annotated[Asking, Query()]
Idempotency = Annotated[str | None, Header(
    alias="Idempotency-Key", pattern=IDEMPOTENCY_KEY,
    description="The same key with the same request again is answered from the record.",
)]  # fmt: skip

BATCH = 16
"""Shipments of a batch that go on record together."""


@router.post("/screenings", summary="Decide one shipment", openapi_extra=requested(SCREENING))
async def screen(
    request: Request, key: Screener, asking: HowAsked, idempotency: Idempotency = None
) -> Told:
    """Decide one shipment with one or several lines, put it on record, and answer.

    A fact that cannot be read is a problem of its line's decision, which then never allows; a
    body that is no shipment is refused (422).
    """
    state = request.app.state
    body = body_of(request)
    data, locate = parsed(body, state.settings.max_depth)
    lines = read_lines(data, locate, state.settings, asking.asked.full)
    asker = Asker(key.holder, _digest(body, asking), idempotency, key.id)
    found = await state.repeats.answered(asker)
    if found is None:
        rulebook = state.keeper.current.rulebook
        entries = await decided_in_time(state, rulebook, lines, asking.asked, asker, len(body))
        found = await record(state, entries)
        state.repeats.note(asker)
    return Told(written_screening(found, asking.trace))


STRAIGHT = Way("/v1/screenings", SCREENERS, Asking, screen)


@router.post("/screenings/batch", summary="Decide many shipments", status_code=200,
             response_class=NdjsonResponse,
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
    body = body_of(request)
    kind = request.headers.get("content-type", "")
    parts = await run_in_threadpool(parts_of, body, kind, state.settings, asking.asked.full)
    digest = _digest(body, asking)
    rulebook = state.keeper.current.rulebook

    def entries_of(numbered: list[tuple[int, object]]) -> list[list[Entry] | list[Record]]:
        found: list[list[Entry] | list[Record]] = []
        for number, part in numbered:
            its_key = f"{idempotency}#{number}" if idempotency else None
            asker = Asker(key.holder, digest, its_key, key.id)
            before = known(state.ledger, asker)
            found.append(before or decided_part(rulebook, part, state, asking.asked, asker))
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
            answers.append(written_screening(found, asking.trace, number).decode() + "\n")
        return answers

    gate: Gate = state.gate

    async def answers(first: list[str]) -> AsyncIterator[str]:
        for line in first:
            yield line
        for start in range(BATCH, len(parts), BATCH):
            try:
                async with gate.places.turn():  # and none while the answers are taken
                    lines = await chunk(start)
            except ProblemsFound as found:
                problem = {"code": found.problems[0].code, "message": "not answered"}
                for number in range(start + 1, len(parts) + 1):
                    yield json.dumps({"number": number, "problems": [problem]}) + "\n"
                return
            for line in lines:
                yield line

    with ExitStack() as held:
        held.enter_context(gate.batches)
        first = await chunk(0)  # what fails at once is answered by its status
        return NdjsonResponse(answers(first), state.settings.answer_seconds, held.pop_all())


def _digest(body: bytes, asking: Asking) -> str:
    """Of all that was asked."""
    return hashlib.sha256(b"\n".join((body, asking.text))).hexdigest()


async def record(state: State, entries: list[Entry]) -> list[Record]:
    """The entries' records, once they are on disk. Raises `LedgerUnavailable`."""
    try:
        found: list[Record] = await state.writer.record(entries)
    except LedgerUnavailable:
        metrics.failures.inc()
        raise
    for one in found:
        if one.entry is not None:  # and not what stood there already
            metrics.decisions.labels(one.head["verdict"]).inc()
    return found


@router.post("/timeline", summary="The answer through time", openapi_extra=requested(TIMELINE))
async def through_time(
    request: Request, key: Screener, footing: Annotated[Footing, Query()]
) -> JSONResponse:
    """From when to when each answer holds for the shipment's lines, 50 at most.

    Nothing goes on record.
    """
    settings, rulebook = request.app.state.settings, request.app.state.keeper.current.rulebook
    data, locate = parsed(body_of(request), settings.max_depth)
    lines = read_lines(data, locate, settings, full=True)
    until = time.monotonic() + settings.answer_seconds

    def of(line: Line) -> dict[str, Any]:
        still_waiting(until)
        spans = timeline(rulebook, line.shipment, footing)
        return {"line": line.number, "spans": [s.as_dict() for s in spans]}

    decider = request.app.state.decider
    try:
        told = await asyncio.get_running_loop().run_in_executor(
            decider, lambda: [of(line) for line in lines]
        )
    except TimeoutError:
        raise too_slow() from None
    return JSONResponse({"version": 1, "lines": told})
