"""Tables of spreadsheet workbooks: the one sheet that holds rows, every cell as text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from operator import le
from pathlib import Path
from typing import IO

from screening.bulk import workbook_reader
from screening.bulk.header_row import EARLY, HeaderAt, is_filled
from screening.bulk.opening import Opened
from screening.bulk.table import MAX_ROW_BYTES, Row, Table, checked_header, no_header, refusal

ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MAX_MEMORY = int(os.environ.get("SCREENING_WORKBOOK_BYTES", str(4 * 1024**3)))
"""What may be used to read one workbook, in bytes."""
_SAMPLE_ROWS = 50


def read_workbook(opened: Opened, where: HeaderAt) -> Table:
    """The table. Raises `ProblemsFound` where no sheet, or more than one, holds rows."""
    opened.check_unchanged()
    held = _lines(opened)
    opened.check_unchanged()
    filled = _sheets(held)
    if not filled:
        raise refusal("table-empty", "the workbook has no rows", opened.shown,
                      "the first line names the columns")  # fmt: skip
    if len(filled) > 1:
        told = ", ".join(f"`{name}`" for name in filled[:10])
        raise refusal("several-sheets", f"the workbook has rows on several sheets: {told}",
                      opened.shown, "keep one sheet, or save the one that is meant")  # fmt: skip

    def rows() -> Iterator[list[str]]:
        with Path(held.name).open(encoding="utf-8") as lines:
            yield from map(json.loads, islice(lines, 1, None))
        opened.check_unchanged()

    early = list(islice(enumerate(rows(), 1), EARLY + _SAMPLE_ROWS))
    # Empty cells at the end of a row are not kept, so a row may be shorter than the header.
    asked = where.line or where.below_titles(early, le)
    numbered = enumerate(rows(), 1)
    at, header = next(((i, cells) for i, cells in numbered
                       if (i == asked if asked else is_filled(cells))), (0, []))  # fmt: skip
    if not is_filled(header):
        raise no_header(asked, opened.shown)
    width = len(checked_header(header, opened.shown))

    def below() -> Iterator[Row]:
        for i, cells in enumerate(islice(rows(), at, None), at + 1):
            yield Row(i, (*cells, *[""] * (width - len(cells))) if any(cells) else ())

    likely = where.instead((at, header), early)
    return Table(opened.shown, tuple(header), f"workbook, sheet `{filled[0]}`", below, opened.path,
                 header_line=at, likely=likely)  # fmt: skip


def _lines(opened: Opened) -> IO[bytes]:
    """The workbook as lines of JSON, in a file that goes when nobody holds it any more."""
    held = tempfile.NamedTemporaryFile(prefix="screening-", suffix=".rows")  # noqa: SIM115  # lives as long as the table
    # -I: neither the folder that it is started in nor the environment lends it modules.
    ended = subprocess.run(
        [sys.executable, "-I", workbook_reader.__file__, str(opened.path), held.name,
         str(MAX_MEMORY), str(MAX_ROW_BYTES)],
        stdin=subprocess.DEVNULL, capture_output=True, check=False,
    ).returncode  # fmt: skip
    match ended:
        case workbook_reader.DONE:
            return held
        case workbook_reader.PROTECTED:
            raise refusal("file-damaged", "the workbook is protected by a password", opened.shown,
                          "save it without one")  # fmt: skip
        case workbook_reader.DAMAGED:
            raise refusal("file-damaged", "the file is not a workbook that can be read",
                          opened.shown, "save it again as .xlsx or as CSV")  # fmt: skip
        case workbook_reader.ROW_TOO_LARGE:
            raise refusal("table-row-too-large", "a row of the workbook holds more than "
                          f"{MAX_ROW_BYTES:,} characters", opened.shown,
                          "no cell of a spreadsheet holds more than 32,767")  # fmt: skip
        case _:
            raise refusal("workbook-too-large", "the workbook is too large to be read, or claims "
                          f"to be: it takes more than {MAX_MEMORY / 1024**3:.3g} GiB of memory",
                          opened.shown, "save the sheet as CSV or Parquet")  # fmt: skip


def _sheets(held: IO[bytes]) -> list[str]:
    with Path(held.name).open(encoding="utf-8") as lines:
        found: list[str] = json.loads(next(lines))
    return found
