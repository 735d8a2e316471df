"""Many writers, one commit: what waits to be recorded is put on disk together."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from screening.ledger.database import LedgerUnavailable
from screening.ledger.entry import Entry
from screening.ledger.record import Record
from screening.ledger.resolution import with_clearance
from screening.ledger.store import Ledger, append
from screening.problems import Problem

_MOST = 128
"""Submissions of one commit."""


@dataclass
class _Submission:
    entries: Sequence[Entry]
    done: Future[list[Record]]


class Writer:
    """A thread that records what is submitted, in order; each submission wholly or not at all.

    `told` hears of every commit: its submissions and how many seconds it took. `hand_over` is
    given, once for each commit, what completes its futures: a loop of events can do so in its own
    turn, instead of being woken for every one of them.
    """

    def __init__(
        self, ledger: Ledger, told: Callable[[int, float], None] = lambda n, s: None,
        hand_over: Callable[[Callable[[], None]], object] = lambda complete: complete(),
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._pen = ledger.database.pen()
        self._told = told
        self._hand_over = hand_over
        self._waiting: queue.SimpleQueue[_Submission | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(
        self, entries: Sequence[Entry], done: Future[list[Record]] | None = None
    ) -> Future[list[Record]]:
        """The records, once they are on disk. The future fails with `LedgerUnavailable`.

        `done` is that future, where somebody waits for it already.
        """
        for entry in entries:
            _ = entry.digest  # written out here, before the writer's turn
        submission = _Submission(entries, Future() if done is None else done)
        with self._lock:
            if self._closed:
                raise LedgerUnavailable([Problem(
                    "ledger-unavailable", "the ledger is closed; the service is stopping",
                    "ask again in a moment")])  # fmt: skip
            self._waiting.put(submission)
        return submission.done

    def close(self) -> None:
        """Record what was accepted, and end."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            first = self._waiting.get()
            group = [] if first is None else [first]
            going = first is not None
            while going and len(group) < _MOST:
                try:
                    item = self._waiting.get_nowait()
                except queue.Empty:
                    break
                going = item is not None
                if item is not None:
                    group.append(item)
            # Who no longer waits for an answer gets none, and leaves no record; from here on nobody
            # can call it off.
            group = [one for one in group if one.done.set_running_or_notify_cancel()]
            if group:
                self._record(group)
        self._pen.close()

    def _record(self, group: list[_Submission]) -> None:
        began = time.perf_counter()
        try:
            found = self._commit(group)
        except Exception as error:
            if len(group) > 1 and not self._cannot_be_used(error):
                for one in group:  # one of them is at fault, and must not fail the others
                    self._record([one])
                return
            self._complete(group, error)
            return
        self._complete(group, found)
        with suppress(Exception):  # whatever hears of it must not end the writer
            self._told(len(group), time.perf_counter() - began)

    def _complete(self, group: list[_Submission], found: list[list[Record]] | Exception) -> None:
        def complete() -> None:
            if isinstance(found, Exception):
                for one in group:
                    one.done.set_exception(found)
                return
            for one, records in zip(group, found, strict=True):
                one.done.set_result(records)

        try:
            self._hand_over(complete)
        except RuntimeError:  # a loop that is closed waits for nothing
            complete()

    def _commit(self, group: list[_Submission]) -> list[list[Record]]:
        with self._pen.write() as c:
            found = iter(append(c, [e for one in group for e in one.entries], with_clearance))
            return [list(islice(found, len(one.entries))) for one in group]

    def _cannot_be_used(self, error: Exception) -> bool:
        """Whether the database fails, and not one entry."""
        faulty = self._ledger.database.faulty
        return isinstance(error, LedgerUnavailable) and not isinstance(error.__cause__, faulty)
