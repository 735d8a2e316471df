"""Where the header stands: on the first row, on a line that somebody names, or below titles.

Below titles it is found only where there is no doubt: what stands above a header is no row, so a
header that is found too far down loses rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

EARLY = 20
"""On how many first lines a header is looked for."""

Numbered = tuple[int, Sequence[str]]
"""A row with the line on which it begins."""


@dataclass(frozen=True)
class Known:
    """What the names of columns make of a row: how many they recognize in it, and whether nothing
    would keep a table with this header from being read."""

    columns: int
    whole: bool


@dataclass(frozen=True)
class HeaderAt:
    """The line that somebody names, or how to tell a header where nobody does.

    Without either the first row is the header.
    """

    line: int | None = None
    knows: Callable[[Sequence[str]], Known] | None = None

    def recognizes(self, row: Sequence[str]) -> bool:
        """Whether any cell of the row is the name of a column."""
        return self.knows is not None and self.knows(row).columns > 0

    def likely(self, rows: Sequence[Numbered]) -> list[int]:
        """The lines of early rows below the first that may be the header."""
        if self.knows is None:
            return []
        early = [(line, row) for line, row in filled_rows(rows)[1:] if line <= EARLY]
        known = [(line, self.knows(row)) for line, row in early]
        return [line for line, found in known if found.whole and found.columns > 1]

    def instead(self, header: Numbered, *ways: Sequence[Numbered]) -> tuple[int, ...]:
        """Other lines that may be the header, where this row cannot be; by any way to part rows."""
        at, row = header
        if self.knows is None or self.knows(row).whole:
            return ()
        return tuple(sorted({line for rows in ways for line in self.likely(rows)} - {at}))

    def below_titles(
        self, rows: Sequence[Numbered], fits: Callable[[int, int], bool]
    ) -> int | None:  # fmt: skip
        """The line of the header where it is surely not on the first row.

        It is the only row that may be one, the first row recognizes nothing, no row above it is
        filled as rows of its table are, and at least half of the rows below fit its width.
        """
        likely = self.likely(rows)
        filled = filled_rows(rows)
        if len(likely) != 1 or self.recognizes(filled[0][1]):
            return None
        at = next(i for i, (line, _) in enumerate(filled) if line == likely[0])
        header = filled[at][1]
        if any(_count(row) * 2 > _count(header) for _, row in filled[:at]):
            return None
        below = [fits(len(row), len(header)) for _, row in filled[at + 1 :]]
        return likely[0] if sum(below) * 2 >= len(below) else None


FIRST_ROW = HeaderAt()


def filled_rows(rows: Iterable[Numbered]) -> list[Numbered]:
    """The rows that say anything: one of empty cells is neither title nor header."""
    return [(line, row) for line, row in rows if is_filled(row)]


def is_filled(row: Sequence[str]) -> bool:
    """Whether any cell of the row says anything."""
    return any(map(str.strip, row))


def _count(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())
