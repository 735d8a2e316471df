"""Shipments from files: YAML and JSON with their lines, CSV with its rows, one shape for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from screening.bulk.answers import Prepared, prepare
from screening.bulk.given import GivenFile, read_given
from screening.bulk.reading import placed
from screening.bulk.sources import is_table as is_tabular
from screening.bulk.table import Table
from screening.bulk.understood import header_said, understood
from screening.bulk.written import PLAIN, Written
from screening.cli.render import shown
from screening.cli.writing import notices
from screening.engine import Rulebook
from screening.english import count
from screening.problems import Place, Problem, ProblemsFound
from screening.reading.documents import read_json, read_yaml
from screening.reading.lines import Line, lines_of
from screening.shipment import Shipment


def is_table(path: Path) -> bool:
    """Whether the file is a table; `ProblemsFound` if its name says nothing we know."""
    if is_tabular(path) or path.is_dir():
        return True
    if path.suffix.casefold() not in (".yaml", ".yml", ".json"):
        raise ProblemsFound([Problem(
            "file-kind", f"`{path.name}` is no shipment and no table by its name",
            "name a shipment .yaml or .json, a table .csv, .tsv, .xlsx, .parquet or .jsonl",
            Place(str(path)))])  # fmt: skip
    return False


def read_lines(
    path: Path, rulebook: Rulebook, given: Path | GivenFile | None = None, only: int | None = None,
    written: Written = PLAIN,
) -> list[Line]:  # fmt: skip
    """All lines of the file, or the one asked for. Raises `ProblemsFound`."""
    if is_table(path):
        return list(_table_lines(_prepared(path, rulebook, given, written), only))
    if given is not None:
        raise ProblemsFound([Problem("given-without-table", "`--given` goes with a CSV only",
                                     "write the facts into the shipment's own file")])  # fmt: skip
    data, locate = read_json(path) if path.suffix.casefold() == ".json" else read_yaml(path)
    lines = lines_of(data, locate)
    if only is None:
        return lines
    if only > len(lines):
        raise ProblemsFound([Problem("no-such-line", f"the shipment has no line {only}",
                                     f"it has {count(len(lines), 'line')}",
                                     Place(str(path)))])  # fmt: skip
    return [lines[only - 1]]


def every_line(
    path: Path, rulebook: Rulebook, given: Path | None = None, written: Written = PLAIN
) -> Iterator[tuple[str, Shipment | None]]:
    """Every line of a file by its name, a row that is no shipment as `None`."""
    if not is_table(path):
        for line in read_lines(path, rulebook, given):
            yield str(line.number), line.shipment
        return
    for row, shipment, problems in _prepared(path, rulebook, given, written).shipments():
        yield f"row {row.line}", None if problems else shipment


def given_file(given: Path | GivenFile | None, rulebook: Rulebook) -> GivenFile:
    """The given facts, or none; a file is read."""
    if isinstance(given, Path):
        return read_given(given, rulebook.content.vocabulary)
    return given or GivenFile()


def say_header(table: Table) -> None:
    """Tell which line is the header where lines above it are passed over."""
    if said := header_said(table):
        notices().print(shown(f"{table.file}: {said}"), soft_wrap=True)


def _table_lines(prepared: Prepared, only: int | None) -> Iterator[Line]:
    table, columns = prepared.table, prepared.columns
    if only is None and prepared.count != 1:
        raise ProblemsFound([Problem("which-line", f"the table has {count(prepared.count, 'row')}",
                                     "say which with `--line`, by its line in the file",
                                     Place(table.file))])  # fmt: skip
    for row, shipment, problems in prepared.shipments():
        if only in (None, row.line):
            if shipment is None or problems:
                raise ProblemsFound(problems)
            yield Line(row.line, shipment, lambda p, r=row: placed(p, r, columns, table.file))  # type: ignore[misc]  # a default argument binds the row
            return
    raise ProblemsFound([Problem("no-such-line", f"no row begins on line {only}", "",
                                 Place(table.file))])  # fmt: skip


def _prepared(
    path: Path, rulebook: Rulebook, said: Path | GivenFile | None, written: Written
) -> Prepared:
    given = given_file(said, rulebook)
    table, columns = understood(path, rulebook.content.vocabulary, given, written.header_row)
    say_header(table)
    return prepare(table, columns, given, rulebook.content, one_date=False, dates=written.dates,
                   decimal=written.decimal)  # fmt: skip
