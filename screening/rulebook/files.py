"""Rule files on disk: found, read, checked for shape, and digested."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

from pydantic import ValidationError

from screening.problems import Place, Problem
from screening.rulebook import schema
from screening.rulebook.lost import Lost, document_at
from screening.rulebook.shape import shape_problems
from screening.rulebook.source import Mapping, Node, Sequence, read_file
from screening.rulebook.yaml_tree import plain, texts

MAX_TABLE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class RuleFile:
    """One file that has the right shape, with the tree that knows the places."""

    path: Path
    shown: str
    root: Mapping
    content: schema.File

    def node(self, *path: str | int) -> Node | None:
        """The node at a path of keys and positions, or `None`."""
        node: Node | None = self.root
        for step in path:
            if isinstance(step, int):
                if isinstance(node, Sequence):
                    node = node.items[step] if step < len(node.items) else None
                elif step:  # a single value stands for a list of one
                    node = None
            else:
                node = node.get(step) if isinstance(node, Mapping) else None
        return node

    def place(self, *path: str | int) -> Place | None:
        """Where something stands, or the nearest thing around it."""
        for end in range(len(path), 0, -1):
            found = self.node(*path[:end])
            if found is not None:
                return found.place
        return self.root.place

    def key_place(self, *path: str | int) -> Place | None:
        """The place of the key at a path rather than of its value."""
        around = self.node(*path[:-1])
        return around.key_place(str(path[-1])) if isinstance(around, Mapping) else None

    def word(self, text: str, *path: str | int) -> Place | None:
        """Where a word stands at or below a path, as a value or as a key; else the path's place."""
        node = self.node(*path)
        found = next((t.place for t in texts(node) if t.value == text), None) if node else None
        return found or self.place(*path)


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a rulebook folder, in a stable order."""
    return sorted(p for p in folder.rglob("*.y*ml") if p.suffix in (".yaml", ".yml"))


def all_files(folder: Path) -> list[Path]:
    """The same with the tables: all that a decision may rest on."""
    return [*rule_files(folder), *sorted(folder.rglob("*.csv"))]


def read_rule_file(path: Path, shown: str, lost: Lost) -> tuple[RuleFile | None, list[Problem]]:
    """One rule file without the documents that are wrong in themselves; these are `lost`."""
    root, problems = read_file(path, shown)
    if root is not None and not isinstance(root, Mapping):
        help = "write `rules:` with a list of rules below it"
        problems.append(
            Problem("file-form", "a rule file is a mapping of documents", help, root.place)
        )
    if not isinstance(root, Mapping):
        lost.file(path)
        return None, problems
    sound = lost.without(root, [document_at(root, p.place) for p in problems])
    try:
        return RuleFile(path, shown, sound, schema.File.model_validate(plain(sound))), problems
    except ValidationError as error:
        problems += shape_problems(error, sound)
        sound = lost.without(sound, [item["loc"] for item in error.errors()], legible=True)
    return RuleFile(path, shown, sound, schema.File.model_validate(plain(sound))), problems


@dataclass(frozen=True)
class Table:
    """A CSV of places or codes: what each row marks, and the rows that only point elsewhere.

    `doubtful` are the rows that a column marks with `?`, `stems` the codes above those listed.
    """

    keys: frozenset[str]
    marked: dict[str, frozenset[str]]
    doubtful: dict[str, frozenset[str]]
    blank: frozenset[str]
    stems: frozenset[str]


def read_table(path: Path, shown: str) -> tuple[Table | None, list[Problem]]:
    """Read a table: first column the code, an X marks a column, `embargo_pointer` sets a row apart.

    A `?` says that it is not known whether the column applies. Cells are text; `NA` is Namibia.
    """
    text, problems = _table_text(path, shown)
    if text is None:
        return None, problems
    table, problem = _table(text, shown)
    return table, [] if problem is None else [problem]


def read_words(path: Path, shown: str, column: str) -> tuple[dict[str, str], list[Problem]]:
    """What a table of words (`code`, `column`, `words`) says of each code for one column."""
    text, problems = _table_text(path, shown)
    if text is None:
        return {}, problems
    found: dict[str, list[str]] = {}
    reader = csv.DictReader(text.splitlines())
    missing = [k for k in ("code", "column", "words") if k not in (reader.fieldnames or ())]
    if missing:
        return {}, [Problem("table-form", f"the table `{shown}` has no column `{missing[0]}`")]
    for row in reader:
        if row["column"] == column:
            found.setdefault(row["code"], []).append(row["words"])
    return {code: "; ".join(dict.fromkeys(said)) for code, said in found.items()}, []


def leads_elsewhere(name: str) -> bool:
    """Whether a name in a rule file means something outside of the file's own folder.

    Rule files come from whoever asks to have them checked: they must open nothing else here.
    """
    path = PurePath(name)
    return path.is_absolute() or ".." in path.parts or "\x00" in name


def _table_text(path: Path, shown: str) -> tuple[str | None, list[Problem]]:
    if leads_elsewhere(shown):
        return None, [Problem("table-missing", f"`{shown}` does not lie beside the file",
                              "a rulebook is whole in its folder")]  # fmt: skip
    try:
        if path.stat().st_size > MAX_TABLE_BYTES:
            return None, [Problem("table-too-large", f"`{shown}` is too large for a table")]
        return path.read_text(encoding="utf-8-sig"), []
    except FileNotFoundError:
        return None, [Problem("table-missing", f"there is no table `{shown}` beside the file")]
    except (OSError, UnicodeDecodeError):
        return None, [Problem("table-unreadable", f"the table `{shown}` cannot be read as UTF-8")]


@lru_cache(maxsize=8)  # many groups read one table, each its own column
def _table(text: str, shown: str) -> tuple[Table | None, Problem | None]:
    rows = list(csv.reader(text.splitlines()))
    if not rows or len(rows[0]) < 2:
        return None, Problem("table-form", f"the table `{shown}` has no header and columns")
    header, body = rows[0], rows[1:]
    counts = Counter(row[0] for row in body if row)
    ragged = [i for i, row in enumerate(body, 2) if len(row) != len(header)]
    twice = {k for k, n in counts.items() if n > 1}
    if ragged or twice:
        what = f"row {ragged[0]} has another number of cells" if ragged else f"`{min(twice)}` twice"
        return None, Problem("table-form", f"in the table `{shown}`, {what}")
    pointer = header.index("embargo_pointer") if "embargo_pointer" in header else None

    def with_mark(mark: str) -> dict[str, frozenset[str]]:
        return {
            name: frozenset(row[0] for row in body if row[i].strip().upper() == mark)
            for i, name in enumerate(header)
            if i > 0
        }

    return Table(
        keys=frozenset(counts),
        marked=with_mark("X"),
        doubtful=with_mark("?"),
        blank=frozenset(row[0] for row in body if pointer is not None and row[pointer].strip()),
        stems=frozenset(k[:i] for k in counts for i, sign in enumerate(k) if sign == "."),
    ), None


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 over names and contents, in order: what a decision rests on."""
    total = hashlib.sha256()
    for name, content in sorted(files):
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()
