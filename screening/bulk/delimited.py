"""Tables of delimited text: commas, semicolons, tabs or bars, in any usual encoding."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from screening.bulk.batches import Batch
from screening.bulk.blocks import Lines, block_batches
from screening.bulk.header_row import HeaderAt, is_filled
from screening.bulk.opening import Opened
from screening.bulk.parted import DELIMITERS, early_rows, parted
from screening.bulk.table import MAX_ROW_BYTES, Row, Table, checked_header, no_header, refusal
from screening.problems import Place, Problem, ProblemsFound

_ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
_BLOCK = 1024 * 1024


def read_delimited(opened: Opened, where: HeaderAt) -> Table:
    """The table. Raises `ProblemsFound` where none can be made of the file."""
    # The reader's own limit on a cell is lower than ours on a row.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW_BYTES))
    encoding = _encoding(opened)
    early = early_rows(_sample(opened, encoding), where)
    delimiter, asked = parted(early, where)
    header: Row | None = None
    for record in _records(opened, encoding, delimiter):
        if is_filled(record.cells) if asked is None else record.line >= asked:
            header = record
            break
    if header is None or (asked or header.line) != header.line or not is_filled(header.cells):
        raise no_header(asked, opened.shown)
    if header.problem is not None:
        raise ProblemsFound([header.problem])
    at = header.line

    def below(records: Iterator[Row]) -> Iterator[Row]:
        for record in records:
            if record.line == at:
                break
        return records

    def rows() -> Iterator[Row]:
        yield from below(_records(opened, encoding, delimiter))

    def batches(table: Table, size: int) -> Iterator[Batch]:
        with _bytes(opened, encoding) as read:
            lines = Lines(read, MAX_ROW_BYTES, lambda line: _too_long(line, opened.shown))
            records = partial(_parsed, delimiter=delimiter, file=opened.shown)
            below(records(lines, 1))
            yield from block_batches(lines, delimiter, len(table.header), MAX_ROW_BYTES, size,
                                     records, table.checked)  # fmt: skip

    said = f"{_ENCODINGS[encoding]}, parted by {DELIMITERS[delimiter]}"
    likely = where.instead((at, header.cells), *early.values())
    return Table(opened.shown, checked_header(header.cells, opened.shown), said, rows, opened.path,
                 batches, at, likely)  # fmt: skip


def _encoding(opened: Opened) -> str:
    """UTF-16 by its mark, UTF-8 where every byte fits it, else what Western spreadsheets write."""
    with opened.stream() as stream:
        block = stream.read(_BLOCK)
        if block[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        at = 0
        while True:
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return _western(opened, at + error.start)
            if not block:
                return "utf-8-sig"
            at += len(block)
            block = stream.read(_BLOCK)


def _western(opened: Opened, offset: int) -> str:
    """cp1252, unless a byte has no meaning there either."""
    with opened.stream() as stream:
        while block := stream.read(_BLOCK):
            try:
                block.decode("cp1252")
            except UnicodeDecodeError:
                raise refusal(
                    "table-encoding", f"the file is neither UTF-8 (byte offset {offset} does not "
                    "fit) nor Windows-1252", opened.shown, "save it as “CSV UTF-8”",
                ) from None  # fmt: skip
    return "cp1252"


def _sample(opened: Opened, encoding: str) -> str:
    with opened.stream() as stream:
        text = io.TextIOWrapper(stream, encoding, newline="", errors="replace")
        sample = text.read(_BLOCK)
        text.detach()
        return sample


def _records(opened: Opened, encoding: str, delimiter: str) -> Iterator[Row]:
    """The records of the file; an empty line is a record without cells."""
    with _text(opened, encoding) as text:
        yield from _parsed(_bounded(text, opened.shown), 1, delimiter, opened.shown)


@contextmanager
def _text(opened: Opened, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The text of the file. Raises `ProblemsFound` where it cannot be read to its end."""
    with _whole(opened, encoding), opened.stream() as stream:
        text = io.TextIOWrapper(stream, encoding, newline="")
        try:
            yield text
        finally:
            text.detach()


@contextmanager
def _bytes(opened: Opened, encoding: str) -> Iterator[Callable[[int], bytes]]:
    """The same in UTF-8, as it comes where that is what the file holds."""
    if _ENCODINGS[encoding] != "UTF-8":
        with _text(opened, encoding) as text:
            yield lambda size: text.read(size).encode()
        return
    with _whole(opened, encoding), opened.stream() as stream:
        begun = False

        def read(size: int) -> bytes:
            nonlocal begun
            data = stream.read(size)
            if not begun:
                begun, data = True, data.removeprefix(codecs.BOM_UTF8)
            return data

        yield read


@contextmanager
def _whole(opened: Opened, encoding: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise refusal("table-encoding", f"the file is no whole {_ENCODINGS[encoding]} text",
                      opened.shown, "save it as “CSV UTF-8”") from None  # fmt: skip


def _bounded(text: io.TextIOWrapper, file: str) -> Iterator[str]:
    """The lines of the text; one that never ends is refused before it fills the memory."""
    number = 0
    while line := text.readline(MAX_ROW_BYTES):
        number += 1
        if len(line) >= MAX_ROW_BYTES:
            raise _too_long(number, file)
        yield line


def _too_long(line: int, file: str) -> Exception:
    return refusal(
        "table-row-too-large",
        f"the row on line {line} holds more than {MAX_ROW_BYTES:,} bytes",
        file,
        "look for a quote that is never closed",
    )


def _parsed(lines: Iterable[str], start: int, delimiter: str, file: str) -> Iterator[Row]:
    """The records of lines, the first of which has the number `start`."""
    taken: list[str] = []

    def remembered() -> Iterator[str]:
        size = 0
        for line in lines:
            size = len(line.encode()) + (size if taken else 0)
            if size > MAX_ROW_BYTES:
                raise _too_long(start, file)
            taken.append(line)
            yield line

    reader = csv.reader(remembered(), delimiter=delimiter, strict=True)
    while True:
        taken.clear()
        problem: Problem | None = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "end of data" in str(error):
                raise refusal(
                    "table-quote",
                    f"a quote in the row on line {start} is never closed",
                    file,
                    "write a quote inside a quoted cell twice",
                ) from None
            # Read as well as may be, so that the row can be shown; it is never decided.
            cells = next(csv.reader(iter(taken), delimiter=delimiter), [])
            problem = Problem("row-quote", "a quote in this row is followed by more text",
                              "write a quote inside a quoted cell twice",
                              Place(file, row=start))  # fmt: skip
        yield Row(start, tuple(cells), problem)
        start += len(taken)
