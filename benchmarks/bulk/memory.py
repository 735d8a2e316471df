"""Memory and time of the whole answer for tables of several sizes, each in processes of its own.

python -m benchmarks.bulk.memory 1000000 10000000
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from pathlib import Path
from time import perf_counter

from benchmarks.bulk import data, ours
from benchmarks.bulk.__main__ import processor
from screening.engine import load_rulebook

RULES = 200


def main() -> None:
    """Measure and print, one line for each size."""
    context = get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="bulk-memory-") as name:
        folder = Path(name)
        data.rulebook(data.rules(RULES), folder / "rules")
        for rows in map(int, sys.argv[1:]):
            _alone(context, data.write_rows, folder / "rows.csv", rows)
            told, tell = context.Pipe(False)
            one = context.Process(target=_screen, args=(folder, tell))
            one.start()
            tell.close()  # so that a process that dies is noticed
            wall, worked, parent, workers = told.recv()
            one.join()
            print(f"{rows:,} rows: {wall:,.0f} s, {worked / rows * 1e6:,.1f} s of processors for a "
                  f"million; the process that writes {parent:,} MB, a worker {workers:,} MB",
                  flush=True)  # fmt: skip


def _alone(context: SpawnContext, of: Callable[..., object], *arguments: object) -> None:
    process = context.Process(target=of, args=arguments)
    process.start()
    process.join()


def _screen(folder: Path, tell: Connection) -> None:
    book = load_rulebook(folder / "rules")
    began, worked = perf_counter(), processor()
    ours.whole(folder / "rows.csv", folder / "out.csv", book)
    peaks = [resource.getrusage(who).ru_maxrss // 1024
             for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]  # fmt: skip
    tell.send((perf_counter() - began, processor() - worked, *peaks))


if __name__ == "__main__":
    main()
