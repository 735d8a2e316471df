"""Proofs in child processes: a solver that hangs or dies takes nothing with it, and proves nothing.

The parent never imports the solver. What a child has not answered by the deadline is unknown.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from screening.engine import Rulebook, load_rulebook
from screening.problems import Problem
from screening.workbench.proofs.epochs import Epoch, epochs
from screening.workbench.proofs.report import Answer, Outcome, Proof


def solver_there() -> bool:
    """Whether the optional extra `prove` is installed."""
    return importlib.util.find_spec("z3") is not None


def prove(
    folder: Path, rulebook: Rulebook, *, seconds: float = 600, each: float = 30, jobs: int = 2,
    only: str | None = None,
) -> list[Proof]:  # fmt: skip
    """The rulebook's properties, proved or not, in `jobs` processes within `seconds`.

    `each` limits one question to the solver. Without the solver all are `not checked`.
    """
    wanted = [p for p in rulebook.content.properties if only in (None, p.id)]
    proofs = {p.id: Proof(p.id, p.title) for p in wanted}
    if not solver_there() or not wanted:
        return list(proofs.values())
    days = epochs(rulebook)
    for answer in answers(folder, days, tuple(proofs), seconds, each, jobs):
        proofs[answer.id].answers.append(answer)
    for proof in proofs.values():
        answered = {a.first for a in proof.answers}
        proof.without = [str(e.first) for e in days if str(e.first) not in answered]
    return list(proofs.values())


def answers(
    folder: Path, days: Sequence[Epoch], wanted: Sequence[str], seconds: float, each: float,
    jobs: int,
) -> Iterator[Answer]:  # fmt: skip
    """Answers as they come; fewer than asked where the deadline passes or a child dies."""
    parts = [list(days[part::jobs]) for part in range(min(jobs, len(days)))]
    yield from told_by(seconds, _work, [(folder, part, list(wanted), each) for part in parts])


def look_deeper(folder: Path, *, seconds: float = 600, each: float = 30) -> list[Problem]:
    """What only the solver finds in a rulebook: see `deep`.

    Without the solver, or where it does not finish, that is itself an error.
    """
    if not solver_there():
        return [Problem("not-shown", "the solver is missing, so nothing deeper was checked",
                        "pip install export-screening[prove]")]  # fmt: skip
    told = list(told_by(seconds, _deeper, [(folder, each, question) for question in _QUESTIONS]))
    found: list[Problem] = [problem for problem in told if problem is not None]
    if len(told) - len(found) < len(_QUESTIONS):
        found.append(Problem("not-shown", f"the solver was not done in {seconds:g} seconds",
                             "give more time with `--seconds`"))  # fmt: skip
    return found


def told_by(
    seconds: float, work: Callable[..., None], jobs: Sequence[tuple[Any, ...]],
    inherit: bool = False,
) -> Iterator[Any]:  # fmt: skip
    """What child processes send, as it comes; they are killed at the deadline.

    With `inherit` they begin with what this process has loaded, where it can be handed on as it is:
    where the system can fork, and there is no other thread that might hold a lock meanwhile.
    """
    forks = inherit and sys.platform == "linux" and threading.active_count() == 1
    context: Any = multiprocessing.get_context("fork" if forks else "spawn")
    until = time.monotonic() + seconds
    children = []
    open_: list[Connection] = []
    for job in jobs:
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=work, args=(there, *job), daemon=True)
        child.start()
        there.close()
        children.append(child)
        open_.append(here)
    try:
        while open_ and (left := until - time.monotonic()) > 0:
            for ready in wait(open_, timeout=left):
                assert isinstance(ready, Connection)
                try:
                    yield ready.recv()
                except EOFError:
                    open_.remove(ready)
    finally:
        for child in children:
            child.kill()
            child.join()


def _work(
    out: Connection, folder: Path, days: Iterable[Epoch], wanted: Sequence[str], each: float
) -> None:
    from screening.workbench.proofs.ask import answers_for  # imports the solver, in the child only

    rulebook = load_rulebook(folder)
    for answer in answers_for(rulebook, days, wanted, each):
        out.send(answer)


_QUESTIONS = ("deep_findings", "conflicts", "shadows")
"""What is asked, each in a child of its own."""


def _deeper(out: Connection, folder: Path, each: float, question: str) -> None:
    from screening.workbench.proofs import deep  # imports the solver, in the child only

    for problem in getattr(deep, question)(load_rulebook(folder), each):
        out.send(problem)
    out.send(None)  # so that one that died half way is not taken for one that found no more


__all__ = ["Outcome", "look_deeper", "prove", "solver_there"]
