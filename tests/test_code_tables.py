"""Groups of codes read from a table: paragraphs, doubt, dates, and what the table does not list."""

from __future__ import annotations

import csv
import runpy
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from screening import Finding, ProblemsFound, Verdict, load_rulebook
from screening.conditions.tree import groups_used
from screening.engine import Rulebook
from screening.rulebook.groups import Clocks, Group, is_member
from screening.truth import Truth
from screening.workbench.law_coverage import Degree, law_coverage, totals, words_about

RULES = Path(__file__).resolve().parents[1] / "rules" / "us-ear"
DAY = date(2026, 8, 1)
TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

HEADER = """\
rulebook:
  language: 1
  id: test
  title: A test rulebook
  covers: {from: 2020-01-01, verified_through: 2030-01-01}
  allow_requires: {eccn: [free]}
"""
TABLE = """\
code,one,two
1A001,X,
1A001.b,,X
1A001.b.5,X,?
1A002,,
1A003,?,
"""
WORDS = """\
code,column,words
1A003,one,one applies to items for missiles
1A001,two,two applies to 1A001.b.5 when hot
"""
GROUPS = """\
groups:
  - id: one
    of: codes
    title: Column one
    members_from: {table: list.csv, column: one, words: words.csv}
  - id: two
    of: codes
    title: Column two
    members_from: {table: list.csv, column: two, words: words.csv}
    holds: {from: 2026-01-01, verified_through: 2026-12-31}
  - id: free
    of: codes
    title: What is free
    members: {any_of: [EAR99, 9A991]}
  - id: mixed
    of: codes
    title: A list, a table, and what is taken out of both
    members: {any_of: [free, one], none_of: [1A001.c, 9A991.d]}
  - id: without
    of: codes
    title: A list less a table
    members: {any_of: [1A001, 1A002, 1A003], none_of: [two]}
rules:
  - id: column-one
    title: Column one needs a license
    cites: ["A test"]
    authority: regulation
    in_force: {from: 2020-01-01}
    when:
      eccn: {any_of: [one], none_of: [free]}
    finding: license_required
    because: Column one names {eccn}. {words}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def in_folder(groups: str = GROUPS, table: str = TABLE, words: str = WORDS) -> Path:
        (tmp_path / "test.yaml").write_text(HEADER + groups, encoding="utf-8")
        (tmp_path / "list.csv").write_text(table, encoding="utf-8")
        (tmp_path / "words.csv").write_text(words, encoding="utf-8")
        return tmp_path

    return in_folder


@pytest.fixture
def groups(write: Callable[..., Path]) -> Mapping[str, Group]:
    return load_rulebook(write()).content.groups


@pytest.mark.parametrize(
    ("group", "code", "wanted"),
    [
        ("one", "1A001", UNKNOWN),  # its paragraphs differ
        ("one", "1A001.a", TRUE),  # no paragraph of its own: the entry decides
        ("one", "1A001.b.1", FALSE),  # the most specific paragraph decides
        ("one", "1A001.b", UNKNOWN),
        ("one", "1A001.b.5", TRUE),
        ("one", "1A001.b.5.a", TRUE),
        ("one", "1A001.b.50", FALSE),  # compared by paragraph, not by letters
        ("one", "1A002.x", FALSE),
        ("one", "1A003", UNKNOWN),  # a question mark
        ("one", "1A004", UNKNOWN),  # not listed: unknown, never outside
        ("one", "EAR99", UNKNOWN),
        ("two", "1A001.a", FALSE),
        ("two", "1A001.b.1", TRUE),
        ("two", "1A001.b.5", UNKNOWN),
        ("mixed", "EAR99", TRUE),
        ("mixed", "1A001.a", TRUE),
        ("mixed", "1A001.c.1", FALSE),  # taken out by name, though the table has it
        ("mixed", "1A001.b.1", FALSE),
        ("mixed", "9A991.a", TRUE),
        ("mixed", "9A991.d", FALSE),
        ("mixed", "1A004", UNKNOWN),
        ("without", "1A001.b.1", FALSE),
        ("without", "1A001.a", TRUE),
        ("without", "1A001.b.5", UNKNOWN),
        ("without", "1A004", FALSE),
    ],
)
def test_membership(groups: Mapping[str, Group], group: str, code: str, wanted: Truth) -> None:
    assert is_member(groups, group, code, Clocks(DAY)) is wanted


@pytest.mark.parametrize("group", ["two", "without"])
@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1), None])
def test_outside_its_dates_a_table_is_unknown(
    groups: Mapping[str, Group], group: str, day: date | None
) -> None:
    assert is_member(groups, group, "1A001.b.1", Clocks(day)) is UNKNOWN
    assert is_member(groups, group, "1A001.a", Clocks(day)) is UNKNOWN


def test_the_words_of_the_table_stand_in_the_trace(write: Callable[..., Path]) -> None:
    book = load_rulebook(write())
    doubtful = book.decide({"eccn": "1A003.a"}, law_date=DAY)
    assert doubtful.verdict is Verdict.REVIEW
    trace = {t.rule.id: t for t in doubtful.trace}["column-one"]
    assert trace.because == "Column one names 1A003.a. one applies to items for missiles"
    sure = {t.rule.id: t for t in book.decide({"eccn": "1A001.a"}, law_date=DAY).trace}
    assert sure["column-one"].because == "Column one names 1A001.a."


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"groups": GROUPS.replace("column: one,", "column: three,")}, "unknown-column",
         "`three` is not a column"),
        ({"groups": GROUPS.replace("words.csv", "word.csv")}, "table-missing",
         "there is no table `word.csv` beside the file"),
        ({"words": "code,words\n1A003,hot\n"}, "table-form",
         "the table `words.csv` has no column `column`"),
        ({"table": TABLE + "1A003,X,\n"}, "table-form", "in the table `list.csv`, `1A003` twice"),
        ({"table": TABLE + "1A004,X\n"}, "table-form",
         "in the table `list.csv`, row 7 has another number of cells"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_said(
    write: Callable[..., Path], change: dict[str, str], code: str, message: str
) -> None:
    with pytest.raises(ProblemsFound) as refused:
        load_rulebook(write(**change))
    found = refused.value.problems[0]
    assert (found.code, found.message) == (code, message)
    assert found.place is not None


@pytest.fixture(scope="module")
def law() -> Rulebook:
    return load_rulebook()


def _codes(column: str, mark: str) -> set[str]:
    with (RULES / "ccl_requirements.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file) if row[column] == mark}


DEGREES = {
    Degree.EXACT: "3A991 3A225 3B001 5A002 3A090 1C350 5A980 3E002 0D606 0D614 2B352 9D990 1E355",
    Degree.STATED: "3A001 3A002 4A003 3E001 3D001 4E001 5D002 5E002 6A002 9A610 1E001",
    Degree.ELSEWHERE: "9A104 4A102 4A611 9D005",
    Degree.PARTLY: "0A501 6A003 3A232",
    Degree.NOT: "0A521 8A018 4E091 1C980",
}


def test_every_entry_of_the_list_has_a_degree(law: Rulebook) -> None:
    found = law_coverage(law)
    # 633 in the source, which runs 0D614, 2B352 and 3E002 together with the entry before each
    assert len(found) == 633 + 3
    assert sum(totals(found).values()) == len(found)
    degrees = dict(found)
    for degree, entries in DEGREES.items():
        assert {degrees[e] for e in entries.split()} == {degree}, degree


def test_what_is_not_exact_has_words(law: Rulebook) -> None:
    for entry, degree in law_coverage(law):
        assert bool(words_about(law, entry)) or degree is Degree.EXACT, entry


@pytest.mark.parametrize(
    "code",
    [
        "3A001", "3A001.b.2", "5A001", "5A001.k", "3B001.o", "1C980", "6A003.b.4.b", "9A515.d",
        "0A501.a", "3E001", "8A018", "3A777", "4E091", "9A104", "3A232",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["DE", "CN", "IN", "AU"])
def test_what_is_not_exact_is_never_allowed(law: Rulebook, code: str, place: str) -> None:
    # To Australia the columns NS 1, NS 2, RS 1, RS 2, MT 1 and NP 1 are all blank.
    if place == "AU" and code in ("3A001", "3A001.b.2", "3E001", "9A515.d"):
        return
    decision = law.decide(_shipment(code, place), law_date=DAY)
    assert decision.verdict is not Verdict.ALLOW


CHARTED = ["CB 1", "CB 2", "NP 1", "NP 2", "NS 1", "NS 2", "MT 1", "RS 1", "RS 2", "CC 1"]


@pytest.mark.parametrize("column", CHARTED)
def test_what_stays_open_is_told_in_the_words_of_the_list(law: Rulebook, column: str) -> None:
    """Each code that words alone place in a column, to a destination marked there."""
    group = law.content.groups[f"CCL {column} in words"]
    rule = f"ccl-{column.lower().replace(' ', '-')}"
    place = next(p for p in ("IN", "IL", "CN") if law.view(DAY, None).in_group(column, p) is TRUE)
    codes = _codes(f"{column} in words", "X")
    assert codes
    for code in sorted(codes):
        decision = law.decide(_shipment(code, place), law_date=DAY)
        assert decision.verdict is not Verdict.ALLOW, code
        trace = {t.rule.id: t for t in decision.rules}[rule]
        words = group.words[code.partition(".")[0]]
        assert words in trace.because, code


@pytest.mark.parametrize("entry", ["3A232", "9A104", "4E091", "0A501", "1C980"])
def test_what_no_column_stands_for_is_told_in_the_words_of_the_list(
    law: Rulebook, entry: str
) -> None:
    decision = law.decide(_shipment(entry, "CA"), law_date=DAY)
    assert decision.verdict is not Verdict.ALLOW
    told = " ".join(t.because for t in decision.trace)
    assert any(words in told for words in words_about(law, entry))


# Entry, destination, what the classification states, and what the two tables and the row's own
# words make of it: NS 1, RS 1 and MT 1 are marked for Germany, NS 2 is not.
STATED = [
    ("3A001.b.2", "DE", None, Verdict.REVIEW),
    ("3A001.b.2", "DE", ["NS_2", "AT_1"], Verdict.ALLOW),  # for civil telecommunications
    ("3A001.b.2", "DE", ["NS_1", "NS_2", "RS_1", "AT_1"], Verdict.REVIEW),
    ("3A001.b.2", "CN", ["NS_2", "AT_1"], Verdict.REVIEW),  # NS 2 covers all of 3A001
    ("3A001.a.2", "CN", ["AT_1"], Verdict.REVIEW),  # and no statement takes it away
    ("3A001.a.2", "DE", ["NS_2", "MT_1"], Verdict.ALLOW),  # no row places a.2 under MT
    ("3E001", "DE", ["NS_1", "AT_1"], Verdict.REVIEW),
    ("3E001", "DE", ["AT_1"], Verdict.ALLOW),
    ("5D002.c.2", "CA", None, Verdict.ALLOW),
    ("9A610.x", "DE", ["AT_1", "UN"], Verdict.ALLOW),  # parts for an aircraft of 9A610.b
    ("9A610.a", "DE", ["AT_1"], Verdict.REVIEW),
    ("6A003.b.4.b", "DE", ["NS_2", "RS_2", "AT_1"], Verdict.REVIEW),  # notes 2 and 4
    ("4A001.a", "DE", ["NS_2", "AT_1"], Verdict.ALLOW),  # NP with the chart's "N/A": 742.3(a)
]


@pytest.mark.parametrize(("code", "place", "stated", "wanted"), STATED)
def test_a_control_in_words_counts_if_the_classification_states_it(
    law: Rulebook, code: str, place: str, stated: list[str] | None, wanted: Verdict
) -> None:
    given = _shipment(code, place)
    if stated is not None:
        given["attributes"] = {"controls": stated}
    assert law.decide(given, law_date=DAY).verdict is wanted


def test_what_is_not_stated_is_asked_for(law: Rulebook) -> None:
    decision = law.decide(_shipment("3A001.b.2", "DE"), law_date=DAY)
    assert "attributes.controls" in decision.ask


def test_the_chart_asks_a_license_where_the_weapons_convention_may(law: Rulebook) -> None:
    """Why 1C350 is exact: CB 2 covers all of it, and every destination outside the convention."""
    view = law.view(DAY, None)
    assert view.in_group("CCL CB 2", "1C350") is TRUE
    for place in ("EG", "IL", "SS", "TW"):
        assert view.in_group("CB 2", place) is TRUE
    for place in ("EH", "KP", "PS", "XK"):  # no row of the chart, or a pointer to an embargo
        assert view.in_group("CB 2", place) is not FALSE


@pytest.mark.parametrize("place", ["CU", "IR", "KP", "SY", "RU", "BY"])
@pytest.mark.parametrize("code", ["3A001.a.2", "2B350.a", "3A225", "5A001.f.2", "3A999", "3A611.y"])
def test_embargoed_destinations_are_left_to_the_embargoes(
    law: Rulebook, code: str, place: str
) -> None:
    decision = law.decide(_shipment(code, place), law_date=DAY)
    assert decision.verdict is not Verdict.ALLOW
    assert decision.finding is not Finding.NO_LICENSE_REQUIRED


@pytest.mark.parametrize("day", [date(2026, 7, 22), date(2026, 9, 22)])
def test_outside_the_dates_of_the_tables_an_item_of_the_list_is_held(
    law: Rulebook, day: date
) -> None:
    assert law.decide(_shipment("3A001.a.2", "DE"), law_date=DAY).verdict is Verdict.ALLOW
    assert law.decide(_shipment("3A001.a.2", "DE"), law_date=day).verdict is Verdict.REVIEW
    assert law.decide(_shipment("EAR99", "DE"), law_date=day).verdict is Verdict.ALLOW
    assert law.decide(_shipment("5A991.b", "DE"), law_date=day).verdict is Verdict.ALLOW


def test_columns_without_a_rule_need_none(law: Rulebook) -> None:
    with (RULES / "country_chart.csv").open(encoding="utf-8", newline="") as file:
        chart = list(csv.DictReader(file))
    with (RULES / "ccl_requirements.csv").open(encoding="utf-8", newline="") as file:
        requirements = list(csv.DictReader(file))
    ruled = {g for rule in law.rules.values() for g in groups_used(rule.when)}
    without = [c for c in requirements[0] if c not in ("code", "determined")]
    without = [c for c in without if f"CCL {c}" not in ruled]
    assert without == ["CC 2", "CC 2 in words", "CC 3", "CC 3 in words", "AT 1", "AT 2"]
    for column in without:
        marked = [r["place"] for r in chart if r[column.removesuffix(" in words")] == "X"]
        open_codes = [r["code"] for r in requirements if r[column] and r["determined"]]
        assert not marked or not open_codes, column


def test_the_whole_chart_is_applied(law: Rulebook) -> None:
    """The plain reading of both tables, entry by destination, against the groups."""
    view = law.view(DAY, None)
    codes = _codes("determined", "X") | _codes("determined", "")
    stems = {code[:i] for code in codes for i, sign in enumerate(code) if sign == "."}
    with (RULES / "country_chart.csv").open(encoding="utf-8", newline="") as file:
        chart = list(csv.DictReader(file))
    for column in [c for c in chart[0] if f"CCL {c}" in law.content.groups]:
        for row in chart:
            wanted = UNKNOWN if row["embargo_pointer"] else TRUE if row[column] == "X" else FALSE
            assert view.in_group(column, row["place"]) is wanted, (column, row["place"])
        for group in (column, f"{column} in words"):
            if f"CCL {group}" not in law.content.groups:
                continue
            for mark, wanted in (("X", TRUE), ("", FALSE)):
                for code in _codes(group, mark):
                    found = view.in_group(f"CCL {group}", code)
                    assert found is wanted or (found is UNKNOWN and code in stems), (group, code)


def _shipment(code: str, place: str) -> dict[str, object]:
    firm = {"name": "Adler", "country": place, "headquarters": place,
            "parent_headquarters": place, "listings": []}  # fmt: skip
    return {
        "kind": "export", "exported_from": "US", "destination": place, "eccn": code,
        "end_use": ["civil"], "parties_complete": True,
        "exporter": {"name": "Harbor Fasteners", "country": "US", "listings": []},
        "ultimate_consignee": firm, "end_user": firm,
    }  # fmt: skip


TOOL = RULES.parents[1] / "tools" / "make_ccl_tables.py"
SHARED = RULES.parents[2] / "shared" / "data" / "regulation"
SOURCES = [SHARED / f"ccl_{what}_2026-07-23.csv" for what in ("requirements", "entries")]


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"reference data not present: {SHARED}")
def test_the_tables_are_what_the_tool_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(TOOL), *map(str, SOURCES), str(tmp_path)], check=True)
    for name in ("ccl_requirements.csv", "ccl_partly.csv"):
        assert (tmp_path / name).read_text() == (RULES / name).read_text(), name


@pytest.mark.parametrize(
    ("eccn", "said", "marks"),
    [
        ("3A001", "NS applies to entire entry", {"": "X"}),
        ("8A620", "NS applies to entire entry, except 8A620. b and .y",
         {"": "X", "b": "", "y": ""}),
        ("1C351", "CB applies to items controlled by 1C351.d.15 and .16",
         {"": "", "d.15": "X", "d.16": "X"}),
        ("3B001", "NS applies to 3B001.a.4, c, f.2 to f.4, k to m",
         {"": "", **dict.fromkeys(["a.4", "c", "f.2", "f.3", "f.4", "k", "l", "m"], "X")}),
        ("5A001", "NS applies to 5A001.b (except .b.5), .c",
         {"": "", "b": "X", "b.5": "", "c": "X"}),
        ("4A001", "MT applies to items in 4A001.a when the parameters in 4A101 are met", None),
        ("1E002", "NP applies to “technology” for items controlled by 1A002", None),
        ("4E001", "NS applies to entire entry, except for “technology” for 4A090", None),
        ("1E355", "CW applies to entire entry. A license is required for CW reasons", {"": "X"}),
        ("3E201", "NP applies to 3A201.a", None),  # a paragraph of another entry
    ],
)  # fmt: skip
def test_only_exact_words_are_read(eccn: str, said: str, marks: dict[str, str] | None) -> None:
    assert runpy.run_path(str(TOOL))["exact"](eccn, said) == marks
