"""A second reading of the Commerce Control List, straight from the reference tables.

It shares nothing with the rulebook or with the tool that writes the rulebook's tables: a row's text
is cut into words, and is exact only if nothing is left but paragraphs and the few words that join
them. What it cannot read it calls `WORDS`; a row in words that mentions paragraphs of its own entry
can touch only these.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from screening.places import resolve

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "regulation"

JOINING = {"and", "or", "to", "through", "except", "for", "items", "controlled", "by", "in", "only",
           "paragraph", "paragraphs", "of", "this", "the", "entire", "entry", "applies", "apply",
           "software"}  # fmt: skip
TOKEN = re.compile(r"\d[A-E]\d{3}(?:\. ?[a-z](?:\. ?[a-z0-9]{1,2})*)?|\.?[a-z](?:\.[a-z0-9]{1,2})+"
                   r"|\.[a-z]\b|[A-Za-z0-9§“”<>≤≥°µ]+|[^\w\s]")  # fmt: skip
PARAGRAPH = re.compile(r"[a-z](\.([a-z]|\d{1,2}))*")
PLACES_NAMED = re.compile(
    "746.8|North Korea|China, Russia|Iraq|Pakistan|Macau or a|except Canada|Worldwide control"
)
EMBARGOED = {"CU", "IR", "KP", "SY", "RU", "BY"}  # part 746 covers every entry of the list
NOTE_1 = {"CD", "ER", "IQ", "IR", "KP", "LB", "LY", "SD", "SO"}
CHIPS = "742.6(a)(6)(iii)"  # advanced computing: its own rules and facts


class Answer(StrEnum):
    """What the list and the chart make of a code and a destination."""

    LICENSE = "license"
    WORDS = "words"
    NONE = "none"


@dataclass(frozen=True)
class Row:
    """One license requirement: which paragraphs it covers, or mentions, and to which places."""

    reason: str
    covers: frozenset[str]
    less: frozenset[str]
    exact: bool
    column: str
    chart: str

    def touches(self, paragraph: str) -> Answer:
        """Whether the row covers a paragraph ("" is the bare entry)."""
        above = [paragraph[:i] for i in range(len(paragraph) + 1)
                 if i == len(paragraph) or paragraph[i] == "."] + [""]  # fmt: skip
        if CHIPS in self.chart:
            return Answer.WORDS  # which chips the goods hold, and who gets them, is for other tests
        held = max((len(p) for p in above if p in self.covers), default=-1)
        freed = max((len(p) for p in above if p in self.less), default=-1)
        below = any(paragraph == "" or p.startswith(paragraph + ".")
                    for p in (self.covers | self.less) - {paragraph})  # fmt: skip
        if below:
            return Answer.WORDS  # its paragraphs differ
        if held > freed:
            return Answer.LICENSE if self.exact and self.reason != "UN" else Answer.WORDS
        return Answer.NONE if self.exact or freed < 0 else Answer.WORDS

    def asks(self, place: str) -> bool:
        """Whether the row asks for a license to a place."""
        if self.column:
            return place in chart()[self.column]
        if CHIPS in self.chart:  # the worldwide paragraph (A) is announced as not enforced
            return place == "AE" or (
                place in groups()["D:1"] | groups()["D:4"] | groups()["D:5"]
                and place not in groups()["A:5"] | groups()["A:6"]
            )
        if "Russian industry" in self.chart or "746.8" in self.chart or "North Korea" in self.chart:
            return False  # embargoed destinations only
        if self.chart.startswith("China, Russia"):
            return place in {"CN", "HK", "RU", "VE"}
        if "Iraq" in self.chart or "Pakistan" in self.chart:
            return (place == "IQ" and "Iraq" in self.chart) or (
                place == "PK" and "Pakistan" in self.chart
            )
        if "Macau or a destination specified in Country Group D:5" in self.chart:
            return place == "MO" or place in groups()["D:5"]
        if "742.6(a)(11)" in self.chart:
            return False  # parties of footnote 5 of the Entity List alone
        if self.reason == "NP" and self.chart.strip(" .") == "N/A":
            return False  # 742.3(a) asks where the list says NP 1 or NP 2
        if self.reason == "SI":
            return place not in {"AU", "CA", "GB"}  # 742.14(a)
        if self.reason == "UN":
            return place in NOTE_1 or place in groups()["D:5"]
        if self.reason == "EI" or "except Canada" in self.chart:
            return place != "CA"
        return True


@cache
def chart() -> dict[str, frozenset[str]]:
    """The destinations marked in each column; Hong Kong is China."""
    with (SHARED / "country_chart_2026-07-23.csv").open(encoding="utf-8", newline="") as file:
        rows = [(resolve(row["country"]).code, row) for row in csv.DictReader(file)]
    columns = [c for c in rows[0][1] if re.fullmatch(r"[A-Z]{2} \d", c)]
    marked = {c: {str(code) for code, row in rows if row[c]} for c in columns}
    return {c: frozenset(m | ({"HK"} if "CN" in m else set())) for c, m in marked.items()}


@cache
def destinations() -> tuple[str, ...]:
    """Every destination of the chart, and Hong Kong."""
    with (SHARED / "country_chart_2026-07-23.csv").open(encoding="utf-8", newline="") as file:
        found = {str(resolve(row["country"]).code) for row in csv.DictReader(file)}
    return tuple(sorted(found | {"HK"}))


@cache
def groups() -> dict[str, frozenset[str]]:
    """The Country Groups."""
    text = (SHARED / "country_groups_iso2.json").read_text(encoding="utf-8")
    found = {k: set(v) for k, v in json.loads(text)["groups"].items()}
    return {k: frozenset(v | ({"HK"} if "CN" in v else set())) for k, v in found.items()}


@cache
def reasons() -> dict[str, frozenset[str]]:
    """The reasons for control that each entry states."""
    with (SHARED / "ccl_entries_2026-07-23.csv").open(encoding="utf-8", newline="") as file:
        return {row["eccn"]: frozenset(re.findall(r"\b[A-Z]{2}\b", row["reason_for_control"]))
                for row in csv.DictReader(file)}  # fmt: skip


@cache
def rows() -> dict[str, tuple[Row, ...]]:
    """The license requirements of each entry."""
    found: dict[str, list[Row]] = {entry: [] for entry in reasons()}
    with (SHARED / "ccl_requirements_2026-07-23.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["eccn"]].append(read(row))
    return {entry: tuple(listed) for entry, listed in found.items()}


def read(row: dict[str, str]) -> Row:
    """One row of the reference table."""
    text = re.sub(r"\s+", " ", row["control_text"]).strip(" .")
    column, chart_text = row["column"], row["chart_text"]
    if not column and (said := re.search(r"\b([A-Z]{2}) Column (\d)", chart_text)):
        column = f"{said[1]} {said[2]}" if chart_text.count("Column") == 1 else ""
        text = text.removesuffix(said[0]).strip()
    if not column and chart_text.strip(" .") == "Column 1":
        column = f"{row['reason']} 1"
    text = re.sub(r" \(refer to [^()]*\)$| ?\(But see § .*$", "", text)
    words = TOKEN.findall(re.sub(r"^[A-Z]{2} (?=appl)", "", text))
    names: list[tuple[str, bool]] = []
    exact, less, own, last = True, False, True, ""
    for i, word in enumerate(words):
        before, after = words[i - 1] if i else "", words[i + 1] if i + 1 < len(words) else ""
        bare = word.replace(" ", "")
        if re.match(r"\d[A-E]\d{3}", bare):
            own = bare.startswith(row["eccn"])  # what follows another entry is of that entry
            bare = bare.removeprefix(row["eccn"])
        bare = bare.strip(".")
        article = word == "a" and len(after) > 2 and after.isalpha() and after not in JOINING
        if word in ("except", "EXCEPT"):
            less = True
        elif word == ")":
            less = False
        elif own and PARAGRAPH.fullmatch(bare) and word not in JOINING and not article:
            from_last = before in ("to", "through") and words[i - 2].strip(".").endswith(last)
            names += [(p, less) for p in (run(last, bare) if last and from_last else [bare])]
            last = bare
        elif word.strip("“”") not in JOINING and word not in "(,;." and bare:
            exact, last = False, ""
    whole = "entire entry" in text or not any(not free for _, free in names)
    covers = {p for p, free in names if not free} if not whole else {""}
    freed = {p for p, free in names if free} | ({p for p, _ in names} if whole else set())
    known = column or PLACES_NAMED.search(chart_text) or row["reason"] in ("UN", "EI", "SL")
    return Row(row["reason"], frozenset(covers), frozenset(freed - covers), exact and bool(known),
               column, chart_text)  # fmt: skip


def run(first: str, last: str) -> list[str]:
    """`f.2` to `f.4`."""
    head, _, low = first.rpartition(".")
    high = last.rpartition(".")[2]
    numbers = low.isdigit() and high.isdigit()
    span = range(int(low), int(high) + 1) if numbers else range(ord(low), ord(high) + 1)
    return [f"{head}.{n if numbers else chr(n)}".strip(".") for n in span]


def answer(code: str, place: str) -> Answer:
    """The strictest that any row of the code's entry makes of it."""
    entry, _, paragraph = code.partition(".")
    listed = rows()[entry]
    if reasons()[entry] == {"AT"}:
        return Answer.NONE  # AT asks for a license to embargoed destinations alone
    found = {row.touches(paragraph) for row in listed if row.asks(place)}
    if Answer.LICENSE in found:
        return Answer.LICENSE
    if (
        Answer.WORDS in found
        or not listed
        or reasons()[entry] - {r.reason for r in listed} - {"AT"}
    ):
        return Answer.WORDS
    named = [r for r in listed if r.reason in ("NS", "RS") and CHIPS not in r.chart]
    shared_out = "NS" in reasons()[entry] and not any("" in r.covers for r in named)
    if shared_out and all(r.touches(paragraph) is not Answer.LICENSE for r in named):
        return Answer.WORDS  # rows share the entry out, and none names this paragraph
    return Answer.NONE
