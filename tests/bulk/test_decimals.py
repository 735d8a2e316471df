"""What a comma or a point in a number means is settled by the whole column, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.bulk.batches import Row, batched
from screening.bulk.decimals import DecimalForm, NumberColumns
from screening.bulk.sources import read_table

COMMA, POINT = DecimalForm.COMMA, DecimalForm.POINT


def read(*cells: str, asked: DecimalForm | None = None) -> list[str] | str:
    columns = NumberColumns({0: "Menge"}, asked)
    for batch in batched([Row(i, (cell,)) for i, cell in enumerate(cells, 2)], 1, 2):
        columns.see(batch)
    if problems := columns.problems("t.csv"):
        assert problems[0].code == "numbers-ambiguous"
        return problems[0].message
    reader = columns.readers().get(0, str)
    return [reader(cell) for cell in cells]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["1.234,56", "12", "1.500"], ["1234.56", "12", "1500"]),
        (["12,5", "1.500", "2.000"], ["12.5", "1500", "2000"]),
        (["1,234.56", "12", "1,500"], ["1234.56", "12", "1500"]),
        (["2.5", "1.500"], ["2.5", "1.5000"]),
        (["1.234.567", "1.500"], ["1234567", "1500"]),
        (["1 234,5", "1'000", "1\u00a0500"], ["1234.5", "1000", "1500"]),
        (["1.234,56 EUR", "5 EUR"], ["1234.56 EUR", "5 EUR"]),
        (["12,5 %", "50%"], ["12.5 %", "50%"]),
        (["-1,5", "0,500"], ["-1.5", "0.500"]),
        (["4", "1 500", ""], ["4", "1500", ""]),
        (["4", "12.50", "0.25"], ["4", "12.50", "0.25"]),
    ],
)
def test_one_form_reads_the_whole_column(cells: list[str], wanted: list[str]) -> None:
    """What comes out has a point that nobody can take for a thousands mark."""
    assert read(*cells) == wanted


@pytest.mark.parametrize(
    "cells", [["1.500", "2.000"], ["1,500"], ["3", "1.500"], ["1,5", "2.5", "1.500"]]
)
def test_a_column_that_fits_two_readings_is_refused(cells: list[str]) -> None:
    """Also one that mixes both: which of the two `1.500` follows nobody knows."""
    assert "can be read with a decimal comma or a decimal point: `1" in str(read(*cells))


def test_a_few_cells_that_fit_two_readings_do_not_hold_up_the_table() -> None:
    """They stay as they are, and no number is read of them."""
    assert read(*["12"] * 20, "4,800") == [*["12"] * 20, "4,800"]
    assert read(*["12.50"] * 20, "12.450,00") == [*["12.50"] * 20, "12.450,00"]


@pytest.mark.parametrize(("asked", "wanted"), [(COMMA, "1500"), (POINT, "1.5000")])
def test_what_is_asked_for_settles_it(asked: DecimalForm, wanted: str) -> None:
    assert read("1.500", asked=asked) == [wanted]


@pytest.mark.parametrize(
    "cell", ["1.50.000", "12,34,567", "1,5,5", "5 000 00", "abc", "1e5", "#N/A"]
)
def test_what_is_no_number_stays_as_it_is(cell: str) -> None:
    assert read("12,5", cell) == ["12.5", cell]


def test_a_number_of_a_workbook_or_of_json_is_no_text_and_has_its_point(tmp_path: Path) -> None:
    """There 1.234 is a number; a text cell that says so may be either."""
    path = tmp_path / "t.jsonl"
    path.write_text('{"destination": "DE", "quantity": 1.234}\n{"quantity": "1.234"}\n')
    assert [row.cells[-1] for row in read_table(path).rows()] == ["1.2340", "1.234"]
