"""A table opened by the names of its columns: where its header stands and what the columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from screening.bulk.given import GivenFile
from screening.bulk.header_row import HeaderAt, Known
from screening.bulk.headers import Columns, look_at
from screening.bulk.sources import read_table
from screening.bulk.table import Table
from screening.problems import ProblemsFound
from screening.vocabulary import Vocabulary

_NOT_FOUND = ("no-known-column", "no-destination", "no-such-column", "duplicate-column")


def open_table(
    path: Path, vocabulary: Vocabulary, given: GivenFile, header_row: int | None
) -> Table:
    """The table, its header where it was said to be or where it surely is."""

    def known(row: Sequence[str]) -> Known:
        columns, problems = look_at(row, vocabulary, given.columns, given.facts, "")
        return Known(sum(map(bool, columns.holds)), not problems)

    return read_table(path, HeaderAt(header_row, None if header_row else known))


def understood(
    path: Path, vocabulary: Vocabulary, given: GivenFile, header_row: int | None
) -> tuple[Table, Columns]:
    """The table and what its columns hold. Raises `ProblemsFound` where that cannot be told."""
    table = open_table(path, vocabulary, given, header_row)
    columns, problems = look_at(table.header, vocabulary, given.columns, given.facts, table.file,
                                table.header_line or 1)  # fmt: skip
    if problems:
        hint = "" if header_row else header_doubt(table, columns)
        raise ProblemsFound([
            replace(p, help="; ".join(filter(None, (p.help, hint)))) if p.code in _NOT_FOUND else p
            for p in problems
        ])  # fmt: skip
    return table, columns


def header_said(table: Table) -> str:
    """In words which line is the header, where that is not the first."""
    if not table.above:
        return ""
    above = "line above it is no row" if table.above == 1 else (
        f"{table.above:,} lines above it are no rows")  # fmt: skip
    return f"line {table.header_line} is taken as the header; the {above}"


def header_doubt(table: Table, columns: Columns) -> str:
    """What to say where the first row is taken as the header, and another may be meant."""
    if table.likely:
        return f"if line {table.likely[0]} is the header, say `--header-row {table.likely[0]}`"
    if table.header_line and not any(columns.holds):
        return "if the header stands further down, say on which line with `--header-row N`"
    return ""
