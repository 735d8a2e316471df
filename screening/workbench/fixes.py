"""Repairs that cannot change an answer: what says something twice, and what nothing uses.

Each is made in the text, so that comments and layout stay, and is kept only if the rulebook that
comes of it says the same as before, document by document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from screening.problems import Problem, ProblemsFound
from screening.rulebook.load import load
from screening.rulebook.model import Content
from screening.workbench.changes import compare
from screening.workbench.changes.change import Kind
from screening.workbench.repeats import repeated
from screening.workbench.rewrite import Rewrite

_GROUPS = re.compile(r"^groups:\s*(#.*)?$")
_FLOW_LIST = re.compile(r"\[([^\[\]{}\"'#\n]*)\]")


@dataclass(frozen=True)
class Fixed(Rewrite):
    """What a repair makes of a file, and which problems that mends."""

    mends: tuple[Problem, ...]


def fixes(folder: Path, content: Content, problems: list[Problem]) -> list[Fixed]:
    """What can be repaired of the problems in the uppermost layer's files."""
    id = content.layers[-1]
    found = []
    for name, data in content.files:
        layer, _, within = name.partition("/")
        if layer != id or not within.endswith((".yaml", ".yml")):
            continue
        old = new = data.decode("utf-8")
        mends = []
        for problem in problems:
            changed = _mended(new, problem, Path(within).name)
            if changed != new and _same(content, name, changed):
                new = changed
                mends.append(problem)
        if mends:
            found.append(Fixed(folder / within, old, new, tuple(mends)))
    return found


def _mended(text: str, problem: Problem, file: str) -> str:
    match problem.code:
        case "unused-group":
            return _without_group(text, problem.message.split("`")[1])
        case "repeated-value" if problem.place and problem.place.line:
            if Path(problem.place.file or "").name == file:
                return _without_repeats(text, problem.place.line)
    return text


def _same(content: Content, name: str, text: str) -> bool:
    """Whether the rulebook with the file written so says what it says, but for unused groups."""
    with TemporaryDirectory() as folder:
        for other, data in content.files:
            path = Path(folder, other)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if other == name else data)
        try:
            now = load(Path(folder, content.layers[-1]))
        except ProblemsFound:
            return False
    once = replace(content, rules={r.id: repeated(r)[1] for r in content.rules.values()})
    changes = compare(once, now)
    gone = all(c.document == "group" and c.kind is Kind.REMOVED for c in changes.changes)
    return gone and not changes.renamed and not changes.verified


def _without_group(text: str, id: str) -> str:
    lines = text.splitlines(keepends=True)
    head = next((i for i, line in enumerate(lines) if _GROUPS.match(line)), None)
    if head is None:
        return text
    entry = re.compile(rf"^(\s*)- (?:\{{\s*)?id:\s*['\"]?{re.escape(id)}['\"]?\s*(?:[,}}#].*)?$")
    start = next((i for i in range(head + 1, len(lines)) if entry.match(lines[i])), None)
    if start is None:
        return text
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
        end += 1
    kept = [*lines[:start], *lines[end:]]
    if not any(line.lstrip().startswith("- ") for line in _section(kept, head)):
        del kept[head]
    return "".join(kept)


def _section(lines: list[str], head: int) -> Iterator[str]:
    for line in lines[head + 1 :]:
        if re.match(r"[^\s#-]", line):
            return  # the next key of the file
        yield line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _without_repeats(text: str, line: int) -> str:
    """The lists of the entry that begins on the line, each value once."""
    lines = text.splitlines(keepends=True)
    start = line - 1
    end = start + 1
    while end < len(lines) and not re.match(r"\s*- id:|\S", lines[end]):
        end += 1

    def once(found: re.Match[str]) -> str:
        items = [item.strip() for item in found[1].split(",")]
        kept = list(dict.fromkeys(items))
        return found[0] if kept == items else f"[{', '.join(kept)}]"

    block = _FLOW_LIST.sub(once, "".join(lines[start:end]))
    return "".join([*lines[:start], block, *lines[end:]])
