"""The form of a column's dates is settled by the whole column, and asked for where it is not."""

from __future__ import annotations

import pytest

from screening.bulk.dates import DateColumns, DateForm, as_iso


def read(*cells: str, asked: DateForm | None = None) -> list[str] | str:
    columns = DateColumns({0: "Ship Date"}, asked)
    for i, cell in enumerate(cells, 2):
        columns.look(i, (cell,))
    if problems := columns.problems("t.csv"):
        return problems[0].message
    readers = columns.readers()
    return [as_iso([cell], readers)[0] for cell in cells]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["2025-07-15"], ["2025-07-15"]),
        (["2025/07/15", "20250716"], ["2025-07-15", "2025-07-16"]),
        (["02-Jun-06", "15 July 2025"], ["2006-06-02", "2025-07-15"]),
        (["1/31/2018 22:56", "2/3/2018 0:00"], ["2018-01-31", "2018-02-03"]),
        (["31.01.2026", "03.02.2026"], ["2026-01-31", "2026-02-03"]),
        (["2026-03-01T10:15:00Z"], ["2026-03-01"]),
        (["July 15, 2025", "Sept. 1, 2026"], ["2025-07-15", "2026-09-01"]),
        (["1. M\u00e4rz 2026", "15.Dez.2026"], ["2026-03-01", "2026-12-15"]),
        (["1 ao\u00fbt 2026", "3-enero-2026"], ["2026-08-01", "2026-01-03"]),
    ],
)
def test_one_form_reads_the_whole_column(cells: list[str], wanted: list[str]) -> None:
    assert read(*cells) == wanted


def test_a_column_that_fits_two_forms_is_refused() -> None:
    said = read("04/05/2026", "06/07/2026")
    assert said == ("the dates of the column `Ship Date` can be read day first or month first: "
                    "`04/05/2026` on line 2")  # fmt: skip


def test_so_is_one_that_mixes_both() -> None:
    assert "can be read day first or month first" in read("04/05/2026", "31/01/2026", "01/31/2026")


@pytest.mark.parametrize(("asked", "wanted"), [(DateForm.DMY, "2026-05-04"),
                                               (DateForm.MDY, "2026-04-05")])  # fmt: skip
def test_what_is_asked_for_settles_it(asked: DateForm, wanted: str) -> None:
    assert read("04/05/2026", asked=asked) == [wanted]


@pytest.mark.parametrize(
    "cell",
    [
        "Date Not Captured",
        "",
        "2025-02-30",
        "31/31/2026",
        "45000",
        "1. Brumaire 2026",
        "July 32, 2025",
        "1 Marchy 2026",
    ],
)
def test_what_is_no_date_stays_as_it_is(cell: str) -> None:
    assert read("15/07/2025", cell) == ["2025-07-15", cell]
