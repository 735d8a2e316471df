"""Delimited text by the block: where nothing about a block is unusual it is read as a whole.

Usual is a block whose quotes all stand around whole cells, without line breaks in them, without
empty lines, every row as wide as the header. Any other is read row by row, as by `delimited`.
"""

from __future__ import annotations

import io
from codecs import utf_8_decode
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from screening.bulk.batches import Batch, Row, batched, schema

BYTES = 10 * 1024 * 1024
"""Of a block: some ten thousand rows, so that what is done once a batch costs a row little."""

_NEWLINE, _QUOTE = 10, 34
_LONGEST_CHARACTER = 4


class Lines:
    """The lines of a text, one by one or all that were read ahead.

    `read` gives its next bytes in UTF-8, about as many as asked for; none at its end.
    """

    def __init__(
        self, read: Callable[[int], bytes], longest: int, too_long: Callable[[int], Exception]
    ) -> None:
        self._read, self._longest, self._too_long = read, longest, too_long
        self._ahead = b""
        self._apart: io.StringIO | None = None
        """The same where it is taken by the line."""
        self._tail = b""
        self.number = 0
        """Lines that were taken."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._by_line().readline()
        if not line:
            self._fill()
            line = self._by_line().readline()
            if not line:
                raise StopIteration
        self.number += 1
        if len(line) >= self._longest:
            raise self._too_long(self.number)
        return line

    def ahead(self) -> bytes:
        """What was read ahead and not taken; nothing at the end of the text."""
        if self._apart is not None:
            self._ahead, self._apart = self._apart.read().encode(), None
        if not self._ahead:
            self._fill()
        return self._ahead

    def drained(self) -> bool:
        """Whether all that was read ahead is taken."""
        lines = self._by_line()
        at = lines.tell()
        more = lines.read(1)
        lines.seek(at)
        return not more

    def take(self, lines: int) -> None:
        """All that was read ahead is taken: so many lines."""
        self._ahead, self._apart = b"", None
        self.number += lines

    def _by_line(self) -> io.StringIO:
        if self._apart is None:
            # Of a line that never ends, which is refused, the last character may be cut.
            text, _ = utf_8_decode(self._ahead, "strict", False)
            self._apart = io.StringIO(text, newline="")
        return self._apart

    def _fill(self) -> None:
        """Read whole lines ahead."""
        data, end, ended = self._tail, 0, False
        while not end and not ended and len(data) < _LONGEST_CHARACTER * self._longest + BYTES:
            more = self._read(BYTES)
            data, ended = data + more if data else more, not more
            # A line that ends in CR at the very end may go on with LF.
            end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
        if not end or ended:
            end = len(data)
        self._ahead, self._apart = data[:end], None
        self._tail = data[end:]


def usual(data: bytes, delimiter: str, width: int, start: int, longest: int) -> Batch | None:
    """The rows of a block, the first of which begins on line `start`; `None` if it is unusual."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if not data.endswith(b"\n"):
        data += b"\n"
    if b"\r" in data or b"\x00" in data:
        return None
    if _has_long_line(data, longest) or (b'"' in data and not _quoted_whole(data, delimiter)):
        return None
    try:
        frame = pl.read_csv(
            data, has_header=False, separator=delimiter, schema=schema(width)
        )  # fmt: skip
    except pl.exceptions.PolarsError:  # a row is too wide, for instance
        return None
    # A line break in quotes makes fewer rows than lines.
    if frame.width != width or frame.height != data.count(b"\n"):
        return None
    # Of a row that is too narrow, or an empty line, the last cell is missing, as is an empty one.
    if frame.to_series(width - 1).null_count() and (
        b"\n\n" in data or data.startswith(b"\n") or not _all_as_wide(data, delimiter, width)
    ):
        return None
    return Batch(range(start, start + frame.height), frame.with_columns(pl.all().fill_null("")))


def _has_long_line(data: bytes, longest: int) -> bool:
    """Whether a line of the data, which ends in a line break, is as long as that."""
    at = 0
    while len(data) - at >= longest:
        end = data.rfind(b"\n", at, at + longest - 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _all_as_wide(data: bytes, delimiter: str, width: int) -> bool:
    """Whether every line has as many cells as that, quotes standing around whole cells."""
    signs = np.frombuffer(data, np.uint8)
    parts = signs == ord(delimiter)
    if b'"' in data:
        parts &= np.cumsum(signs == _QUOTE, dtype=np.uint8) & 1 == 0
    upto = np.searchsorted(np.flatnonzero(parts), np.flatnonzero(signs == _NEWLINE))
    return bool((np.diff(upto, prepend=0) == width - 1).all())


def _quoted_whole(data: bytes, delimiter: str) -> bool:
    """Whether every quote begins or ends a cell, or is one of two inside a quoted cell."""
    signs = np.frombuffer(data, np.uint8)
    at = np.flatnonzero(signs == _QUOTE)
    opening, closing = at[::2], at[1::2]
    if len(opening) != len(closing):
        return False
    beside = np.zeros(256, bool)
    beside[[ord(delimiter), _NEWLINE, _QUOTE]] = True
    before = signs[opening - 1]
    if opening[0] == 0:
        before[0] = _NEWLINE
    return bool(beside[before].all() and beside[signs[closing + 1]].all())


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

    while data := lines.ahead():
        batch = usual(data, delimiter, width, lines.number + 1, longest)
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
