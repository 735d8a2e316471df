"""A plain CSV file, read row by row; what cannot be a table is refused before any row is decided.

Rows that are merely wrong (too few cells, a stray quote) are handed on with their problem.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from screening.english import count
from screening.problems import Place, Problem, ProblemsFound

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_ROW_BYTES = 1024 * 1024
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file it begins on, its cells, and what is wrong with its form."""

    line: int
    cells: tuple[str, ...]
    problem: Problem | None = None


@dataclass(frozen=True)
class Table:
    """A CSV file that can be read to its end."""

    file: str
    header: tuple[str, ...]
    count: int
    _text: str

    def rows(self) -> Iterator[Row]:
        """Every row below the header, in order; empty lines at the end are none."""
        records = _records(self._text, self.file)
        for record in records:
            if record.cells:
                break
        waiting: list[Row] = []
        for record in records:
            if not record.cells:
                waiting.append(record)
                continue
            yield from (self._checked(row) for row in waiting)
            waiting.clear()
            yield self._checked(record)

    def _checked(self, row: Row) -> Row:
        if row.problem is not None or len(row.cells) == len(self.header):
            return row
        surplus = ", ".join(f"`{c[:40]}`" for c in row.cells[len(self.header) :][:3])
        return Row(row.line, row.cells, Problem(
            "row-cells",
            f"the row has {count(len(row.cells), 'cell')} and the header {len(self.header)}"
            + (f"; too many: {surplus}" if surplus else ""),
            "put quotes around a cell that holds a comma or a line break",
            Place(self.file, row=row.line),
        ))  # fmt: skip


def read_table(path: Path) -> Table:
    """The table in a file. Raises `ProblemsFound` where no table can be made of it."""
    file = str(path)
    text = _decoded(_bytes(path, file), file)
    # The reader's own limit on a cell is lower than ours on a row.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW_BYTES))
    header: tuple[str, ...] | None = None
    for record in _records(text, file):
        if record.cells:
            if record.problem is not None:
                raise ProblemsFound([record.problem])
            header = record.cells
            break
    if header is None:
        raise ProblemsFound([_refusal("table-empty", "the file has no header and no rows", file,
                                      "the first line names the columns")])  # fmt: skip
    rows = sum(1 for _ in Table(file, header, 0, text).rows())
    return Table(file, header, rows, text)


def _bytes(path: Path, file: str) -> bytes:
    try:
        if not path.is_file():
            said = "this is not a file" if path.exists() else "there is no such file"
            raise ProblemsFound([_refusal("file-unreadable", said, file, "check the name")])
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise ProblemsFound([_refusal(
                "table-too-large",
                f"the file holds {size:,} bytes, and a table may hold {MAX_FILE_BYTES:,}",
                file, "split it into several files",
            )])  # fmt: skip
        return path.read_bytes()
    except OSError as error:
        said = f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}"
        refusal = _refusal("file-unreadable", said, file, "check the permissions")
        raise ProblemsFound([refusal]) from None


def _decoded(raw: bytes, file: str) -> str:
    hint = "save it as “CSV UTF-8”"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ProblemsFound([_refusal("table-not-utf8", "the file is UTF-16, not UTF-8: "
                                      "byte offset 0", file, hint)])  # fmt: skip
    try:
        return raw.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ProblemsFound([Problem(
            "table-not-utf8",
            f"the file is not UTF-8: byte offset {error.start} holds 0x{raw[error.start]:02x}",
            hint, Place(file, line),
        )]) from None  # fmt: skip


def _records(text: str, file: str) -> Iterator[Row]:
    """The records of the text; an empty line is a record without cells."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        size = 0
        for line in io.StringIO(text, newline=""):
            size = len(line.encode()) + (size if taken else 0)
            if size > MAX_ROW_BYTES:
                raise ProblemsFound([_refusal(
                    "table-row-too-large", f"the row on line {start} holds more than "
                    f"{MAX_ROW_BYTES:,} bytes", file, "look for a quote that is never closed",
                )])  # fmt: skip
            taken.append(line)
            yield line

    start = 1
    reader = csv.reader(lines(), strict=True)
    while True:
        taken.clear()
        problem: Problem | None = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "end of data" in str(error):
                raise ProblemsFound([_refusal(
                    "table-quote", f"a quote in the row on line {start} is never closed", file,
                    "write a quote inside a quoted cell twice",
                )]) from None  # fmt: skip
            # Read as well as may be, so that the row can be shown; it is never decided.
            cells = next(csv.reader(iter(taken)), [])
            problem = Problem("row-quote", "a quote in this row is followed by more text",
                              "write a quote inside a quoted cell twice",
                              Place(file, row=start))  # fmt: skip
        yield Row(start, tuple(cells), problem)
        start += len(taken)


def _refusal(code: str, message: str, file: str, help: str = "") -> Problem:
    return Problem(code, message, help, Place(file))
