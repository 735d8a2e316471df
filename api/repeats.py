"""The same request again, under its idempotency key: answered from the record."""

from __future__ import annotations

from fastapi.concurrency import run_in_threadpool

from screening.ledger.entry import Request as Asker
from screening.ledger.record import Record
from screening.ledger.store import Ledger, another_request
from screening.ledger.tables import records
from screening.memory import Memory

_LATELY = 10_000


class Repeats:
    """Finds what was answered before, without deciding it again.

    Looked for are only requests that this process answered lately: to look would hold up every
    other, and most come but once. Any other repeat is found where it is recorded.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lately: Memory[str, bool] = Memory(_LATELY)

    async def answered(self, asker: Asker) -> list[Record] | None:
        """The records of all lines. Raises `AnotherRequest`."""
        key = asker.key_of(1)
        if key is None or not self._lately.get(key):
            return None
        return await run_in_threadpool(known, self._ledger, asker)

    def note(self, asker: Asker) -> None:
        """This was answered."""
        key = asker.key_of(1)
        if key is not None:
            self._lately.put(key, True)


def known(ledger: Ledger, asker: Asker) -> list[Record] | None:
    """What was answered to this request before, by its idempotency key. Raises `AnotherRequest`."""
    key = asker.key_of(1)
    if key is None:
        return None
    found = ledger.where(records.c.idempotency == key, limit=1)
    if not found:
        return None
    if found[0].data["request"] != asker.digest:
        raise another_request()
    return ledger.where(records.c.screening == found[0].data["screening"], limit=100_000)
