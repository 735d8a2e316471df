"""The body of a request: read with limits, then as the same JSON document a file would hold."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.problem_details import Refused, refused
from api.settings import Settings
from screening.problems import Problem, ProblemsFound
from screening.reading.documents import parse_json
from screening.reading.forms import Locate

PATIENCE = 5.0
"""Seconds that any body may take; a longer one must have come at the slowest pace by then."""


async def read_body(request: Request, most: int | None = None) -> bytes:
    """The bytes of the body, read before the request takes a place among those in work.

    One that does not come at once takes a place among the uploads. Raises `Refused`: 413 as soon
    as there are too many bytes, 408 when they come too slowly, 503 where too many come at once.
    """
    state = request.app.state
    settings: Settings = state.settings
    most = most or settings.max_body_bytes
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(began + min(PATIENCE, settings.body_seconds)) as until:
            body, more = await _part(request, most)
            if more:
                with state.gate.uploads:
                    body = await _rest(request, body, most, until, began)
            return body
    except TimeoutError:
        raise refused("body-too-slow", HTTPStatus.REQUEST_TIMEOUT, "the body came too slowly",
                      "send it at once", {"Connection": "close"}) from None  # fmt: skip


async def _rest(
    request: Request, first: bytes, most: int, until: asyncio.Timeout, began: float
) -> bytes:
    """The whole body; the more of it there is, the longer it may take."""
    settings: Settings = request.app.state.settings
    body, more = bytearray(first), True
    while more:
        part, more = await _part(request, most, len(body))
        body += part
        earned = PATIENCE + len(body) / settings.body_bytes_per_second
        until.reschedule(began + min(earned, settings.body_seconds))
    return bytes(body)


async def _part(request: Request, most: int, before: int = 0) -> tuple[bytes, bool]:
    """The next bytes of the body, and whether there are more. Raises `ClientDisconnect`."""
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    part: bytes = message.get("body", b"")
    if before + len(part) > most:
        raise refused("body-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                      f"the body holds more than {most:,} bytes",
                      "send the lines in several requests", {"Connection": "close"})  # fmt: skip
    return part, message.get("more_body", False)


def parsed(body: bytes, max_depth: int) -> tuple[object, Locate]:
    """The body as plain data. Raises `Refused` (400) where it is not JSON, or nested deeper."""
    try:
        data, locate = parse_json(body)
    except ProblemsFound as found:
        raise Refused(HTTPStatus.BAD_REQUEST, found.problems) from None
    # Each level takes a bracket, so that where there are few there is no need to look.
    if body.count(b"{") + body.count(b"[") > max_depth and _deeper(data, max_depth):
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
