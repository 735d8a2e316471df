"""The referee under abuse: killed, silenced and started again while it is asked.

`python tests/referee/abuse.py 100000` (`make referee-abuse N=100000`) prints what happened. Each
shipment is asked about once and has one outcome: agreement, or no answer. What is never seen is a
wrong answer taken for one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from screening.decide.compile import Compiled
from screening.decide.view import View
from screening.engine import Rulebook, load_rulebook
from screening.facts import Facts
from screening.opinion import Outcome
from screening.referee.confirm import Answer, compare, told_by
from screening.referee.process import Process, Unavailable
from screening.referee.referee import Referee


SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGSTOP)


class Hasty(Process):
    """A process whose questions now and then have no time at all."""

    def __init__(self, rng: Random, share: float) -> None:
        super().__init__()
        self._rng, self._share = rng, share
        self.hurried = 0

    def ask(self, message: dict[str, Any], limit: float) -> dict[str, Any]:
        """As `Process.ask`, at times with no more than three milliseconds."""
        if "question" in message and self._rng.random() < self._share:
            self.hurried += 1
            limit = self._rng.choice((0.0, 0.001, 0.003))
        return super().ask(message, limit)


@dataclass
class Report:
    """What became of the decisions."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    hurried: int = 0
    starts: int = 0
    seconds: float = 0.0
    memory_kb: list[tuple[int, int]] = field(default_factory=list)
    """Resident memory of this process and of the worker, at regular times."""


def memory_kb(pid: int | None) -> int:
    """Resident memory of a process in kB; 0 if it is not there."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(x.split()[1]) for x in status.splitlines() if x.startswith("VmRSS")), 0)


def run(rulebook: Rulebook, decisions: int, *, seed: int = 1, mean_life: float = 1.0,
        haste: float = 0.001) -> Report:  # fmt: skip
    """Ask so many times; the worker is killed about every `mean_life` seconds."""
    rng = Random(seed)
    report = Report()
    process = Hasty(rng, haste)
    asked = list(_cases(rulebook))
    began = time.monotonic()
    with Referee(time_limit=3.0, load_limit=30.0, process=process) as referee:
        with _killing(process, report, Random(seed + 1), mean_life):
            for i in range(decisions):
                compiled, facts, view, own = rng.choice(asked)
                try:
                    opinion = compare(own, referee.answer(compiled, facts, view))
                    report.outcomes[opinion.outcome] += 1
                except Unavailable as error:
                    report.outcomes[Outcome.UNAVAILABLE] += 1
                    report.reasons[str(error)] += 1
                if i % max(1, decisions // 10) == 0:
                    report.memory_kb.append((memory_kb(os.getpid()), memory_kb(process.pid)))
        report.starts = process.starts
    report.hurried = process.hurried
    report.seconds = time.monotonic() - began
    return report


def _cases(rulebook: Rulebook) -> Iterator[tuple[Compiled, Facts, View, Answer]]:
    for example in rulebook.content.examples:
        shipment = example.given.with_field("law_date", "2025-07-15")
        view = rulebook.view(rulebook.facts(shipment).law_date)
        facts = rulebook.assumed(rulebook.facts(shipment), view)
        ruling = rulebook.ruling(facts, view)
        yield ruling.compiled, facts, view, told_by(ruling)


@contextmanager
def _killing(process: Process, report: Report, rng: Random, mean_life: float) -> Iterator[None]:
    done = threading.Event()

    def kill() -> None:
        while not done.wait(rng.expovariate(1 / mean_life)):
            pid = process.pid
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, rng.choice(SIGNALS))
                    report.kills += 1

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def main() -> None:
    """Run and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    report = run(load_rulebook(), count, mean_life=10.0)
    print(f"{count} decisions in {report.seconds:.0f} s: "
          + ", ".join(f"{n} {outcome}" for outcome, n in report.outcomes.items()))  # fmt: skip
    print(f"{report.kills} kills, {report.hurried} without time, {report.starts} starts")
    for reason, n in report.reasons.most_common():
        print(f"  {n} {reason}")
    print("memory in kB, client and worker:", *report.memory_kb)
    raise SystemExit(report.outcomes[Outcome.DISAGREES] or report.outcomes.total() != count)


if __name__ == "__main__":
    main()
