"""An attribute that is found when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

V = TypeVar("V", covariant=True)


class once(Generic[V]):  # used as `property` is
    """As `functools.cached_property`, without its lock: two threads may find the same twice."""

    def __init__(self, find: Callable[[Any], V]) -> None:
        self._find = find
        self._name = ""
        self.__doc__ = find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, of: None, owner: type) -> Self: ...
    @overload
    def __get__(self, of: object, owner: type) -> V: ...
    def __get__(self, of: object | None, owner: type) -> Self | V:
        if of is None:
            return self
        found = of.__dict__[self._name] = self._find(of)
        return found


class once_in_slot(Generic[V]):  # used as `property` is
    """`once` for a class whose objects have slots: there are many of them. The slot of `name` is
    `_name`."""

    def __init__(self, find: Callable[[Any], V]) -> None:
        self._find = find
        self._slot = f"_{find.__name__}"
        self.__doc__ = find.__doc__

    def __get__(self, of: Any, owner: type) -> V:
        try:
            found: V = getattr(of, self._slot)
        except AttributeError:
            found = self._find(of)
            object.__setattr__(of, self._slot, found)  # the object may be frozen
        return found
