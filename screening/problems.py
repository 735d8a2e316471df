"""What can be wrong with input, and how it is said: one shape for loader, tables, CLI and API."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from rich.cells import cell_len


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem was found. Lines, columns and rows count from 1; a missing part is `None`.

    `source_line` is the text of that line; `end_column` is the first column after the marked word.
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_column: int | None = None
    row: int | None = None
    field: str | None = None
    source_line: str | None = None

    def __str__(self) -> str:
        parts = [str(p) for p in (self.file, self.line, self.column) if p is not None]
        where = ":".join(parts)
        if self.row is not None:
            where = f"{where} row {self.row}".strip()
        if self.field is not None:
            where = f"{where} {self.field}".strip()
        return where


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, one sentence, what would be right, and where."""

    code: str
    message: str
    help: str = ""
    place: Place | None = None

    def at(self, place: Place | None) -> Problem:
        """The same problem, at `place`."""
        return replace(self, place=place)

    def __str__(self) -> str:
        """`file:line:column: message [code]`, the source line, the word underlined, the help."""
        head = f"{self.place}: " if self.place is not None and str(self.place) else ""
        lines = [f"{head}{self.message} [{self.code}]"]
        if self.place is not None and self.place.source_line is not None:
            lines.extend(_snippet(self.place))
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """JSON form; parts that are not known are left out."""
        found: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.help:
            found["help"] = self.help
        if self.place is not None:
            for key in ("file", "line", "column", "row", "field"):
                value = getattr(self.place, key)
                if value is not None:
                    found[key] = value
        return found


def _snippet(place: Place) -> list[str]:
    text = (place.source_line or "").rstrip()
    number = "" if place.line is None else str(place.line)
    shown = [f"  {number} | {text}"]
    if place.column is not None:
        start = place.column - 1
        marked = text[start : (place.end_column or place.column + 1) - 1]
        # A tab stays a tab and a wide character counts as the two columns that it takes.
        indent = "".join(c if c == "\t" else " " * cell_len(c) for c in text[:start])
        shown.append(f"  {' ' * len(number)} | {indent}{'^' * max(1, cell_len(marked))}")
    return shown


class ProblemsFound(Exception):
    """Raised when input cannot be used; carries every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


_SHORT = 8


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean `x`?` for the nearest known word, or nothing when none is near.

    Near is a slip of the hand, or another ending of the same stem: what merely has letters in
    common would send the reader to another thing.
    """
    found = near(word, known)
    return f"; did you mean `{found}`?" if found else ""


def near(word: str, known: Iterable[str]) -> str | None:
    """The nearest known word, or `None` when none is near."""
    candidates = {k.lower(): k for k in known}
    lower = word.lower()
    cutoff = 0.75 if len(lower) < _SHORT else 0.85
    found = difflib.get_close_matches(lower, candidates, n=1, cutoff=cutoff)
    found = found or [c for c in candidates if _same_stem(lower, c)]
    return candidates[max(found, key=lambda c: _shared(lower, c))] if found else None


def _same_stem(a: str, b: str) -> bool:
    shorter = min(len(a), len(b))
    return shorter > 3 and _shared(a, b) >= max(0.75 * shorter, 0.5 * max(len(a), len(b)))


def _shared(a: str, b: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
