"""One answer for every row of a table, in order; a row that cannot be read is put to review."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from screening.answer import Decision
from screening.bulk.given import GivenFile
from screening.bulk.headers import Columns
from screening.bulk.orders import disagreements
from screening.bulk.plain import Row, Table
from screening.bulk.rows import shipment_of
from screening.decision import Finding, Verdict
from screening.problems import Place, Problem
from screening.reading.forms import read_shipment
from screening.rulebook.model import Content
from screening.shipment import Shipment

Decide = Callable[[Shipment], Decision]


@dataclass(frozen=True)
class RowAnswer:
    """What became of one row. `decision` is `None` where no shipment could be made of it."""

    line: int
    cells: tuple[str, ...]
    decision: Decision | None
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
            return self.decision.summary()
        return f"Review: {self.problems[0].message}." if self.problems else "Review."


def shipments_of(
    table: Table, columns: Columns, given: GivenFile, content: Content, *, one_date: bool
) -> Iterator[tuple[Row, Shipment | None, tuple[Problem, ...]]]:
    """Each row with the shipment it says, or with what keeps it from being one."""
    apart = disagreements(table.rows(), columns, content, one_date=one_date)
    id_at = next((i for i, refs in enumerate(columns.holds) if "shipment_id" in refs), None)
    for row in table.rows():
        if row.problem is not None:
            yield row, None, (row.problem,)
            continue
        data, found = shipment_of(row.cells, columns, given.facts)
        shipment, wrong = read_shipment(
            data, lambda path, of_key=False: Place(field=".".join(map(str, path)))
        )
        found += wrong
        if id_at is not None and row.cells[id_at].strip() in apart:
            found.append(apart[row.cells[id_at].strip()])
        yield row, shipment, tuple(placed(p, row, columns, table.file) for p in found)


def answer_row(
    row: Row, shipment: Shipment | None, problems: tuple[Problem, ...], columns: Columns,
    file: str, decide: Decide,
) -> RowAnswer:  # fmt: skip
    """The answer for one row."""
    if shipment is None:
        return RowAnswer(row.line, row.cells, None, problems)
    try:
        decision = decide(shipment)
    except Exception as error:
        # One row that breaks the engine must neither stop the others nor pass unnoticed.
        said = f"this row could not be decided ({type(error).__name__})"
        broken = Problem("internal-error", said, "report it to whoever keeps the engine")
        return RowAnswer(row.line, row.cells, None, (placed(broken, row, columns, file),))
    found = tuple(placed(p, row, columns, file) for p in decision.problems)
    decision = replace(decision, problems=found)
    return RowAnswer(row.line, row.cells, decision, (*problems, *found))


def placed(problem: Problem, row: Row, columns: Columns, file: str) -> Problem:
    """The problem at its row of the file and its column's own name."""
    ref = problem.place.field if problem.place else None
    column = columns.column_of(ref) if ref else None
    return problem.at(Place(file, row=row.line, field=column or ref))
