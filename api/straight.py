"""The straight way of an order.

To find the way of a request and read its parameters takes FastAPI as long as much of the decision,
and they are mostly the same. Whatever is wrong with them goes the usual way, and is refused and
described by FastAPI alone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from api.body import read_body
from api.gate import admitted
from api.keys import Key, Role
from api.problem_details import Refused, answer_to
from screening.problems import ProblemsFound

A = TypeVar("A", bound=BaseModel)

IDEMPOTENCY_KEY = r"^[\x21-\x7e]{1,255}$"
"""What a key of the asker's own for a request looks like."""

_KEY = re.compile(IDEMPOTENCY_KEY[:-1] + r"\Z")


class Way(Generic[A]):
    """A `POST` to one address for keys of these roles, which is told how it is asked by its query.

    It is answered by the API key, how it is asked, and the idempotency key.
    """

    def __init__(
        self, path: str, roles: tuple[Role, ...], asking: type[A],
        answer: Callable[[Request, Key, A, str | None], Awaitable[Response]],
    ) -> None:  # fmt: skip
        self.path = path
        self.roles = roles
        self.answer = answer
        self._asking = asking

    @cached_property
    def asked(self) -> Callable[[bytes], A | None]:
        """How a query asks; `None` where something is wrong with it."""

        @lru_cache(maxsize=256)
        def read(query: bytes) -> A | None:
            given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
            try:
                found = self._asking.model_validate(dict(given))
            except ValidationError:
                return None
            return found if len(dict(given)) == len(given) else None

        return read


class Straight:
    """Answers requests that go this way and have nothing wrong; hands on all others."""

    def __init__(self, app: ASGIApp, way: Way[Any]) -> None:
        self._app = app
        self._way = way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self._way
        if scope["type"] == "http" and scope["path"] == way.path and scope["method"] == "POST":
            headers = dict(scope["headers"])
            own = _text(headers.get(b"idempotency-key"))
            asking = way.asked(scope["query_string"])
            alone = len(headers) == len(scope["headers"])  # no header stands twice
            if asking is not None and alone and (own is None or _KEY.match(own)):
                scope["route"] = way  # for the log
                request = Request(scope, receive, send)
                answer = await self._answer(request, _bearer(headers), asking, own)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _answer(
        self, request: Request, given: str | None, asking: BaseModel, own: str | None
    ) -> Response:
        try:
            key = admitted(request, given, self._way.roles)
            request.state.body = await read_body(request)
            with request.app.state.gate.places:
                answer: Response = await self._way.answer(request, key, asking, own)
                return answer
        except (Refused, ProblemsFound) as error:
            return answer_to(error)


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")


def _bearer(headers: dict[bytes, bytes]) -> str | None:
    scheme, _, key = (_text(headers.get(b"authorization")) or "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" and key else None
