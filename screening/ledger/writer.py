"""Many submissions, one commit: what comes while a group is put on disk is the next group."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from screening.ledger.database import LedgerUnavailable
from screening.ledger.entry import Entry
from screening.ledger.record import Record
from screening.ledger.resolution import with_clearance
from screening.ledger.store import Ledger, append
from screening.problems import Problem

_MOST = 128
"""Submissions of one commit."""

_Submission = tuple[Sequence[Entry], "asyncio.Future[list[Record]]"]


class Writer:
    """Records what is submitted in one loop of events, in order; each submission wholly or not at
    all.

    The busier the loop, the larger the groups, and the less each submission costs: a thread of its
    own waits for the disk, and is called and listened to once for each group. `told` hears of every
    group: how many were recorded and how many seconds it took.
    """

    def __init__(
        self, ledger: Ledger, told: Callable[[int, float], None] = lambda n, s: None
    ) -> None:
        self._ledger = ledger
        self._pen = ledger.database.pen()
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Submission] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False
        self._groups: queue.SimpleQueue[list[_Submission] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def record(self, entries: Sequence[Entry]) -> list[Record]:
        """The entries' records, once they are on disk. Raises `LedgerUnavailable`.

        Who is cancelled before their turn leaves no record.
        """
        if self._closed:
            raise LedgerUnavailable([Problem(
                "ledger-unavailable", "the ledger is closed; the service is stopping",
                "ask again in a moment")])  # fmt: skip
        for entry in entries:
            _ = entry.digest  # written out here, before the writer's turn
        done: asyncio.Future[list[Record]] = self._loop.create_future()
        self._waiting.append((entries, done))
        if self._idle.is_set():
            self._idle.clear()
            self._loop.call_soon(self._next)  # with what else is submitted in this turn
        return await done

    async def close(self) -> None:
        """Record what was accepted, and end."""
        self._closed = True
        await self._idle.wait()
        self._groups.put(None)
        await asyncio.to_thread(self._thread.join)

    def _next(self) -> None:
        """Hand over who waits; from here on nobody can call it off."""
        group: list[_Submission] = []
        while self._waiting and len(group) < _MOST:
            one = self._waiting.popleft()
            if not one[1].done():
                group.append(one)
        if group:
            self._groups.put(group)
        else:
            self._idle.set()

    def _tell(
        self, group: list[_Submission], found: list[list[Record] | Exception], took: float
    ) -> None:
        for (_, done), one in zip(group, found, strict=True):
            if done.done():  # nobody waits for it any more
                continue
            if isinstance(one, Exception):
                done.set_exception(one)
            else:
                done.set_result(one)
        self._next()
        recorded = sum(not isinstance(one, Exception) for one in found)
        if recorded:
            self._told(recorded, took)

    def _run(self) -> None:
        """What the thread does."""
        while (group := self._groups.get()) is not None:
            began = time.perf_counter()
            found = self._recorded([entries for entries, _ in group])
            took = time.perf_counter() - began
            try:
                self._loop.call_soon_threadsafe(self._tell, group, found, took)
            except RuntimeError:  # a loop that is closed waits for nothing
                break
        self._pen.close()

    def _recorded(self, group: list[Sequence[Entry]]) -> list[list[Record] | Exception]:
        try:
            return self._commit(group)
        except Exception as error:
            if len(group) > 1 and not self._cannot_be_used(error):
                # One of them is at fault, and must not fail the others.
                return [answer for one in group for answer in self._recorded([one])]
            return [error] * len(group)

    def _commit(self, group: list[Sequence[Entry]]) -> list[list[Record] | Exception]:
        with self._pen.write() as c:
            found = iter(append(c, [e for one in group for e in one], with_clearance))
            return [list(islice(found, len(one))) for one in group]

    def _cannot_be_used(self, error: Exception) -> bool:
        """Whether the database fails, and not one entry."""
        faulty = self._ledger.database.faulty
        return isinstance(error, LedgerUnavailable) and not isinstance(error.__cause__, faulty)
