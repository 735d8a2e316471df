"""All cores at work on one table: batches go out in order, their written answers come back so.

Every worker loads the rulebook once and makes sure that it is the one meant; what one has decided
the others take from it.
"""

from __future__ import annotations

import atexit
import gc
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from screening.bulk.batches import Batch
from screening.bulk.fast.alike import Alike
from screening.bulk.fast.shared import Shared
from screening.bulk.parts import Part, part_of
from screening.bulk.reading import Reading
from screening.bulk.remembered import decided
from screening.bulk.writers import TableFormat
from screening.decision import Authority
from screening.engine import Rulebook, load_rulebook

AHEAD = 2
"""Batches under way for each worker: enough that none waits, few enough to fit in memory."""


@dataclass(frozen=True)
class Task:
    """What is done with every batch; it travels to other processes."""

    reading: Reading
    header: tuple[str, ...]
    format: TableFormat
    authority: Authority | None
    assumptions: bool
    folder: Path | None
    """The rulebook's folder; without one this process works alone."""
    digest: str


class Worker:
    """Decides and writes batches of one table."""

    def __init__(
        self, task: Task, rulebook: Rulebook, secret: bytes | None = None,
        shared: Shared | None = None,
    ) -> None:  # fmt: skip
        self.task = task
        self._told: set[str] = set()
        reading = task.reading
        self.alike = Alike(rulebook, reading, lambda shipment: decided(rulebook.decide(
            shipment, law_date=reading.law_date, known_as_of=reading.known_as_of,
            authority=task.authority, assumptions=task.assumptions,
        )), secret, shared)  # fmt: skip

    def part(self, batch: Batch) -> Part:
        """The batch decided and written."""
        answered = self.alike.answer(batch)
        return part_of(answered, self.task.header, self.task.format, self.task.reading, self._told)


def parts(task: Task, rulebook: Rulebook, batches: Iterable[Batch], *, rows: int) -> Iterator[Part]:
    """The written answers in the order of the batches; `rows` tells if help is worth its start."""
    workers = int(os.environ.get("SCREENING_WORKERS", "0")) or os.cpu_count() or 1
    if workers == 1 or task.folder is None or rows <= ROWS_FOR_HELP:
        one = Worker(task, rulebook)
        yield from map(one.part, batches)
        return
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # a core is a worker's
    # Threads do not survive a fork, and every machine can start a process anew.
    with (
        TemporaryDirectory(prefix="screening-") as shared,
        ProcessPoolExecutor(workers, get_context("spawn"), _begin,
                            (task, os.urandom(32), Path(shared))) as pool,
    ):  # fmt: skip
        under_way: deque[Future[Part]] = deque()
        try:
            for batch in batches:
                under_way.append(pool.submit(_part, batch))
                if len(under_way) >= AHEAD * workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


ROWS_FOR_HELP = int(os.environ.get("SCREENING_ROWS_FOR_HELP", "40000"))

_HERE: list[Worker] = []


def _begin(task: Task, secret: bytes, shared: Path) -> None:
    rulebook = load_rulebook(task.folder)
    if rulebook.digest != task.digest:
        # INVARIANT: all rows are decided by one rulebook; this ends the whole run.
        raise RuntimeError("the rulebook changed while the table was screened")
    _HERE.append(Worker(task, rulebook, secret, Shared(shared)))
    gc.freeze()  # the rulebook stays
    # What was remembered goes with the process; to take it apart object by object takes seconds.
    atexit.register(os._exit, 0)


def _part(batch: Batch) -> Part:
    return _HERE[0].part(batch)
