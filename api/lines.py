"""The lines of a request: counted before they are read, so that a small body is small work."""

from __future__ import annotations

from collections.abc import Sized
from http import HTTPStatus
from typing import TypeVar

from api.body import parsed
from api.problem_details import Refused, refused
from api.settings import Settings
from screening.reading.forms import Locate, Path
from screening.reading.lines import Line, lines_of

L = TypeVar("L", bound=Sized)

MOST_FULL = 50
"""Lines of one request that every rule is told of, half a megabyte for each, or that are answered
through time, which takes some twenty decisions for each."""

MOST_VALUES = 500_000
"""Values of all lines together."""


def most_lines(settings: Settings, full: bool) -> int:
    """How many lines a request may have; `full` asks for every rule, or every day."""
    return min(settings.max_lines, MOST_FULL) if full else settings.max_lines


def read_lines(data: object, locate: Locate, settings: Settings, full: bool = False) -> list[Line]:
    """The shipment's lines, counted before they are read. Raises `Refused`, `ProblemsFound`."""
    parts = data.get("lines") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(parts, list):
        limited(parts, most_lines(settings, full))
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


def parts_of(body: bytes, media_type: str, settings: Settings, full: bool) -> list[object]:
    """What stands for one shipment each: items of an array, or NDJSON lines, read; in the place of
    a line that is no document stands its `Refused`.

    Raises `Refused` where it is neither, or has too many lines in all.
    """
    parts: list[object]
    most = most_lines(settings, full)
    if "ndjson" in media_type:
        texts = [line for line in body.split(b"\n") if line.strip()]
        parts = [_read(text, settings.max_depth) for text in limited(texts, most)]
    else:
        data, _ = parsed(body, settings.max_depth)
        if not isinstance(data, list):
            raise refused("wrong-shape", HTTPStatus.UNPROCESSABLE_ENTITY,
                          "the body is not an array of shipments",
                          "send `[{...}, {...}]`, or NDJSON as application/x-ndjson")  # fmt: skip
        parts = data
    # One that has too many by itself is refused by itself, and fails no other.
    counts = (_lines_in(part) for part in parts)
    limited(range(sum(n if n <= most else 1 for n in counts)), most)
    return parts


def _read(text: bytes, max_depth: int) -> object:
    try:
        return parsed(text, max_depth)[0]
    except Refused as found:
        return found


def _lines_in(part: object) -> int:
    """How many lines a shipment of a batch has; what is no shipment takes as much as one."""
    lines = part.get("lines") if isinstance(part, dict) else None
    return max(1, len(lines)) if isinstance(lines, list) else 1


def nowhere(keys: Path, of_key: bool = False, /) -> None:
    """Parts of a batch have no place to show."""
