"""The country tables of us-ear against the regulation they were written from, and their dates."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from screening.places import CODES, TERRITORY_OF, resolve

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules" / "us-ear"
SHARED = ROOT.parent / "shared" / "data" / "regulation"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"reference data not present: {SHARED}"
)

SNAPSHOT = date(2026, 7, 23)
NOT_SETTLED = {  # what our table calls unknown on the day of the snapshot, which leaves them out
    "A:6": {"PS"},
    "D:2": {"PS"},
    "D:3": {"PS"},
    "D:4": {"PS"},
    "D:5": {"ET"},
}
SCOPE_2026 = (
    "AF AM AZ BH BY CD CF CN CU EG ER GE HT IQ IR JO KG KH KP KW KZ LA LB LY MD MM MN MO NI OM "
    "PK QA RU SA SD SO SS SY TJ TM UZ VE VN YE ZW"
)
CHIP_SCOPE_2026 = set(SCOPE_2026.split())


def _groups(name: str) -> dict[str, dict[str, Any]]:
    with (RULES / name).open(encoding="utf-8") as file:
        document = yaml.load(
            file, Loader=yaml.BaseLoader
        )  # everything stays text, as in the loader
    return {group["id"]: group for group in document["groups"]}


GROUPS = _groups("country-groups.yaml")
COLUMNS = _groups("commerce-country-chart.yaml")


def _entries(group: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in group["members"]:
        yield {"any_of": entry} if isinstance(entry, list) else entry


def members(group_id: str, day: date) -> tuple[set[str], set[str]]:
    """Who surely is in the group on that day, and of whom it is not known."""
    sure: set[str] = set()
    unknown: set[str] = set()
    for entry in _entries(GROUPS[group_id]):
        begins = date.fromisoformat(entry.get("from", "0001-01-01"))
        ends = date.fromisoformat(entry.get("until", "9999-12-31"))
        if begins <= day < ends:
            (unknown if entry.get("status") == "unverified" else sure).update(entry["any_of"])
    return sure, unknown - sure


def chip_scope(day: date) -> set[str]:
    """Those surely in the combined group."""
    parts = GROUPS["chip-scope"]["members"]
    inside = set().union(*(members(g, day)[0] for g in parts["any_of"]))
    outside = (set().union(*members(g, day)) for g in parts["none_of"])
    return inside.difference(*outside)


@needs_shared
def test_every_group_is_the_regulation_s_on_the_day_of_the_snapshot() -> None:
    text = (SHARED / "country_groups_iso2.json").read_text(encoding="utf-8")
    regulation = json.loads(text)["groups"]
    assert set(regulation) == set(GROUPS) - {"chip-scope"}
    for group_id, listed in regulation.items():
        sure, unknown = members(group_id, SNAPSHOT)
        assert sure == set(listed), group_id
        assert unknown == NOT_SETTLED.get(group_id, set()), group_id


@needs_shared
def test_the_iso_groups_are_the_printed_groups() -> None:
    """The printed table once more, by name: a code must not have slipped on the way."""
    with (SHARED / "country_groups_2026-07-23.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    typo = "Cote d'lvoire"  # so printed, with a small L; refused, as it should be
    for group_id in set(GROUPS) - {"chip-scope"}:
        printed = {
            "CI" if row["country"] == typo else resolve(row["country"]).code
            for row in rows
            if row[group_id]
        }
        assert printed == members(group_id, SNAPSHOT)[0], group_id


def test_only_known_codes_each_once_at_a_time() -> None:
    for group_id, group in GROUPS.items():
        if group_id == "chip-scope":
            continue
        for entry in _entries(group):
            assert set(entry["any_of"]) <= set(CODES), group_id
            assert len(set(entry["any_of"])) == len(entry["any_of"])
        always = {c for e in _entries(group) if len(e) == 1 for c in e["any_of"]}
        dated = {c for e in _entries(group) if len(e) > 1 for c in e["any_of"]}
        assert not always & dated, group_id


def test_every_dated_entry_says_where_it_comes_from() -> None:
    for group_id, group in GROUPS.items():
        assert group["cites"] and group["title"] and group["of"] == "places"
        assert date.fromisoformat(group["holds"]["from"]) < SNAPSHOT
        assert group["holds"]["verified_through"] == "2026-09-24"
        if group_id == "chip-scope":
            continue
        for entry in _entries(group):
            if len(entry) > 1:
                assert entry["cites"], group_id
                assert ("why" in entry) == (entry.get("status") == "unverified"), group_id


def test_norway_is_text() -> None:
    assert "NO" in members("A:5", SNAPSHOT)[0]


@pytest.mark.parametrize(
    ("group_id", "place", "last_before", "first_after", "before", "after"),
    [
        ("D:5", "KH", "2025-11-06", "2025-11-07", "in", "out"),
        ("D:5", "NI", "2024-03-14", "2024-03-15", "out", "in"),
        ("D:1", "NI", "2024-03-14", "2024-03-15", "out", "in"),
        ("B", "NI", "2024-03-14", "2024-03-15", "in", "out"),
        ("D:4", "AE", "2026-07-09", "2026-07-10", "in", "out"),
        ("D:3", "AE", "2026-07-09", "2026-07-10", "in", "out"),
        ("A:5", "AE", "2026-07-09", "2026-07-10", "out", "in"),
        ("D:5", "CY", "2022-09-30", "2022-10-01", "in", "unknown"),
        ("D:5", "CY", "2024-05-29", "2024-05-30", "unknown", "out"),
        ("D:5", "CY", "2026-09-30", "2026-10-01", "out", "unknown"),
    ],
)
def test_the_days_on_which_membership_changes(
    group_id: str, place: str, last_before: str, first_after: str, before: str, after: str
) -> None:
    for day, wanted in ((last_before, before), (first_after, after)):
        sure, unknown = members(group_id, date.fromisoformat(day))
        found = "in" if place in sure else "unknown" if place in unknown else "out"
        assert found == wanted, day


def test_cambodia_stays_in_d1_and_belarus_and_russia_were_in_from_the_start() -> None:
    for day in (date(2022, 8, 1), date(2025, 12, 1), SNAPSHOT):
        assert "KH" in members("D:1", day)[0]
        for group_id in ("D:1", "D:2", "D:3", "D:4", "D:5"):
            assert {"BY", "RU"} <= members(group_id, day)[0]


def test_macau_is_in_d1_and_d4_and_not_in_d5() -> None:
    for day in (date(2022, 8, 1), SNAPSHOT):
        assert "MO" in members("D:1", day)[0] & members("D:4", day)[0]
        assert "MO" not in set().union(*members("D:5", day))


def test_chip_scope_in_2026_and_in_2023() -> None:
    """45 today; in October 2023 BIS counted 43 countries besides China and Macau."""
    assert chip_scope(date(2026, 9, 24)) == CHIP_SCOPE_2026
    assert len(CHIP_SCOPE_2026) == 45
    then = chip_scope(date(2023, 11, 17))
    assert then == CHIP_SCOPE_2026 - {"NI"} | {"AE"}
    assert len(then - {"CN", "MO"}) == 43


def test_d5_in_2023_is_what_bis_counted() -> None:
    """Its FAQ: 21 countries of D:5 other than China and Cyprus (Macau is not in D:5)."""
    assert len(members("D:5", date(2023, 10, 17))[0] - {"CN", "CY"}) == 21


def test_groups_b_d1_and_e_share_out_the_world() -> None:
    for day in (date(2022, 8, 1), date(2024, 3, 15), SNAPSHOT):
        parts = [members(g, day)[0] for g in ("B", "D:1", "E:1", "E:2")]
        assert len(set().union(*parts)) == 200
        assert not parts[0] & (parts[1] | parts[2] | parts[3])


def _chart() -> list[dict[str, str]]:
    with (RULES / "country_chart.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_shared
def test_the_chart_is_the_regulation_s_row_by_row() -> None:
    with (SHARED / "country_chart_2026-07-23.csv").open(encoding="utf-8-sig", newline="") as file:
        printed = {resolve(row.pop("country")).code or "?": row for row in csv.DictReader(file)}
    ours = {row["place"]: row for row in _chart()}
    assert len(printed) == len(ours) == 200
    assert set(printed) == set(ours)
    for place, row in printed.items():
        pointer = row.pop("embargo_pointer")
        assert ours[place]["embargo_pointer"] == ("yes" if pointer else "")
        assert {column: ours[place][column] for column in row} == row, place


def test_the_chart_s_places_and_pointers() -> None:
    rows = {row["place"]: row for row in _chart()}
    assert all(row["name"] == CODES[place] for place, row in rows.items())
    assert {p for p, row in rows.items() if row["embargo_pointer"]} == {"CU", "IR", "KP", "SY"}
    assert not {"HK", "US", "PS"} & set(rows)
    assert "MO" in rows
    assert set(TERRITORY_OF.values()) <= set(rows)
    assert set(TERRITORY_OF) & set(rows) == {"LI"}


def test_one_group_for_each_column_of_the_chart() -> None:
    rows = _chart()
    marked = [c for c in rows[0] if c not in ("place", "name", "footnotes", "embargo_pointer")]
    assert list(COLUMNS) == marked
    for column, group in COLUMNS.items():
        assert group["members_from"] == {"table": "country_chart.csv", "column": column}
        assert {row[column] for row in rows} <= {"X", ""}
        begins = "2022-08-01" if column in ("AT 1", "AT 2") else "2026-07-10"
        assert group["holds"] == {"from": begins, "verified_through": "2026-09-24"}
    assert not any(row["AT 1"] or row["AT 2"] for row in rows)  # why those two may begin earlier
