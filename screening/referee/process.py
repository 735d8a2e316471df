"""The worker's process as its client sees it: asked with a time limit, killed, started again.

A crash or silence is never an answer: it is `Unavailable`.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

COMMAND = (sys.executable, "-m", "screening.referee.worker")
FIRST_WAIT, LONGEST_WAIT = 0.1, 60.0
"""Seconds between a failure and the next start; they double with every failure in a row."""


class Unavailable(RuntimeError):
    """The referee has no answer; the message says why."""


class Process:
    """One worker at a time. Not for several threads at once."""

    def __init__(
        self, command: tuple[str, ...] = COMMAND, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._command = command
        self._now = now
        self._worker: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._not_before = 0.0
        self._number = 0
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The process id of the running worker."""
        return self._worker.pid if self._worker is not None else None

    def ready(self) -> bool:
        """Start a worker if none runs; `True` if it is a new one, which knows no plan.

        Raises `Unavailable` while a start after failures has to wait.
        """
        if self._worker is not None and self._worker.poll() is None:
            return False
        if self._worker is not None:  # it died between two questions
            self.fail()
        if self._now() < self._not_before:
            raise Unavailable("the referee failed and is started again shortly")
        try:
            self._worker = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, bufsize=0,
            )  # fmt: skip
        except OSError as error:
            self.fail()
            raise Unavailable(f"the referee cannot be started: {error.strerror}") from None
        for pipe in (self._worker.stdin, self._worker.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        self.starts += 1
        return True

    def ask(self, message: dict[str, Any], limit: float) -> dict[str, Any]:
        """The worker's answer within `limit` seconds.

        Raises `Unavailable`, and the worker is then gone.
        """
        self._number += 1
        line = json.dumps({"number": self._number, **message}).encode() + b"\n"
        try:
            answer = self._exchange(line, self._now() + limit)
        except Unavailable:
            self.fail()
            raise
        self._failures = 0
        return answer

    def _exchange(self, line: bytes, deadline: float) -> dict[str, Any]:
        worker = self._worker
        if worker is None or worker.stdin is None or worker.stdout is None:
            raise Unavailable("the referee is not running")
        received = bytearray()
        sent = memoryview(line)
        with selectors.DefaultSelector() as waiting:
            waiting.register(worker.stdin, selectors.EVENT_WRITE)
            waiting.register(worker.stdout, selectors.EVENT_READ)
            while not received.endswith(b"\n"):
                left = deadline - self._now()
                events = waiting.select(left) if left > 0 else []
                if not events:
                    raise Unavailable("the referee did not answer in time")
                for key, _ in events:
                    try:
                        if key.fileobj is worker.stdin:
                            sent = sent[os.write(key.fd, sent[:65536]) :]
                            if not sent:
                                waiting.unregister(worker.stdin)
                        else:
                            part = os.read(key.fd, 65536)
                            if not part:
                                raise Unavailable("the referee ended while it was asked")
                            received += part
                    except BrokenPipeError:
                        raise Unavailable("the referee ended while it was asked") from None
        try:
            answer = json.loads(received)
        except ValueError:
            raise Unavailable("the referee answered what cannot be read") from None
        if not isinstance(answer, dict) or answer.get("number") != self._number:
            raise Unavailable("the referee answered another question")
        return answer

    def fail(self) -> None:
        """End the worker; the next start waits longer with every failure in a row."""
        self.stop()
        wait = min(FIRST_WAIT * 2 ** (self._failures - 1), LONGEST_WAIT) if self._failures else 0.0
        self._not_before = self._now() + wait
        self._failures += 1

    def stop(self) -> None:
        """End the worker, if one runs."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
