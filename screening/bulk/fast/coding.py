"""Codes: a column as its distinct cells and a number for each row, and rows alike in many of them.

Cells that cannot come to anything different share one that stands for them all before they are
read: a number between two that the rulebook mentions, a name that no record has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from screening.bulk.fast.numbers import Codes

_PLAIN = r"^[0-9]{1,12}(\.[0-9]{1,2})?$"
_HUNDREDTHS = 100
_MOST = 1 << 62


@dataclass(frozen=True)
class Coded:
    """A column: its distinct cells, and for each row which of them it has."""

    cells: list[str]
    codes: Codes


def coded(column: pl.Series) -> Coded:
    """The column by its distinct cells."""
    found = column.unique(maintain_order=True)
    codes = column.cast(pl.Enum(found)).to_physical().to_numpy()
    return Coded(found.to_list(), codes.astype(np.int64))


def together(columns: Sequence[tuple[Codes, int]]) -> tuple[Codes, Codes]:
    """Rows alike in all columns: for each such lot one of its rows, and for each row its lot.

    Each column comes with the number of its codes.
    """
    (key, size), *rest = columns
    for codes, count in rest:
        if size * count >= _MOST:
            _, key = np.unique(key, return_inverse=True)
            size = int(key.max(initial=0)) + 1
        key = key * count + codes
        size *= count
    if size <= max(4 * len(key), 1 << 12):
        row = np.full(size, -1, np.int64)
        row[key[::-1]] = np.arange(len(key) - 1, -1, -1)
        used = np.flatnonzero(row >= 0)
        lot = np.zeros(size, np.int64)
        lot[used] = np.arange(len(used))
        return row[used], lot[key]
    _, rows, lots = np.unique(key, return_index=True, return_inverse=True)
    return rows, lots
