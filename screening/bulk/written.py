"""How a table is written, as far as somebody says so because the table does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screening.bulk.dates import DateForm
from screening.bulk.decimals import DecimalForm


@dataclass(frozen=True)
class Written:
    """What dates begin with, what stands before the decimals, on which line the header stands."""

    dates: DateForm | None = None
    decimal: DecimalForm | None = None
    header_row: int | None = None

    def over(self, other: Written) -> Written:
        """The same, and what the other says where this one says nothing."""
        return Written(self.dates or other.dates, self.decimal or other.decimal,
                       self.header_row or other.header_row)  # fmt: skip


PLAIN = Written()
"""Nobody says anything."""


def as_run(run: Mapping[str, object]) -> Written:
    """How the table of a run was written, by its manifest."""
    dates, decimal, row = run["dates"], run.get("decimal"), run.get("header_row")
    return Written(DateForm(str(dates)) if dates else None,
                   DecimalForm(str(decimal)) if decimal else None,
                   int(str(row)) if row else None)  # fmt: skip
