"""Tables of JSON Lines: one object a line, nested objects as `party.field`."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass

from screening.bulk.opening import Opened
from screening.bulk.table import MAX_ROW_BYTES, Row, Table, checked_header, refusal
from screening.casting import unmistakable
from screening.problems import Place, Problem, ProblemsFound
from screening.reading.documents import parse_json
from screening.vocabulary import ROLES

ENDINGS = (".jsonl", ".ndjson")


@dataclass(frozen=True)
class NoObject:
    """A line that no row can be made of."""

    text: str
    why: str


def read_json_lines(opened: Opened) -> Table:
    """The table; its columns are all keys of all lines, in the order in which they first appear."""
    names: dict[str, None] = {}
    for _, found in _objects(opened):
        if isinstance(found, dict):
            names.update(dict.fromkeys(found))
            checked_header(names, opened.shown)
    if not names:
        raise refusal(
            "table-empty",
            "no line of the file is a JSON object with facts",
            opened.shown,
            'write one object a line, such as {"destination": "DE"}',
        )
    header = tuple(names)

    def below() -> Iterator[Row]:
        for line, found in _objects(opened):
            match found:
                case dict():
                    yield Row(line, tuple(found.get(name, "") for name in header))
                case NoObject(text, why):
                    yield Row(line, (text,), Problem(
                        "json-form", why, "write one JSON object a line",
                        Place(opened.shown, row=line)))  # fmt: skip
                case None:
                    yield Row(line, ())

    return Table(opened.shown, header, "JSON Lines", below, opened.path)


def _objects(opened: Opened) -> Iterator[tuple[int, dict[str, str] | NoObject | None]]:
    """Each line's flat object; the text of a line that is none, and why."""
    with opened.stream() as stream:
        number = 0
        while line := stream.readline(MAX_ROW_BYTES):
            number += 1
            if len(line) >= MAX_ROW_BYTES:
                raise refusal("table-row-too-large", f"the row on line {number} holds more "
                              f"than {MAX_ROW_BYTES:,} bytes", opened.shown)  # fmt: skip
            yield number, flat_object(line.strip())


def flat_object(line: bytes) -> dict[str, str] | NoObject | None:
    """The cells that one line says; an empty line says nothing."""
    if not line.removeprefix(codecs.BOM_UTF8):
        return None
    try:
        found, _ = parse_json(line)
    except ProblemsFound as error:
        return NoObject(line.decode("utf-8", "replace"), error.problems[0].message)
    if not isinstance(found, dict):
        return NoObject(line.decode("utf-8"), "the line is not a JSON object")
    flat: dict[str, str] = {}
    try:
        _flatten("", found, flat)
    except ValueError as error:
        return NoObject(line.decode("utf-8"), str(error))
    return flat


def _flatten(prefix: str, found: dict[str, object], flat: dict[str, str]) -> None:
    for key, value in found.items():
        if isinstance(value, dict):
            _flatten(f"{prefix}{key}.", value, flat)
        else:
            name = f"{prefix}{key}"
            if name in flat:
                raise ValueError(f"`{name}` is said twice in one object")
            flat[name] = _text(name, value)


def _text(name: str, value: object) -> str:
    """A value as a cell. Raises `ValueError` for what no cell can say."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() if not value:
            # Known to be on no list; any other empty list says nothing.
            return "none" if name.endswith(".listings") else ""
        case list() if name not in ROLES and all(isinstance(item, str) for item in value):
            return ";".join(value)
        case list():
            raise ValueError(f"`{name}` is a list that no cell can hold")
        case _:
            return unmistakable(json.dumps(value, ensure_ascii=False))
