"""Around every request: security headers, the log, the counts, and what breaks.

The log names no party and no key: routes stand as their templates, queries are left out, and of an
exception only its type and where it was raised.
"""

from __future__ import annotations

import logging
import time
import traceback
from http import HTTPStatus

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import metrics
from api.problem_details import details
from screening.problems import Problem

log = logging.getLogger("screening.api")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}

_RAW = [
    (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in HEADERS.items()
]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""What is counted by name; anybody may think of others, and every name takes memory."""

_GONE = 499
"""Counted and logged, by a custom of proxies, for who went away before the answer."""


class Edge:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0
        began = time.perf_counter()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"],
                                      *(one for one in _RAW if one[0] not in given)]  # fmt: skip
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except ClientDisconnect:
            status = _GONE
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            where = "\n".join(f"  {f.filename}:{f.lineno} {f.name}" for f in frames)
            log.error("%s while answering %s\n%s", type(error).__name__, _route(scope), where)
            if status:  # the answer has begun: it ends here, and is seen not to be whole
                raise ConnectionAbortedError("the answer broke off") from None
            said = f"the service could not do this ({type(error).__name__}); nothing was answered"
            broken = details(HTTPStatus.INTERNAL_SERVER_ERROR, [Problem("internal-error", said)])
            await broken(scope, receive, sent)
        finally:
            took = time.perf_counter() - began
            route = _route(scope)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            metrics.answered(route, method, status, took)
            if log.isEnabledFor(logging.INFO):
                key = scope.get("state", {}).get("key", "-")
                log.info("%s %s %s %.0fms key=%s", method, route, status, took * 1000, key)


def _route(scope: Scope) -> str:
    """The template of the address, such as `/v1/decisions/{id}`."""
    return getattr(scope.get("route"), "path", None) or "unknown"
