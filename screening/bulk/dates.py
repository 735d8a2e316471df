"""How a column writes its dates: settled by the whole column, never cell by cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import partial

from screening.bulk.batches import Batch
from screening.bulk.column_forms import Seen
from screening.problems import Problem

_MONTHS = {name: number for number, names in enumerate((
    "jan january januar janvier enero", "feb february februar février febrero",
    "mar march märz mrz mars marzo", "apr april avril abril", "may mai mayo",
    "jun june juni juin junio", "jul july juli juillet julio", "aug august août agosto",
    "sep sept september septembre septiembre", "oct okt october oktober octobre octubre",
    "nov november novembre noviembre", "dec dez december dezember décembre diciembre",
), 1) for name in names.split()}  # fmt: skip
"""In English, German, French and Spanish; no name is of two months."""
_NUMBERS = re.compile(r"^(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})$")
_NAMED = re.compile(r"^(\d{1,2})(?:[ \-]|\. ?)([^\W\d_]+)(?:\.?[ \-]|\.)(\d{4}|\d{2})$")
_NAME_FIRST = re.compile(r"^([^\W\d_]+)\.? (\d{1,2}),? (\d{4})$")
_YEAR_FIRST = re.compile(r"^(\d{4})([/.\-]?)(\d{2})\2(\d{2})$")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(Z|[+-]\d{2}:?\d{2})?$")


class DateForm(StrEnum):
    """Which comes first where day and month are both numbers."""

    DMY = "dmy"
    MDY = "mdy"

    @property
    def words(self) -> str:
        """As a message says it."""
        return "day, month, year" if self is DateForm.DMY else "month, day, year"


Read = Callable[[str], str]
"""From a cell to the date as year-month-day, or to the cell itself where it is no date."""


class DateColumns:
    """The date columns of a table, looked at once before any row is decided."""

    def __init__(self, columns: Mapping[int, str], asked: DateForm | None) -> None:
        self._columns = columns
        self._asked = asked
        self._seen: dict[int, Seen[DateForm]] = {i: Seen() for i in columns}

    def look(self, line: int, cells: tuple[str, ...]) -> None:
        """Take notice of one row."""
        for i in self._columns:
            if i < len(cells):
                self._look(i, line, cells[i])

    def _look(self, i: int, line: int, cell: str) -> None:
        match = _NUMBERS.match(_day(cell))
        if match is None:
            return
        seen = self._seen[i]
        reads = [form for form in DateForm if _by_numbers(match, form) is not None]
        seen.add(bool(reads), dict.fromkeys(reads, 1))
        if len(reads) > 1 and (not seen.example[1] or line < seen.example[0]):
            seen.example = (line, cell)

    def see(self, batch: Batch) -> None:
        """Take notice of a batch: of each cell once, since it is all the same how often it is."""
        for i in self._columns:
            cells = batch.cells[str(i)]
            places = cells.arg_unique().sort().to_list()
            for at in places:
                if at not in batch.odd:
                    self._look(i, batch.lines[at], cells[at])
        for row in batch.odd.values():
            self.look(row.line, row.cells)

    def problems(self, file: str) -> list[Problem]:
        """The columns of which nobody can tell how they are meant."""
        if self._asked is not None:
            return []
        return [
            Problem(
                "dates-ambiguous",
                f"the dates of the column `{self._columns[i]}` can be read day first or month "
                f"first: `{seen.example[1]}` on line {seen.example[0]}",
                "say `--dates dmy` or `--dates mdy`, or write 2025-07-15",
                seen.place(file),
            )
            for i, seen in self._seen.items()
            if seen.example[1] and seen.settled() is None
        ]

    def readers(self) -> Mapping[int, Read]:
        """By column, how to read its cells."""
        return {i: _reader(self._asked or seen.settled()) for i, seen in self._seen.items()}

    def forms(self) -> Mapping[str, str]:
        """By column, in words how its dates are written, where day and month are numbers."""
        found = {self._columns[i]: self._asked or seen.settled()
                 for i, seen in self._seen.items()}  # fmt: skip
        return {name: form.words for name, form in found.items() if form is not None}


def as_iso(cells: Iterable[str], readers: Mapping[int, Read]) -> list[str]:
    """The cells, dates as year-month-day where the column's form reads them."""
    return [readers[i](cell) if i in readers else cell for i, cell in enumerate(cells)]


def _reader(form: DateForm | None) -> Read:
    return partial(_read, form)  # it travels to other processes, as no closure does


def _read(form: DateForm | None, cell: str) -> str:
    text = _day(cell)
    found: date | None = None
    if match := _YEAR_FIRST.match(text):
        found = _date(match.group(1), match.group(3), match.group(4))
    elif match := _NAMED.match(text):
        found = _date(match.group(3), _month(match.group(2)), match.group(1))
    elif match := _NAME_FIRST.match(text):
        found = _date(match.group(3), _month(match.group(1)), match.group(2))
    elif form is not None and (match := _NUMBERS.match(text)):
        found = _by_numbers(match, form)
    return found.isoformat() if found else cell


def _month(name: str) -> int:
    return _MONTHS.get(unicodedata.normalize("NFC", name).casefold(), 0)


def _day(cell: str) -> str:
    """The cell without the time of day, which no rule asks for."""
    return _TIME.sub("", cell.strip())


def _by_numbers(match: re.Match[str], form: DateForm) -> date | None:
    first, _, second, year = match.groups()
    day, month = (first, second) if form is DateForm.DMY else (second, first)
    return _date(year, month, day)


def _date(year: str, month: str | int, day: str) -> date | None:
    # Two digits of a year are of this century: no rule is older.
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
