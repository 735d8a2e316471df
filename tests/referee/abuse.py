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
from contextlib import suppress
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


class Abused(Process):
    """A process that is killed at random moments of a share of its questions, or not waited for."""

    def __init__(self, rng: Random, share: float) -> None:
        super().__init__()
        self._rng, self._share = rng, share
        self.kills = self.hurried = 0

    def ask(self, message: dict[str, Any], limit: float) -> dict[str, Any]:
        """As `Process.ask`, in a world that is against it."""
        if "question" in message and self._rng.random() < self._share:
            if self._rng.random() < 0.5:
                self.hurried += 1
                limit = self._rng.choice((0.0, 0.001, 0.003))
            else:
                self.kills += 1
                moment = self._rng.uniform(0, 0.02)
                threading.Timer(moment, self._kill, (self.pid, self._rng.choice(SIGNALS))).start()
        return super().ask(message, limit)

    @staticmethod
    def _kill(pid: int | None, sign: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if pid is not None:
                os.kill(pid, sign)


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


def run(rulebook: Rulebook, decisions: int, *, seed: int = 1, share: float = 0.01) -> Report:
    """Ask so many times, a share of them abused."""
    rng = Random(seed)
    report = Report()
    process = Abused(rng, share)
    asked = list(_cases(rulebook))
    began = time.monotonic()
    with Referee(time_limit=3.0, load_limit=60.0, process=process) as referee:
        for i in range(decisions):
            compiled, facts, view, own = rng.choice(asked)
            try:
                opinion = compare(own, referee.answer(compiled, facts, view))
                report.outcomes[opinion.outcome] += 1
            except Unavailable as error:
                report.outcomes[Outcome.UNAVAILABLE] += 1
                report.reasons[str(error)] += 1
                time.sleep(0.01)  # a shipment is not asked about a thousand times a second
            if i % max(1, decisions // 10) == 0:
                report.memory_kb.append((memory_kb(os.getpid()), memory_kb(process.pid)))
        report.starts, report.kills = process.starts, process.kills
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


def main() -> None:
    """Run and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    report = run(load_rulebook(), count, share=0.001)
    print(f"{count} decisions in {report.seconds:.0f} s: "
          + ", ".join(f"{n} {outcome}" for outcome, n in report.outcomes.items()))  # fmt: skip
    print(f"{report.kills} kills, {report.hurried} without time, {report.starts} starts")
    for reason, n in report.reasons.most_common():
        print(f"  {n} {reason}")
    print("memory in kB, client and worker:", *report.memory_kb)
    raise SystemExit(report.outcomes[Outcome.DISAGREES] or report.outcomes.total() != count)


if __name__ == "__main__":
    main()
