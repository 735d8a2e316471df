"""A program of its own: one workbook to lines of JSON, under a limit of memory.

A workbook of a few kilobytes can claim a sheet of seventeen billion cells, and what reads it then
ends its whole process. So it is read here, where only this process ends. It imports nothing of the
package, to start fast: `workbook_reader.py WORKBOOK LINES BYTES`.

The first line names the sheets that hold anything; if there is one, its rows follow, each a list of
texts.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

DONE, PROTECTED, DAMAGED, TOO_LARGE = 0, 3, 4, 5
"""How it ends, beside the ends that it does not choose."""


def main(workbook: str, lines: str, memory: str) -> int:
    """Read `workbook` into the file `lines` with at most `memory` bytes."""
    _limit(int(memory))
    try:
        book = CalamineWorkbook.from_path(workbook)
        sheets = ((name, book.get_sheet_by_name(name)) for name in book.sheet_names)
        filled = {name: sheet for name, sheet in sheets if sheet.end is not None}
        with Path(lines).open("w", encoding="utf-8") as out:
            out.write(json.dumps([*filled]) + "\n")
            if len(filled) == 1:
                for row in _rows(next(iter(filled.values()))):
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
    except PasswordError:
        return PROTECTED
    except (CalamineError, OSError):
        return DAMAGED
    except MemoryError:
        return TOO_LARGE
    return DONE


def _limit(memory: int) -> None:
    try:
        import resource  # not there on Windows, which knows no such limit
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    """Every row from the sheet's first, cells from its first column to the last that is filled."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for cells in sheet.iter_rows():
        row = left + [_text(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        yield row


def _text(cell: object) -> str:
    """A cell as it would be typed: a whole number without a point, a day without a time."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            text = str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
            # A number, not what somebody wrote: its point must not look like a thousands mark.
            return f"{text}0" if re.match(r"-?[1-9]\d{0,2}\.\d{3}$", text) else text
        case datetime():
            whole_day = cell.time() == time()
            return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ")
        case date() | time() | timedelta():
            return str(cell)
        case _:
            return str(cell)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
