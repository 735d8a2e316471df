"""The lines of a request: counted before they are read, so that a small body is small work."""

from __future__ import annotations

from collections.abc import Sized
from http import HTTPStatus
from typing import TypeVar

from api.body import parsed
from api.problem_details import refused
from api.settings import Settings
from screening.reading.forms import Locate, Path
from screening.reading.lines import Line, lines_of

L = TypeVar("L", bound=Sized)

MOST_VALUES = 500_000
"""Values of all lines together."""


def read_lines(data: object, locate: Locate, settings: Settings) -> list[Line]:
    """The shipment's lines, counted before they are read. Raises `Refused`, `ProblemsFound`."""
    parts = data.get("lines") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(parts, list):
        limited(parts, settings.max_lines)
        # What all lines share is read once for each of them.
        shared = sum(_size(value) for key, value in data.items() if key != "lines")
        if shared * len(parts) > MOST_VALUES:
            raise refused("too-many-lines", HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                          "the lines share too much to be read for each of them",
                          "send them in several requests")  # fmt: skip
    lines = lines_of(data, locate)
    if any(len(line.shipment.parties) > settings.max_parties for line in lines):
        raise refused("too-many-parties", HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                      f"a line has more than {settings.max_parties} parties",
                      "leave out who takes no part")  # fmt: skip
    return lines


def _size(data: object) -> int:
    """How many values there are."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(map(_size, inner))


def limited(lines: L, most: int) -> L:
    """The lines or shipments, if there are no more. Raises `Refused`."""
    if len(lines) > most:
        raise refused("too-many-lines", HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                      f"the request has {len(lines)} lines, and may have {most}",
                      "send them in several requests")  # fmt: skip
    return lines


def parts_of(body: bytes, media_type: str, max_depth: int) -> list[object]:
    """What stands for one shipment each: text of NDJSON lines, or items of an array."""
    if "ndjson" in media_type:
        return [line for line in body.split(b"\n") if line.strip()]
    data, _ = parsed(body, max_depth)
    if not isinstance(data, list):
        raise refused("wrong-shape", HTTPStatus.UNPROCESSABLE_ENTITY,
                      "the body is not an array of shipments",
                      "send `[{...}, {...}]`, or NDJSON as application/x-ndjson")  # fmt: skip
    return data


def nowhere(keys: Path, of_key: bool = False, /) -> None:
    """Parts of an array have no place to show."""
