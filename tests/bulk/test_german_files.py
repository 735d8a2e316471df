"""Exports as they come from a German office: every row is there, and says what was written."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from screening import load_rulebook
from screening.bulk.answers import Prepared, prepare
from screening.bulk.given import GivenFile
from screening.bulk.understood import understood
from screening.rulebook.model import Content
from screening.shipment import Shipment

HEADER = ["Auftrag", "Versanddatum", "Empfängerland", "Endverwender", "Menge", "Warenwert",
          "Bemerkung"]  # fmt: skip
TITLES = ("Exportbericht 2026", "Erstellt am 05.07.2026, 12:30, von Müller", "", "Mandant;100",
          ";;;;;;", "Filter;Land = alle, Status > 3", '"Titel über\nzwei Zeilen"')  # fmt: skip
Told = tuple[date, str, Decimal, Decimal]
"""What a row says: the day, the country, how many, for how much."""


def told(rng: Random) -> Told:
    day = date(2025, 1, 1) + timedelta(rng.randrange(700))
    amount = Decimal(rng.randrange(10 ** rng.randrange(1, 10))) / 100
    quantity = Decimal(rng.randrange(1, 5000)) / rng.choice((1, 1, 2, 1000))
    return day, rng.choice(("DE", "Österreich", "FR", "CN")), quantity, amount


def german(number: Decimal, rng: Random) -> str:
    grouped = f"{number:,f}" if rng.random() < 0.5 else f"{number:f}"
    return grouped.replace(",", "\0").replace(".", ",").replace("\0", ".")


def cells(row: Told, rng: Random) -> list[str]:
    day, country, quantity, amount = row
    remark = rng.choice(("", "Größe 5; eilig", 'sog. "Muster"', "erste Zeile\nzweite"))
    return [f"A-{rng.randrange(99)}", f"{day:%d.%m.%Y}", country, "Müller & Söhne",
            german(quantity, rng), german(amount, rng), remark]  # fmt: skip


def rows_of(rng: Random) -> list[Told | None]:
    """Rows, and blank ones among them; of dates and numbers one of each is unmistakable."""
    rows: list[Told | None] = [told(rng) if rng.random() < 0.9 else None for _ in range(40)]
    rows[rng.randrange(40)] = (date(2026, 1, 31), "DE", Decimal("0.5"), Decimal("12.50"))
    return rows


def file_of(rng: Random, rows: list[Told | None]) -> tuple[str, int]:
    """The file, and the line of its header."""
    end = rng.choice(("\n", "\r\n"))
    titles = "".join(title + "\n" for title in rng.sample(TITLES, rng.randrange(len(TITLES))))
    held = io.StringIO()
    writer = csv.writer(held, delimiter=";", lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows:
        if row is None:
            held.write(rng.choice(("\n", ";" * (len(HEADER) - 1) + "\n")))
        else:
            writer.writerow(cells(row, rng))
    writer.writerow(["Summe", "", "", "", "99,5", "1.234.567,89", ""])
    held.write("\n" * rng.randrange(3))  # empty lines at the end are no rows
    return (titles + held.getvalue()).replace("\n", end), titles.count("\n") + 1


@pytest.fixture(scope="module")
def law() -> Content:
    return load_rulebook().content


def opened(path: Path, content: Content) -> Prepared:
    table, columns = understood(path, content.vocabulary, GivenFile(), None)
    return prepare(table, columns, GivenFile(), content, one_date=False)


def said(shipment: Shipment | None) -> Told | None:
    if shipment is None or "destination" not in shipment.fields:
        return None
    found = shipment.fields
    return (date.fromisoformat(str(found["law_date"])), str(found["destination"]),
            Decimal(str(found["quantity"])), Decimal(str(found["line_value"])))  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_rows_in_are_rows_out_and_say_what_was_written(
    seed: int, law: Content, tmp_path: Path
) -> None:
    """Titles are no rows; blank rows and the row of totals are, and say no destination."""
    rng = Random(seed)
    rows = rows_of(rng)
    text, line = file_of(rng, rows)
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode("cp1252"))
    found = opened(path, law)
    assert (found.table.header_line, found.table.header) == (line, tuple(HEADER))
    assert found.count == len(rows) + 1
    assert [said(shipment) for _, shipment, _ in found.shipments()] == [*rows, None]
    assert all(problems == () for (_, shipment, problems), row in
               zip(found.shipments(), rows, strict=False) if row is not None)  # fmt: skip
    in_batches = [row for batch in found.table.batches(7) for row in batch.rows()]
    assert in_batches == list(found.table.rows())


@pytest.mark.parametrize("seed", range(20))
def test_numbers_of_a_workbook_are_what_they_are(seed: int, law: Content, tmp_path: Path) -> None:
    """A number has its value, whatever it would look like as text; so has a date."""
    rng = Random(seed)
    rows = rows_of(rng)
    path = tmp_path / "export.xlsx"
    titles = rng.randrange(5)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, dated = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
        for i in range(titles):
            sheet.write_row(i, 0, rng.choice((["Exportbericht"], [], ["Mandant", 100])))
        sheet.write_row(titles, 0, HEADER)
        for i, row in enumerate(rows, titles + 1):
            if row is not None:
                day, country, quantity, amount = row
                sheet.write_row(i, 0, ["A-1", "", country, "Müller", float(quantity),
                                       float(amount)])  # fmt: skip
                sheet.write_datetime(i, 1, day, dated)
        sheet.write_row(titles + len(rows) + 1, 0, ["Summe", "", "", "", 99.5, 1234567.891])
    found = opened(path, law)
    assert found.table.header_line == titles + 1
    assert found.count == len(rows) + 1
    assert [said(shipment) for _, shipment, _ in found.shipments()] == [*rows, None]
