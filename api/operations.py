"""What operators ask: whether it lives, whether it is ready, its counts, its description."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse

from api.description import describe
from api.gate import Anyone, Auditor
from api.metrics import exposition
from screening.ledger.database import LedgerUnavailable

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="Whether the process lives")
async def healthz() -> dict[str, str]:
    """Answers without a key."""
    return {"status": "ok"}


@router.get("/readyz", summary="Whether it can answer, and by the newest rules")
async def readyz(request: Request) -> JSONResponse:
    """Answers without a key.

    503 where the ledger cannot be used. A refused newer rulebook is told, while the good one goes
    on.
    """
    state = request.app.state
    served = state.keeper.current
    status, code = ("old-rulebook" if served.refused else "ok"), HTTPStatus.OK
    try:
        await run_in_threadpool(state.ledger.head)
    except LedgerUnavailable:
        status, code = "ledger-unavailable", HTTPStatus.SERVICE_UNAVAILABLE
    told: dict[str, Any] = {"status": status, "digest": served.rulebook.digest,
                            "refused": [p.code for p in served.refused]}  # fmt: skip
    return JSONResponse(told, code)


@router.get("/metrics", summary="Counts for Prometheus", response_class=PlainTextResponse)
async def metrics(request: Request, key: Auditor) -> Response:
    """Takes a key of role auditor, as Prometheus's `authorization` sends it."""
    state = request.app.state
    head = await run_in_threadpool(state.ledger.head)
    now = {"ledger_records": float(head.seq),
           "rulebook_refused": float(bool(state.keeper.current.refused))}  # fmt: skip
    return Response(exposition(now), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/openapi.json", summary="This description")
async def description(request: Request, key: Anyone) -> JSONResponse:
    """OpenAPI 3.1."""
    state = request.app.state
    rulebook = state.keeper.current.rulebook
    digest, told = getattr(state, "described", ("", {}))
    if digest != rulebook.digest:  # its examples are decided by the rulebook, once for each
        told = await run_in_threadpool(describe, request.app, rulebook)
        state.described = rulebook.digest, told
    return JSONResponse(told)
