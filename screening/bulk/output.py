"""Answers as columns beside the original ones, safe to open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from screening.answer import Decision
from screening.bulk.answers import RowAnswer
from screening.decision import Finding, Status
from screening.problems import Place, Problem, ProblemsFound

COLUMNS = ("verdict", "finding", "possible", "decisive", "summary", "cites", "ask", "could_help",
           "assumptions", "trace", "problems")  # fmt: skip
"""What is added to every row."""

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?$")


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.startswith(_RISKY) and not _NUMBER.match(cell) else cell


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
        "cites": cites(d) if d else [],
        "ask": list(d.ask) if d else [],
        "could_help": could_help(d) if d else [],
        "assumptions": [id for id, _ in d.relied_on] if d else [],
        "trace": answer.trace.key if answer.trace else "",
        "problems": [p.as_dict() for p in answer.problems],
    }


def as_cells(answer: RowAnswer, width: int) -> list[str]:
    """The row of the output: `width` original cells, then ours."""
    original = [*answer.cells, *[""] * (width - len(answer.cells))][:width]
    found = as_dict(answer)
    found["problems"] = [str(p.message) if p.place is None or p.place.field is None
                         else f"{p.place.field}: {p.message}" for p in answer.problems]  # fmt: skip
    ours = [v if isinstance(v, str) else "; ".join(v) for v in (found[name] for name in COLUMNS)]
    return [*original, *ours]


def cites(decision: Decision) -> list[str]:
    """The citations of the rules that decide, each once."""
    told = (t for t in decision.trace if t.status is Status.DECISIVE)
    return list(dict.fromkeys(c for t in told for c in t.rule.cites))


def could_help(decision: Decision) -> list[str]:
    """License exceptions that more facts might open, with what to supply."""
    return [
        f"{t.rule.exception or t.rule.id}: supply {', '.join(t.missing)}"
        if t.missing else t.rule.exception or t.rule.id
        for t in decision.could_help
    ]  # fmt: skip
