"""Our three answers about a table: matched sets; verdict and finding; all that an output says."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

from screening.bulk.answers import prepare
from screening.bulk.batches import ROWS, Batch
from screening.bulk.fast.arrays import FINDINGS, VERDICTS, Arrays
from screening.bulk.given import GivenFile
from screening.bulk.headers import recognize
from screening.bulk.run import Work, write_parts
from screening.bulk.sources import read_table
from screening.bulk.workers import Task, Worker, parts
from screening.bulk.writers import TableFormat
from screening.engine import Rulebook, load_rulebook

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
    """The rows with what arrays find, by all cores."""
    task, _ = task_of(path, rulebook)
    workers = os.cpu_count() or 1
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    with (
        output.open("wb") as out,
        ProcessPoolExecutor(workers, get_context("spawn"), _begin, (task, level)) as pool,
    ):
        under_way: deque[Future[bytes]] = deque()
        for batch in read_table(path).batches(ROWS):
            under_way.append(pool.submit(_part, batch))
            if len(under_way) >= 2 * workers:
                out.write(under_way.popleft().result())
        for future in under_way:
            out.write(future.result())


_HERE: list[tuple[Arrays, str]] = []


def _begin(task: Task, level: str) -> None:
    worker = Worker(task, load_rulebook(task.folder))
    _HERE.append((Arrays(worker.alike.sorter), level))


def _part(batch: Batch) -> bytes:
    arrays, level = _HERE[0]
    frame = batch.cells
    if level == VERDICT:
        ruled = arrays.rule(batch)
        said = [pl.Series("verdict", [v.value for v in VERDICTS])[ruled.verdicts],
                pl.Series("finding", [f.value for f in FINDINGS])[ruled.findings]]  # fmt: skip
        return pl.DataFrame([*frame.get_columns(), *said]).write_csv(include_header=False).encode()
    wide = 0
    found: list[tuple[np.ndarray[tuple[int], np.dtype[np.int64]], bytes]] = []
    sets = np.zeros(len(batch), "S1")
    for span in arrays.spans_of(batch):
        matched = arrays.match(span)
        if matched is not None:
            wide = matched.sure.shape[1] * 8
            sets = sets.astype(f"S{wide}")
            sets[matched.rows] = np.ascontiguousarray(matched.sure).view(f"S{wide}").ravel()
    del found
    text = pl.Series("sets", sets.tolist(), dtype=pl.Binary).bin.encode("base64")
    return pl.DataFrame([*frame.get_columns(), text]).write_csv(include_header=False).encode()
