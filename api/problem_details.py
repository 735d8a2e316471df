"""Everything that goes wrong, as problem details (RFC 9457) with the codes of the command line."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from screening.ledger.database import LedgerUnavailable
from screening.problems import Place, Problem, ProblemsFound

log = logging.getLogger("screening.api")

MEDIA_TYPE = "application/problem+json"

_STATUS = {
    "no-such-decision": HTTPStatus.NOT_FOUND,
    "no-review": HTTPStatus.CONFLICT,
    "resolved": HTTPStatus.CONFLICT,
    "same-signature": HTTPStatus.CONFLICT,
    "rulebook-not-kept": HTTPStatus.CONFLICT,
    "rulebook-changed": HTTPStatus.CONFLICT,
}
"""Of problems that are told everywhere; any other is 422."""


class Refused(Exception):
    """A request that is not answered: the HTTP status, why, and any headers that go with it."""

    def __init__(
        self, status: HTTPStatus, problems: Iterable[Problem],
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(status.phrase)
        self.status = status
        self.problems = tuple(problems)
        self.headers = dict(headers or {})


def refused(code: str, status: HTTPStatus, message: str, help: str = "",
            headers: Mapping[str, str] | None = None) -> Refused:  # fmt: skip
    """A refusal for one reason."""
    return Refused(status, [Problem(code, message, help)], headers)


def answer_to(error: Refused | ProblemsFound) -> JSONResponse:
    """What is answered where the service itself says no."""
    if isinstance(error, Refused):
        return details(error.status, error.problems, error.headers)
    if isinstance(error, LedgerUnavailable):
        log.error("%s", error.problems[0])
        said = Problem("ledger-unavailable", "the ledger cannot be used, so nothing is answered",
                       "ask again, with the same `Idempotency-Key`")  # fmt: skip
        return details(HTTPStatus.SERVICE_UNAVAILABLE, [said], {"Retry-After": "5"})
    status = _STATUS.get(error.problems[0].code, HTTPStatus.UNPROCESSABLE_ENTITY)
    return details(status, error.problems)


def install(app: FastAPI) -> None:
    """Answer every failure of `app` in this form."""

    @app.exception_handler(Refused)
    @app.exception_handler(ProblemsFound)
    async def _ours(request: Request, error: Refused | ProblemsFound) -> JSONResponse:
        return answer_to(error)

    @app.exception_handler(RequestValidationError)
    async def _parameters(request: Request, error: RequestValidationError) -> JSONResponse:
        return details(HTTPStatus.UNPROCESSABLE_ENTITY, [
            Problem("parameter-form", str(e["msg"]).casefold(),
                    place=Place(field=".".join(map(str, e["loc"][1:])))) for e in error.errors()
        ])  # fmt: skip

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        message = f"`{request.method} {request.url.path}`: {status.phrase.casefold()}"
        headers = dict(error.headers or {})
        return details(
            status,
            [
                Problem(
                    "no-such-way", message, "with a key, `GET /openapi.json` describes every way"
                )
            ],
            headers,
        )


def details(
    status: HTTPStatus, problems: Iterable[Problem], headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The response; the first problem is its title, `problems` holds each with its place."""
    found = list(problems)
    first = found[0]
    body = {
        "type": f"urn:export-screening:problem:{first.code}",
        "title": first.message,
        "status": int(status),
        "detail": first.help or first.message,
        "code": first.code,
        "problems": [p.as_dict() for p in found],
    }
    return JSONResponse(body, int(status), dict(headers or {}), MEDIA_TYPE)
