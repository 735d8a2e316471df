"""What parts the cells of delimited text, and where its header stands: told by its first rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from operator import eq

from screening.bulk.header_row import EARLY, HeaderAt, Numbered, filled_rows

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SAMPLE_ROWS = 50


def early_rows(sample: str, where: HeaderAt) -> dict[str, list[Numbered]]:
    """The rows that begin on the first lines, by the sign that might part their cells."""
    upto = (where.line or EARLY) + _SAMPLE_ROWS
    found: dict[str, list[Numbered]] = {}
    for sign in DELIMITERS:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=sign)
        rows: list[Numbered] = []
        try:
            while (line := reader.line_num + 1) <= upto:
                rows.append((line, next(reader)))
        except StopIteration:
            pass
        except csv.Error:
            continue
        found[sign] = rows
    return found


def parted(early: Mapping[str, list[Numbered]], where: HeaderAt) -> tuple[str, int | None]:
    """What parts the cells, and the line of the header where it is not the first row."""
    plain = _delimiter(early, where.line or 1)
    first = next((row for _, row in filled_rows(early.get(plain, ()))), [])
    if where.line is None and not where.recognizes(first):
        sure = {sign: line for sign, rows in early.items()
                if (line := where.below_titles(rows, eq)) is not None}  # fmt: skip
        if len(sure) == 1:
            return next(iter(sure.items()))
    return plain, where.line


def _delimiter(early: Mapping[str, list[Numbered]], header: int) -> str:
    """The sign with which most rows from the header on are as wide as the header."""
    best, most = ",", (0.0, 1)
    for sign, rows in early.items():
        found = [row for line, row in rows if line >= header][:_SAMPLE_ROWS]
        widths = [len(row) for row in found if row]
        if not widths or widths[0] < 2:
            continue
        fitting = Counter(widths)[widths[0]] / len(widths)
        if (fitting, widths[0]) > most:
            best, most = sign, (fitting, widths[0])
    return best
