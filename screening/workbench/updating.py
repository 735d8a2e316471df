"""What examples expect, rewritten to what the engine answers: a diff first, never silently."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from screening.workbench.examples import Outcome
from screening.workbench.rewrite import Rewrite

_WORDS = ("verdict", "finding")


@dataclass(frozen=True)
class Rewritten(Rewrite):
    """What came out, put into a file; `left` are the differences that people must write."""

    left: tuple[str, ...]


def rewritten(outcomes: Iterable[Outcome]) -> list[Rewritten]:
    """Each file with the verdicts and findings that came out, in the places where they stand.

    Which rules decide and what to ask is left to people: those differences are only told.
    """
    by_file: dict[Path, list[Outcome]] = {}
    for outcome in outcomes:
        if not outcome.ok and outcome.place is not None and outcome.place.file:
            by_file.setdefault(Path(outcome.place.file), []).append(outcome)
    return [_file(path, found) for path, found in by_file.items()]


def _file(path: Path, outcomes: list[Outcome]) -> Rewritten:
    old = path.read_text(encoding="utf-8")
    lines = old.splitlines(keepends=True)
    left = []
    for outcome in outcomes:
        assert outcome.place is not None
        start = (outcome.place.line or 1) - 1
        end = _end(lines, start)
        for difference in outcome.differences:
            pattern = re.compile(rf"(\b{difference.what}:\s*){re.escape(difference.expected)}\b")
            at = next((i for i in range(start, end) if pattern.search(lines[i])), None)
            if difference.what not in _WORDS or at is None:
                left.append(f"{path}:{start + 1}: {difference}")
                continue
            lines[at] = pattern.sub(rf"\g<1>{difference.got}", lines[at], count=1)
    return Rewritten(path, old, "".join(lines), tuple(left))


def _end(lines: list[str], start: int) -> int:
    """The line after the expectation: where the next entry begins, or what is less indented."""
    indent = len(lines[start]) - len(lines[start].lstrip())
    for i in range(start + 1, len(lines)):
        text = lines[i].lstrip()
        here = len(lines[i]) - len(text)
        if text and (here < indent or (here == indent and text.startswith("- "))):
            return i
        if text.startswith("- ") and here <= indent:
            return i
    return len(lines)
