"""How a column writes its numbers: settled by the whole column, never cell by cell.

`1.500` is one and a half or fifteen hundred; `12,5` in the same column tells which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import polars as pl

from screening.bulk.batches import Batch
from screening.bulk.column_forms import Seen
from screening.casting import unmistakable
from screening.problems import Problem

Read = Callable[[str], str]
"""From a cell to its number with a decimal point, or to the cell itself where it is none."""

_SPACES = " \u00a0\u202f'\u2019"
_AFTER = r"(?P<after>\s*(?:%|[A-Za-z]{3})?)$"


class DecimalForm(StrEnum):
    """What stands before the decimals."""

    COMMA = "comma"
    POINT = "point"


def _pattern(thousands: str, decimal: str) -> str:
    # What groups digits by three does so all through, and never after a zero.
    signs = (thousands, f"[{_SPACES}]")
    grouped = "|".join(rf"[1-9][0-9]{{0,2}}(?:{sign}[0-9]{{3}})+" for sign in signs)
    return rf"^(?P<whole>-?(?:[0-9]+|{grouped}))(?:{decimal}(?P<part>[0-9]+))?{_AFTER}"


_FORMS = {DecimalForm.COMMA: _pattern(r"\.", ","), DecimalForm.POINT: _pattern(",", r"\.")}
_COMPILED = {form: re.compile(pattern) for form, pattern in _FORMS.items()}
_EITHER = rf"^-?(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[{_SPACES}][0-9]{{3}})+){_AFTER}"
"""A number without decimals and with no more than spaces in it: every form reads it alike."""
_POINTED = r"^(?:0?\.[0-9]+|[0-9]+\.[0-9]{1,2})$"
_FEW = 10
"""Of so many filled cells one that can be read in two ways does not hold up the table."""
_DIGITS = r"^[0-9]*$"


@dataclass
class _Seen(Seen[DecimalForm]):
    """What a column holds of numbers that the forms read otherwise."""

    plain: bool = True
    filled: int = 0
    """Rows that say anything."""
    open: int = 0
    """Rows whose number both forms read."""


class NumberColumns:
    """The columns of amounts of a table, looked at once before any row is decided."""

    def __init__(self, columns: Mapping[int, str], asked: DecimalForm | None) -> None:
        self._columns = columns
        self._asked = asked
        self._seen = {i: _Seen() for i in columns}

    def see(self, batch: Batch) -> None:
        """Take notice of a batch; rows of another width say nothing of a column."""
        for i, seen in self._seen.items():
            cells = batch.cells[str(i)]
            # Most cells are plain as they stand, without a space to take off.
            others = cells.filter(~cells.str.contains(_DIGITS))
            as_they_stand = others.str.contains(_POINTED)
            rest = others.filter(~as_they_stand).str.strip_chars()
            stripped = rest.str.contains(_POINTED)
            odd = rest.filter(~(stripped | rest.str.contains(_DIGITS))).unique()
            # Such as 2.91, which is of one form alone; of them there may be very many.
            pointed = int(as_they_stand.any() or stripped.any())
            seen.add(pointed, {DecimalForm.POINT: pointed})
            seen.filled += int((cells != "").sum()) - int((rest == "").sum())
            if odd.is_empty():
                continue
            seen.plain = False
            told = ~odd.str.contains(_EITHER)
            comma = odd.str.contains(_FORMS[DecimalForm.COMMA]) & told
            point = odd.str.contains(_FORMS[DecimalForm.POINT]) & told
            seen.add(int((comma | point).sum()), {
                DecimalForm.COMMA: int(comma.sum()), DecimalForm.POINT: int(point.sum()),
            })  # fmt: skip
            both = odd.filter(comma & point)
            if len(both):
                seen.open += int(rest.is_in(both.implode()).sum())
            if len(both) and not seen.example[1]:
                said = cells.str.strip_chars()
                at = said.is_in(both.implode()).arg_true()[0]
                seen.example = (batch.lines[at], said[at])

    def problems(self, file: str) -> list[Problem]:
        """The columns of which nobody can tell how they are meant.

        A few such cells go to review by themselves, as everything does that cannot be read.
        """
        return [
            Problem(
                "numbers-ambiguous",
                f"the numbers of the column `{self._columns[i]}` can be read with a decimal comma "
                f"or a decimal point: `{seen.example[1]}` on line {seen.example[0]}",
                "say `--decimal comma` or `--decimal point`",
                seen.place(file),
            )
            for i, seen in self._seen.items()
            if seen.open * _FEW > seen.filled and self._form(seen) is None
        ]

    def readers(self) -> Mapping[int, Read]:
        """By column how to read its cells; not of columns in which every cell is plain."""
        forms = {i: self._form(seen) for i, seen in self._seen.items() if not seen.plain}
        return {i: reader(form) for i, form in forms.items()}

    def forms(self) -> Mapping[str, str]:
        """By column, in words, how its numbers are written where it is not with a point."""
        return {self._columns[i]: "decimal comma" for i, seen in self._seen.items()
                if not seen.plain and self._form(seen) is DecimalForm.COMMA}  # fmt: skip

    def _form(self, seen: _Seen) -> DecimalForm | None:
        return self._asked or seen.settled()


def reader(form: DecimalForm | None) -> Read:
    """How cells of the form are read; without one only what all forms read alike."""
    return partial(_read, form)  # it travels to other processes, as no closure does


def _read(form: DecimalForm | None, cell: str) -> str:
    text = cell.strip()
    match = _COMPILED[form or DecimalForm.POINT].match(text)
    if match is None or (form is None and not re.match(_EITHER, text)):
        return cell
    whole, part = re.sub("[^0-9-]", "", match["whole"]), match["part"]
    return unmistakable(f"{whole}.{part}" if part else whole) + match["after"]


def of_numbers(column: pl.Expr) -> pl.Expr:
    """Texts of a column whose cells were numbers, not what somebody wrote: their point is decimal,
    and none can be taken for a thousands mark."""
    doubtful = column.str.contains(r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$")
    return pl.when(doubtful).then(column + "0").otherwise(column)
