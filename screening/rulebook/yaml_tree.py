"""What a rule file is read into: texts, lists and mappings, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

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


def plain(node: Node) -> Any:
    """The node as dicts, lists and texts."""
    match node:
        case Scalar(value):
            return value
        case Sequence(items):
            return [plain(item) for item in items]
        case Mapping(entries):
            return {key.value: plain(value) for key, value in entries}


def texts(node: Node) -> Iterator[Scalar]:
    """Every text in the node, keys among them, in the order of the file."""
    match node:
        case Scalar():
            yield node
        case Sequence(items):
            for item in items:
                yield from texts(item)
        case Mapping(entries):
            for key, value in entries:
                yield key
                yield from texts(value)
