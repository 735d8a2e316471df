"""All of it in one run: prints what it found and writes `benchmarks/bulk/RESULTS.md`.

python -m benchmarks.bulk --rows 1000000 --rounds 3
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.bulk import data, ours, peers
from screening.bulk.batches import ROWS
from screening.bulk.fast.arrays import Arrays
from screening.bulk.fast.sorter import Sorter
from screening.bulk.sources import read_table
from screening.engine import Rulebook

RESULTS = Path(__file__).with_name("RESULTS.md")
TARGETS = {ours.MATCHED: 2.5, ours.VERDICT: 3.0, ours.WHOLE: 4.0}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rules", type=int, default=200)
    parser.add_argument("--whole", type=int, default=0, help="rows of the third answer, if fewer")
    parser.add_argument("--sample", type=int, default=20_000, help="rows for the slow ways")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bulk-") as folder:
        text = measure(Path(folder), asked)
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


def measure(folder: Path, asked: argparse.Namespace) -> str:
    """The tables, told."""
    table, sample, part = folder / "rows.csv", folder / "sample.csv", folder / "part.csv"
    few = asked.whole or asked.rows
    data.write_rows(table, asked.rows)
    data.write_rows(sample, asked.sample)
    data.write_rows(part, few)
    book = data.rulebook(data.rules(asked.rules), folder / "rules")
    grounds = data.grounds(asked.rules)
    out = folder / "out.csv"
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "floor": (asked.rows, lambda: peers.floor(table, out, 120)),
        ours.MATCHED: (asked.rows, lambda: ours.by_arrays(table, out, book, ours.MATCHED)),
        ours.VERDICT: (asked.rows, lambda: ours.by_arrays(table, out, book, ours.VERDICT)),
        ours.WHOLE: (few, lambda: ours.whole(part, out, book)),
        "Polars expressions": (asked.sample, lambda: peers.polars(sample, out, grounds)),
        "DuckDB SQL": (asked.sample, lambda: peers.duckdb(sample, out, grounds)),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    work: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(asked.rounds):
        for name, (rows, way) in ways.items():
            began, worked = perf_counter(), processor()
            way()
            times[name].append((perf_counter() - began) / rows * 1e6)
            work[name].append((processor() - worked) / rows * 1e6)
            print(f"{name}: {times[name][-1]:.1f} s, {work[name][-1]:.1f} s of processors, for a "
                  f"million rows", file=sys.stderr, flush=True)  # fmt: skip
    for name in ("zen", "cedar"):
        loop = f"{name}, row by row"
        times[loop] = work[loop] = [peers.row_loop(name, sample, grounds, 200) * 1e6]
    least = median(work["floor"])
    lines = [
        "# Bulk",
        "",
        f"Written by `python -m benchmarks.bulk` on {datetime.now(UTC).date()}: {os.cpu_count()} "
        f"cores, {platform.machine()}, Python {platform.python_version()}; load "
        f"{os.getloadavg()[0]:.1f} at the end. Median of {asked.rounds} interleaved rounds.",
        "",
        f"{asked.rows:,} rows of 25 columns, {data.PRODUCTS:,} products, {data.PARTIES:,} parties, "
        f"{asked.rules} rules. {mix(table, book)}",
        "",
        "The floor is Polars reading all columns and writing an equally large output.",
        "",
        "The times the floor are those of processor time, of all processes: what others do on the "
        "machine changes it little. The first look at the table and filling the index is counted, "
        "and for the whole answer that its processes start and load the rulebook; for matched sets "
        "and for verdict and finding the rulebook is loaded before.",
        "",
        "| | rows | seconds for a million rows | processor seconds | times the floor | aimed at |",
        "|---|---|---|---|---|---|",
    ]
    for name, found in times.items():
        rows = ways[name][0] if name in ways else 200
        aim = TARGETS.get(name)
        worked = median(work[name])
        ratio = worked / least
        said = "" if aim is None else f"{aim:g}: {'met' if ratio <= aim else 'missed'}"
        lines.append(f"| {name} | {rows:,} | {median(found):,.1f} | {worked:,.1f} | "
                     f"{ratio:,.1f} | {said} |")  # fmt: skip
    lines += ["", "Memory is measured by `python -m benchmarks.bulk.memory 1000000 10000000`.", ""]
    return "\n".join(lines)


def processor() -> float:
    """Processor seconds of this process and of those that it waited for."""
    found = os.times()
    return found.user + found.system + found.children_user + found.children_system


def mix(table: Path, book: Rulebook) -> str:
    """What the rows came to, of a batch: the mix as it was reached."""
    task, _ = ours.task_of(table, book)
    arrays = Arrays(Sorter(book, task.reading))
    batch = next(iter(read_table(table).batches(ROWS)))
    units = book.units
    grounds = sum(1 << n for n, c in enumerate(units.columns) if c.rule.is_ground)
    place = {c.rule.id: n for n, c in enumerate(units.columns)}
    easing = [1 << n | 1 << place[c.rule.targets[0]] for n, c in enumerate(units.columns)
              if c.rule.kind and not c.rule.built_in]  # fmt: skip
    two = eased = rows = 0
    for span in arrays.spans_of(batch):
        matched = arrays.match(span)
        assert matched is not None
        for words in matched.sure.tolist():
            bits = sum(word << 64 * n for n, word in enumerate(words))
            rows += 1
            two += (bits & grounds).bit_count() >= 2
            eased += any(bits & both == both for both in easing)
    return (f"Of a batch: {data.UNKNOWN:.0%} of rows with an unknown fact, {eased / rows:.0%} with "
            f"a standing override, {two / rows:.0%} with two grounds or more, {data.DAMAGED:.0%} "
            "damaged.")  # fmt: skip


if __name__ == "__main__":
    main()
