"""The worker's process: no crash, silence or nonsense is ever an answer, and starts are bounded."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from screening.referee.process import FIRST_WAIT, LONGEST_WAIT, Process, Unavailable

READ = "import json,sys,time,os\nfor line in sys.stdin:\n n=json.loads(line)['number']\n "


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.offset


@pytest.fixture
def started() -> Iterator[Callable[[str], Process]]:
    """Makes a process that does so with every line, and ends it after the test."""
    running: list[Process] = []

    def start(does: str) -> Process:
        process = Process((sys.executable, "-S", "-c", READ + does), Clock())
        running.append(process)
        assert process.ready()
        return process

    yield start
    for process in running:
        process.stop()


ECHO = "print(json.dumps({'number':n,'sure':['a']}),flush=True)"


def test_an_answer(started: Callable[[str], Process]) -> None:
    process = started(ECHO)
    assert process.ask({"question": 1}, 10)["sure"] == ["a"]
    assert not process.ready(), "it still runs"


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("time.sleep(60)", "in time"),
        ("os._exit(1)", "ended"),
        ("os.kill(os.getpid(), 11)", "ended"),
        ("print('{}', flush=True)", "another question"),
        ("print(json.dumps({'number':n-1}), flush=True)", "another question"),
        ("print('Traceback', flush=True)", "cannot be read"),
        ("print('1\\n2', flush=True)", "cannot be read"),
        ("sys.stdout.write('{\"number\"'); sys.stdout.flush(); time.sleep(60)", "in time"),
    ],
)
def test_no_answer(started: Callable[[str], Process], does: str, said: str) -> None:
    process = started(does)
    pid = process.pid
    with pytest.raises(Unavailable, match=said):
        process.ask({}, 1.0)
    assert process.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid or 0, 0)


def test_a_worker_that_does_not_read_is_not_waited_for(started: Callable[[str], Process]) -> None:
    process = started("time.sleep(60)")
    with pytest.raises(Unavailable, match="in time"):
        process.ask({"plan": "x" * 10_000_000}, 1.0)


def test_killed_between_two_questions_it_is_started_again(
    started: Callable[[str], Process],
) -> None:
    process = started(ECHO)
    os.kill(process.pid or 0, signal.SIGKILL)
    deadline = time.monotonic() + 10
    new = False
    while not new and time.monotonic() < deadline:
        new = process.ready()  # the signal takes a moment
    assert new
    assert process.ask({}, 10)["sure"] == ["a"]


def test_failures_in_a_row_wait_ever_longer_up_to_a_limit(
    started: Callable[[str], Process],
) -> None:
    process = started("os._exit(1)")
    clock = process._now
    assert isinstance(clock, Clock)
    waits = []
    for _ in range(14):
        with pytest.raises(Unavailable):
            process.ask({}, 10)
        before = clock.offset
        while True:
            with suppress(Unavailable):
                process.ready()
                break
            clock.offset += 0.05
        waits.append(clock.offset - before)
    assert waits[0] == 0, "the first failure costs no waiting"
    assert waits[1] == pytest.approx(FIRST_WAIT, abs=0.1)
    assert waits[-1] == pytest.approx(LONGEST_WAIT, rel=0.1)
    assert process.starts == 15


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(Unavailable, match="cannot be started"):
        Process(("/nowhere/python",)).ready()
