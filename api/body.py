"""The body of a request: read with limits, then as the same JSON document a file would hold."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request

from api.problem_details import Refused, refused
from screening.problems import ProblemsFound
from screening.reading.documents import parse_json
from screening.reading.forms import Locate


async def read_body(request: Request, most: int) -> bytes:
    """The bytes of the body. Raises `Refused` (413) as soon as there are more than `most`."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise refused("body-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"the body holds more than {most:,} bytes", "send the lines in several requests",
                {"Connection": "close"},
            )  # fmt: skip
        parts.append(part)
    return b"".join(parts)


def parsed(body: bytes) -> tuple[object, Locate]:
    """The body as plain data. Raises `Refused` (400) where it is not JSON."""
    try:
        return parse_json(body)
    except ProblemsFound as found:
        raise Refused(HTTPStatus.BAD_REQUEST, found.problems) from None
