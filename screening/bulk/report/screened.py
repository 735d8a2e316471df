"""A finished output read back, whatever its form, with the facts that the pictures are about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from screening.bulk.dates import DateColumns, DateForm
from screening.bulk.manifest import Manifest
from screening.bulk.output import COLUMNS
from screening.bulk.sources import read_table
from screening.decision import Verdict
from screening.places.resolve import resolve

_LISTS = frozenset({"decisive", "ask", "problems"})
FIELDS = ("shipment_id", "line", "law_date", "destination", "product", "eccn")
"""The facts that a row of the report shows beside its answer."""


@dataclass(frozen=True, slots=True)
class Screened:
    """One row of an output. `number` counts from 1; `facts` are as written, by field, for those of
    `FIELDS` that the row has; `month` is of the law date (`2025-07`), empty where it is not known.
    """

    number: int
    verdict: Verdict
    finding: str
    summary: str
    decisive: tuple[str, ...]
    ask: tuple[str, ...]
    problems: tuple[str, ...]
    trace: str
    facts: Mapping[str, str]
    month: str

    @property
    def place(self) -> str:
        """The destination's code, or as it was written where no place is called that."""
        return code_of(self.facts.get("destination", ""))


def screened_rows(output: Path, manifest: Manifest) -> Iterator[Screened]:
    """The rows of a finished output in order. Raises `ProblemsFound` where it cannot be read."""
    columns = _columns(manifest)
    given = manifest.run["given"]
    fixed = {k: str(v) for k, v in given.items() if k in FIELDS} if isinstance(given, dict) else {}
    if manifest.run["law_date"]:
        fixed["law_date"] = str(manifest.run["law_date"])
        columns.pop("law_date", None)
    month = _months(output, columns.get("law_date"), manifest)
    for number, (cells, answer) in enumerate(_rows(output), 1):
        facts = {f: cells[name] for f, name in columns.items() if cells.get(name)} | fixed
        yield Screened(
            number, Verdict(answer["verdict"]), answer["finding"], answer["summary"],
            answer["decisive"], answer["ask"], answer["problems"], answer["trace"], facts,
            month(facts.get("law_date", "")),
        )  # fmt: skip


@cache
def code_of(written: str) -> str:
    """The place's code; what was written where no place is called that."""
    return resolve(written).code or written.strip()


def _columns(manifest: Manifest) -> dict[str, str]:
    """The name of the column that holds a field, for those of `FIELDS`."""
    held = manifest.run["columns"]
    assert isinstance(held, dict)
    return {ref: name for name, refs in held.items() for ref in refs if ref in FIELDS}


Cells = Mapping[str, str]


def _rows(output: Path) -> Iterator[tuple[Cells, dict[str, Any]]]:
    return _of_json(output) if output.suffix.casefold() == ".jsonl" else _of_table(output)


def _of_json(output: Path) -> Iterator[tuple[Cells, dict[str, Any]]]:
    with output.open(encoding="utf-8") as lines:
        for line in lines:
            answer = json.loads(line)
            answer["problems"] = [p["message"] for p in answer["problems"]]
            yield answer["given"], answer | {k: tuple(answer[k]) for k in _LISTS}


def _of_table(output: Path) -> Iterator[tuple[Cells, dict[str, Any]]]:
    table = read_table(output)
    ours = len(table.header) - len(COLUMNS)
    for row in table.rows():
        cells = (*row.cells, *[""] * (len(table.header) - len(row.cells)))
        answer: dict[str, Any] = dict(zip(COLUMNS, cells[ours:], strict=True))
        for name in _LISTS:
            answer[name] = tuple(answer[name].split("; ")) if answer[name] else ()
        yield dict(zip(table.header, cells[:ours], strict=False)), answer


def _months(output: Path, column: str | None, manifest: Manifest) -> Any:
    """From a date as written to its month, by the form that the whole column settles."""
    asked = DateForm(str(manifest.run["dates"])) if manifest.run["dates"] else None
    seen = DateColumns({0: column or "law_date"}, asked)
    if column is not None:
        for i, (cells, _) in enumerate(_rows(output), 2):
            seen.look(i, (cells.get(column, ""),))
    read = seen.readers()[0]

    @cache
    def month(written: str) -> str:
        day = read(written)
        return day[:7] if len(day) == 10 and day[4] == day[7] == "-" else ""

    return month
