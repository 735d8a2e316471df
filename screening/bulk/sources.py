"""Any usual table, opened: the form is settled by what the file holds and how it is named."""

from __future__ import annotations

from pathlib import Path

from screening.bulk import json_lines, workbook
from screening.bulk.delimited import read_delimited
from screening.bulk.header_row import FIRST_ROW, HeaderAt
from screening.bulk.json_lines import read_json_lines
from screening.bulk.opening import STDIN, Opened, open_input
from screening.bulk.table import Table, refusal
from screening.bulk.workbook import read_workbook

DELIMITED_ENDINGS = (".csv", ".tsv", ".tab", ".psv", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")
TABLE_ENDINGS = (*DELIMITED_ENDINGS, *PARQUET_ENDINGS, *json_lines.ENDINGS, *workbook.ENDINGS)
COMPRESSED_ENDINGS = (".gz", ".zst", ".zstd")


def is_table(path: Path) -> bool:
    """Whether the name is that of a table, or of standard input."""
    inner = path.with_suffix("") if path.suffix.casefold() in COMPRESSED_ENDINGS else path
    return path == STDIN or inner.suffix.casefold() in TABLE_ENDINGS


def read_table(path: Path, header: HeaderAt = FIRST_ROW) -> Table:
    """The table in a file. Raises `ProblemsFound` where no table can be made of it."""
    opened = open_input(path)
    kind = _kind(opened)
    if kind in ("workbook", "parquet") and opened.compression:
        raise refusal("file-kind", f"a {kind} inside {opened.compression} is not read",
                      opened.shown, "decompress it; it is compressed by itself")  # fmt: skip
    if kind in ("parquet", "json") and header.line is not None:
        held = "a Parquet file" if kind == "parquet" else "JSON Lines"
        raise refusal("header-row", f"no row of {held} is the header: the columns have names of "
                      "their own", opened.shown, "leave out `--header-row`")  # fmt: skip
    match kind:
        case "workbook":
            return read_workbook(opened, header)
        case "parquet":
            from screening.bulk.parquet import read_parquet  # what reads Parquet is large

            return read_parquet(opened)
        case "json":
            return read_json_lines(opened)
        case _:
            return read_delimited(opened, header)


def tables_in(path: Path) -> list[Path]:
    """The tables of a folder in the order of their names, or the one file."""
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if p.is_file() and is_table(p))
    if not found:
        raise refusal("no-tables", "the folder holds no tables", str(path),
                      "tables end in " + ", ".join(TABLE_ENDINGS))  # fmt: skip
    return found


def _kind(opened: Opened) -> str:
    with opened.stream() as stream:
        first = stream.read(8)
    if first[:4] == b"PAR1":
        return "parquet"
    if first[:4] == b"PK\x03\x04" or first == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "workbook"
    if opened.ending in PARQUET_ENDINGS:
        return "parquet"
    if opened.ending in workbook.ENDINGS:
        return "workbook"
    if opened.ending in json_lines.ENDINGS or (opened.from_stdin and first[:1] == b"{"):
        return "json"
    return "delimited"
