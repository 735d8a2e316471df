"""The straight way of an order.

To read the parameters takes FastAPI longer than the decision takes, and they are mostly the same.
Whatever is wrong with them goes the usual way, and is refused and described by FastAPI alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from api.gate import admitted, bearer
from api.keys import Role

IDEMPOTENCY_KEY = r"^[\x21-\x7e]{1,255}$"
"""What a key of the asker's own for a request looks like."""

_KEY = re.compile(IDEMPOTENCY_KEY[:-1] + r"\Z")


def straight(roles: tuple[Role, ...], asking: type[BaseModel]) -> type[APIRoute]:
    """A route for endpoints that take a request, its API key, how it is asked by its query, and an
    idempotency key."""

    @lru_cache(maxsize=256)
    def read(query: bytes) -> BaseModel | None:
        given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        try:
            found = asking.model_validate(dict(given))
        except ValidationError:
            return None
        return found if len(dict(given)) == len(given) else None

    class Straight(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            usual, endpoint = super().get_route_handler(), self.endpoint

            async def handle(request: Request) -> Response:
                own = request.headers.get("idempotency-key")
                how = read(request.scope["query_string"])
                if how is None or not (own is None or _KEY.match(own)):
                    return await usual(request)
                with admitted(request, await bearer(request), roles) as key:
                    answer: Response = await endpoint(request, key, how, own)
                    return answer

            return handle

    return Straight
