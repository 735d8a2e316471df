"""A rule file before YAML reads it: its bytes made text, its lines, and places in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from screening.problems import Place, Problem

MAX_BYTES = 1024 * 1024

Mark: TypeAlias = tuple[int, int]
"""Line and column, both counted from 0."""

_ENOUGH = 20
_BREAK = re.compile(r"\r\n|\r|\n")
_TAB_INDENT = re.compile(r"[ ]*\t\s*(?=\S)")
# Characters that no editor shows: controls, line separators that only YAML would count,
# text-direction overrides (a line would read otherwise than it means), halves of characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


class _ParserMark(Protocol):
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


def mark(of: _ParserMark | None) -> Mark:
    """A parser's mark as line and column."""
    return (0, 0) if of is None else (of.line, of.column)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is that is read: its name, its form, and how to make it smaller."""

    name: str
    form: str
    smaller: str


RULE_FILE = Kind(
    "a rule file",
    "a mapping, such as `rules:` with a list of rules below it",
    "split it into several files of the same folder; long tables belong in CSV files",
)
SHIPMENT_FILE = Kind(
    "a shipment file",
    "a mapping of fields, such as `destination: DE`",
    "put its lines into a CSV table, one row each",
)
GIVEN_FILE = Kind(
    "a file of given facts",
    "a mapping with `columns:` and `given:`",
    "what differs from row to row belongs in the table",
)


class Lines:
    """The lines of one file, and places in them; numbers given to it count from 0, as marks do."""

    __slots__ = ("_lines", "file", "kind")

    def __init__(self, text: str, file: str, kind: Kind = RULE_FILE) -> None:
        self.file = file
        self.kind = kind
        self._lines = _BREAK.split(text)

    def __getitem__(self, line: int) -> str:
        return self._lines[line] if line < len(self._lines) else ""

    def __len__(self) -> int:
        return len(self._lines)

    def sign(self, line: int, column: int) -> str:
        """The character at a mark; nothing at the end of the line."""
        return self[line][column : column + 1]

    def indent(self, line: int) -> int:
        """The column of the first character of a line that is no space."""
        text = self[line]
        return len(text) - len(text.lstrip(" \t"))

    def before(self, line: int) -> int | None:
        """The nearest line above that holds more than space and comment."""
        for above in range(min(line, len(self)) - 1, -1, -1):
            if self[above].strip() and not self[above].lstrip().startswith("#"):
                return above
        return None

    def place(self, line: int, column: int, end_line: int, end_column: int) -> Place:
        """From a mark to a mark; what goes on in further lines ends with the text of its first."""
        text = self._lines[line] if line < len(self._lines) else ""
        end = end_column if end_line == line else max(len(text.rstrip()), column)
        return Place(self.file, line + 1, column + 1, end + 1, source_line=text)

    def rest(self, line: int, column: int) -> Place:
        """From a mark to the end of the line's text."""
        return self.place(line, column, line, len(self[line].rstrip()))

    def word(self, line: int, column: int) -> Place:
        """From a mark to the next space."""
        found = re.match(r"\S+", self[line][column:])
        return self.place(line, column, line, column + (found.end() if found else 1))


def shown(text: str, limit: int = 60) -> str:
    """The user's text in backticks, on one line, shortened."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= limit else line[: limit - 1] + '…'}`"


def quoted(text: str) -> str:
    """`text` as a YAML value in quotes."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def too_large(size: int, file: str, kind: Kind) -> Problem:
    """The file holds more bytes than one of its kind may."""
    return Problem(
        "yaml-too-large",
        f"the file holds {size:,} bytes, and {kind.name} may hold {MAX_BYTES:,}",
        kind.smaller,
        Place(file),
    )


def decode(raw: str | bytes, file: str, kind: Kind = RULE_FILE) -> str | Problem:
    """The text of the file without a byte order mark, or why it is none."""
    if isinstance(raw, str):
        if len(raw) > MAX_BYTES or len(raw.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            return too_large(len(raw.encode("utf-8", "surrogatepass")), file, kind)
        return raw.removeprefix("\ufeff")
    if len(raw) > MAX_BYTES:
        return too_large(len(raw), file, kind)
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return _not_utf8(raw, error.start, file)


def _not_utf8(raw: bytes, offset: int, file: str) -> Problem:
    code = "yaml-not-utf8"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        place = Place(file, 1, 1)
        return Problem(code, "the file is UTF-16 text, not UTF-8", "save it as UTF-8", place)
    before = raw[:offset].decode("utf-8").removeprefix("\ufeff")
    lines = _BREAK.split(before)
    tail = _BREAK.split(raw[offset : offset + 200].decode("utf-8", "replace"))[0]
    column = len(lines[-1]) + 1
    return Problem(
        code,
        f"byte 0x{raw[offset]:02X} at offset {offset} is not UTF-8 text",
        "save the file as UTF-8; quotation marks and accents pasted from another program are the "
        "usual cause",
        Place(file, len(lines), column, column + 1, source_line=lines[-1] + tail),
    )


def hidden_characters(text: str, file: str) -> tuple[str, list[Problem]]:
    """The text with every hidden character made visible, and a problem for each line with one."""
    found: list[Problem] = []
    clean = _HIDDEN.sub("\ufffd", text)
    if clean == text:
        return text, found
    for number, (line, seen) in enumerate(
        zip(_BREAK.split(text), _BREAK.split(clean), strict=True), start=1
    ):
        if hit := _HIDDEN.search(line):
            name = f"U+{ord(hit.group()):04X}"
            column = hit.start() + 1
            if len(found) == _ENOUGH:
                break
            found.append(
                Problem(
                    "yaml-control-character",
                    f"a hidden character, {name}, stands here",
                    "delete it, or type the text around it again",
                    Place(file, number, column, column + 1, source_line=seen),
                )
            )
    return clean, found


def tab_indentation(lines: Lines) -> list[Problem]:
    """One problem for the first line that a tab indents; the help says how many more there are."""
    at = [n for n in range(len(lines)) if "\t" in lines[n] and _TAB_INDENT.match(lines[n])]
    if not at:
        return []
    more = f" ({len(at) - 1} more in this file)" if len(at) > 1 else ""
    column = lines[at[0]].index("\t")
    return [tab(lines, at[0], column, more)]


def tab(lines: Lines, line: int, column: int, more: str = "") -> Problem:
    """A tab where YAML wants spaces."""
    return Problem(
        "yaml-tab",
        "a tab stands here, and YAML wants spaces",
        f"indent with spaces, two for each level{more}",
        lines.place(line, column, line, column + 1),
    )
