"""Shipments from files: YAML and JSON with their lines, CSV with its rows, one shape for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from screening.answer import Decision
from screening.bulk.answers import placed, shipments_of
from screening.bulk.forms import read_shipment
from screening.bulk.given import GivenFile, read_given
from screening.bulk.headers import recognize
from screening.bulk.plain import read_table
from screening.cli.documents import Locate, read_json, read_yaml
from screening.engine import Rulebook
from screening.problems import Place, Problem, ProblemsFound
from screening.shipment import Shipment
from screening.vocabulary import ROLES


@dataclass(frozen=True)
class Line:
    """One line of a shipment, with the way back to where its facts stand in the file."""

    number: int
    shipment: Shipment
    place_of: Callable[[Problem], Problem]

    def placed(self, decision: Decision) -> Decision:
        """The decision with its problems at their places in the file."""
        return replace(decision, problems=tuple(self.place_of(p) for p in decision.problems))


def is_table(path: Path) -> bool:
    """Whether the file is a table; `ProblemsFound` if its name says nothing we know."""
    ending = path.suffix.casefold()
    if ending not in (".csv", ".yaml", ".yml", ".json"):
        raise ProblemsFound([Problem(
            "file-kind", f"`{path.name}` is neither YAML, JSON nor CSV by its name",
            "name it .yaml, .json or .csv", Place(str(path)))])  # fmt: skip
    return ending == ".csv"


def read_lines(
    path: Path, rulebook: Rulebook, given: Path | None = None, only: int | None = None
) -> list[Line]:
    """All lines of the file, or the one asked for. Raises `ProblemsFound`."""
    if is_table(path):
        return list(_table_lines(path, rulebook, given, only))
    if given is not None:
        raise ProblemsFound([Problem("given-without-table", "`--given` goes with a CSV only",
                                     "write the facts into the shipment's own file")])  # fmt: skip
    lines = _document_lines(path)
    if only is None:
        return lines
    if only > len(lines):
        raise ProblemsFound([Problem("no-such-line", f"the shipment has no line {only}",
                                     f"it has {len(lines)}", Place(str(path)))])  # fmt: skip
    return [lines[only - 1]]


def given_file(path: Path | None, rulebook: Rulebook) -> GivenFile:
    """The given facts, or none."""
    return GivenFile() if path is None else read_given(path, rulebook.content.vocabulary)


def _table_lines(
    path: Path, rulebook: Rulebook, given_path: Path | None, only: int | None
) -> Iterator[Line]:
    given = given_file(given_path, rulebook)
    table = read_table(path)
    vocabulary = rulebook.content.vocabulary
    columns = recognize(table.header, vocabulary, given.columns, given.facts, table.file)
    if only is None and table.count != 1:
        raise ProblemsFound([Problem("which-line", f"the table has {table.count} rows",
                                     "say which with `--line`, by its line in the file",
                                     Place(table.file))])  # fmt: skip
    for row, shipment, problems in shipments_of(
        table, columns, given, rulebook.content, one_date=False
    ):
        if only in (None, row.line):
            if shipment is None or problems:
                raise ProblemsFound(problems)
            yield Line(row.line, shipment, lambda p, r=row: placed(p, r, columns, table.file))  # type: ignore[misc]  # a default argument binds the row
            return
    raise ProblemsFound([Problem("no-such-line", f"no row begins on line {only}", "",
                                 Place(table.file))])  # fmt: skip


def _document_lines(path: Path) -> list[Line]:
    data, locate = read_json(path) if path.suffix.casefold() == ".json" else read_yaml(path)
    if not isinstance(data, Mapping):
        raise ProblemsFound([Problem("file-form", "a shipment file is a mapping of fields",
                                     "several lines stand under `lines:`",
                                     locate(()))])  # fmt: skip
    if "lines" not in data:
        return [_line(1, data, locate)]
    parts = data["lines"]
    shared = {k: v for k, v in data.items() if k != "lines"}
    if not isinstance(parts, list) or not parts or not all(isinstance(p, Mapping) for p in parts):
        raise ProblemsFound([Problem("file-form",
                                     "`lines` is a list of mappings, one for each line",
                                     "", locate(("lines",)))])  # fmt: skip
    problems = _contradictions(shared, parts, locate)
    if problems:
        raise ProblemsFound(problems)

    def of_line(i: int) -> Locate:
        return lambda keys: locate(("lines", i, *keys) if keys and keys[0] in parts[i] else keys)

    return [_line(i + 1, {**shared, **part}, of_line(i)) for i, part in enumerate(parts)]


def _contradictions(
    shared: Mapping[str, object], parts: list[Mapping[str, object]], locate: Locate
) -> list[Problem]:
    """What a line says differently from the shipment, and dates and parties that differ."""
    found = []
    first: dict[str, tuple[object, int]] = {}
    for i, part in enumerate(parts):
        for key, value in part.items():
            if key in shared and shared[key] != value:
                found.append(Problem(
                    "lines-disagree", f"line {i + 1} and the shipment say `{key}` differently",
                    "say it once, for the shipment or for each line",
                    locate(("lines", i, key))))  # fmt: skip
        for key in ("law_date", "parties", *ROLES):
            if key in shared:
                continue
            value, line = first.setdefault(key, (part.get(key), i))
            if value != part.get(key):
                found.append(Problem(
                    "lines-disagree", f"lines {line + 1} and {i + 1} disagree on `{key}`",
                    "lines of one shipment go on one date between the same parties; "
                    "screen what goes apart by itself", locate(("lines", i, key))))  # fmt: skip
    return found


def _line(number: int, data: Mapping[str, object], locate: Locate) -> Line:
    shipment, problems = read_shipment(data, locate)
    if shipment is None:
        raise ProblemsFound(problems)

    def place_of(problem: Problem) -> Problem:
        ref = problem.place.field if problem.place else None
        if ref is None:
            return problem
        place = locate((ref,)) if ref in data else locate(tuple(ref.split(".")))
        return problem.at(replace(place, field=ref) if place else problem.place)

    return Line(number, shipment, place_of)
