"""Tables of spreadsheet workbooks: the one sheet that holds rows, every cell as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from screening.bulk.opening import Opened
from screening.bulk.table import Row, Table, checked_header, refusal

ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def read_workbook(opened: Opened) -> Table:
    """The table. Raises `ProblemsFound` where no sheet, or more than one, holds rows."""
    book = _book(opened)
    filled = [n for n in book.sheet_names if book.get_sheet_by_name(n).to_python(nrows=1)]
    if not filled:
        raise refusal("table-empty", "the workbook has no rows", opened.shown,
                      "the first line names the columns")  # fmt: skip
    if len(filled) > 1:
        told = ", ".join(f"`{name}`" for name in filled[:10])
        raise refusal("several-sheets", f"the workbook has rows on several sheets: {told}",
                      opened.shown, "keep one sheet, or save the one that is meant")  # fmt: skip
    name = filled[0]

    def rows() -> Iterator[tuple[str, ...]]:
        opened.check_unchanged()
        sheet = _book(opened).get_sheet_by_name(name)
        for cells in sheet.to_python(skip_empty_area=False):
            yield tuple(map(_text, cells))
        opened.check_unchanged()

    at, header = next(((i, cells) for i, cells in enumerate(rows(), 1) if any(cells)), (0, ()))
    while header and not header[-1]:
        header = header[:-1]
    width = len(checked_header(header, opened.shown))

    def below() -> Iterator[Row]:
        for i, cells in enumerate(rows(), 1):
            if i > at:
                # Cells that somebody once formatted far to the right hold nothing.
                beyond = next((k for k in range(len(cells), width, -1) if cells[k - 1]), width)
                kept = cells[:beyond] + ("",) * (width - len(cells))
                yield Row(i, kept if any(kept) else ())

    return Table(opened.shown, header, f"workbook, sheet `{name}`", below, opened.path)


def _book(opened: Opened) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(opened.path))
    except PasswordError:
        raise refusal("file-damaged", "the workbook is protected by a password", opened.shown,
                      "save it without one") from None  # fmt: skip
    except (CalamineError, OSError):
        raise refusal("file-damaged", "the file is not a workbook that can be read", opened.shown,
                      "save it again as .xlsx or as CSV") from None  # fmt: skip


def _text(cell: object) -> str:
    """A cell as it would be typed: a whole number without a point, a day without a time."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            whole_day = cell.time() == time()
            return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ")
        case date() | time() | timedelta():
            return str(cell)
        case _:
            return str(cell)
