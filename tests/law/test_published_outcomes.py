"""Published outcomes and worked examples against the rulebook, read as outcomes.yaml says.

Rows check rules, never the other way round. Where the rulebook answers otherwise on purpose, the
row stands in disagreements.csv with both answers; one that begins to agree has to leave that file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from lawcases import HERE, shipment, shipped

from screening import Decision, Finding, Verdict

ROOT = HERE.parents[1]
PUBLISHED = ROOT.parent / "shared" / "cases" / "published_outcomes.csv"
FACT_SHEET = ROOT.parent / "shared" / "policy" / "ear-facts.md"

Row = dict[str, Any]

ROWS: list[Row] = yaml.load((HERE / "outcomes.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
KEYS = {"id", "title", "date", "given", "expect", "source"}
NEEDS_NOTHING = {Finding.NO_LICENSE_REQUIRED, Finding.NOT_ENFORCED}


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


LEFT_OUT = table("outcomes_left_out.csv")
DISAGREEMENTS = {row["id"]: row for row in table("disagreements.csv")}


def decide(row: Row, *without: str) -> Decision:
    given = {k: v for k, v in row["given"].items() if k not in without}
    return shipped().decide(shipment(given), law_date=row["date"])


def requires_license(d: Decision) -> bool:
    low, high = Finding.PRESUMPTION_OF_APPROVAL.rank, Finding.PROHIBITED.rank
    return d.verdict is not Verdict.ALLOW and low <= d.finding.rank <= high


def as_strict(d: Decision, finding: Finding) -> bool:
    return d.verdict is Verdict.DENY and finding.rank <= d.finding.rank <= Finding.PROHIBITED.rank


def agrees(row: Row) -> bool:
    """Whether the rulebook's answer is the row's, in the reading that outcomes.yaml describes."""
    d = decide(row)
    match str(row["expect"]).split():
        case ["no_license_required"]:
            return d.verdict is Verdict.ALLOW and d.finding in NEEDS_NOTHING
        case ["license_required"]:
            return requires_license(d)
        case ["presumption_of_approval"]:
            return requires_license(d) and d.finding is Finding.PRESUMPTION_OF_APPROVAL
        case [("presumption_of_denial" | "policy_of_denial") as policy]:
            return as_strict(d, Finding(policy))
        case ["license_approved"]:
            bare = decide(row, "license")
            licensed = d.verdict is Verdict.ALLOW and d.finding is Finding.LICENSED
            return licensed and bare.verdict is not Verdict.ALLOW
        case ["license_exception", name]:
            used = {t.rule.exception for t in d.rules if t.rule.id in d.decisive}
            if d.verdict is not Verdict.ALLOW or used != {name}:
                return False
            if "certifications" not in row["given"]:
                return True
            return decide(row, "certifications").verdict is not Verdict.ALLOW
        case ["red_flag"]:
            return (d.verdict, d.finding) == (Verdict.REVIEW, Finding.RED_FLAG)
        case ["not_caught"]:
            return d.finding.rank <= Finding.RED_FLAG.rank and d.possible is d.finding
        case ["review"]:
            return d.verdict is Verdict.REVIEW
    raise AssertionError(f"{row['id']}: `{row['expect']}` is not an expectation")


def ids(rows: list[Row]) -> list[str]:
    return [row["id"] for row in rows]


PLAIN = [r for r in ROWS if r["id"] not in DISAGREEMENTS and not {"held", "bug"} & set(r)]
HELD = [r for r in ROWS if "held" in r]
BUGS = [r for r in ROWS if "bug" in r]
APART = [r for r in ROWS if r["id"] in DISAGREEMENTS]


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_a_row_can_be_read(row: Row) -> None:
    assert KEYS <= set(row) <= KEYS | {"held", "bug"}
    assert all(row[key] for key in KEYS)
    assert decide(row).problems == ()


@pytest.mark.parametrize("row", PLAIN, ids=ids(PLAIN))
def test_the_rulebook_agrees(row: Row) -> None:
    d = decide(row)
    said = f"{row['title']}: expected {row['expect']}, {d.summary()} {d.decisive}"
    assert agrees(row), said


@pytest.mark.parametrize("row", HELD, ids=ids(HELD))
def test_what_is_not_determined_is_held_at_review(row: Row) -> None:
    d = decide(row)
    assert row["expect"] == "license_required"
    assert d.verdict is Verdict.REVIEW
    assert not agrees(row), f"{d.finding}: found by itself now; take `held` away"


@pytest.mark.parametrize("row", BUGS, ids=ids(BUGS))
def test_a_known_mistake_of_ours_errs_on_the_safe_side(row: Row) -> None:
    assert decide(row).verdict is not Verdict.ALLOW
    if agrees(row):
        pytest.fail(f"{row['id']} agrees now: take `bug` away")
    pytest.xfail(row["bug"])


@pytest.mark.parametrize("row", APART, ids=ids(APART))
def test_a_documented_disagreement_is_still_one(row: Row) -> None:
    said = DISAGREEMENTS[row["id"]]
    d = decide(row)
    assert said["theirs"] == row["expect"]
    assert said["ours"] == f"{d.verdict} {d.finding}"
    assert said["reasoning"].strip()
    assert not agrees(row), "the two agree now: take the row out of disagreements.csv"


# Letters of which dates and scope are not certain. They stand in the rules as unverified; left out,
# they would let the addressee ship on the rulebook's word.
UNVERIFIED_LETTERS: dict[str, Row] = {
    "EV05: H100 by NVIDIA to Saudi Arabia in September 2023": {
        "date": "2023-09-15",
        "given": {"exporter": "NVIDIA Corporation", "product": "nvidia-h100", "destination": "SA",
                  "end_use": ["datacenter"]},
    },
    "EV07: H100 by NVIDIA to a Chinese firm in Singapore, the rule of October 2023 at once": {
        "date": "2023-10-30",
        "given": {"exporter": "NVIDIA Corporation", "product": "nvidia-h100", "destination": "SG",
                  "end_use": ["datacenter"],
                  "buyer": {"headquarters": "SG", "parent_headquarters": "CN"}},
    },
    "EV18: design software by Synopsys to China in June 2025": {
        "date": "2025-06-01",
        "given": {"exporter": {"name": "Synopsys"}, "eccn": "3D991", "destination": "CN"},
    },
}  # fmt: skip


@pytest.mark.parametrize("row", UNVERIFIED_LETTERS.values(), ids=UNVERIFIED_LETTERS)
def test_a_letter_that_is_known_of_never_leaves_an_allow(row: Row) -> None:
    assert decide(row).verdict is not Verdict.ALLOW


def test_every_disagreement_is_about_a_row_and_none_of_ours_is_an_allow() -> None:
    assert set(DISAGREEMENTS) == set(ids(APART))
    assert not [r for r in DISAGREEMENTS.values() if r["ours"].startswith("allow")]


def test_every_row_stands_once() -> None:
    every = ids(ROWS) + [row["id"] for row in LEFT_OUT]
    assert len(every) == len(set(every))
    assert all(row["what"] and row["why_not"] for row in LEFT_OUT)


def numbers(path: Path) -> Iterator[str]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield from (row["id"] for row in csv.DictReader(file))
        return
    section = path.read_text("utf-8").split("\n## 7.")[1].split("\n## 8.")[0]
    yield from re.findall(r"^\| ([WG]\d+[a-z]?) \|", section, flags=re.MULTILINE)


@pytest.mark.parametrize("source", [PUBLISHED, FACT_SHEET], ids=["published", "fact sheet"])
def test_nothing_published_is_forgotten(source: Path) -> None:
    if not source.is_file():
        pytest.skip(f"reference data not present: {source.name}")
    here = {id.split("-")[0] for id in ids(ROWS) + [row["id"] for row in LEFT_OUT]}
    found = set(numbers(source))
    assert len(found) > 40
    assert found - here == set()
