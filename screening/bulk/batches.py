"""Rows by the thousand: the cells of each column side by side, as the fast path takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice

import polars as pl

from screening.problems import Problem

ROWS = 50_000
"""Rows of a batch where nothing else is asked."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file it begins on, its cells, and what is wrong with its form."""

    line: int
    cells: tuple[str, ...]
    problem: Problem | None = None


@dataclass(frozen=True)
class Batch:
    """Some rows of a table, in order.

    `lines` are the lines of the file on which they begin. `cells` has a column of text for each of
    the header's; what stands there of an `odd` row, which has not the header's form, says nothing.
    """

    lines: Sequence[int]
    cells: pl.DataFrame
    odd: Mapping[int, Row] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def __reduce__(self) -> tuple[object, ...]:
        # As it is a frame goes to another process by a form that takes four times as long.
        cells = BytesIO()
        self.cells.write_ipc(cells, compat_level=pl.CompatLevel.oldest())
        return _received, (self.lines, cells.getvalue(), self.odd)

    def row(self, i: int) -> Row:
        """One row as it was given."""
        return self.odd[i] if i in self.odd else Row(self.lines[i], self.cells.row(i))

    def rows(self) -> Iterator[Row]:
        """All rows as they were given."""
        for i, (line, cells) in enumerate(zip(self.lines, self.cells.iter_rows(), strict=True)):
            yield self.odd[i] if i in self.odd else Row(line, cells)

    def after(self, count: int) -> Batch:
        """The batch without its first rows."""
        if not count:
            return self
        odd = {i - count: row for i, row in self.odd.items() if i >= count}
        return Batch(self.lines[count:], self.cells.slice(count), odd)


def _received(lines: Sequence[int], cells: bytes, odd: Mapping[int, Row]) -> Batch:
    return Batch(lines, pl.read_ipc(cells), odd)


def schema(width: int) -> dict[str, type[pl.String]]:
    """The names of a batch's columns: their positions, since a header may be any text."""
    return {str(i): pl.String for i in range(width)}


def batched(rows: Iterable[Row], width: int, size: int = ROWS) -> Iterator[Batch]:
    """The rows in batches of `size`."""
    left = iter(rows)
    nothing = ("",) * width
    while some := list(islice(left, size)):
        odd = {i: r for i, r in enumerate(some) if r.problem is not None or len(r.cells) != width}
        cells = [nothing if i in odd else r.cells for i, r in enumerate(some)]
        frame = pl.DataFrame(cells, schema=schema(width), orient="row")
        yield Batch([r.line for r in some], frame, odd)


def after(batches: Iterable[Batch], rows: int) -> Iterator[Batch]:
    """The batches without the first rows of all."""
    for batch in batches:
        if rows >= len(batch):
            rows -= len(batch)
            continue
        yield batch.after(rows)
        rows = 0
