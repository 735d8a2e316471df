"""The OpenAPI description: what every way answers, with examples that were really decided."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.examples import SCREENING, TIMELINE
from api.problem_details import MEDIA_TYPE
from api.schema import components
from api.telling import Trace, told_decision, told_screening, told_summary
from screening import Rulebook, Shipment
from screening.alternatives import timeline
from screening.ledger.asked import Asked
from screening.ledger.entry import Request, decision_entry
from screening.ledger.record import Head, Record
from screening.ledger.replay import replay
from screening.ledger.resolution import State

_OPEN = ("/healthz", "/readyz")
_ANY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE)  # fmt: skip
_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
         HTTPStatus.UNPROCESSABLE_ENTITY)  # fmt: skip


def describe(app: FastAPI, rulebook: Rulebook) -> dict[str, Any]:
    """The description of `app`, for the vocabulary and by the decisions of this rulebook."""
    told = get_openapi(title=app.title, version=app.version, description=app.description,
                       routes=app.routes)  # fmt: skip
    schemas = told["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas |= components(rulebook.content.vocabulary)
    examples = _examples(rulebook)
    for path, ways in told["paths"].items():
        for method, way in ways.items():
            _complete(path, method, way, examples)
    return told


def _complete(path: str, method: str, way: dict[str, Any], examples: dict[str, Any]) -> None:
    responses = way["responses"]
    responses.pop("422", None)
    statuses: list[HTTPStatus] = [] if path in _OPEN else [*_ANY]
    if "requestBody" in way:
        statuses += _BODY
        for content in way["requestBody"]["content"].values():
            if path in ("/v1/screenings", "/v1/timeline"):
                content["schema"] = {"$ref": "#/components/schemas/Shipment"}
    if way.get("parameters"):
        statuses.append(HTTPStatus.UNPROCESSABLE_ENTITY)
    if "{id}" in path:
        statuses += [HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT]
    responses |= _problems(statuses)
    if path == "/readyz":
        responses["503"] = {"description": "The ledger cannot be used.", "content": {
            "application/json": {"example": {"status": "ledger-unavailable"}}}}  # fmt: skip
    good = next(r for code, r in responses.items() if code.startswith("2"))
    example = examples.get(f"{method} {path}")
    for content in good.setdefault("content", {"application/json": {}}).values():
        if example is not None:
            content["example"] = example


def _problems(statuses: Iterable[HTTPStatus]) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(s.value): {"description": s.phrase, "content": content} for s in statuses}


def _examples(rulebook: Rulebook) -> dict[str, Any]:
    record = _recorded(rulebook)
    screening = told_screening([record], Trace.DECISIVE)
    short = told_screening([record], Trace.NONE)
    spans = timeline(rulebook, Shipment.model_validate(TIMELINE))
    return {
        "post /v1/screenings": screening,
        "post /v1/screenings/batch": json.dumps({"number": 1, **short}) + "\n",
        "post /v1/timeline": {
            "version": 1, "lines": [{"line": 1, "spans": [s.as_dict() for s in spans]}]},
        "get /v1/decisions": {
            "version": 1, "decisions": [told_summary(record, State.OPEN)], "next": None},
        "get /v1/decisions/{id}": told_decision(record, State.OPEN, [], Trace.NONE),
        "post /v1/decisions/{id}/replay": {
            "id": record.data["id"], **replay(record, rulebook).as_dict()},
        "post /v1/decisions/{id}/resolution": {
            "version": 1, "id": "0" * 32, "about": record.data["id"],
            "recorded_at": record.data["recorded_at"], "who": "3f9c12ab", "state": "cleared",
            "reason": "End use statement received and checked.", "through": None},
        "get /v1/vocabulary": {
            "version": 1, "roles": ["exporter"],
            "fields": [rulebook.content.vocabulary.fields[0].as_dict()]},
        "get /v1/rulebook": {
            "version": 1, "id": rulebook.id, "digest": rulebook.digest, "rules": [],
            "layers": list(rulebook.content.layers), "problems": []},
        "post /v1/rulebook/check": {
            "version": 1, "ok": True, "problems": [], "digest": rulebook.digest, "rules": 1},
        "get /healthz": {"status": "ok"},
        "get /readyz": {"status": "ok", "digest": rulebook.digest, "refused": []},
        "get /metrics": "screening_ledger_records 2.0\n",
        "get /openapi.json": {"openapi": "3.1.0"},
    }  # fmt: skip


def _recorded(rulebook: Rulebook) -> Record:
    """The founding case, decided and on no ledger."""
    asked, line = Asked(), Shipment.model_validate({**SCREENING, "law_date": "2025-07-15"})
    entry = decision_entry(asked.take(rulebook, line), line, asked, Request("3f9c12ab"))
    return Head().next(entry)
