"""The body of a request: read with limits, then as the same JSON document a file would hold."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import Request

from api.problem_details import Refused, refused
from screening.problems import Problem, ProblemsFound
from screening.reading.documents import parse_json
from screening.reading.forms import Locate


async def read_body(request: Request, most: int | None = None) -> bytes:
    """The bytes of the body. Raises `Refused`: 413 as soon as there are too many, 408 when they
    take too long."""
    settings = request.app.state.settings
    most = most or settings.max_body_bytes
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(settings.body_seconds):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise refused("body-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                        f"the body holds more than {most:,} bytes",
                        "send the lines in several requests", {"Connection": "close"},
                    )  # fmt: skip
                parts.append(part)
    except TimeoutError:
        raise refused("body-too-slow", HTTPStatus.REQUEST_TIMEOUT, "the body came too slowly",
                      "send it at once", {"Connection": "close"}) from None  # fmt: skip
    return b"".join(parts)


def parsed(body: bytes, max_depth: int) -> tuple[object, Locate]:
    """The body as plain data. Raises `Refused` (400) where it is not JSON, or nested deeper."""
    try:
        data, locate = parse_json(body)
    except ProblemsFound as found:
        raise Refused(HTTPStatus.BAD_REQUEST, found.problems) from None
    if _deeper(data, max_depth):
        raise Refused(HTTPStatus.BAD_REQUEST, [Problem(
            "json-form", f"it is nested deeper than {max_depth} levels")])  # fmt: skip
    return data, locate


def _deeper(data: object, most: int) -> bool:
    level = [data]
    for _ in range(most + 1):
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else
                          item if isinstance(item, list) else ())
            if isinstance(inner, dict | list)
        ]  # fmt: skip
        if not level:
            return False
    return True
