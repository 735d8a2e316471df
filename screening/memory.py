"""What was found before, kept within bounds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Answers by what they answer. Keys compare by content, so nothing found is ever another's.

    Kept are the last `most` that were asked for, and at most as many again: whatever was not asked
    for while as many others came goes at once, which costs less than to keep all in order. Where
    answers differ in size, `weigh` says how much of `most` each takes.
    """

    __slots__ = ("_before", "_held", "_now", "_weigh", "most")

    def __init__(self, most: int, weigh: Callable[[V], int] | None = None) -> None:
        self.most = most
        self._weigh = weigh
        self._held = 0
        self._now: dict[K, V] = {}
        self._before: dict[K, V] = {}

    def of(self, key: K, find: Callable[[], V]) -> V:
        """The answer to `key`, found now if it is not remembered."""
        try:
            return self._now[key]
        except KeyError:
            pass
        try:
            found = self._before.pop(key)  # in one step: another thread may take it
        except KeyError:
            found = find()
        return self._keep(key, found)

    def get(self, key: K) -> V | None:
        """The answer to `key` if it is remembered."""
        found = self._now.get(key)
        if found is None:
            found = self._before.pop(key, None)
            if found is not None:
                self._keep(key, found)
        return found

    def put(self, key: K, found: V) -> V:
        """Remember an answer."""
        return self._keep(key, found)

    def pop(self, key: K) -> V | None:
        """The answer to `key` if it is remembered, which it is no longer then."""
        found = self._now.pop(key, None)
        before = self._before.pop(key, None)
        return before if found is None else found

    def _keep(self, key: K, found: V) -> V:
        if self._held >= self.most:
            self._before, self._now, self._held = self._now, {}, 0
        self._now[key] = found
        self._held += 1 if self._weigh is None else self._weigh(found)
        return found

    def __len__(self) -> int:
        return len(self._now) + len(self._before)


class Room:
    """One bound for many dictionaries, whatever is in which of them: beyond it all are emptied."""

    __slots__ = ("_filled", "_held", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self._held = 0
        self._filled: dict[int, dict[Any, Any]] = {}

    def put(self, of: dict[K, V], key: K, found: V) -> V:
        """Remember an answer in a dictionary of its own."""
        if self._held >= self.most:
            filled, self._filled, self._held = self._filled, {}, 0
            for one in filled.values():
                one.clear()
        of[key] = found
        self._filled[id(of)] = of  # held, so that its identity stays its own
        self._held += 1
        return found
