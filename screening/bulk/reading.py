"""How the rows of one table are read: from cells to a shipment, and to what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from screening.bulk.dates import Read as ReadCell
from screening.bulk.dates import as_iso
from screening.bulk.headers import Columns
from screening.bulk.rows import shipment_of
from screening.bulk.table import Row
from screening.problems import Place, Problem
from screening.reading.forms import Path, read_shipment
from screening.shipment import Shipment


@dataclass(frozen=True)
class Reading:
    """How the rows of a table are read: what holds for all of them."""

    columns: Columns
    given: Mapping[str, object]
    file: str
    forms: Mapping[int, ReadCell] = field(default_factory=dict)
    """By column how its dates or numbers are read, where that is not plain."""
    apart: Mapping[str, Problem] = field(default_factory=dict)
    """By shipment id what its lines disagree on."""
    law_date: date | None = None
    """The date on which all rows are decided, whatever they say."""
    known_as_of: date | None = None

    def shipment(self, row: Row) -> tuple[Shipment | None, tuple[Problem, ...]]:
        """The shipment that a row says, or what keeps it from being one."""
        if row.problem is not None:
            return None, (row.problem,)
        data, found = shipment_of(as_iso(row.cells, self.forms), self.columns, self.given)
        shipment, wrong = read_shipment(data, _field_of)
        found += wrong
        apart = self.disagreement(row)
        found += [apart] if apart else []
        return shipment, once(placed(p, row, self.columns, self.file) for p in found)

    def disagreement(self, row: Row) -> Problem | None:
        """What the lines of the row's shipment disagree on."""
        at = self.columns.at("shipment_id")
        return None if at is None else self.apart.get(row.cells[at].strip())


def once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once: a cell that holds two facts is wrong once."""
    return tuple(dict.fromkeys(problems))


def placed(problem: Problem, row: Row, columns: Columns, file: str) -> Problem:
    """The problem at its row of the file and its column's own name."""
    ref = problem.place.field if problem.place else None
    column = columns.column_of(ref) if ref else None
    form = columns.forms.get(column or "")
    if form is not None and problem.code == "number-form":
        problem = replace(problem, help=f"write it as the rest of the column: with a {form}")
    if form is not None and problem.code == "date-form":
        said = problem.message.partition(" is not a date")[0]
        problem = replace(problem, message=f"{said} is not a date in the form of this column: "
                          f"{form}", help=problem.help if "spreadsheet" in problem.help else
                          "write it as the rest of the column, or as 2025-07-15")  # fmt: skip
    return problem.at(Place(file, row=row.line, field=column or ref))


def _field_of(path: Path, of_key: bool = False, /) -> Place:
    return Place(field=".".join(map(str, path)))
