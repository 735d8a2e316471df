"""Any usual table is read: the same rows, whatever the file they come in."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import zstandard

from screening.bulk.sources import is_table, read_table, tables_in
from screening.bulk.table import MAX_COLUMNS, Table
from screening.problems import ProblemsFound

HEADER = ("destination", "end_user", "remark")
ROWS = (("DE", "Müller & Söhne", "two, parts"), ("CI", 'said "yes"', "line one\nline two"),
        ("", "", "last"))  # fmt: skip


def text_of(delimiter: str = ",", newline: str = "\n") -> str:
    def cell(text: str) -> str:
        quoted = '"' in text or "\n" in text or delimiter in text
        return '"' + text.replace('"', '""') + '"' if quoted else text

    return newline.join(delimiter.join(map(cell, row)) for row in (HEADER, *ROWS)) + newline


def workbook(path: Path) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate((HEADER, *ROWS)):
            sheet.write_row(i, 0, row)
    return held.getvalue()


def parquet(path: Path) -> bytes:
    held = io.BytesIO()
    pl.DataFrame(list(ROWS), schema=list(HEADER), orient="row").write_parquet(held)
    return held.getvalue()


def json_lines(path: Path) -> bytes:
    frame = pl.DataFrame(list(ROWS), schema=list(HEADER), orient="row")
    held = io.BytesIO()
    frame.write_ndjson(held)
    return held.getvalue()


FILES: dict[str, Callable[[Path], bytes]] = {
    "comma.csv": lambda p: text_of().encode(),
    "semicolon.csv": lambda p: text_of(";").encode(),
    "tab.tsv": lambda p: text_of("\t").encode(),
    "bar.psv": lambda p: text_of("|").encode(),
    "crlf.csv": lambda p: text_of(newline="\r\n").encode(),
    "cr.csv": lambda p: text_of(newline="\r").encode(),
    "mark.csv": lambda p: text_of().encode("utf-8-sig"),
    "utf16.csv": lambda p: text_of().encode("utf-16"),
    "western.csv": lambda p: text_of().encode("cp1252"),
    "packed.csv.gz": lambda p: gzip.compress(text_of().encode()),
    "packed.csv.zst": lambda p: zstandard.compress(text_of(";").encode()),
    "book.xlsx": workbook,
    "table.parquet": parquet,
    "lines.jsonl": json_lines,
    "lines.ndjson.gz": lambda p: gzip.compress(json_lines(p)),
}


def read(path: Path, content: bytes) -> Table:
    path.write_bytes(content)
    return read_table(path)


def refused(path: Path, content: bytes) -> str:
    with pytest.raises(ProblemsFound) as found:
        list(read(path, content).rows())
    return str(found.value)


@pytest.mark.parametrize("name", FILES)
def test_the_same_table_in_any_form(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    table = read(path, FILES[name](path))
    assert table.header == HEADER
    assert [row.cells for row in table.rows()] == list(ROWS)
    assert [row.cells for row in table.rows()] == list(ROWS), "a second reading is the same"


@pytest.mark.parametrize("name", FILES)
def test_the_name_says_that_it_is_a_table(name: str) -> None:
    assert is_table(Path(name))
    assert not is_table(Path("shipment.yaml"))


def test_what_was_understood_is_told(tmp_path: Path) -> None:
    path = tmp_path / "western.csv"
    assert read(path, text_of(";").encode("cp1252")).form == "Windows-1252, parted by semicolons"


def test_the_sign_that_fits_most_rows_parts_the_cells(tmp_path: Path) -> None:
    table = read(tmp_path / "t.csv", b"destination;value\nDE;1,5\nFR;2,5\nIT;3,5\n")
    assert table.header == ("destination", "value")


def test_a_row_of_another_width_is_kept_with_its_problem(tmp_path: Path) -> None:
    rows = list(read(tmp_path / "t.csv", b"a,b\n1\n1,2,3,4\n\n5,6\n\n").rows())
    assert [(r.line, r.cells) for r in rows] == [
        (2, ("1",)), (3, ("1", "2", "3", "4")), (4, ()), (5, ("5", "6")),
    ]  # fmt: skip
    said = [r.problem.message if r.problem else "" for r in rows]
    assert said[1] == "the row has 4 cells and the header 2; too many: `3`, `4`"
    assert said[3] == ""


def test_a_line_that_is_no_json_object_is_a_row_with_a_problem(tmp_path: Path) -> None:
    content = (
        b'{"destination": "DE"}\nnot json\n[1]\n{"destination": "FR", "end_user": {"name": "A"}}\n'
    )
    table = read(tmp_path / "t.jsonl", content)
    assert table.header == ("destination", "end_user.name")
    rows = list(table.rows())
    assert [r.line for r in rows if r.problem is None] == [1, 4]
    assert rows[1].cells == ("not json",), "what the line says is not lost"
    assert [r.problem.code for r in rows if r.problem] == ["json-form", "json-form"]


def test_spreadsheet_cells_become_what_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["destination", "quantity", "law_date", "tpp", "datacenter_marketed"])
        sheet.write_row(1, 0, ["DE", 8])
        sheet.write_datetime(1, 2, datetime(2026, 3, 1), day)
        sheet.write_row(1, 3, [2.91, True])
    (row,) = read_table(path).rows()
    assert row.cells == ("DE", "8", "2026-03-01", "2.91", "true")


def test_a_sheet_that_begins_below_and_right_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(2, 1, ["destination", "eccn"])
        sheet.write_row(5, 1, ["DE"])
    table = read_table(path)
    assert table.header == ("", "destination", "eccn")
    assert [(r.line, r.cells) for r in table.rows()] == [(4, ()), (5, ()), (6, ("", "DE", ""))]


def test_a_workbook_that_claims_a_giant_sheet_is_refused_and_ends_nothing_else(
    tmp_path: Path,
) -> None:
    """Two cells, the second at the far corner: a sheet of seventeen thousand million cells."""
    path = tmp_path / "bomb.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write(0, 0, "destination")
    bomb = io.BytesIO()
    with zipfile.ZipFile(path) as plain, zipfile.ZipFile(bomb, "w") as made:
        for name in plain.namelist():
            text = plain.read(name)
            if name.endswith("sheet1.xml"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                text = text.replace(b"</sheetData>", far)
            made.writestr(name, text)
    assert "too large to be read, or claims to be" in refused(path, bomb.getvalue())


@pytest.mark.parametrize("start", [0, 2])
def test_where_a_formula_failed_a_workbook_says_so(tmp_path: Path, start: int) -> None:
    """What reads workbooks takes such a cell for an empty one."""
    path = tmp_path / "errors.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        book.add_worksheet("empty")
        sheet.write_row(start, start, ["destination", "eccn", "forwarder", "Remark"])
        sheet.write_row(start + 1, start, ["DE", "EAR99", "", "x" * 30_000])
        for i, said in enumerate(("#N/A", "#DIV/0!", "#REF!"), start + 2):
            sheet.write(i, start, "DE")
            sheet.write_formula(i, start + 1, "=A1", None, said)
            sheet.write_formula(i, start + 3, "=A1", None, "EAR99")
    rows = [row.cells[start:] for row in read_table(path).rows()]
    assert [(row[1], row[3][:5]) for row in rows] == [
        ("EAR99", "xxxxx"), ("#N/A", "EAR99"), ("#DIV/0!", "EAR99"), ("#REF!", "EAR99"),
    ]  # fmt: skip


def test_a_row_of_a_workbook_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["destination", *map(str, range(40))])
        sheet.write_row(1, 0, ["DE", *["x" * 32_000] * 40])
    with pytest.raises(ProblemsFound, match="row of the workbook holds more than 1,048,576"):
        read_table(path)


def test_several_filled_sheets_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("2025", "2026"):
            book.add_worksheet(name).write_row(0, 0, ["destination"])
    with pytest.raises(ProblemsFound, match="rows on several sheets: `2025`, `2026`"):
        read_table(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "the file has no header and no rows"),
        ("empty.jsonl", b"\n\n", "no line of the file is a JSON object"),
        ("torn.csv.gz", gzip.compress(text_of().encode())[:-12], "ends early or is damaged"),
        ("torn.parquet", b"PAR1 and nothing more", "the file is not Parquet that can be read"),
        ("torn.xlsx", b"PK\x03\x04 and nothing more", "not a workbook that can be read"),
        ("open.csv", b'a,b\n1,"2\n3,4\n', "a quote in the row on line 2 is never closed"),
        ("odd.csv", b"a,b\n\x81\x8d,\xff\xfe\n", "neither UTF-8 (byte offset 4 does not fit) nor"),
        ("wide.csv", b"x," * (MAX_COLUMNS + 1) + b"\n", "and a table may have 2,000"),
        ("endless.csv", b"x" * 2_000_000, "holds more than 1,048,576 bytes"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_table_is_refused(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    assert said in refused(tmp_path / name, content)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    table = read(path, text_of().encode())
    with pytest.raises(ProblemsFound, match="the file changed while it was read"):
        for _ in table.rows():
            with path.open("ab") as handle:
                handle.write(b"DE,x,y\n")


def test_a_folder_is_its_tables_by_name(tmp_path: Path) -> None:
    for name in ("b.csv", "a.xlsx", "notes.md"):
        (tmp_path / name).write_bytes(b"x")
    assert [p.name for p in tables_in(tmp_path)] == ["a.xlsx", "b.csv"]


SHARED = Path(__file__).parents[3] / "shared" / "data" / "shipments"


@pytest.mark.parametrize(("name", "rows"), [("scms_bom.csv", 10_324)])
def test_real_files_lose_no_row(name: str, rows: int) -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared shipment files are not beside the project")
    table = read_table(SHARED / name)
    assert sum(1 for _ in table.rows()) == rows
    assert all(len(row.cells) == len(table.header) for row in table.rows())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"end_user": {"country": "DE"}, "end_user.country": "CN"}', "is said twice in one"),
        (b'{"end_user": ["A", "B"]}', "is a list that no cell can hold"),
    ],
)
def test_an_object_that_no_row_can_say_is_a_row_with_a_problem(
    line: bytes, said: str, tmp_path: Path
) -> None:
    table = read(tmp_path / "t.jsonl", b'{"destination": "DE"}\n' + line + b"\n")
    _, row = table.rows()
    assert row.problem is not None
    assert said in row.problem.message


def test_an_empty_list_is_known_only_of_listings(tmp_path: Path) -> None:
    content = b'{"end_user.listings": [], "forwarder": [], "end_use": ["civil", "research"]}\n'
    (row,) = read(tmp_path / "t.jsonl", content).rows()
    assert row.cells == ("none", "", "civil;research")


@pytest.mark.parametrize("content", ["a,b\n1,2\n".encode("utf-16")[:-1],
                                     b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8\n\x00"])  # fmt: skip
def test_torn_utf16_is_refused(content: bytes, tmp_path: Path) -> None:
    assert "no whole UTF-16 text" in refused(tmp_path / "t.csv", content)
