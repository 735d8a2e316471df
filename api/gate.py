"""Who may ask, how often, and how many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.keys import Key, KeyFile, Role, find
from api.problem_details import refused

_bearer = HTTPBearer(auto_error=False, description="An API key.")


class Gate:
    """Checks keys against their file, which is read again when it changes, and counts requests."""

    def __init__(self, keys: KeyFile, per_minute: int, max_waiting: int) -> None:
        self._keys = keys
        self._per_minute = per_minute
        self._max_waiting = max_waiting
        self._waiting = 0
        self._left: dict[str, tuple[float, float]] = {}
        self._records: list[Key] = []
        self._read_at: int | None = None
        self._lock = threading.Lock()

    def key_of(self, text: str) -> Key | None:
        """The record of a key that is valid now."""
        path = self._keys.path
        changed = path.stat().st_mtime_ns if path.exists() else None
        if changed != self._read_at:
            self._records = self._keys.read()
            self._read_at = changed
        return find(text, self._records, datetime.now(UTC).date())

    def seconds_to_wait(self, key: Key) -> float:
        """Zero where this key may ask now; the request is counted then."""
        now, rate = time.monotonic(), self._per_minute / 60
        with self._lock:
            left, at = self._left.get(key.id, (float(self._per_minute), now))
            left = min(float(self._per_minute), left + (now - at) * rate)
            if left < 1:
                return (1 - left) / rate
            self._left[key.id] = (left - 1, now)
        return 0.0

    async def one_of_many(self) -> AsyncIterator[None]:
        """A place among the requests in work. Raises `Refused` (503) where all are taken."""
        if self._waiting >= self._max_waiting:
            raise refused("busy", HTTPStatus.SERVICE_UNAVAILABLE, "too many requests at once",
                          "ask again in a second", {"Retry-After": "1"})  # fmt: skip
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def allowed(*roles: Role) -> Callable[[Request, Credentials], Key]:
    """A dependency: a valid key with one of these roles (an admin's always), and not too often."""

    def check(request: Request, given: Credentials) -> Key:
        gate: Gate = request.app.state.gate
        key = gate.key_of(given.credentials) if given is not None else None
        if key is None:
            raise refused("no-key", HTTPStatus.UNAUTHORIZED, "this needs a valid API key",
                "send it as `Authorization: Bearer KEY`", {"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        if key.role not in (*roles, Role.ADMIN):
            raise refused("wrong-role", HTTPStatus.FORBIDDEN,
                          f"a key of role `{key.role}` may not do this",
                          f"it takes one of {', '.join(roles)}")  # fmt: skip
        wait = gate.seconds_to_wait(key)
        if wait:
            raise refused("too-often", HTTPStatus.TOO_MANY_REQUESTS, "this key asks too often",
                          "slow down", {"Retry-After": str(int(wait) + 1)})  # fmt: skip
        return key

    return check


async def _place(request: Request) -> AsyncIterator[None]:
    async for _ in request.app.state.gate.one_of_many():
        yield


Screener = Annotated[Key, Depends(allowed(Role.SCREENER, Role.REVIEWER))]
Anyone = Annotated[Key, Depends(allowed(*Role))]
InWork = Depends(_place)
