"""Our three answers about a table: matched sets; verdict and finding; all that an output says."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from screening.bulk.answers import prepare
from screening.bulk.batches import ROWS, Batch
from screening.bulk.fast.arrays import Arrays
from screening.bulk.fast.numbers import Mixed, Numbered
from screening.bulk.fast.ruling import FINDINGS, VERDICTS
from screening.bulk.fast.sorter import Sorter
from screening.bulk.given import GivenFile
from screening.bulk.headers import recognize
from screening.bulk.run import Work, write_parts
from screening.bulk.sources import read_table
from screening.bulk.workers import Task, parts
from screening.bulk.writers import TableFormat
from screening.engine import Rulebook

MATCHED, VERDICT = "matched sets", "verdict and finding"
WHOLE = "verdict, reasons, assumptions, trace key"


def task_of(path: Path, rulebook: Rulebook, given: GivenFile | None = None) -> tuple[Task, int]:
    """What is done with the table, and how many rows it has: the first look at it."""
    said = given or GivenFile()
    table = read_table(path)
    columns = recognize(table.header, rulebook.content.vocabulary, said.columns, said.facts,
                        table.file)  # fmt: skip
    found = prepare(table, columns, said, rulebook.content, one_date=False)
    task = Task(found.reading, table.header, TableFormat.CSV, None, True, rulebook.folder,
                rulebook.digest)  # fmt: skip
    return task, found.count


def whole(path: Path, output: Path, rulebook: Rulebook, given: GivenFile | None = None) -> None:
    """Everything that `screening screen` does."""
    task, rows = task_of(path, rulebook, given)
    work = Work(task.header, rows, TableFormat.CSV, output, {})

    def made(start: int) -> Iterator[object]:
        return parts(task, rulebook, read_table(path).batches(ROWS), rows=rows)

    write_parts(work, made, lambda at: None)  # type: ignore[arg-type]  # parts, told as objects


def by_arrays(path: Path, output: Path, rulebook: Rulebook, level: str) -> None:
    """The rows with what arrays find, in this process: Polars reads and writes by all cores."""
    task, _ = task_of(path, rulebook)
    arrays = Arrays(Sorter(rulebook, task.reading))
    said = _verdicts(arrays) if level == VERDICT else _sets(arrays)
    with output.open("wb") as out:
        for batch in read_table(path).batches(ROWS):
            found = pl.DataFrame([*batch.cells.get_columns(), *said(batch)])
            found.write_csv(out, include_header=False)


Says = Callable[[Batch], list[pl.Series]]


def _verdicts(arrays: Arrays) -> Says:
    verdicts = pl.Series("verdict", [v.value for v in VERDICTS])
    findings = pl.Series("finding", [f.value for f in FINDINGS])

    def of(batch: Batch) -> list[pl.Series]:
        ruled = arrays.rule(batch)
        return [verdicts[ruled.verdicts], findings[ruled.findings]]

    return of


def _sets(arrays: Arrays) -> Says:
    """The conditions that surely hold, as text; each distinct set is written once."""
    mixed, numbers = Mixed(), Numbered(words=2)
    texts = pl.Series("sets", [""])  # of rows that are decided one by one

    def of(batch: Batch) -> list[pl.Series]:
        which = np.zeros(len(batch), np.int64)
        for span in arrays.spans_of(batch):
            if span.level is None:
                continue
            words = span.level.match(span.rows, span.lots)[: span.level.wide]
            width = np.full(len(span.rows), span.level.wide, np.uint64)
            found, new = numbers.of(*mixed.of([width, *words]))
            texts.extend(pl.Series("sets", [b64encode(words[:, i].tobytes()).decode()
                                            for i in new.tolist()], dtype=pl.String))  # fmt: skip
            which[span.rows] = found + 1
        return [texts[which]]

    return of
