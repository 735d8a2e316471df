"""A program of its own: one workbook to lines of JSON, under a limit of memory.

A workbook of a few kilobytes can claim a sheet of seventeen billion cells, and what reads it then
ends its whole process. So it is read here, where only this process ends. It imports nothing of the
package, to start fast: `workbook_reader.py WORKBOOK LINES BYTES ROW`.

The first line names the sheets that hold anything; if there is one, its rows follow, each a list of
texts. A line may have at most `ROW` characters.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

DONE, PROTECTED, DAMAGED, TOO_LARGE, ROW_TOO_LARGE = 0, 3, 4, 5, 6
"""How it ends, beside the ends that it does not choose."""


def main(workbook: str, lines: str, memory: str, longest: str) -> int:
    """Read `workbook` into the file `lines`, none longer than said, with at most `memory` bytes."""
    _limit(int(memory))
    try:
        book = CalamineWorkbook.from_path(workbook)
        sheets = ((name, book.get_sheet_by_name(name)) for name in book.sheet_names)
        filled = {name: sheet for name, sheet in sheets if sheet.end is not None}
        with Path(lines).open("w", encoding="utf-8") as out:
            out.write(json.dumps([*filled]) + "\n")
            if len(filled) == 1:
                for row in _rows(next(iter(filled.values())), _errors(workbook)):
                    line = json.dumps(row, ensure_ascii=False) + "\n"
                    if len(line) > int(longest):
                        return ROW_TOO_LARGE
                    out.write(line)
    except PasswordError:
        return PROTECTED
    except (CalamineError, OSError, zipfile.BadZipFile, _Unplaced):
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


def _rows(sheet: CalamineSheet, errors: _Errors) -> Iterator[list[str]]:
    """Every row from the sheet's first, cells from its first column to the last that is filled."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for i, cells in enumerate(sheet.iter_rows(), 1):
        row = left + [_text(cell) for cell in cells]
        for column, said in errors.get(i, {}).items():
            row += [""] * (column - len(row))
            row[column - 1] = said
        while row and not row[-1]:
            row.pop()
        yield row


_Errors = Mapping[int, Mapping[int, str]]
"""By row and column, both from 1, what stands where a formula failed."""

_PART = 1 << 20
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?\bt=[\"']e[\"'][^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_AT = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_SAID = re.compile(rb"<(?:\w+:)?v>(#[A-Z/0]+[!?]?)</")
_KNOWN = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")


class _Unplaced(Exception):
    """A formula failed in a cell of which nobody can tell where it stands."""


def _errors(workbook: str) -> _Errors:
    """Where formulas failed: the library reads such cells as empty ones, and an empty cell is
    something else. Only the one sheet that is filled can have any; other forms than .xlsx and
    .xlsm are not looked into."""
    found: dict[int, dict[int, str]] = {}
    if not zipfile.is_zipfile(workbook):
        return found
    with zipfile.ZipFile(workbook) as parts:
        for name in parts.namelist():
            if name.casefold().endswith(".xml"):
                with parts.open(name) as part:
                    held = b""
                    while block := part.read(_PART):
                        held += block
                        if b't="e"' in held or b"t='e'" in held:
                            _note(held, found)
                        # The last cell may go on in the next block; no cell is as long as this.
                        last = max(held.rfind(b"<c "), held.rfind(b":c ") - 64, 0)
                        held = held[last:] if len(held) - last < 2 * _PART else held[-64:]
    return found


def _note(held: bytes, found: dict[int, dict[int, str]]) -> None:
    for attributes, inside in _CELL.findall(held):
        at, said = _AT.search(attributes), _SAID.search(inside)
        if at is None:
            raise _Unplaced
        column = 0
        for letter in at[1]:
            column = column * 26 + letter - 64
        text = said[1].decode() if said else ""
        found.setdefault(int(at[2]), {})[column] = text if text in _KNOWN else "#ERROR!"


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
