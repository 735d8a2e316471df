"""How answers are written: a form for rows that can be appended to, and the file made of them.

Rows are staged as they are decided, so that a run can stop and go on; CSV and JSON Lines are the
staged rows themselves, Parquet and XLSX are made of them once all are there.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import polars as pl
import xlsxwriter

from screening.bulk.answers import RowAnswer
from screening.bulk.output import COLUMNS, as_cells, as_dict, harmless
from screening.bulk.table import MAX_ROW_BYTES, refusal

MAX_SHEET_ROWS = 1_048_576
MAX_CELL = 32_767


class TableFormat(StrEnum):
    """The forms of an output table."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Writer:
    """One output form: `head` begins the staged text, `line` is one row of it, `finish` makes the
    file, given the staged text's path and the path of the file to write."""

    head: Callable[[Sequence[str]], str]
    line: Callable[[RowAnswer, Sequence[str]], str]
    finish: Callable[[Path, Path, Sequence[str]], None] | None


def writer_for(format: TableFormat) -> Writer:
    """The writer of a form."""
    return _WRITERS[format]


def _csv_head(header: Sequence[str]) -> str:
    return csv_line([*(harmless(name) for name in header), *COLUMNS])


def _csv_row(answer: RowAnswer, header: Sequence[str]) -> str:
    return csv_line([harmless(cell) for cell in as_cells(answer, len(header))])


def csv_line(cells: Iterable[str]) -> str:
    """One line; a cell with a line break of any kind stands in quotes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


def _json_row(answer: RowAnswer, header: Sequence[str]) -> str:
    """The answer with the row as it was given; cells beyond the header stand under `surplus`."""
    given: dict[str, object] = dict(zip(header, answer.cells, strict=False))
    found = {**as_dict(answer), "given": given}
    if len(answer.cells) > len(header):
        found["surplus"] = list(answer.cells[len(header) :])
    return json.dumps(found, ensure_ascii=False) + "\n"


def _plain_head(header: Sequence[str]) -> str:
    return csv_line([*header, *COLUMNS])


def _plain_row(answer: RowAnswer, header: Sequence[str]) -> str:
    return csv_line(as_cells(answer, len(header)))


def _to_parquet(staged: Path, output: Path, header: Sequence[str]) -> None:
    rows = pl.scan_csv(staged, infer_schema=False).with_columns(pl.all().fill_null(""))
    rows.sink_parquet(output)


def _to_workbook(staged: Path, output: Path, header: Sequence[str]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    with xlsxwriter.Workbook(str(output), options) as book:
        # The same answers are the same bytes; when they were made stands in the manifest.
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("screened")
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        csv.field_size_limit(max(csv.field_size_limit(), 8 * MAX_ROW_BYTES))
        with staged.open(encoding="utf-8", newline="") as text:
            for i, cells in enumerate(csv.reader(text)):
                if i >= MAX_SHEET_ROWS:
                    raise refusal("sheet-full", f"a sheet holds at most {MAX_SHEET_ROWS:,} rows",
                                  str(output), "write CSV or Parquet")  # fmt: skip
                for k, cell in enumerate(cells):
                    # Cells written as strings are never formulas.
                    sheet.write_string(i, k, fitting(cell), None if i else bold)


def fitting(cell: str) -> str:
    """The cell as far as a sheet takes it; where something is left out, that is said."""
    if len(cell) <= MAX_CELL:
        return cell
    said = f" … [{len(cell):,} characters, the rest is left out]"
    return cell[: MAX_CELL - len(said)] + said


_WRITERS = {
    TableFormat.CSV: Writer(_csv_head, _csv_row, None),
    TableFormat.JSONL: Writer(lambda header: "", _json_row, None),
    TableFormat.PARQUET: Writer(_plain_head, _plain_row, _to_parquet),
    TableFormat.XLSX: Writer(_plain_head, _plain_row, _to_workbook),
}
