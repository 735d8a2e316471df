"""Syntax errors that lie in the shape of the lines: colons, spaces, comments, indentation.

Each reading looks at one fault of the parser and says what it stands for, or that it is another's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from screening.problems import Problem
from screening.rulebook import yaml_traps as traps
from screening.rulebook.yaml_text import Lines, Mark, shown


@dataclass(frozen=True, slots=True)
class Ended:
    """The last value that was read, if it ended with a quote or a bracket."""

    what: Literal["quote", "bracket"]
    start: Mark
    end: Mark


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the parser stopped, where what it was reading began, and what it said.

    Its words choose what to look for and are never shown. `bracket` is the innermost open one.
    """

    lines: Lines
    saying: str
    at: Mark
    since: Mark
    ended: Ended | None
    bracket: Mark | None

    @property
    def line(self) -> int:
        """The line where the parser stopped."""
        return self.at[0]

    @property
    def column(self) -> int:
        """The column where the parser stopped."""
        return self.at[1]

    @property
    def text(self) -> str:
        """The text of that line."""
        return self.lines[self.line]

    @property
    def sign(self) -> str:
        """The character at which the parser stopped; nothing at the end of a line."""
        return self.lines.sign(*self.at)

    def says(self, *words: str) -> bool:
        """Whether one of the phrases is among the parser's words."""
        return any(word in self.saying for word in words)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the form `key: value`, perhaps behind dashes."""

    key: str
    column: int
    value_column: int
    value: str


_DASHES = re.compile(r"[ ]*(?:-[ ]+)*")
_ENTRY = re.compile(
    r"""(?P<key>[^\s\#'"\[\]{},&*!|>%@`-][^\#:]*?|-[^\s:][^:]*?|'[^']*'|"[^"]*")[ ]*:(?:[ \t]+|$)"""
)
_NO_SPACE = re.compile(r"[ ]*(?:-[ ]+)*([A-Za-z_][\w-]*):(?!//)[^\s:]")
_ODD_SPACE = re.compile(r"(?:^[ ]*(?:-[ ]+)*|[:-])([^\S \t\r\n])")
_COMMENT = re.compile(r"(?<=\s)#")


def entry_of(line: str) -> Entry | None:
    """The line read as an entry."""
    dashes = _DASHES.match(line)
    start = dashes.end() if dashes else 0
    found = _ENTRY.match(line, start)
    if found is None:
        return None
    return Entry(found["key"], start, found.end(), line[found.end() :].rstrip())


def odd_space(f: Fault) -> Problem | None:
    """A space that only looks like one, where YAML needs one."""
    for line in (f.line, f.since[0], f.line - 1):
        if line >= 0 and (found := _ODD_SPACE.search(f.lines[line])):
            column = found.start(1)
            return Problem(
                "yaml-odd-space",
                f"a special space, U+{ord(found[1]):04X}, stands here",
                "type an ordinary space in its place",
                f.lines.place(line, column, line, column + 1),
            )
    return None


def colon_inside(f: Fault) -> Problem | None:
    """A second colon in one entry, or an entry under a value."""
    # In braces the parser says that a comma is missing; the colon it stands at says more.
    if f.says("flow mapping") and f.sign == ":" and f.line == f.since[0]:
        before = re.split(r"[{,]", f.text[: f.column])[-1]
        if pair := re.search(r":\s+(.*)", before):
            after = re.split(r"[,}]", f.text[f.column :])[0]
            return traps.colon_in_text(f.lines, f.at, pair[1] + after, in_flow=True)
    if not f.says("mapping values are not allowed"):
        return None
    entry = entry_of(f.text)
    if entry is not None and entry.value_column <= f.column:
        return traps.colon_in_text(f.lines, f.at, entry.value, entry.key)
    above = f.lines.before(f.line)
    return (
        missing_space(f.lines, f.line)
        or (None if above is None else missing_space(f.lines, above))
        or (None if above is None else _under_a_value(f, above))
        or traps.colon_in_text(f.lines, f.at, f.text.strip())
    )


def _under_a_value(f: Fault, above: int) -> Problem:
    column = f.lines.indent(f.line)
    owner: int | None = above
    while owner is not None and f.lines.indent(owner) >= column:
        owner = f.lines.before(owner)
    over = entry_of(f.lines[above if owner is None else owner])
    if over is not None and traps.wanted_under(over.key) != "anything" and over.value:
        return traps.colon_in_text(f.lines, f.at, f"{over.value} {f.text.strip()}")
    return Problem(
        "yaml-indentation",
        f"{shown(f.text[: f.column])} is indented under a line that already has a value",
        f"{_columns_that_fit(f)}; if it belongs to the text above, put the whole text in quotes",
        f.lines.place(f.line, column, f.line, f.column),
    )


def missing_colon(f: Fault) -> Problem | None:
    """A line that should be an entry."""
    if not f.says("could not find expected ':'"):
        return None
    line = f.since[0]
    return missing_space(f.lines, line) or Problem(
        "yaml-missing-colon",
        f"{shown(f.lines[line])} stands where a key is wanted, and has no colon",
        "write `key: value`; a text that goes on from the line above is indented deeper than the "
        "key of that text",
        f.lines.rest(line, f.lines.indent(line)),
    )


def missing_space(lines: Lines, line: int) -> Problem | None:
    """`key:value`, which YAML reads as one word."""
    found = _NO_SPACE.match(lines[line])
    if found is None or entry_of(lines[line]) is not None:
        return None
    after = lines[line][found.end() - 1 :]
    return Problem(
        "yaml-missing-space",
        f"a space is missing after the colon of {shown(found[1])}",
        f"write {shown(f'{found[1]}: {after}')}",
        lines.place(line, found.start(1), line, found.end() - 1),
    )


def comment_inside(f: Fault) -> Problem | None:
    """A comment after which the text would go on."""
    above = f.line - 1
    goes_on = f.lines.indent(f.line) > 0 and f.text.strip() and entry_of(f.text) is None
    if above < 0 or not goes_on or f.text.lstrip().startswith("- "):
        return None
    text = f.lines[above]
    if text.lstrip().startswith("#"):
        place = f.lines.rest(above, f.lines.indent(above))
        message = "this comment cuts the text in two"
        fix = "move it above the key, or put the text in quotes or after `>-`"
        return Problem("yaml-comment-in-sentence", message, fix, place)
    entry = entry_of(text)
    if entry is None or entry.value[:1] in ("", "'", '"', "|", ">"):
        return None
    found = _COMMENT.search(text, entry.value_column)
    return found and traps.comment_after(f.lines, above, len(text[: found.start()].rstrip()))


def indentation(f: Fault) -> Problem | None:
    """A line that starts in a column where nothing is open."""
    if not f.says("block", "document start", "sequence entries"):
        return None
    if f.sign == ":" and not f.text[: f.column].strip(" -"):
        return traps.empty_key(f.lines.place(*f.at, f.line, f.column + 1))
    column = f.lines.indent(f.line)
    if not f.text.strip() or f.column != column:
        return None
    return Problem(
        "yaml-indentation",
        f"{shown(f.text, 40)} starts in column {column + 1}, where no entry or item can start",
        _columns_that_fit(f),
        f.lines.rest(f.line, column),
    )


def _columns_that_fit(f: Fault) -> str:
    """The columns in which lines above began what this line may go on with."""
    wants_dash = f.text.lstrip().startswith("- ")
    fits: list[str] = []
    leftmost, above = len(f.text) + 1000, f.lines.before(f.line)
    while above is not None and leftmost > 0 and len(fits) < 3:
        text = f.lines[above]
        entry = entry_of(text)
        dashes = _DASHES.match(text)
        starts = [n for n in range(dashes.end() if dashes else 0) if text[n] == "-"]
        names = [f"the `-` of line {above + 1}"] * len(starts)
        if entry is not None:
            starts.append(entry.column)
            names.append(shown(entry.key))
        for column, name in reversed(list(zip(starts, names, strict=True))):
            if column < leftmost:
                leftmost = column
                if name.startswith("the") == wants_dash:
                    fits.append(f"in column {column + 1} with {name}")
        above = f.lines.before(above)
    return f"start it {', or '.join(fits)}" if fits else "start it in the column of its neighbours"
