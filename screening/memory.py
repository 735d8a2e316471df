"""What was found before, kept within bounds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bound:
    """How much several memories keep together: there may be many of them, and some at rest.

    All of them let go in the same moment.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._held = 0
        self._memories: WeakSet[Memory[Any, Any]] = WeakSet()
        self._lock = Lock()

    def add(self, memory: Memory[Any, Any]) -> None:
        """Hold this one as well."""
        with self._lock:
            self._memories.add(memory)

    def hold(self, weight: int) -> None:
        """So much more is about to be kept."""
        if self._held >= self.most:
            self._held = 0
            with self._lock:
                for memory in self._memories:
                    memory.let_go()
        self._held += weight


class Memory(Generic[K, V]):
    """Answers by what they answer. Keys compare by content, so nothing found is ever another's.

    Kept are the last `most` that were asked for, and at most as many again: whatever was not asked
    for while as many others came goes at once, which costs less than to keep all in order. Where
    answers differ in size, `weigh` says how much of `most` each takes.
    """

    __slots__ = ("__weakref__", "_before", "_bound", "_now", "_weigh")

    def __init__(self, most: int | Bound, weigh: Callable[[V], int] | None = None) -> None:
        self._bound = most if isinstance(most, Bound) else Bound(most)
        self._bound.add(self)
        self._weigh = weigh
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
        return self.put(key, found)

    def get(self, key: K) -> V | None:
        """The answer to `key` if it is remembered."""
        found = self._now.get(key)
        if found is None:
            found = self._before.pop(key, None)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: K, found: V) -> V:
        """Remember an answer."""
        self._bound.hold(1 if self._weigh is None else self._weigh(found))
        self._now[key] = found
        return found

    def let_go(self) -> None:
        """Keep only what is asked for from now on, and for a while what was last asked for."""
        self._before, self._now = self._now, {}

    def __len__(self) -> int:
        return len(self._now) + len(self._before)
