"""`screening screen` on tables: what is refused, what is put to review, what comes out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_files import ALLOWED, HEADER, Run

from screening.bulk import table as tables
from screening.bulk.output import COLUMNS
from screening.bulk.sources import read_table

Write = Callable[..., Path]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def screened(run: Run, path: Path, *more: str) -> list[dict[str, str]]:
    result = run("screen", path, "--format", "csv", *more)
    assert result.code == 0, result.err
    return rows_of(result.out)


def refused(run: Run, path: Path, *more: str | Path) -> str:
    result = run("screen", path, "--format", "csv", *more)
    assert (result.code, result.out) == (2, "")
    return result.err


def test_one_answer_for_every_row_in_order(run: Run, table: Write) -> None:
    deny = ALLOWED.replace("S-1", "S-2").replace(",DE,", ",IR,")
    short = "S-3,2026-03-01"
    rows = screened(run, table(HEADER, ALLOWED, deny, short, "", ALLOWED.replace("S-1", "S-4")))
    assert [r["shipment_id"] for r in rows] == ["S-1", "S-2", "S-3", "", "S-4"]
    assert [r["verdict"] for r in rows] == ["allow", "deny", "review", "review", "allow"]
    assert rows[2]["problems"].startswith("the row has 2 cells and the header 15 (put quotes")
    assert tuple(rows[0])[-len(COLUMNS) :] == COLUMNS


def test_original_cells_are_untouched(run: Run, table: Write) -> None:
    line = ALLOWED.removesuffix("-") + '" two, ""quoted"" "'
    rows = screened(run, table(HEADER, line))
    assert rows[0]["Remark"] == ' two, "quoted" '


def test_formulas_are_disarmed_and_numbers_are_not(run: Run, table: Write) -> None:
    cells = ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", '"\t=1"', "-5", "+5.25", "-1e3", "-"]
    heads = ",".join(f"x{i}" for i in range(len(cells)))
    row = screened(run, table(f"{HEADER},{heads}", f"{ALLOWED},{','.join(cells)}"))[0]
    found = [row[f"x{i}"] for i in range(len(cells))]
    assert found == ["'=1+1", "'+cmd|x", "'-2+3", "'@SUM(A1)", "'\t=1", "-5", "+5.25", "-1e3", "'-"]


def test_formulas_in_what_we_add_are_disarmed(run: Run, table: Write) -> None:
    rows = screened(run, table(HEADER, ALLOWED.replace(",5,-", ",=5,-")))
    assert rows[0]["verdict"] == "review"
    assert rows[0]["quantity"] == "'=5"
    assert not any(rows[0][c].startswith(("=", "+", "-", "@")) for c in COLUMNS)


def test_a_byte_order_mark_is_tolerated(run: Run, table: Write) -> None:
    path = table(b"\xef\xbb\xbf" + HEADER.encode(), ALLOWED)
    assert screened(run, path)[0]["verdict"] == "allow"


def test_crlf_and_missing_last_newline(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"{HEADER}\r\n{ALLOWED}".encode())
    assert screened(run, path)[0]["verdict"] == "allow"


def test_duplicate_headers_name_both(run: Run, table: Write) -> None:
    err = refused(run, table("destination,Foo,foo", "DE,1,2"))
    assert "columns 2 and 3 have the same name: `Foo` and `foo` [duplicate-column]" in err


def test_two_columns_for_one_field_name_both(run: Run, table: Write) -> None:
    err = refused(run, table("Ship-to Country,Dest. Ctry", "DE,DE"))
    said = "the columns `Ship-to Country` and `Dest. Ctry` both hold `destination`"
    assert f"{said} [same-field-twice]" in err


def test_the_mapping_says_which_of_two_dates_counts(run: Run, table: Write, tmp_path: Path) -> None:
    """Who checks the run later, or asks about a row of it, reads the same column."""
    path = table("Order Date,Ship Date,destination,eccn", "2020-01-02,2026-03-01,DE,EAR99")
    assert "both hold `law_date` [same-field-twice]" in refused(run, path)
    mapping, out = tmp_path / "map.yaml", tmp_path / "out.csv"
    mapping.write_text("columns: {Ship Date: law_date}\n")
    result = run("screen", path, "--map", mapping, "--output", out)
    said = "carried along unread: the mapping says that `Ship Date` holds law_date"
    assert f"column `Order Date` is {said}" in result.err
    told = json.loads(run("explain", out, "--line", "2", "--format", "json").out)
    assert told["law_date"] == "2026-03-01"
    assert run("verify", out).out.startswith("identical")


def test_a_column_that_the_mapping_empties_is_unread_in_every_later_look(
    run: Run, table: Write, tmp_path: Path
) -> None:
    path = table("destination,eccn,law_date", "DE,3A090,2026-03-01")
    mapping, out = tmp_path / "map.yaml", tmp_path / "out.csv"
    mapping.write_text("columns: {eccn: []}\n")
    result = run("screen", path, "--map", mapping, "--output", out)
    assert "`eccn` is carried along unread: the mapping says that it holds nothing" in result.err
    assert json.loads((tmp_path / "out.csv.manifest.json").read_text())["run"]["columns"] == {
        "destination": ["destination"], "eccn": [], "law_date": ["law_date"]}  # fmt: skip
    assert run("verify", out).out.startswith("identical")


TITLES = ("Export report 2026", "", "Created on,2026-07-05", "")


def test_titles_above_the_header_are_told_and_are_no_rows(
    run: Run, table: Write, tmp_path: Path
) -> None:
    """Who checks the run later, or asks about a row of it, finds the same header."""
    deny = ALLOWED.replace("S-1", "S-2").replace(",DE,", ",IR,")
    path, out = table(*TITLES, HEADER, ALLOWED, deny), tmp_path / "out.csv"
    result = run("screen", path, "--output", out)
    said = "line 5 is taken as the header; the 4 lines above it are no rows"
    assert said in result.err
    assert [r["verdict"] for r in rows_of(out.read_text())] == ["allow", "deny"]
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_text())
    assert (manifest["rows_in"], manifest["rows_out"]) == (2, 2)
    assert (manifest["run"]["header_row"], manifest["run"]["lines_above_header"]) == (5, 4)
    assert run("verify", out).out.startswith("identical")
    told = json.loads(run("explain", out, "--line", "3", "--format", "json").out)
    assert told["verdict"] == "deny"
    assert run("report", out).code == 0
    explained = run("explain", path, "--line", "7", "--format", "json")
    assert json.loads(explained.out)["verdict"] == "deny"
    assert said in explained.err


def test_a_doubtful_header_is_named(run: Run, table: Write, tmp_path: Path) -> None:
    """What stands above it is filled as its rows are. The manifest keeps what was named."""
    path, out = table(ALLOWED, HEADER, ALLOWED), tmp_path / "out.csv"
    assert "if line 2 is the header, say `--header-row 2`" in refused(run, path)
    assert run("screen", path, "--header-row", "2", "--output", out, "-q").code == 0
    assert len(rows_of(out.read_text())) == 1
    assert run("verify", out).out.startswith("identical")
    assert run("explain", out, "--line", "2").code == 0
    assert "# If line 2 is the header, say" in run("columns", path).out
    found = run("columns", path, "--header-row", "2").out
    assert "# Line 2 is taken as the header; the line above it is no row." in found
    for command in ("explain", "why-not", "timeline"):
        assert run(command, path, "--header-row", "2", "--line", "3").code == 0


def test_what_cannot_be_told_of_dates_and_numbers_is_said_wherever_a_table_is_read(
    run: Run, table: Write
) -> None:
    path = table("destination;eccn;law_date;quantity", "DE;EAR99;03.02.2026;1.500")
    assert "`--decimal comma` or `--decimal point`" in run("explain", path).err
    for command in ("explain", "why-not", "timeline"):
        assert run(command, path, "--dates", "dmy", "--decimal", "comma").code == 0
    found = run("explain", path, "--dates", "dmy", "--decimal", "comma", "--format", "json").out
    assert json.loads(found)["law_date"] == "2026-02-03"


def test_role_and_its_name_are_one_fact(run: Run, table: Write) -> None:
    err = refused(run, table("destination,exporter,exporter.name", "DE,a,b"))
    assert "the columns `exporter` and `exporter.name` both hold `exporter`" in err


def test_unknown_columns_are_kept_and_named(run: Run, table: Write) -> None:
    result = run("screen", table("destination,Destinaton,Foo", "DE,x,y"), "--format", "csv")
    assert "column `Foo` is not recognized and only carried along" in result.err
    assert "`Destinaton` is not recognized and only carried along; did you mean" in result.err
    assert "no column holds the law date" in result.err
    assert rows_of(result.out)[0]["Foo"] == "y"


def test_no_known_column(run: Run, table: Write) -> None:
    assert "no column of this table is recognized" in refused(run, table("a,b", "1,2"))


def test_no_destination_is_refused_with_a_suggestion(run: Run, table: Write) -> None:
    err = refused(run, table("eccn,destinations", "EAR99,DE"))
    assert "no column holds the destination; for `destinations` did you mean `destination`?" in err


def test_headers_match_in_any_case_and_never_nearly(run: Run, table: Write) -> None:
    rows = screened(run, table("SHIP-TO  country,Export date", "de,2026-03-01"), "-q")
    assert "destination" not in rows[0]["ask"]
    assert "no column holds the destination" in refused(
        run, table("eccn,ship to cntry", "EAR99,DE")
    )


def test_bad_values_are_row_problems_with_line_and_column(run: Run, table: Write) -> None:
    head = HEADER.replace("quantity", "Qty")
    bad = ALLOWED.replace(",5,-", ",4 boxes,-")
    path = table(head, ALLOWED, bad)
    rows = screened(run, path)
    assert [r["verdict"] for r in rows] == ["allow", "review"]
    assert rows[1]["problems"].startswith("Qty: `4 boxes` is not a number (write digits with")
    told = json.loads(run("screen", path, "--format", "json").out)["rows"][1]
    problem = told["problems"][0]
    assert (problem["row"], problem["field"], problem["code"]) == (3, "Qty", "number-form")


def test_rows_are_counted_by_lines_of_the_file(run: Run, table: Write) -> None:
    two_lines = ALLOWED.removesuffix("-") + '"a\nb"'
    path = table(HEADER, two_lines, "S-9,1")
    told = json.loads(run("screen", path, "--format", "json").out)["rows"]
    assert [r["row"] for r in told] == [2, 4]


@pytest.mark.parametrize("cell", ["NO", "NA"])
def test_norway_and_namibia_are_countries(run: Run, table: Write, cell: str) -> None:
    rows = screened(run, table(HEADER, ALLOWED.replace(",DE,", f",{cell},")))
    assert rows[0]["problems"] == ""
    assert rows[0]["destination"] == cell


def test_lists_split_and_none_is_an_empty_list(run: Run, table: Write) -> None:
    listed = ALLOWED.replace("Harbor Fasteners,none", "Harbor Fasteners,EL;DPL")
    unknown = ALLOWED.replace("Harbor Fasteners,none", "Harbor Fasteners,unknown")
    path = table(HEADER, listed.replace("S-1", "S-2"), unknown.replace("S-1", "S-3"))
    rows = screened(run, path)
    assert rows[0]["verdict"] == "deny"
    assert (rows[1]["verdict"], rows[1]["ask"]) == ("review", "exporter.listings")
    wrong = ALLOWED.replace("Harbor Fasteners,none", "Harbor Fasteners,Q")
    assert "`Q` is not a list known here" in screened(run, table(HEADER, wrong))[0]["problems"]


def test_nobody_with_facts_is_a_contradiction(run: Run, table: Write) -> None:
    row = screened(run, table("destination,end_user,end_user.country", "DE,none,FR"), "-q")[0]
    assert row["problems"].startswith("end_user: `end_user` is `none`, but the row says more of it")


def test_lines_of_one_shipment_that_disagree(run: Run, table: Write) -> None:
    other = ALLOWED.replace("2026-03-01", "2026-03-02")
    rows = screened(run, table(HEADER, ALLOWED, other))
    assert [r["verdict"] for r in rows] == ["review", "review"]
    said = "lines 2 and 3 of shipment `S-1` disagree on `law_date`"
    assert all(r["problems"].startswith(f"law_date: {said}") for r in rows)
    same_day = screened(run, table(HEADER, ALLOWED, other), "--law-date", "2026-03-01")
    assert [r["verdict"] for r in same_day] == ["allow", "allow"]


def test_stray_quote_is_a_row_problem(run: Run, table: Write) -> None:
    rows = screened(run, table(HEADER, '"S-1"x' + ALLOWED[3:], ALLOWED))
    assert [r["verdict"] for r in rows] == ["review", "allow"]
    assert rows[0]["problems"].startswith("a quote in this row is followed by more text (")


def test_unclosed_quote_is_refused(run: Run, table: Write) -> None:
    err = refused(run, table(HEADER, ALLOWED, '"S-2' + ALLOWED[3:], ALLOWED))
    assert "a quote in the row on line 3 is never closed [table-quote]" in err


def test_large_rows_are_refused(run: Run, table: Write) -> None:
    long = ALLOWED + "x" * tables.MAX_ROW_BYTES
    err = refused(run, table(HEADER, ALLOWED, long))
    assert "the row on line 3 holds more than 1,048,576 bytes [table-row-too-large]" in err


def test_empty_and_missing_files(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert "the file has no header and no rows [table-empty]" in refused(run, empty)
    assert "there is no such file [file-unreadable]" in refused(run, tmp_path / "no.csv")


def test_screening_a_screened_table_is_refused(run: Run, table: Write) -> None:
    err = refused(run, table("destination,Verdict", "DE,allow"))
    assert "the table already has a column `Verdict`, which the output adds" in err


def test_given_file(run: Run, table: Write, tmp_path: Path) -> None:
    given = tmp_path / "given.yaml"
    given.write_text("columns: {Ctry: [destination, end_user.country]}\ngiven: {exporter: Acme}\n")
    path = table("Ctry,end_user", "DE,Adler")
    told = json.loads(run("screen", path, "--given", given, "--format", "json").out)
    assert "destination" not in told["rows"][0]["ask"]
    given.write_text("columns: {Ctry: destinaton}\ngivn: {}\n")
    err = refused(run, path, "--given", given)
    assert "given.yaml:2:1: `givn` is not a key here; did you mean `given`?" in err
    assert "given.yaml:1:17: `destinaton` is not a field of a shipment; did you mean" in err
    given.write_text("columns: {Country: destination}\n")
    assert "the table has no column `Country`" in refused(run, path, "--given", given)
    given.write_text("columns: {Ctry: destination}\ngiven: {end_user: Acme}\n")
    err = refused(run, path, "--given", given)
    assert "the column `end_user` and the given facts both hold `end_user`" in err


def test_output_appears_whole_or_not_at_all(run: Run, table: Write, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = run("screen", table(HEADER, ALLOWED), "--output", out)
    assert (result.code, result.out) == (0, "")
    assert rows_of(out.read_text())[0]["verdict"] == "allow"
    before = out.read_text()
    assert run("screen", table("a,b", "1,2"), "--output", out).code == 2
    assert out.read_text() == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    same = table(HEADER, ALLOWED)
    assert "[output-is-input]" in run("screen", same, "--output", same).err
    missing = tmp_path / "no" / "out.csv"
    assert "which is no folder [output-unwritable]" in run("screen", same, "--output", missing).err


def test_an_engine_fault_is_a_review_of_its_row(
    run: Run, table: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("screening.engine.Rulebook.decide", broken)
    rows = screened(run, table(HEADER, ALLOWED))
    assert rows[0]["verdict"] == "review"
    assert rows[0]["problems"].startswith("this row could not be decided (ZeroDivisionError)")


def test_summary_and_fail_on(run: Run, table: Write) -> None:
    path = table(HEADER, ALLOWED, ALLOWED.replace("EAR99", "").replace("S-1", "S-2"))
    result = run("screen", path, "--fail-on", "review")
    assert result.code == 1
    assert "2 rows: allow 1 (50.0%), review 1 (50.0%), deny 0 (0.0%)" in result.err
    assert "missing facts that cause most reviews:\n       1  eccn" in result.err
    assert run("screen", path, "--fail-on", "deny").code == 0
    assert run("screen", path, "--quiet").err == ""


def test_a_carriage_return_in_a_cell_makes_no_row(run: Run, table: Write, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    path = table(HEADER, ALLOWED.removesuffix("-") + '"a\rb,allow"')
    assert run("screen", path, "--output", out, "-q").code == 0
    (row,) = csv.DictReader(out.open(newline=""))
    assert (row["Remark"], row["verdict"]) == ("a\rb,allow", "allow")


def test_a_fact_that_no_table_can_hold_is_not_carried_along(run: Run, table: Write) -> None:
    err = refused(run, table("destination,end_user.owners", "DE,someone"))
    assert "the column `end_user.owners` is not a field that a table can hold" in err


def test_verify_says_identical_or_where_not(run: Run, table: Write, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    path = table(HEADER, ALLOWED, ALLOWED.replace("S-1", "S-2"))
    assert run("screen", path, "--output", out, "-q").code == 0
    assert run("verify", out).out.startswith("identical: 2 rows decided again")
    text = out.read_text()
    out.write_text(text.replace("S-2", "S-3"))
    told = run("verify", out)
    assert told.code == 1
    assert "out.csv: was changed after it was written" in told.out
    assert "out.csv: decided again, line 3 comes out otherwise" in told.out
    manifest = tmp_path / "out.csv.manifest.json"
    out.write_text(text)
    manifest.write_text(manifest.read_text().replace('"rows_in": 2', '"rows_in": 20'))
    assert "the manifest says rows_in 20, and it is 2" in run("verify", out).out


def test_columns_writes_a_mapping_that_screen_takes(run: Run, table: Write, tmp_path: Path) -> None:
    path = table("Ship-to Country,Adressat", "DE,Adler")
    mapping = tmp_path / "map.yaml"
    assert run("columns", path, "--output", mapping).code == 0
    text = mapping.read_text()
    assert '"Ship-to Country": destination' in text
    mapping.write_text(text.replace('  # "Adressat":', '  "Adressat": end_user'))
    (row,) = screened(run, path, "--map", str(mapping), "-q")
    assert "end_user" not in row["ask"].split("; ")


def test_shipments_are_told_of_beside_the_lines(run: Run, table: Write, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    unknown = ALLOWED.replace("EAR99", "")
    assert run("screen", table(HEADER, ALLOWED, unknown), "--output", out, "--by", "shipment",
               "-q").code == 0  # fmt: skip
    (told,) = csv.DictReader((tmp_path / "out.csv.shipments.csv").open(newline=""))
    assert (told["lines"], told["verdict"], told["allow"], told["review"]) == (
        "2", "review", "1", "1",
    )  # fmt: skip


def test_a_program_is_told_how_far_a_run_is(run: Run, table: Write, tmp_path: Path) -> None:
    result = run("screen", table(HEADER, ALLOWED), "--output", tmp_path / "o.csv", "-q", "--json")
    *_, last = map(json.loads, result.err.splitlines())
    assert (last["rows"], last["of"]) == (1, 1)
    assert last["verdicts"] == {"allow": 1, "review": 0, "deny": 0}


def test_the_manifest_counts_the_whole_job(run: Run, table: Write, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run("screen", table(HEADER, ALLOWED, ALLOWED.replace("EAR99", "")), "--output", out)
    tally = json.loads((tmp_path / "out.csv.manifest.json").read_text())["tally"]
    assert tally["verdicts"] == {"allow": 1, "review": 1}
    assert tally["by_missing"] == {"eccn": {"review": 1}}
    assert {sum(counts.values()) for counts in tally["by_destination"].values()} == {2}


def test_one_class_however_it_is_written_and_one_country(
    run: Run, table: Write, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    other = ALLOWED.replace("EAR99", "ear99").replace(",DE,", ",Germany,")
    run("screen", table(HEADER, ALLOWED, other), "--output", out)
    tally = json.loads((tmp_path / "out.csv.manifest.json").read_text())["tally"]
    assert tally["by_class"] == {"EAR99": {"allow": 2}}
    assert tally["by_destination"] == {"DE": {"allow": 2}}


def test_a_blank_row_is_among_the_shipments(run: Run, table: Write, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    told = run("screen", table(HEADER, ALLOWED, "", ALLOWED), "--output", out, "--by", "shipment")
    rows = list(csv.DictReader((tmp_path / "out.csv.shipments.csv").open(newline="")))
    assert sum(int(row["lines"]) for row in rows) == 3
    assert "1 without the id of a shipment" in told.err


def test_a_date_that_does_not_fit_its_column_is_told_the_column_s_form(
    run: Run, table: Write
) -> None:
    dated = [ALLOWED.replace("2026-03-01", day) for day in ("31/01/2026", "02/30/2026")]
    _, bad = screened(run, table(HEADER, *dated), "-q")
    assert bad["problems"].startswith(
        "law_date: `02/30/2026` is not a date in the form of this column: day, month, year"
    )


def test_whoever_stops_a_run_is_told_how_it_goes_on(
    run: Run, table: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("screening.cli.tables.write_parts", stopped)
    ended = run("screen", table(HEADER, ALLOWED), "--output", tmp_path / "out.csv", "-q")
    assert ended.code == 130
    assert "the same command with `--resume` goes on from here" in ended.err


def test_a_screened_row_is_explained_as_the_run_decided_it(
    run: Run, table: Write, tmp_path: Path
) -> None:
    """With the run's map, dates, clocks and assumptions, not with what the names suggest."""
    source, out, mapping = table("Wohin,eccn", "DE,EAR99", "FR,EAR99"), tmp_path / "out.csv", (
        tmp_path / "map.yaml"
    )  # fmt: skip
    mapping.write_text("columns: {Wohin: destination}\ngiven: {exporter: Example Instruments}\n")
    run("screen", source, "--map", mapping, "--law-date", "2026-03-01", "--output", out)
    told = run("explain", out, "--line", "3", "--no-what-if")
    assert f"asked as the run that wrote `{out}` did" in told.err
    for said in ("destination = FR", "law date: 2026-03-01", "exporter: Example Instruments"):
        assert said in told.out
    source.write_text("Wohin,eccn\nDE,EAR99\n")
    assert "is not the one that was screened [verify-input]" in (
        run("explain", out, "--line", "3").err.replace("\n", " ")
    )
    (tmp_path / "out.csv.manifest.json").unlink()
    assert "it is decided anew" in run("explain", out, "--line", "3").err


GERMAN = (
    "Auftragsnummer;Lieferdatum;Bestimmungsland;Artikel;Menge;Warenwert;Währung",
    "A-1;31.01.2026;Frankreich;X-1;1.500;1.234,56;EUR",
    "",
    "A-2;01.02.2026;Österreich;X-2;2.000;12,50;EUR",
    "Summe;;;;3.500;1.247,06;EUR",
)


def test_a_german_export_is_read_once_its_comma_is_said(
    run: Run, table: Write, tmp_path: Path
) -> None:
    """Blank rows and the row of totals are rows as well: as many go out as come in."""
    path, out = table(*GERMAN), tmp_path / "out.csv"
    asked = run("screen", path, "--output", out)
    assert asked.code == 2 and not out.exists()
    assert "`1.500` on line 2 [numbers-ambiguous]" in asked.err
    assert "say `--decimal comma` or `--decimal point`" in asked.err
    told = run("screen", path, "--output", out, "--decimal", "comma")
    assert "column `Menge` is written with decimal comma" in told.err
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig", newline="")))
    assert [r["Auftragsnummer"] for r in rows] == ["A-1", "", "A-2", "Summe"]
    assert [r["Menge"] for r in rows] == ["1.500", "", "2.000", "3.500"], "as they were"
    assert {r["verdict"] for r in rows} == {"review"}
    assert "quantity = 1500" in run("explain", out, "--line", "2", "--no-what-if").out
    assert "identical" in run("verify", out).out


@pytest.mark.parametrize("name", ["TBD", "unknown", "?", "to be advised"])
def test_a_party_that_is_not_known_takes_part(run: Run, table: Write, name: str) -> None:
    """Though the row says that all parties are given: this one is given, and nobody named it."""
    (row,) = screened(run, table(f"{HEADER},intermediate_consignee", f"{ALLOWED},{name}"))
    assert (row["verdict"], row["ask"]) == ("review", "intermediate_consignee")


def test_so_does_one_of_whom_it_is_only_said_that_something_is_not_known(
    run: Run, table: Write
) -> None:
    (row,) = screened(run, table(f"{HEADER},purchaser country", f"{ALLOWED},TBD"))
    assert (row["verdict"], row["ask"]) == ("review", "purchaser")


@pytest.mark.parametrize("filler", ["", "-", "N/A", "none"])
def test_what_fills_a_column_names_nobody(run: Run, table: Write, filler: str) -> None:
    (row,) = screened(run, table(f"{HEADER},intermediate_consignee", f"{ALLOWED},{filler}"))
    assert row["verdict"] == "allow"


@pytest.mark.parametrize("beside", ["", ".traces.jsonl", ".manifest.json", ".shipments.csv"])
def test_nothing_that_is_written_goes_over_what_is_read(
    run: Run, table: Write, tmp_path: Path, beside: str
) -> None:
    output = tmp_path / "out.csv"
    given = output.with_name(f"{output.name}{beside}")
    given.write_text("given: {}\n")
    more = ("--given", given, "--by", "shipment", "--output", output)
    result = run("screen", table(HEADER, ALLOWED), *more)
    assert result.code == 2
    assert "[output-is-input]" in result.err
    assert given.read_text() == "given: {}\n"


def test_a_cell_that_a_sheet_does_not_take_says_that_it_was_cut(
    run: Run, table: Write, tmp_path: Path
) -> None:
    output = tmp_path / "out.xlsx"
    long = ALLOWED.removesuffix("-") + "x" * 40_000
    assert run("screen", table(HEADER, long), "--output", output).code == 0
    table_out = read_table(output)
    (row,) = table_out.rows()
    remark = row.cells[table_out.header.index("Remark")]
    assert len(remark) == 32_767
    assert remark.endswith("x … [40,000 characters, the rest is left out]")
