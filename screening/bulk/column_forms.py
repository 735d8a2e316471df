"""One of several ways to write, settled by all the cells of a column."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from screening.problems import Place

Form = TypeVar("Form", bound=StrEnum)


@dataclass
class Seen(Generic[Form]):
    """What a column holds of cells that not every form reads, or not alike."""

    cells: int = 0
    reads: Counter[Form] = field(default_factory=Counter)
    """How many of the cells each form reads."""
    example: tuple[int, str] = (0, "")
    """A cell that more than one form reads, and its line."""

    def add(self, cells: int, reads: dict[Form, int]) -> None:
        """So many cells more, of which each form reads so many."""
        self.cells += cells
        self.reads.update(reads)

    def settled(self) -> Form | None:
        """The one form that reads every cell that any form reads, if there is one."""
        best = self.reads.most_common(2)
        if not best or best[0][1] < self.cells or (len(best) > 1 and best[1][1] == best[0][1]):
            return None
        return best[0][0]

    def place(self, file: str) -> Place:
        """Where the example stands."""
        return Place(file, row=self.example[0])
