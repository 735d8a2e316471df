"""A header below titles: taken where it is sure, named by `--header-row`, else refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from screening.bulk.given import GivenFile
from screening.bulk.headers import Columns
from screening.bulk.table import Table
from screening.bulk.understood import header_said, understood
from screening.problems import ProblemsFound
from screening.vocabulary import BASE

HEADER = "Auftrag;Empfängerland;Artikel-Nr.;Menge;Warenwert"
ROWS = "A-1;DE;M-100;4;1.234,56\nA-2;FR;M-200;2;12,50\nA-3;IT;M-100;1;9,00"
PADDED = "Export report 2026;;;;\n;;;;\nErstellt am;05.07.2026;;;\n"
BARE = "Export report, 2026\n\nErstellt am: 05.07.2026 von MEIER\n\n"


def opened(
    path: Path, text: str, header_row: int | None = None, **columns: str
) -> tuple[Table, Columns]:  # fmt: skip
    path.write_text(text, encoding="cp1252")
    given = GivenFile({name: (ref,) for name, ref in columns.items()})
    return understood(path, BASE, given, header_row)


def refused(path: Path, text: str, header_row: int | None = None, **columns: str) -> str:
    with pytest.raises(ProblemsFound) as found:
        opened(path, text, header_row, **columns)
    return "\n".join(f"{p} ({p.help})" for p in found.value.problems)


@pytest.mark.parametrize(("titles", "line"), [(PADDED, 4), (BARE, 5), ("Report\n" * 19, 20)])
def test_a_header_below_titles_is_taken_and_told(titles: str, line: int, tmp_path: Path) -> None:
    """The cells are parted by what parts the header's, whatever the titles hold."""
    table, columns = opened(tmp_path / "t.csv", f"{titles}{HEADER}\n{ROWS}\n")
    assert (table.header_line, table.header) == (line, tuple(HEADER.split(";")))
    assert columns.column_of("destination") == "Empfängerland"
    rows = [row.cells for row in table.rows()]
    assert rows == [tuple(row.split(";")) for row in ROWS.split("\n")]
    assert [b.row(i).cells for b in table.batches(2) for i in range(len(b))] == rows
    assert [row.line for row in table.rows()] == [line + 1, line + 2, line + 3]
    assert header_said(table).startswith(
        f"line {line} is taken as the header; the {line - 1} lines"
    )


def test_a_header_on_the_first_row_is_told_of_by_nobody(tmp_path: Path) -> None:
    table, _ = opened(tmp_path / "t.csv", f"{HEADER}\n{ROWS}\n")
    assert (table.header_line, table.above, header_said(table)) == (1, 0, "")


def test_the_mapping_may_name_the_columns_of_a_header_below_titles(tmp_path: Path) -> None:
    text = f"{PADDED}{HEADER.replace('Empfängerland', 'Wohin')}\n{ROWS}\n"
    table, _ = opened(tmp_path / "t.csv", text, Wohin="destination")
    assert table.header_line == 4
    assert "`--header-row N`" in refused(tmp_path / "t.csv", text)


FULL = "X-1;US;M-9;3;5,00\n"
"""What stands above a header and is filled as a row is."""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{FULL}{HEADER}\n{ROWS}\n", "the line above may be a row"),
        (f"{PADDED}{FULL}{HEADER}\n{ROWS}\n", "a line above may be a row"),
        (f"{PADDED}{HEADER}\n{ROWS}\n{HEADER}\n{ROWS}\n", "two lines may be the header"),
        (PADDED + HEADER + "\n" + "a;b;c;d;e;f\n" * 5, "the rows are wider"),
        (PADDED + "Empfängerland;;;;\n" + ROWS, "one known name may be a title"),
        (PADDED + HEADER.replace("Empfängerland", "Wohin") + "\n" + ROWS,
         "the destination is missing"),
        ("Report\n" * 20 + f"{HEADER}\n{ROWS}\n", "it stands too far down"),
    ],
)  # fmt: skip
def test_a_doubtful_header_is_refused_with_the_way_out(
    text: str, why: str, tmp_path: Path
) -> None:  # fmt: skip
    said = refused(tmp_path / "t.csv", text)
    assert "no column of this table is recognized [no-known-column]" in said, why
    assert "--header-row" in said


def test_the_line_that_looks_like_a_header_is_named(tmp_path: Path) -> None:
    """Also where the first row is no title to the engine, since a word of it is a column's name."""
    said = refused(tmp_path / "t.csv", f"Datum;05.07.2026;;;\n{HEADER}\n{ROWS}\n")
    assert "no column holds the destination" in said
    assert "if line 2 is the header, say `--header-row 2`" in said


def test_the_header_may_be_named(tmp_path: Path) -> None:
    text = f"{PADDED}{FULL}{HEADER}\n{ROWS}\n"
    table, _ = opened(tmp_path / "t.csv", text, header_row=5)
    assert (table.header, table.above) == (tuple(HEADER.split(";")), 4)
    assert [row.line for row in table.rows()] == [6, 7, 8]


@pytest.mark.parametrize("line", [2, 3, 99])
def test_a_line_that_begins_no_row_is_no_header(line: int, tmp_path: Path) -> None:
    """Line 2 is inside of quotes, line 3 is empty, and line 99 is not there."""
    said = refused(tmp_path / "t.csv", f'"Report\n2026"\n\n{HEADER}\n{ROWS}\n', header_row=line)
    assert f"no row begins on line {line}, or all of its cells are empty [header-row]" in said


def test_a_mistaken_header_row_is_refused_as_any_header(tmp_path: Path) -> None:
    said = refused(tmp_path / "t.csv", f"{PADDED}{HEADER}\n{ROWS}\n", header_row=1)
    assert "t.csv:1: no column of this table is recognized" in said
    assert "--header-row" not in said


def sheet(path: Path, *rows: list[object]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        made = book.add_worksheet()
        for i, row in enumerate(rows):
            made.write_row(i, 0, row)
    return path


@pytest.mark.parametrize("header_row", [None, 4])
def test_a_workbook_is_read_alike(header_row: int | None, tmp_path: Path) -> None:
    """A cell that is empty at the end of a row makes it no narrower."""
    path = sheet(tmp_path / "t.xlsx", ["Export report 2026"], [], ["Created", "2026-07-05"],
                 ["Order", "Destination", "ECCN", "Quantity", "Remark"],
                 ["A-1", "DE", "EAR99", 1.234], ["A-2", "FR", "EAR99", 2, "x"])  # fmt: skip
    table, _ = understood(path, BASE, GivenFile(), header_row)
    assert (table.header_line, table.header[1]) == (4, "Destination")
    assert [(row.line, row.cells) for row in table.rows()] == [
        (5, ("A-1", "DE", "EAR99", "1.2340", "")), (6, ("A-2", "FR", "EAR99", "2", "x")),
    ]  # fmt: skip


def test_a_workbook_without_such_a_row_is_refused(tmp_path: Path) -> None:
    path = sheet(tmp_path / "t.xlsx", ["Report"], [], ["a", "b"])
    with pytest.raises(ProblemsFound, match="no row begins on line 2"):
        understood(path, BASE, GivenFile(), 2)


@pytest.mark.parametrize("name", ["t.jsonl", "t.parquet"])
def test_columns_that_have_names_of_their_own_have_no_header_row(
    name: str, tmp_path: Path
) -> None:  # fmt: skip
    path = tmp_path / name
    path.write_text(json.dumps({"destination": "DE"}) if name == "t.jsonl" else "PAR1")
    with pytest.raises(ProblemsFound, match="the columns have names of their own"):
        understood(path, BASE, GivenFile(), 1)
