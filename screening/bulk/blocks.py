"""Delimited text by the block: where nothing about a block is unusual it is read as a whole.

Usual is a block whose quotes all stand around whole cells, without line breaks in them, without
empty lines, every row as wide as the header. Any other is read row by row, as by `delimited`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.bulk.batches import Batch, Row, batched, schema

CHARACTERS = 4 * 1024 * 1024
_NEWLINE, _QUOTE = 10, 34


class Lines:
    """The lines of a text, one by one or all that were read ahead."""

    def __init__(
        self, text: io.TextIOWrapper, longest: int, too_long: Callable[[int], Exception]
    ) -> None:
        self._text, self._longest, self._too_long = text, longest, too_long
        self._ahead = io.StringIO("", newline="")
        self._tail = ""
        self.number = 0
        """Lines that were taken."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.readline()
        if not line:
            self._fill()
            line = self._ahead.readline()
            if not line:
                raise StopIteration
        self.number += 1
        if len(line) >= self._longest:
            raise self._too_long(self.number)
        return line

    def ahead(self) -> str:
        """What was read ahead and not taken; nothing at the end of the text."""
        at = self._ahead.tell()
        found = self._ahead.read()
        if not found:
            self._fill()
            at = 0
            found = self._ahead.read()
        self._ahead.seek(at)
        return found

    def drained(self) -> bool:
        """Whether all that was read ahead is taken."""
        at = self._ahead.tell()
        more = self._ahead.read(1)
        self._ahead.seek(at)
        return not more

    def take(self, lines: int) -> None:
        """All that was read ahead is taken: so many lines."""
        self._ahead = io.StringIO("", newline="")
        self.number += lines

    def _fill(self) -> None:
        """Read whole lines ahead."""
        text, end, ended = self._tail, 0, False
        while not end and not ended and len(text) < self._longest + CHARACTERS:
            more = self._text.read(CHARACTERS)
            text, ended = text + more, not more
            # A line that ends in CR at the very end may go on with LF.
            end = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
        if not end or ended:
            end = len(text)
        self._ahead = io.StringIO(text[:end], newline="")
        self._tail = text[end:]


def usual(text: str, delimiter: str, width: int, start: int, longest: int) -> Batch | None:
    """The rows of a block, the first of which begins on line `start`; `None` if it is unusual."""
    data = text.encode("utf-8", "surrogatepass")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if not data.endswith(b"\n"):
        data += b"\n"
    if b"\r" in data or b"\x00" in data or b"\n\n" in data or data.startswith(b"\n"):
        return None
    signs = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(signs == _NEWLINE)
    parts = signs == ord(delimiter)
    if b'"' in data:
        if not _quoted_whole(signs, ends, ord(delimiter)):
            return None
        parts &= np.cumsum(signs == _QUOTE, dtype=np.uint8) & 1 == 0
    upto = np.searchsorted(np.flatnonzero(parts), ends)
    if (np.diff(upto, prepend=0) != width - 1).any() or np.diff(ends, prepend=-1).max() >= longest:
        return None
    try:
        frame = pl.read_csv(
            data, has_header=False, separator=delimiter, schema=schema(width)
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return None
    if frame.height != len(ends) or frame.width != width:
        return None
    return Batch(range(start, start + frame.height), frame.with_columns(pl.all().fill_null("")))


def _quoted_whole(
    signs: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64], delimiter: int
) -> bool:
    """Whether every quote begins or ends a cell, or is one of two inside a quoted cell."""
    at = np.flatnonzero(signs == _QUOTE)
    opening, closing = at[::2], at[1::2]
    if len(opening) != len(closing) or closing[-1] + 1 >= len(signs):
        return False
    beside = np.zeros(256, bool)
    beside[[delimiter, _NEWLINE, _QUOTE]] = True
    before = signs[opening - 1]
    if opening[0] == 0:
        before[0] = _NEWLINE
    if not (beside[before].all() and beside[signs[closing + 1]].all()):
        return False
    # A line break lies outside of quotes if as many were opened before it as were closed.
    return bool((np.searchsorted(opening, ends) == np.searchsorted(closing, ends)).all())


def block_batches(
    lines: Lines, delimiter: str, width: int, longest: int, size: int,
    records: Callable[[Lines, int], Iterator[Row]], checked: Callable[[Row], Row],
) -> Iterator[Batch]:  # fmt: skip
    """The rows that are left, in batches. `records` reads rows one by one from a line on."""
    empty: list[Row] = []

    def whole(rows: list[Row]) -> list[Row]:
        """The rows with the empty lines between them; those at the end may be none."""
        found: list[Row] = []
        for row in rows:
            if not row.cells and row.problem is None:
                empty.append(row)
                continue
            found += [*map(checked, empty), checked(row)]
            empty.clear()
        return found

    while text := lines.ahead():
        batch = usual(text, delimiter, width, lines.number + 1, longest)
        if batch is not None:
            yield from batched(map(checked, empty), width, size)
            empty.clear()
            lines.take(len(batch))
            for at in range(0, len(batch), size):
                yield Batch(batch.lines[at : at + size], batch.cells.slice(at, size))
            continue
        rows: list[Row] = []
        for row in records(lines, lines.number + 1):
            rows.append(row)
            if len(rows) >= size:
                yield from batched(whole(rows), width, size)
                rows = []
            if lines.drained():
                break
        yield from batched(whole(rows), width, size)
