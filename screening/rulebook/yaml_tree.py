"""What a rule file is read into: texts, lists and mappings, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from screening.problems import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `plain` if it stands without quotes."""

    value: str
    place: Place
    plain: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the file."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, key: str) -> Node | None:
        """The value of `key`."""
        return next((node for name, node in self.entries if name.value == key), None)

    def keys(self) -> tuple[str, ...]:
        """The keys as text."""
        return tuple(name.value for name, _ in self.entries)

    def key_place(self, key: str) -> Place | None:
        """Where `key` itself stands."""
        return next((name.place for name, _ in self.entries if name.value == key), None)


Node: TypeAlias = Scalar | Sequence | Mapping
