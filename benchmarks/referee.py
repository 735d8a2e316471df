"""What the referee costs: `python benchmarks/referee.py`.

For the shipped law and for generated rulebooks: the median of one question, as waited for and as
processor time of both processes, next to the engine's own ruling; and what a start takes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from generate import facts_of, random_case, random_compiled, view_of

from screening.decide.view import View
from screening.engine import Rulebook, load_rulebook
from screening.facts import Facts
from screening.referee.confirm import told_by
from screening.referee.referee import Referee

Asked = Sequence[tuple[Facts, View]]


@dataclass
class Cost:
    """Medians over the questions in microseconds, and the start in milliseconds."""

    waited: float
    client: float
    worker: float
    ruling: float
    start: float


def _spent(pid: int | None) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cost(rulebook: Rulebook, asked: Asked) -> Cost:
    """Ask both engines by turns; they must agree."""
    waited, client, ruling = [], [], []
    with Referee(time_limit=30.0, load_limit=120.0) as referee:
        facts, view = asked[0]
        began = time.perf_counter()
        referee.answer(rulebook.compiled(None), facts, view)
        start = time.perf_counter() - began
        worker = _spent(referee.process.pid)
        for facts, view in asked:
            cpu = time.process_time()
            own = rulebook.ruling(facts, view)
            ruling.append(time.process_time() - cpu)
            began, cpu = time.perf_counter(), time.process_time()
            answer = referee.answer(own.compiled, facts, view)
            client.append(time.process_time() - cpu)
            waited.append(time.perf_counter() - began)
            assert answer == told_by(own)
        worker = (_spent(referee.process.pid) - worker) / len(asked)
    micro = 1e6
    return Cost(median(waited) * micro, median(client) * micro, worker * micro,
                median(ruling) * micro, start * 1e3)  # fmt: skip


def _law() -> tuple[Rulebook, Asked]:
    law = load_rulebook()
    asked = []
    for example in law.content.examples:
        given = law.facts(example.given.with_field("law_date", "2025-07-15"))
        view = law.view(given.law_date)
        asked.append((law.assumed(given, view), view))
    return law, asked


def _generated(size: int) -> tuple[Rulebook, Asked]:
    rng = Random(size)
    _, rulebook = random_compiled(rng, size, dated=False)
    cases = [random_case(rng, known=0.7, dated=False) for _ in range(500)]
    return rulebook, [(facts_of(case), view_of(rulebook, case)) for case in cases]


def main() -> None:
    """Print a table."""
    print(f"{'':24}{'waited':>9}{'client':>9}{'worker':>9}{'ruling':>9}{'start':>9}")
    for name, (rulebook, asked) in (
        ("shipped law", _law()),
        ("50 generated rules", _generated(50)),
        ("200 generated rules", _generated(200)),
    ):
        c = cost(rulebook, asked)
        print(f"{name:24}{c.waited:>6.0f} us{c.client:>6.0f} us{c.worker:>6.0f} us"
              f"{c.ruling:>6.0f} us{c.start:>6.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
