"""Who may ask, how often, and how many at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.body import read_body
from api.keys import Key, KeyFile, Role, find
from api.problem_details import refused
from screening.problems import ProblemsFound


class Places:
    """Takes in so many at once; for one loop of events."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._next: deque[asyncio.Future[None]] = deque()

    def __enter__(self) -> None:
        """Raises `Refused` (503) where all places are taken."""
        if not self._left:
            raise refused("busy", HTTPStatus.SERVICE_UNAVAILABLE, "too many requests at once",
                          "ask again in a second", {"Retry-After": "1"})  # fmt: skip
        self._left -= 1

    def __exit__(self, *error: object) -> None:
        while self._next:
            one = self._next.popleft()
            if not one.done():
                one.set_result(None)  # the place is theirs
                return
        self._left += 1

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A place for who was let in before, and waits for one instead of being refused."""
        if self._left:
            self._left -= 1
        else:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._next.append(mine)
            try:
                await mine
            except asyncio.CancelledError:
                if mine.done() and not mine.cancelled():
                    self.__exit__()
                raise
        try:
            yield
        finally:
            self.__exit__()


bearer = HTTPBearer(auto_error=False, description="An API key.")


class Gate:
    """Checks keys against their file, which is read again when it changes, and counts requests.

    `places` are for the requests in work, `uploads` for bodies on their way, and `batches` for
    answers that are sent while they are made.
    """

    def __init__(self, keys: KeyFile, per_minute: int, places: int, uploads: int) -> None:
        self._keys = keys
        self._per_minute = per_minute
        self.places = Places(places)
        self.uploads = Places(uploads)
        self.batches = Places(places)
        self._left: dict[str, tuple[float, float]] = {}
        self._records: list[Key] = []
        self._read_at: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def records(self) -> list[Key]:
        """The keys. Raises `Refused` (503) where their file is damaged: nothing opens then."""
        try:
            changed = self._keys.version()
            if changed != self._read_at:
                self._records = self._keys.read()
                self._read_at = changed
        except (ProblemsFound, OSError):
            raise refused("key-file", HTTPStatus.SERVICE_UNAVAILABLE, "keys cannot be checked now",
                          "the operator finds the reason in the log of the service",
                          {"Retry-After": "60"}) from None  # fmt: skip
        return self._records

    def key_of(self, text: str) -> Key | None:
        """The record of a key that is valid now."""
        return find(text, self.records(), datetime.now(UTC).date())

    def key_by_id(self, id: str) -> Key | None:
        """The record of this id, if it is valid now."""
        today = datetime.now(UTC).date()
        return next((k for k in self.records() if k.id == id and k.valid_on(today)), None)

    def admit(self, key: Key | None, roles: tuple[Role, ...]) -> Key:
        """The key, if it has one of these roles and does not ask too often. Raises `Refused`."""
        if key is None:
            raise refused("no-key", HTTPStatus.UNAUTHORIZED, "this needs a valid API key",
                "send it as `Authorization: Bearer KEY`", {"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        if key.role not in (*roles, Role.ADMIN):
            raise refused("wrong-role", HTTPStatus.FORBIDDEN,
                          f"a key of role `{key.role}` may not do this",
                          f"it takes one of {', '.join(roles)}")  # fmt: skip
        wait = self._seconds_to_wait(key)
        if wait:
            raise refused("too-often", HTTPStatus.TOO_MANY_REQUESTS, "this key asks too often",
                          "slow down", {"Retry-After": str(int(wait) + 1)})  # fmt: skip
        return key

    def _seconds_to_wait(self, key: Key) -> float:
        """Zero where this key may ask now; the request is counted then."""
        now, rate = time.monotonic(), self._per_minute / 60
        with self._lock:
            left, at = self._left.get(key.id, (float(self._per_minute), now))
            left = min(float(self._per_minute), left + (now - at) * rate)
            if left < 1:
                return (1 - left) / rate
            self._left[key.id] = (left - 1, now)
        return 0.0


Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


def allowed(*roles: Role) -> Callable[[Request, Credentials], AsyncIterator[Key]]:
    """A dependency: a valid key with one of these roles (an admin's always) that does not ask too
    often; then the body, which `body_of` gives; then a place among the requests in work.

    Its scope is the function: the place is free again before the answer is sent, however slowly
    that is taken.
    """

    async def check(request: Request, given: Credentials) -> AsyncIterator[Key]:
        key = admitted(request, given.credentials if given is not None else None, roles)
        if request.method == "POST":
            request.state.body = await read_body(request)
        with request.app.state.gate.places:
            yield key

    return check


def admitted(request: Request, given: str | None, roles: tuple[Role, ...]) -> Key:
    """The key that a request came with. Raises `Refused`."""
    gate: Gate = request.app.state.gate
    key = gate.admit(gate.key_of(given) if given is not None else None, roles)
    request.state.key = key.id
    return key


def body_of(request: Request) -> bytes:
    """The body of a request that was let in."""
    body: bytes = request.state.body
    return body


SCREENERS = (Role.SCREENER, Role.REVIEWER)

Screener = Annotated[Key, Depends(allowed(*SCREENERS), scope="function")]
Reviewer = Annotated[Key, Depends(allowed(Role.REVIEWER), scope="function")]
Auditor = Annotated[Key, Depends(allowed(Role.AUDITOR), scope="function")]
Anyone = Annotated[Key, Depends(allowed(*Role), scope="function")]
