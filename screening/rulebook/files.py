"""Rule files on disk: found, read, checked for shape, and digested."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from screening.decision import Finding
from screening.problems import Place, Problem, nearest
from screening.rulebook import schema
from screening.rulebook.source import Mapping, Node, Scalar, Sequence, read_file

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
                ok = isinstance(node, Sequence) and step < len(node.items)
                node = node.items[step] if ok and isinstance(node, Sequence) else None
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


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a rulebook folder, in a stable order."""
    return sorted(p for p in folder.rglob("*.y*ml") if p.suffix in (".yaml", ".yml"))


def read_rule_file(path: Path, shown: str) -> tuple[RuleFile | None, list[Problem]]:
    """One rule file, checked for shape; `None` where it cannot be used."""
    root, problems = read_file(path, shown)
    if root is None or problems:
        return None, problems
    if not isinstance(root, Mapping):
        return None, [
            Problem("file-form", "a rule file is a mapping of documents", place=root.place)
        ]
    try:
        content = schema.File.model_validate(plain(root))
    except ValidationError as error:
        return None, shape_problems(error, root)
    return RuleFile(path, shown, root, content), []


def plain(node: Node) -> Any:
    """The node as dicts, lists and texts."""
    match node:
        case Scalar(value):
            return value
        case Sequence(items):
            return [plain(item) for item in items]
        case Mapping(entries):
            return {key.value: plain(value) for key, value in entries}


_MODELS: dict[str, type[BaseModel]] = {
    "rulebook": schema.Header, "fields": schema.LayerField, "groups": schema.Group,
    "classes": schema.GoodsClass, "products": schema.Product, "parties": schema.Party,
    "periods": schema.Period, "rules": schema.Rule, "assumptions": schema.Assumption,
    "examples": schema.Example, "properties": schema.Property, "in_force": schema.Interval,
    "overrides": schema.Overrides, "barred_by": schema.BarredBy, "holds": schema.Holds,
    "covers": schema.Covers, "figures": schema.Figure, "definitions": schema.Definition,
    "contains": schema.Contains, "accepted": schema.Accepted, "members_from": schema.FromTable,
    "finding": schema.LicenseException,
}  # fmt: skip


def _keys(loc: tuple[str | int, ...], model: type[BaseModel]) -> list[str]:
    for step in reversed(loc):
        if isinstance(step, str) and step in _MODELS:
            model = _MODELS[step]
            break
    return [f.alias or name for name, f in model.model_fields.items()]


def shape_problems(
    error: ValidationError, root: Mapping, model: type[BaseModel] = schema.File
) -> list[Problem]:
    """What pydantic found, in the words of a policy writer and with places."""
    found = []
    for item in error.errors():
        loc = item["loc"]
        node, key_place = _locate(root, loc)
        last = loc[-1] if loc else "the file"
        given = item.get("input")
        match item["type"]:
            case "extra_forbidden":
                known = _keys(loc[:-1], model)
                problem = Problem(
                    "unknown-key", f"`{last}` is not a key here{nearest(str(last), known)}",
                    "known keys: " + ", ".join(known), key_place,
                )  # fmt: skip
            case "missing":
                problem = Problem("missing-key", f"`{last}` is missing",
                                  f"add `{last}:` here", node.place)  # fmt: skip
            case "enum" | "literal_error":
                expected = str(item.get("ctx", {}).get("expected", ""))
                known = [w.strip(" '") for w in expected.replace(" or ", ", ").split(",")]
                problem = Problem(
                    "unknown-value", f"`{given}` is not a value of `{last}`"
                    f"{nearest(str(given), known)}",
                    "one of " + ", ".join(known), node.place,
                )  # fmt: skip
            case "date_form" | "no_such_date" | "flag" | "finding":
                hint = {
                    "date_form": "write year-month-day, such as 2025-07-15",
                    "no_such_date": "check the day and the month",
                    "flag": "write true or false",
                    "finding": "one of " + ", ".join(f.value for f in Finding
                                                     if f not in (Finding.UNDETERMINED,
                                                                  Finding.NO_LICENSE_REQUIRED)),
                }[item["type"]]  # fmt: skip
                problem = Problem(
                    item["type"].replace("_", "-"), str(item["msg"]), hint, node.place
                )
            case "too_short" | "string_too_short":
                problem = Problem("empty-value", f"`{last}` is empty", place=node.place)
            case _:
                problem = Problem(
                    "wrong-shape", f"`{last}` does not have the shape it needs here",
                    "see the reference page of rule files for its form", node.place,
                )  # fmt: skip
        found.append(problem)
    return found


def _locate(root: Mapping, loc: tuple[str | int, ...]) -> tuple[Node, Place]:
    node: Node = root
    key_place = root.place
    for step in loc:
        following: Node | None = None
        if isinstance(node, Mapping) and isinstance(step, str):
            following = node.get(step)
            key_place = node.key_place(step) or key_place
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            following = node.items[step]
            key_place = following.place
        elif isinstance(step, int) and step == 0:
            continue  # a single value stands for a list of one
        if following is None:
            return node, key_place
        node = following
    return node, key_place


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


def _table_text(path: Path, shown: str) -> tuple[str | None, list[Problem]]:
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
