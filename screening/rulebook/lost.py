"""What of a rulebook could not be read, so that what follows from that is not told as a mistake.

A document that is wrong in itself is left out and the rest is checked all the same: policy staff
see every problem of every file at once. But that `x` is not a rule cannot be said honestly while
a part that speaks of `x` is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from screening.conditions.context import Names
from screening.conditions.parse import parse_condition
from screening.problems import Place, Problem
from screening.rulebook.yaml_text import MAX_BYTES
from screening.rulebook.yaml_tree import Mapping, Node, Scalar, Sequence
from screening.vocabulary import LAYER_PREFIXES

_WORD = re.compile(r"[^\s,\[\]{}\"'#]+")
_OVER = re.compile(r"\bover:\s*[\"']?([\w.-]+)")
_QUOTED = re.compile(r"`([^`]*)`")

# What says that something is not there, which may stand in a part that was not read.
_REFERENCES = frozenset({
    "eccn-form", "tag-reaches-apart", "unknown-class", "unknown-field", "unknown-member",
    "unknown-party", "unknown-period", "unknown-place", "unknown-product", "unknown-rule",
    "unknown-tag", "unknown-target",
})  # fmt: skip
# What rests on the rulebook's header.
_OF_HEADER = frozenset({"layer-prefix", "may-not-relax", "missing-verified-through"})


@dataclass
class Lost:
    """The words of what was left out, and whether a header is among it."""

    words: set[str] = field(default_factory=set)
    header: bool = False
    over: str | None = None
    """What the rulebook stands over, by a header that is wrong otherwise."""

    adrift: bool = False
    """Whether there may be a layer beneath that nobody can name."""

    documents: list[Node] = field(default_factory=list)
    """What was left out for its shape; its conditions can be read all the same."""

    def without(
        self, root: Mapping, paths: Iterable[tuple[str | int, ...]], legible: bool = False
    ) -> Mapping:
        """The file without the documents at which the paths begin."""
        keys: set[str] = set()
        items: dict[str, set[int]] = {}
        for path in paths:
            if len(path) > 1 and isinstance(path[1], int):
                items.setdefault(str(path[0]), set()).add(path[1])
            elif path:
                keys.add(str(path[0]))
        kept: list[tuple[Scalar, Node]] = []
        for key, node in root.entries:
            gone = items.get(key.value, set())
            if key.value in keys or (gone and not isinstance(node, Sequence)):
                self._take(node, legible)
                if key.value == "rulebook":
                    self.header = True
                    over = node.get("over") if isinstance(node, Mapping) else None
                    self.over = over.value if isinstance(over, Scalar) else None
                continue
            if gone and isinstance(node, Sequence):
                for i in gone:
                    self._take(node.items[i], legible)
                left = tuple(item for i, item in enumerate(node.items) if i not in gone)
                node = Sequence(left, node.place)
            kept.append((key, node))
        return Mapping(tuple(kept), root.place)

    def _take(self, node: Node, legible: bool) -> None:
        self.documents += [node] if legible else []
        self.words |= _defined(node)

    def add(self, other: Lost) -> None:
        """What another folder lost."""
        self.adrift |= other.header and other.over is None
        self.words |= other.words
        self.header |= other.header
        self.documents += other.documents

    def file(self, path: Path) -> None:
        """A file that cannot be read: every word of it counts as lost."""
        try:
            with path.open("rb") as stream:
                text = stream.read(MAX_BYTES).decode("utf-8", "replace")
        except OSError:
            text = ""
        words = _WORD.findall(text)
        self.words |= {*words, *(word.removesuffix(":") for word in words)}
        if "rulebook:" in words:
            self.header = True
            over = _OVER.search(text)
            self.over = over[1] if over else None

    def explains(self, problem: Problem) -> bool:
        """Whether the problem may come of what was left out, and so is not told."""
        if problem.code in _REFERENCES:
            named = _QUOTED.findall(problem.message.partition("; did you mean")[0])
            if problem.code == "unknown-field":  # only such fields are ever declared
                named = [id for id in named if id.startswith(LAYER_PREFIXES)]
            return bool(named) and (self.adrift or not self.words.isdisjoint(named))
        return self.header and problem.code in _OF_HEADER


def _defined(node: Node) -> set[str]:
    """What a document may define: the texts directly in it, its id and tags among them."""
    match node:
        case Sequence(items):
            return {word for item in items for word in _defined(item)}
        case Mapping(entries):
            values = [value for _, value in entries if not isinstance(value, Mapping)]
            return {word for value in values for word in _defined(value)}
        case Scalar(value):
            return {value}


def conditions_of(node: Node, names: Names) -> list[Problem]:
    """What is wrong with the conditions in a document whose shape is wrong elsewhere."""
    found: list[Problem] = []
    match node:
        case Sequence(items):
            return [p for item in items for p in conditions_of(item, names)]
        case Mapping(entries):
            for key, value in entries:
                if key.value in ("when", "conditions", "for_all", "allow_requires"):
                    parse_condition(value, names, found, words_allowed=True)
                elif key.value == "definitions":
                    found += conditions_of(value, names)
    return found


def document_at(root: Mapping, place: Place | None) -> tuple[str | int, ...]:
    """The path of the document that holds a place."""
    line = (place.line if place else None) or 0
    above = [(key, node) for key, node in root.entries if (key.place.line or 0) <= line]
    if not above:
        return (root.entries[0][0].value,) if root.entries else ()
    key, node = above[-1]
    if isinstance(node, Sequence):
        begun = [i for i, item in enumerate(node.items) if (item.place.line or 0) <= line]
        if begun:
            return (key.value, begun[-1])
    return (key.value,)
