"""`screening columns`: what each column of a table is read as, as a mapping file to edit."""

from __future__ import annotations

from pathlib import Path

from screening.bulk.given import GivenFile
from screening.bulk.headers import Columns, look_at
from screening.bulk.table import Table
from screening.bulk.understood import header_doubt, header_said, open_table
from screening.cli.writing import results
from screening.engine import Rulebook


def run(file: Path, rulebook: Rulebook, output: Path | None, header_row: int | None) -> None:
    """Write the mapping."""
    vocabulary = rulebook.content.vocabulary
    table = open_table(file, vocabulary, GivenFile(), header_row)
    columns, _ = look_at(table.header, vocabulary, {}, {}, table.file)
    with results(output, file) as stream:
        stream.write(mapping_text(columns, table))


def mapping_text(columns: Columns, table: Table) -> str:
    """The mapping as YAML; columns that nobody recognizes stand there as comments to fill in."""
    named = zip(columns.names, columns.holds, strict=True)
    known = [f"  {_quoted(name)}: {_fields(refs)}" for name, refs in named if refs]
    header = header_said(table) or header_doubt(table, columns)
    unknown = [f"  # {_quoted(name)}:{_hint(near)}" for name, near in columns.unknown]
    return "\n".join([
        f"# What the columns of {_one_line(table.file)} hold ({table.form}).",
        *([f"# {header[:1].upper()}{header[1:]}."] if header else []),
        "# Edit it, then: screening screen FILE --map THIS-FILE. `screening vocabulary` lists the",
        "# fields; one column may hold several, such as [destination, end_user.country].",
        "columns:" if known else "columns: {}",
        *known,
        *(["  # Not recognized, and only carried along:", *unknown] if unknown else []),
        "# Facts that are the same for every row:",
        "given: {}",
        "#  exporter: Example Instruments Inc.",
        "",
    ])  # fmt: skip


def _fields(refs: tuple[str, ...]) -> str:
    return refs[0] if len(refs) == 1 else "[" + ", ".join(refs) + "]"


def _hint(near: str) -> str:
    return "  # " + near.removeprefix("; ") if near else ""


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_one_line(escaped)}"'


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", "\\n").replace("\t", "\\t")
