"""One rule file, from text to a tree whose every key and value is text and knows its place.

A tree that comes with problems is there for further checks; it is never to be used as a rulebook.
"""

from __future__ import annotations

import stat
from pathlib import Path

from screening.problems import Place, Problem
from screening.rulebook.yaml_builder import Builder
from screening.rulebook.yaml_text import (
    GIVEN_FILE,
    MAX_BYTES,
    RULE_FILE,
    SHIPMENT_FILE,
    Kind,
    Lines,
    decode,
    hidden_characters,
    tab_indentation,
    too_large,
)
from screening.rulebook.yaml_tree import Mapping, Node, Scalar, Sequence

__all__ = [
    "GIVEN_FILE",
    "RULE_FILE",
    "SHIPMENT_FILE",
    "Kind",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "read_file",
    "read_text",
]


def read_file(
    path: Path, shown_as: str | None = None, kind: Kind = RULE_FILE
) -> tuple[Node | None, list[Problem]]:
    """The tree of one file and everything that is wrong with it; large files are not opened."""
    file = shown_as if shown_as is not None else str(path)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return None, [_unreadable("this is not a file", file)]
        if found.st_size > MAX_BYTES:
            return None, [too_large(found.st_size, file, kind)]
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None, [_unreadable("there is no such file", file)]
    except PermissionError:
        return None, [_unreadable("the file may not be read by this user", file)]
    except (OSError, ValueError):
        return None, [_unreadable("the file cannot be read", file)]
    return read_text(raw, file, kind)


def read_text(
    text: str | bytes, file: str, kind: Kind = RULE_FILE
) -> tuple[Node | None, list[Problem]]:
    """The tree of one file's text and everything that is wrong with it."""
    decoded = decode(text, file, kind)
    if isinstance(decoded, Problem):
        return None, [decoded]
    clean, problems = hidden_characters(decoded, file)
    lines = Lines(clean, file, kind)
    problems += tab_indentation(lines)
    builder = Builder(lines, damaged=bool(problems))
    root = builder.build(clean)
    problems += builder.problems
    problems.sort(key=lambda p: _order(p.place))
    return root, problems


def _order(place: Place | None) -> tuple[int, int]:
    return (0, 0) if place is None else (place.line or 0, place.column or 0)


def _unreadable(message: str, file: str) -> Problem:
    return Problem("yaml-unreadable", message, "check the name and the permissions", Place(file))
