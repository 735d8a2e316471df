"""One answer for every row of a table, in order; a row that cannot be read is put to review."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from screening.bulk.dates import DateColumns, DateForm, as_iso
from screening.bulk.dates import Read as ReadDate
from screening.bulk.given import GivenFile
from screening.bulk.headers import Columns
from screening.bulk.orders import disagreements
from screening.bulk.remembered import Decided
from screening.bulk.rows import shipment_of
from screening.bulk.table import Row, Table
from screening.decision import Finding, Verdict
from screening.problems import Place, Problem, ProblemsFound
from screening.reading.forms import Path, read_shipment
from screening.rulebook.model import Content
from screening.shipment import Shipment
from screening.vocabulary import FieldType, Scope

Decide = Callable[[Shipment], Decided]


@dataclass(frozen=True)
class RowAnswer:
    """What became of one row. `decision` is `None` where no shipment could be made of it."""

    line: int
    cells: tuple[str, ...]
    decision: Decided | None
    problems: tuple[Problem, ...]

    @property
    def verdict(self) -> Verdict:
        """The decision's, but never an allow where something could not be read."""
        if self.decision is None:
            return Verdict.REVIEW
        least = Verdict.REVIEW if self.problems else Verdict.ALLOW
        return max(self.decision.verdict, least, key=lambda v: v.rank)

    @property
    def finding(self) -> Finding:
        """The decision's finding; nothing is certain of an allow that became a review."""
        if self.decision is None or self.verdict is not self.decision.verdict:
            return Finding.UNDETERMINED
        return self.decision.finding

    @property
    def summary(self) -> str:
        """One sentence for a business reader."""
        if self.decision is not None and self.verdict is self.decision.verdict:
            return self.decision.summary
        return f"Review: {self.problems[0].message}." if self.problems else "Review."


@dataclass(frozen=True)
class Prepared:
    """A table that was read once to its end, so that every row can be understood."""

    table: Table
    columns: Columns
    given: GivenFile
    count: int
    _dates: Mapping[int, ReadDate]
    _apart: Mapping[str, Problem]

    def shipments(self) -> Iterator[tuple[Row, Shipment | None, tuple[Problem, ...]]]:
        """Each row with the shipment it says, or with what keeps it from being one."""
        id_at = next(
            (i for i, refs in enumerate(self.columns.holds) if "shipment_id" in refs), None
        )
        for row in self.table.rows():
            if row.problem is not None:
                yield row, None, (row.problem,)
                continue
            cells = as_iso(row.cells, self._dates)
            data, found = shipment_of(cells, self.columns, self.given.facts)
            shipment, wrong = read_shipment(data, _field_of)
            found += wrong
            if id_at is not None and row.cells[id_at].strip() in self._apart:
                found.append(self._apart[row.cells[id_at].strip()])
            yield row, shipment, _once(placed(p, row, self.columns, self.table.file) for p in found)


def prepare(
    table: Table, columns: Columns, given: GivenFile, content: Content, *, one_date: bool,
    dates: DateForm | None = None,
) -> Prepared:  # fmt: skip
    """Read the table once: its rows, the form of its dates, lines of a shipment that disagree.

    `one_date` says that all rows are decided on one date, whatever the table holds; `dates` how
    its dates are written where that is not plain. Raises `ProblemsFound` where no row could be
    decided for sure.
    """
    written = DateColumns(date_columns(columns, content), dates)
    rows = 0

    def seen() -> Iterator[Row]:
        nonlocal rows
        for row in table.rows():
            rows += 1
            written.look(row.line, row.cells)
            yield row

    apart = disagreements(seen(), columns, content, one_date=one_date)
    if unclear := written.problems(table.file):
        raise ProblemsFound(unclear)
    return Prepared(table, columns, given, rows, written.readers(), apart)


def _field_of(path: Path, of_key: bool = False, /) -> Place:
    return Place(field=".".join(map(str, path)))


def date_columns(columns: Columns, content: Content) -> dict[int, str]:
    """The columns that hold dates, by position, with their names."""
    fields = content.vocabulary.of(Scope.SHIPMENT)
    dated = {id for id, field in fields.items() if field.type is FieldType.DATE}
    dated |= {"license.valid_from", "license.until"}
    return {
        i: name
        for i, (name, refs) in enumerate(zip(columns.names, columns.holds, strict=True))
        if dated.intersection(refs)
    }


def answer_row(
    row: Row, shipment: Shipment | None, problems: tuple[Problem, ...], columns: Columns,
    file: str, decide: Decide,
) -> RowAnswer:  # fmt: skip
    """The answer for one row."""
    if shipment is None:
        return RowAnswer(row.line, row.cells, None, problems)
    try:
        decided = decide(shipment)
    except Exception as error:
        # One row that breaks the engine must neither stop the others nor pass unnoticed.
        said = f"this row could not be decided ({type(error).__name__})"
        broken = Problem("internal-error", said, "report it to whoever keeps the engine")
        return RowAnswer(row.line, row.cells, None, (placed(broken, row, columns, file),))
    found = (placed(p, row, columns, file) for p in decided.problems)
    return RowAnswer(row.line, row.cells, decided, _once([*problems, *found]))


def _once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once: a cell that holds two facts is wrong once."""
    return tuple(dict.fromkeys(problems))


def placed(problem: Problem, row: Row, columns: Columns, file: str) -> Problem:
    """The problem at its row of the file and its column's own name."""
    ref = problem.place.field if problem.place else None
    column = columns.column_of(ref) if ref else None
    return problem.at(Place(file, row=row.line, field=column or ref))
