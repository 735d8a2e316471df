"""Columns by number: the distinct cells of a table's columns, numbered from batch to batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from screening.bulk.fast.numbers import Codes, Column
from screening.bulk.fast.reductions import Reduction

_MANY = 5_000
"""Distinct cells from which on it is not worth telling them apart where there is another way."""


class Told:
    """The distinct cells of one column, as the rows are read."""

    def __init__(self, read: Callable[[str], str] | None) -> None:
        self._read = read
        self.plain = read is None
        """Whether cells are taken as they stand, but for spaces around them."""
        self._kind = pl.Categorical(pl.Categories.random())
        # Polars forgets the numbers of categories that no series has.
        self._held = pl.Series([""], dtype=pl.String).cast(self._kind)
        self.cells: list[str] = []
        """By number: dates in the one form, spaces off."""

    def of(self, column: pl.Series) -> Codes:
        """The number of each row's cell."""
        found = column.cast(self._kind).to_physical().to_numpy().astype(np.int64)
        new = np.flatnonzero(found >= len(self.cells))
        if len(new):
            numbers, first = np.unique(found[new], return_index=True)
            self.cells += [""] * (int(numbers[-1]) + 1 - len(self.cells))
            for n, cell in zip(numbers.tolist(), column.gather(new[first]), strict=True):
                self.cells[n] = (self._read(cell) if self._read else cell).strip()
        return found


class Cells:
    """One column as one factor takes it: cells that stand for others, numbered."""

    def __init__(self, told: Told, reduction: Reduction | None) -> None:
        self._told = told
        self._reduction = reduction
        self._of_told = Column(np.int64)
        self._number: dict[str, int] = {}
        self.cells: list[str] = []
        """By number."""

    def of(self, column: pl.Series) -> Codes:
        """The number of each row's cell."""
        if self._reduction is not None and self._told.plain:
            found = self._reduction.at_once(column, len(self._told.cells) > _MANY)
            if found is not None:
                stands, codes = found
                numbers = np.array([*self._numbers(stands), 0], np.int64)[codes]
                if len(left := np.flatnonzero(codes < 0)):
                    numbers[left] = self._one_by_one(column.gather(left))
                return numbers
        return self._one_by_one(column)

    def _one_by_one(self, column: pl.Series) -> Codes:
        codes = self._told.of(column)
        known = self._told.cells
        if len(self._of_told) < len(known):
            new = known[len(self._of_told) :]
            self._of_told.add(self._numbers(self._reduction.of(new) if self._reduction else new))
        return self._of_told.all[codes]

    def _numbers(self, cells: Sequence[str]) -> list[int]:
        for cell in cells:
            if cell not in self._number:
                self._number[cell] = len(self.cells)
                self.cells.append(cell)
        return [self._number[cell] for cell in cells]
