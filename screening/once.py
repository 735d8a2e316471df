"""An attribute that is found when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

V = TypeVar("V", covariant=True)
C = TypeVar("C")


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
    """`once` for a class whose objects have slots, `found_in_slots`: there are many of them."""

    def __init__(self, find: Callable[[Any], V]) -> None:
        self.find = find

    if TYPE_CHECKING:

        def __get__(self, of: Any, owner: type) -> V: ...


def found_in_slots(cls: type[C]) -> type[C]:
    """The class with each of its `once_in_slot` found when its slot is first read and empty.

    The slots, of the same names, are those of a class beneath it. A full one is read as quickly as
    any attribute, and much is read that way.
    """
    finders = {name: one.find for name, one in vars(cls).items() if isinstance(one, once_in_slot)}
    for name in finders:
        delattr(cls, name)  # it would hide the slot

    def find(self: C, name: str) -> Any:
        if name not in finders:
            raise AttributeError(f"{cls.__name__} has no `{name}`")
        found = finders[name](self)
        object.__setattr__(self, name, found)  # the object may be frozen
        return found

    cls.__getattr__ = find  # type: ignore[attr-defined]  # asked where a slot is empty
    return cls
