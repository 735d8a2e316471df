"""Answers as columns beside the original ones, safe to open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from screening.bulk.answers import RowAnswer
from screening.decision import Finding
from screening.problems import Place, Problem, ProblemsFound

COLUMNS = ("verdict", "finding", "possible", "decisive", "summary", "cites", "ask", "could_help",
           "assumptions", "trace", "problems")  # fmt: skip
"""What is added to every row."""

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"^[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?\Z")
_NUMBER_IN_RUST = _NUMBER.pattern.replace(r"\Z", r"\z")


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.startswith(_RISKY) and not _NUMBER.match(cell) else cell


def harmless_column(name: str) -> pl.Expr:
    """The same of all cells of a column."""
    column = pl.col(name)
    risky = column.str.slice(0, 1).is_in(list(_RISKY)) & ~column.str.contains(_NUMBER_IN_RUST)
    return pl.when(risky).then("'" + column).otherwise(column).alias(name)


def may_be_risky(cells: pl.Series) -> bool:
    """Whether a cell of the column may begin with a risky sign: no, or look at all of them."""
    # Comparisons cost next to nothing; the signs stand in three runs of their order.
    runs = (("\t", "\x0e"), ("+", "."), ("=", "A"))
    return any(((cells >= least) & (cells < end)).any() for least, end in runs)


def check_names(header: Sequence[str], file: str) -> None:
    """Refuse a table that has one of our columns: nobody could tell which answer is ours."""
    taken = [name for name in header if name.casefold() in COLUMNS]
    if taken:
        raise ProblemsFound([Problem(
            "answer-column-taken",
            f"the table already has a column `{taken[0]}`, which the output adds",
            "rename or remove it; it may come from an earlier screening",
            Place(file, 1))])  # fmt: skip


def as_dict(answer: RowAnswer) -> dict[str, Any]:
    """JSON form of one row's answer, without the trace."""
    d = answer.decision
    return {
        "row": answer.line,
        "verdict": answer.verdict.value,
        "finding": answer.finding.value,
        "possible": d.possible.value if d else Finding.UNDETERMINED.value,
        "decisive": list(d.decisive) if d else [],
        "summary": answer.summary,
        "cites": list(d.cites) if d else [],
        "ask": list(d.ask) if d else [],
        "could_help": list(d.could_help) if d else [],
        "assumptions": [id for id, _ in d.relied_on] if d else [],
        "trace": d.trace.key if d else "",
        "problems": [p.as_dict() for p in answer.problems],
    }


def as_cells(answer: RowAnswer, width: int) -> list[str]:
    """The row of the output: `width` original cells, then ours."""
    original = [*answer.cells, *[""] * (width - len(answer.cells))][:width]
    return [*original, *answer_cells(answer)]


def answer_cells(answer: RowAnswer) -> list[str]:
    """Our cells of a row."""
    found = as_dict(answer)
    found["problems"] = [_in_a_cell(p) for p in answer.problems]
    return [v if isinstance(v, str) else "; ".join(v) for v in (found[name] for name in COLUMNS)]


def _in_a_cell(problem: Problem) -> str:
    """Column, what is wrong and what would be right; a semicolon parts it from the next."""
    column = f"{problem.place.field}: " if problem.place and problem.place.field else ""
    help = f" ({problem.help})" if problem.help else ""
    return f"{column}{problem.message}{help}".replace("; ", ", ")
