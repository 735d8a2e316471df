"""What every table is once it is open, whatever file it came from: a header and rows of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from screening.bulk.batches import Batch, Row, batched
from screening.english import count
from screening.problems import Place, Problem, ProblemsFound

MAX_ROW_BYTES = 1024 * 1024
MAX_COLUMNS = 2_000


@dataclass(frozen=True)
class Table:
    """A table that can be read from the top as often as needed, a row at a time.

    `form` says in words how the file was understood: `CSV, UTF-8, parted by commas`.
    """

    file: str
    header: tuple[str, ...]
    form: str
    _below: Callable[[], Iterable[Row]]
    path: Path
    """Where its bytes are, be it standard input's."""
    _blocks: Callable[[Table, int], Iterable[Batch]] | None = None
    """A faster way to the same rows, of files that have one."""
    header_line: int = 0
    """The line on which the header stands; 0 where no line of the file does nothing else."""
    likely: tuple[int, ...] = ()
    """Lines of the file that may be the header instead."""

    @property
    def above(self) -> int:
        """How many lines stand above the header, which are no rows."""
        return max(self.header_line - 1, 0)

    def rows(self) -> Iterator[Row]:
        """Every row below the header, in order; empty lines at the end are none."""
        first, empty = 0, 0  # a run of empty lines is counted, since nobody knows how long it is
        for row in self._below():
            if not row.cells and row.problem is None:
                first, empty = first if empty else row.line, empty + 1
                continue
            for line in range(first, first + empty):
                yield self.checked(Row(line, ()))
            empty = 0
            yield self.checked(row)

    def batches(self, size: int) -> Iterator[Batch]:
        """The same rows, by `size` at a time or fewer."""
        if self._blocks is None:
            yield from batched(self.rows(), len(self.header), size)
        else:
            yield from self._blocks(self, size)

    def checked(self, row: Row) -> Row:
        """The row, with what is wrong with it where it has not as many cells as the header."""
        if row.problem is not None or len(row.cells) == len(self.header):
            return row
        if not row.cells:
            return Row(row.line, row.cells, Problem(
                "row-cells", "the row is empty", "take it out if nothing is missing there",
                Place(self.file, row=row.line)))  # fmt: skip
        surplus = ", ".join(f"`{c}`" for c in row.cells[len(self.header) :])
        return Row(row.line, row.cells, Problem(
            "row-cells",
            f"the row has {count(len(row.cells), 'cell')} and the header {len(self.header)}"
            + (f"; too many: {surplus}" if surplus else ""),
            "put quotes around a cell that holds a comma or a line break",
            Place(self.file, row=row.line),
        ))  # fmt: skip


def checked_header(names: Iterable[str], file: str) -> tuple[str, ...]:
    """The names of the columns. Raises `ProblemsFound` where nobody could mean so many."""
    header = tuple(names)
    if len(header) > MAX_COLUMNS:
        raise refusal("table-too-wide", f"the header has {len(header):,} columns, and a table "
                      f"may have {MAX_COLUMNS:,}", file,
                      "look for a missing line break, or give only the columns needed")  # fmt: skip
    return header


def no_header(line: int | None, file: str) -> ProblemsFound:
    """Nothing that could name columns stands where the header is looked for."""
    if line is None:
        return refusal("table-empty", "the file has no header and no rows", file,
                       "the first line names the columns")  # fmt: skip
    return refusal("header-row", f"no row begins on line {line}, or all of its cells are empty",
                   file, "say with `--header-row` on which line the header begins",
                   )  # fmt: skip


def refusal(
    code: str, message: str, file: str, help: str = "", line: int | None = None
) -> ProblemsFound:
    """No table can be made of the file."""
    return ProblemsFound([Problem(code, message, help, Place(file, line))])


__all__ = ["MAX_COLUMNS", "MAX_ROW_BYTES", "Row", "Table", "checked_header", "no_header", "refusal"]
