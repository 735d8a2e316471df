"""What a firm says of a whole table: which column holds what, and facts that hold for every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from screening.field_names import known_refs
from screening.problems import Problem, ProblemsFound, nearest
from screening.rulebook.source import GIVEN_FILE, Scalar, Sequence, read_file
from screening.rulebook.source import Mapping as Node
from screening.rulebook.yaml_tree import plain
from screening.vocabulary import Vocabulary

_KEYS = ("columns", "given")


@dataclass(frozen=True)
class GivenFile:
    """`columns` maps a header to the facts it holds; `facts` are as in a shipment file."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    file: str = ""


def read_given(path: Path, vocabulary: Vocabulary) -> GivenFile:
    """The file's content. Raises `ProblemsFound` with everything that is wrong with it."""
    root, problems = read_file(path, kind=GIVEN_FILE)
    if problems or root is None:
        raise ProblemsFound(problems)
    if not isinstance(root, Node):
        raise ProblemsFound([Problem("file-form", "this file is a mapping with `columns` and "
                                     "`given`", place=root.place)])  # fmt: skip
    problems = [
        Problem("unknown-key", f"`{key.value}` is not a key here{nearest(key.value, _KEYS)}",
                "known keys: columns, given", key.place)
        for key, _ in root.entries if key.value not in _KEYS
    ]  # fmt: skip
    known = known_refs(vocabulary)
    columns: dict[str, tuple[str, ...]] = {}
    facts: dict[str, object] = {}
    for section in _KEYS:
        node = root.get(section)
        if node is not None and not isinstance(node, Node):
            problems.append(Problem("file-form", f"`{section}` is a mapping", place=node.place))
        elif node is not None and section == "columns":
            for key, value in node.entries:
                columns[key.value] = _targets(value, known, problems)
        elif node is not None:
            for key, value in node.entries:
                if key.value not in (*known, "parties", "license", "certifications", "attributes"):
                    problems.append(_unknown(key, known))
                facts[key.value] = plain(value)
    if problems:
        raise ProblemsFound(problems)
    return GivenFile(columns, facts, str(path))


def _targets(node: object, known: tuple[str, ...], problems: list[Problem]) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    found = []
    for item in items:
        if not isinstance(item, Scalar):
            place = item.place if isinstance(item, Sequence | Node) else None
            problems.append(Problem("file-form", "a column holds one field or a list of fields",
                                    place=place))  # fmt: skip
        elif item.value not in known:
            problems.append(_unknown(item, known))
        else:
            found.append(item.value)
    return tuple(found)


def _unknown(word: Scalar, known: tuple[str, ...]) -> Problem:
    return Problem("unknown-field",
                   f"`{word.value}` is not a field of a shipment{nearest(word.value, known)}",
                   "`screening vocabulary` lists the fields", word.place)  # fmt: skip
