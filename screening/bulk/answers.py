"""One answer for every row of a table, in order; a row that cannot be read is put to review."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from screening.bulk.batches import ROWS
from screening.bulk.dates import DateColumns, DateForm
from screening.bulk.decimals import DecimalForm, NumberColumns
from screening.bulk.given import GivenFile
from screening.bulk.headers import Columns
from screening.bulk.orders import Disagreements
from screening.bulk.reading import Reading, once, placed
from screening.bulk.remembered import Decided
from screening.bulk.table import Row, Table
from screening.decision import Finding, Verdict
from screening.problems import Problem, ProblemsFound
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

    @cached_property
    def verdict(self) -> Verdict:
        """The decision's, but never an allow where something could not be read."""
        if self.decision is None:
            return Verdict.REVIEW
        least = Verdict.REVIEW if self.problems else Verdict.ALLOW
        return max(self.decision.verdict, least, key=lambda v: v.rank)

    @cached_property
    def finding(self) -> Finding:
        """The decision's finding; nothing is certain of an allow that became a review."""
        if self.decision is None or self.verdict is not self.decision.verdict:
            return Finding.UNDETERMINED
        return self.decision.finding

    @cached_property
    def summary(self) -> str:
        """One sentence for a business reader."""
        if self.decision is not None and self.verdict is self.decision.verdict:
            return self.decision.summary
        return f"Review: {self.problems[0].message}." if self.problems else "Review."


@dataclass(frozen=True)
class Prepared:
    """A table that was read once to its end, so that every row can be understood."""

    table: Table
    given: GivenFile
    count: int
    reading: Reading

    @property
    def columns(self) -> Columns:
        """What the table's columns hold."""
        return self.reading.columns

    def shipments(self) -> Iterator[tuple[Row, Shipment | None, tuple[Problem, ...]]]:
        """Each row with the shipment it says, or with what keeps it from being one."""
        for row in self.table.rows():
            yield row, *self.reading.shipment(row)


def prepare(
    table: Table, columns: Columns, given: GivenFile, content: Content, *, one_date: bool,
    dates: DateForm | None = None, decimal: DecimalForm | None = None,
) -> Prepared:  # fmt: skip
    """Read the table once: its rows, the form of its dates and numbers, lines that disagree.

    `one_date` says that all rows are decided on one date, whatever the table holds; `dates` how
    its dates are written where that is not plain, `decimal` its numbers. Raises `ProblemsFound`
    where no row could be decided for sure.
    """
    written = DateColumns(date_columns(columns, content), dates)
    amounts = NumberColumns(number_columns(columns, content), decimal)
    apart = Disagreements(columns, content, one_date=one_date)
    rows = 0
    for batch in table.batches(ROWS):
        rows += len(batch)
        written.see(batch)
        amounts.see(batch)
        apart.look(batch)
    if unclear := [*written.problems(table.file), *amounts.problems(table.file)]:
        raise ProblemsFound(unclear)
    found = apart.problems(lambda: table.batches(ROWS))
    columns = replace(columns, forms={**written.forms(), **amounts.forms()})
    reading = Reading(
        columns, given.facts, table.file, {**written.readers(), **amounts.readers()}, found
    )
    return Prepared(table, given, rows, reading)


def number_columns(columns: Columns, content: Content) -> dict[int, str]:
    """The columns that hold numbers, shares and amounts of money."""
    return _of_types(columns, content, (FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT_RANGE))


def date_columns(columns: Columns, content: Content) -> dict[int, str]:
    """The columns that hold dates."""
    return _of_types(columns, content, (FieldType.DATE,), "license.valid_from", "license.until")


def _of_types(
    columns: Columns, content: Content, types: tuple[FieldType, ...], *besides: str
) -> dict[int, str]:
    """The columns that hold a field of these types or what is named besides: position and name."""
    fields = content.vocabulary.of(Scope.SHIPMENT)
    wanted = {id for id, field in fields.items() if field.type in types}.union(besides)
    return {i: name for i, (name, refs) in
            enumerate(zip(columns.names, columns.holds, strict=True))
            if wanted.intersection(refs)}  # fmt: skip


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
    return RowAnswer(row.line, row.cells, decided, once([*problems, *found]))
