"""The report of a screened table: all rows counted, those that matter shown, nothing run."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from screening.bulk.answers import RowAnswer
from screening.bulk.headers import Columns
from screening.bulk.manifest import manifest_path, read_manifest
from screening.bulk.parts import Part, in_parts
from screening.bulk.reading import Reading
from screening.bulk.remembered import Decided
from screening.bulk.report import pictures
from screening.bulk.report.page import report, report_path
from screening.bulk.report.screened import Screened, screened_rows
from screening.bulk.report.tally import UNKNOWN, look
from screening.bulk.run import Work, write_parts
from screening.bulk.settling import Step
from screening.bulk.traces import Trace
from screening.bulk.writers import TableFormat
from screening.cli.report import run
from screening.decision import Finding, Verdict
from screening.problems import Place, Problem, ProblemsFound

A, R, D = Verdict.ALLOW, Verdict.REVIEW, Verdict.DENY
EVIL = "</script><script>document.title='owned'</script>"


def row(number: int, verdict: Verdict = R, **more: Any) -> Screened:
    facts = {"eccn": "EAR99", "destination": "DE", **more.pop("facts", {})}
    given: dict[str, Any] = {"decisive": (), "ask": (), "problems": (), "month": "2025-07", **more}
    return Screened(number, verdict, "undetermined", "In words.", trace="", facts=facts, **given)


# ---- what is counted and shown ----


def test_every_row_is_counted_and_no_allow_is_shown() -> None:
    rows = [row(1, A), row(2, R, ask=("end_user",)), row(3, D, decisive=("iran",))]
    tally, shown = look(rows)
    assert tally.verdicts == {A: 1, R: 1, D: 1}
    assert [r.number for r in shown.rows] == [2, 3] and not shown.sampled
    assert tally.asked == {"end_user": 1} and tally.asked_together == {("end_user",): 1}
    assert tally.rules == {("iran", D): 1}


def test_a_fact_asked_for_beside_another_does_not_settle_alone() -> None:
    tally, _ = look([row(1, ask=("end_user", "end_use")), row(2, ask=("end_use",))])
    assert tally.asked == {"end_use": 2, "end_user": 1}
    assert tally.settling == [Step(("end_use",), 1), Step(("end_user",), 2)]


def test_of_too_many_all_denials_stay_and_reviews_are_a_sample() -> None:
    rows = [row(i, D if i % 100 == 0 else R) for i in range(1, 2001)]
    _, shown = look(rows, most=50)
    assert shown.sampled and (len(shown.rows), shown.of) == (50, 2000)
    assert sum(r.verdict is D for r in shown.rows) == 20, "every denial"
    reviews = [r.number for r in shown.rows if r.verdict is R]
    assert min(reviews) < 500 and max(reviews) > 1500, "from the whole table, not its head"
    assert look(rows, most=50)[1] == shown, "the same rows of the same table"


def test_many_denials_leave_room_for_reviews() -> None:
    _, shown = look([row(i, D if i % 2 else R) for i in range(1, 1001)], most=50)
    assert Counter(r.verdict for r in shown.rows) == {D: 25, R: 25}


# ---- the pictures ----


def test_the_pieces_of_a_bar_follow_each_other_on_one_scale() -> None:
    counts = Counter({("DE", A): 6, ("DE", D): 2, ("CN", R): 4})
    first, second = pictures.bars(counts, ["DE", "CN"])
    assert [(p.verdict, p.start, p.length) for p in first.parts] == [(A, 0, 0.75), (D, 0.75, 0.25)]
    assert [(p.verdict, p.start, p.length) for p in second.parts] == [(R, 0, 0.5)]


def test_many_months_become_years_and_what_has_no_date_stands_last() -> None:
    counts = Counter({(f"{year}-{month:02}", A): 1
                      for year in range(2020, 2026) for month in range(1, 13)})  # fmt: skip
    counts[UNKNOWN, R] = 3
    found = pictures.over_time(counts)
    assert [b.name for b in found] == ["2020", "2021", "2022", "2023", "2024", "2025", UNKNOWN]
    assert [b.total for b in found] == [12] * 6 + [3]


def test_the_flow_loses_no_row() -> None:
    counts = {(f"3A{g:03}", f"P{p}", v): g + p + v.rank + 1
              for g in range(20) for p in range(20) for v in Verdict}  # fmt: skip
    found = pictures.flow(counts)
    total = sum(counts.values())
    for column in range(3):
        assert sum(n.count for n in found.nodes if n.column == column) == total
    for end in (0, 1):
        assert sum(r.count for r in found.ribbons if r.source.column == end) == total
    for node in found.nodes:
        assert node.top >= -1e-9 and node.top + node.height <= 1 + 1e-9
        out = sum(r.height for r in found.ribbons if r.source == node)
        into = sum(r.height for r in found.ribbons if r.target == node)
        assert all(abs(h - node.height) < 1e-9 for h in (out, into) if h)
    assert {n.name for n in found.nodes if n.column == 2} == {v.value for v in Verdict}


# ---- from an output to the page ----

HEADER = ("Order", "Ship-to", "ECCN No.", "Date")
READING = Reading(Columns(HEADER, ((),) * len(HEADER), ()), {}, "in.csv")
COLUMNS = {"Order": ["shipment_id"], "Ship-to": ["destination"], "ECCN No.": ["eccn"],
           "Date": ["law_date"]}  # fmt: skip


def answers(start: int) -> Iterator[RowAnswer]:
    cells = [
        ("S-1", "Germany", "EAR99", "25/12/2025"),
        ("S-2", "China", EVIL, "01/02/2026"),
        ("S-3",),
    ]
    for i, verdict in enumerate((A, R)):
        key = f"{i:016x}"
        said = {"trace": key, "rules": [{"rule": "r", "title": EVIL, "status": "decisive",
                "authority": "letter", "cites": ["15 CFR 744.23"], "in_force": ["from 2025"]}],
                "rulebook": "us-ear", "digest": "abc", "law_date": "2026-02-01"}  # fmt: skip
        trace = Trace(key, json.dumps(said) + "\n")
        yield RowAnswer(i + 2, cells[i], Decided(
            verdict, Finding.UNDETERMINED, Finding.PROHIBITED, ("r",), EVIL, (), ("eccn",), (), (),
            (), trace), ())  # fmt: skip
    torn = Problem("row-cells", "the row has 1 cell", "", Place("in.csv", row=4))
    yield RowAnswer(4, cells[2], None, (torn,))


def screened(folder: Path, ending: str) -> Path:
    output = folder / f"out.{ending}"
    run = {"input": f"{EVIL}.csv", "columns": COLUMNS, "given": {}, "dates": None, "law_date": None,
           "known_as_of": None, "rulebook": "us-ear", "rulebook_digest": "abc", "engine": "1",
           "assumptions": True}  # fmt: skip
    form = TableFormat(ending)

    def parts(start: int) -> Iterator[Part]:
        return in_parts(answers(start), HEADER, form, 2, READING)

    write_parts(Work(HEADER, 3, form, output, run), parts, lambda at: None)
    return output


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_an_output_of_any_form_is_read_back(ending: str, tmp_path: Path) -> None:
    output = screened(tmp_path, ending)
    rows = list(screened_rows(output, read_manifest(manifest_path(output))))
    assert [(r.verdict, r.place, r.month) for r in rows] == [
        (A, "DE", "2025-12"), (R, "CN", "2026-02"), (R, "", "")]  # fmt: skip
    assert [r.facts["shipment_id"] for r in rows] == ["S-1", "S-2", "S-3"]
    assert [len(r.problems) for r in rows] == [0, 0, 1]
    assert rows[1].decisive == ("r",) and rows[1].ask == ("eccn",)


def packed(page: str, id: str) -> Any:
    found = re.search(rf'id="{id}">([^<]*)</script>', page)
    assert found is not None
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


def test_the_page_has_the_rows_that_matter_with_their_traces(tmp_path: Path) -> None:
    output = screened(tmp_path, "csv")
    page, _ = report(output)
    rows = packed(page, "data")
    assert [r["number"] for r in rows] == [2, 3]
    chunk, at = rows[0]["trace"]
    assert "15 CFR 744.23" in packed(page, f"chunk-{chunk}")[at]
    assert rows[1]["trace"] is None and rows[1]["problems"] == ["the row has 1 cell"]


def test_nothing_of_the_table_becomes_markup_and_nothing_is_fetched(tmp_path: Path) -> None:
    output = screened(tmp_path, "csv")
    page, _ = report(output)
    assert "document.title" not in page.replace("&#39;", "").replace("document.title=owned", "")
    assert EVIL not in page
    assert all(EVIL not in trace for trace in packed(page, "chunk-0"))
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import|https?://""", page)


def test_without_a_manifest_there_is_no_report(tmp_path: Path) -> None:
    output = screened(tmp_path, "csv")
    manifest_path(output).unlink()
    with pytest.raises(ProblemsFound, match="manifest"):
        run(output, None)
    assert not report_path(output).exists()
