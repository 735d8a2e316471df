"""Write the tables of the Commerce Control List that rules/us-ear reads.

    python tools/make_ccl_tables.py REQUIREMENTS ENTRIES rules/us-ear

REQUIREMENTS holds one row for each license requirement of the list (eccn, reason, column, scope,
control_text, chart_text), ENTRIES one row for each entry (eccn, heading, reason_for_control); both
are derived from an issue of the eCFR. Written are

* `ccl_requirements.csv`: a row for each entry and for each paragraph that the requirements tell
  apart; a column for each column of the Country Chart, for each control outside the chart that is
  encoded, and `determined`. An X: covered; nothing: not covered; `?`: the row says it in words.
* `ccl_partly.csv`: these words, and those of rows that no column stands for.

What cannot be read exactly is never guessed. A row in words puts a `?` on the whole entry, unless
READ_BY_HAND names the only paragraphs that it can touch.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CHART = ("CB 1", "CB 2", "CB 3", "NP 1", "NP 2", "NS 1", "NS 2", "MT 1", "RS 1", "RS 2", "FC 1",
         "CC 1", "CC 2", "CC 3", "AT 1", "AT 2")  # fmt: skip
OUTSIDE = ("EI", "SL", "UN", "worldwide", "MO D:5", "CN RU VE", "IQ", "PK")
DETERMINED = "determined"  # empty where some control has no column; ccl_partly.csv says which

# For these the rules of advanced-computing.yaml say what 742.6(a)(6)(iii) asks.
ADVANCED = {"3A001", "3A090", "4A003", "4A004", "4A005", "4A090", "5A002", "5A004", "5A992",
            "5D002", "5D992"}  # fmt: skip

# Rows in words of which a person has read which paragraphs they can touch: eccn and column, then
# the paragraphs that are surely covered and those where the words decide.
READ_BY_HAND: dict[tuple[str, str], tuple[str, str]] = {
    ("1A002", "NP 1"): ("", "b.1"),
    ("1A004", "CB 2"): ("", "c"),
    ("1A007", "NP 1"): ("b", "a"),
    ("1C002", "NP 1"): ("", "b.3 b.4"),
    ("1C007", "MT 1"): ("", "c"),
    ("1C010", "NP 1"): ("", "a b e.1"),
    ("1C011", "MT 1"): ("", "a b"),
    ("2B001", "NP 1"): ("", "a b c d"),
    ("2B006", "NP 1"): ("", "a b.1 b.3 c"),
    ("2B116", "NP 1"): ("b c d", "a"),
    ("3A001", "NS 1"): ("", "b.2 b.3"),
    ("3A001", "RS 1"): ("", "b.2 b.3"),
    ("3A001", "MT 1"): ("z.2", "a.1.a a.5.a"),
    ("3A001", "NP 1"): ("z.3", "e.2 e.3"),
    ("3A002", "MT 1"): ("", "h"),
    ("4A001", "MT 1"): ("", "a"),
    ("6A005", "NP 1"): ("", "a.2 a.3 a.4 b.2.b b.3 b.4 b.6.c c.1.b c.2.b d.2 d.3.c d.4.c"),
    ("6A007", "MT 1"): ("", "b c"),
    ("7A003", "MT 1"): ("", "d"),
    ("7A005", "MT 1"): ("", "b"),
    ("7A611", "MT 1"): ("", "a"),
}

# Entries for which the rows do not tell the whole, and why.
MORE_THAN_ROWS = {
    "6A003": "Thermal cameras: notes 2, 4 and 7 of the Country Chart change what a column says.",
    "9A515": "Note 7 of the Country Chart asks a license for 9A515.e to India.",
    "4E091": "Model weights: see the rules on the AI Diffusion Rule.",
}
FIREARMS = re.compile(r"0[ABDE]50\d")
FIREARMS_WHY = "Firearms: 742.17, part 744 and note 10 of the Country Chart add to the rows."

PARAGRAPH = r"(?:\d[A-E]\d{3}\s*)?(?:\.\s*)?[a-z0-9]+(?:\.[a-z0-9]+)*"
STEP = r"(?:\s*(?:;|,? and|,? or|,)\s*)"
ITEM = rf"{PARAGRAPH}(?: (?:to|through) {PARAGRAPH})?(?: \(except {PARAGRAPH}\))?"
LIST = rf"(?P<list>{ITEM}(?:{STEP}{ITEM})*)"
WHOLE = re.compile(r"appl(?:y|ies) (?:to )?(?:the )?entire entry(?: \(refer to [^()]*\))?")
EXCEPT = re.compile(rf"applies to (?:the )?entire entry,? except {LIST}")
PART = re.compile(
    rf"appl(?:y|ies) (?:to )?(?:items controlled (?:by|in) |“software” controlled by )?"
    rf"(?:paragraphs? )?{LIST}(?: of this entry| only)?"
)

Marks = dict[str, str]  # paragraph ("" is the entry) to X, ? or nothing; the nearest one decides


@dataclass
class Entry:
    """What the rows of one entry come to: marks by column, and the rows that stay in words."""

    eccn: str
    columns: dict[str, list[Marks]] = field(default_factory=lambda: defaultdict(list))
    words: list[tuple[str, str, str]] = field(default_factory=list)  # column, reason, words

    def mark(self, column: str, paragraph: str) -> str:
        """What the rows of a column say of a paragraph, the strictest first."""
        found = {nearest(marks, paragraph) for marks in self.columns[column]}
        return next((m for m in "X?" if m in found), "")

    def paragraphs(self) -> list[str]:
        """Every paragraph that some row names, the entry itself first."""
        return sorted({"", *(p for rows in self.columns.values() for m in rows for p in m)})


def nearest(marks: Marks, paragraph: str) -> str:
    """The mark of the most specific paragraph that holds this one."""
    parts = paragraph.split(".") if paragraph else []
    for depth in range(len(parts), -1, -1):
        found = marks.get(".".join(parts[:depth]))
        if found is not None:
            return found
    return ""


def read_row(entry: Entry, row: dict[str, str]) -> None:
    """Add what one row says, exactly or in its own words."""
    said = re.sub(r"\s+", " ", row["control_text"]).strip(" .")
    chart = re.sub(r"\s+", " ", row["chart_text"]).strip(" .")
    for column in columns_of(row, chart):
        marks = exact(entry.eccn, said)
        if column == DETERMINED:
            # What no column stands for leaves undetermined whatever it covers.
            marks = {p: "X" if m else "" for p, m in (marks or {"": "X"}).items()}
        elif marks is None and (entry.eccn, column) in READ_BY_HAND:
            sure, doubtful = READ_BY_HAND[entry.eccn, column]
            marks = {"": ""} | dict.fromkeys(doubtful.split(), "?")
            marks |= dict.fromkeys(sure.split(), "X")
        marks = {"": "?"} if marks is None else marks
        entry.columns[column].append(marks)
        if column == DETERMINED or "?" in marks.values():
            words = said if column in CHART or said == chart else f"{said}: {chart}"
            entry.words.append((column, row["reason"], words))


def columns_of(row: dict[str, str], chart: str) -> Iterator[str]:
    """The columns that a row is about; none if other rules say what it says."""
    if row["column"]:
        yield row["column"]
    elif row["reason"] == "" and "746.8" in chart:
        return  # Russia and Belarus: embargoes.yaml, for every entry
    elif row["reason"] == "AT" and "to North Korea" in chart:
        return  # embargoes.yaml, for every entry
    elif re.fullmatch(r"Column 1", chart):
        yield f"{row['reason']} 1"
    elif re.search(r"applies to entire entry CB Column 2$", chart):
        yield "CB 2"
    elif chart == "NP Column 1 AT Column 1":
        yield from ("NP 1", "AT 1")
    elif row["reason"] == "UN":
        yield "UN"
    elif row["reason"] == "EI" and chart.startswith("Refer to § 742.15"):
        yield "EI"
    elif row["reason"] == "SL":
        yield "SL"
    elif chart.startswith("Worldwide control"):
        yield "worldwide"
    elif "742.6(a)(6)(iii)" in chart and row["eccn"] in ADVANCED:
        return
    elif row["eccn"] == "3A090":
        return  # 3A090.c: advanced-computing.yaml
    elif chart.startswith("To or within Macau or a destination specified in Country Group D:5"):
        yield "MO D:5"
    elif re.match(r"China, Russia,? or Venezuela", chart):
        yield "CN RU VE"
    elif re.search(r"export or reexport to (Iraq|Pakistan)", chart):
        yield from (c for c, name in (("IQ", "Iraq"), ("PK", "Pakistan")) if name in chart)
    else:
        yield DETERMINED


def exact(eccn: str, said: str) -> Marks | None:
    """The paragraphs a row covers, or `None` where only its words say so."""
    said = re.sub(r"^[A-Z]{2} (?=appl)", "", said)
    said = re.sub(r" (?:CB Column 2|AT applies to entire entry)$", "", said)
    if WHOLE.fullmatch(said):
        return {"": "X"}
    for form, base, mark in ((EXCEPT, "X", ""), (PART, "", "X")):
        match = form.fullmatch(said)
        if match:
            listed = paragraphs_in(eccn, match["list"], mark)
            return None if listed is None else {"": base, **listed}
    return None


def paragraphs_in(eccn: str, text: str, mark: str) -> Marks | None:
    """`0A606.b and .y`, `b.5, .e`, `.d.15 and .16`, `f.2 to f.4`, `.b (except .b.5)`."""
    found: Marks = {}
    before = ""
    for item in re.split(STEP, text):
        match = re.fullmatch(r"(.+?)(?: (?:to|through) (.+?))?(?: \(except (.+)\))?", item)
        if match is None:
            return None
        ends = [None if g is None else paragraph(eccn, g, before) for g in match.groups()]
        first, last, less = ends
        if None in (first, *(e for e, g in zip(ends, match.groups(), strict=True) if g)):
            return None
        assert first is not None
        for one in between(first, last):
            found[one] = mark
        if less is not None:
            found[less] = "" if mark else "X"
        before = last or first
    return found


def paragraph(eccn: str, text: str, before: str) -> str | None:
    """One paragraph, without its entry; a bare number counts within the paragraph before it."""
    name = re.sub(r"\s", "", text)
    if re.match(r"\d[A-E]\d{3}", name):
        if not name.startswith(eccn):
            return None  # a paragraph of another entry: words
        name = name[len(eccn) :]
    name = name.removeprefix(".")
    if name[:1].isdigit():
        parent = before.rpartition(".")[0]
        return f"{parent}.{name}" if parent else None
    return name if re.fullmatch(r"[a-z](\.([a-z]|\d{1,2}))*", name) else None


def between(first: str, last: str | None) -> Iterable[str]:
    """`f.2` to `f.4`, `g` to `j`."""
    if last is None:
        return [first]
    head, _, low = first.rpartition(".")
    other, _, high = last.rpartition(".")
    if head != other or low.isdigit() != high.isdigit():
        raise SystemExit(f"not a range: {first} to {last}")
    run = range(int(low), int(high) + 1) if low.isdigit() else range(ord(low), ord(high) + 1)
    names = [str(n) if low.isdigit() else chr(n) for n in run]
    return [f"{head}.{n}" if head else n for n in names]


def gaps(entry: Entry, about: dict[str, str], reasons: set[str]) -> Iterator[tuple[str, str]]:
    """What the rows leave out: a reason and words for each."""
    said = set(re.findall(r"\b[A-Z]{2}\b", about["reason_for_control"]))
    if not reasons:
        stated = f" ({about['reason_for_control']})" if said else ""
        yield "", f"The entry has no row of license requirements{stated}."
        return
    for reason in sorted(said - reasons):
        yield reason, f"{reason} is a reason for control of the entry, and no row says of what."
    if "Reason for Control" in about["heading"]:
        yield "", "The rows of this entry are not complete in our source."
    if entry.eccn in MORE_THAN_ROWS:
        yield "", MORE_THAN_ROWS[entry.eccn]
    if FIREARMS.fullmatch(entry.eccn):
        yield "", FIREARMS_WHY


def unnamed(entry: Entry, reasons: set[str]) -> Marks | None:
    """Where rows share an entry controlled for NS out among its paragraphs, one that no row names
    is not taken to be free: it is not determined."""
    security = [m for c in ("NS 1", "NS 2", "worldwide", "MO D:5") for m in entry.columns[c]]
    if "NS" not in reasons or any(m[""] for m in security):
        return None
    return {"": "X", **{p: "" for marks in security for p, m in marks.items() if p and m}}


def read(requirements: Path, entries: Path) -> list[Entry]:
    """Every entry, in the order of the list."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with requirements.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row["eccn"]].append(row)
    found = []
    with entries.open(encoding="utf-8", newline="") as file:
        for about in csv.DictReader(file):
            entry = Entry(about["eccn"])
            for row in rows[entry.eccn]:
                read_row(entry, row)
            reasons = {r for row in rows[entry.eccn] for r in re.findall(
                r"\b([A-Z]{2}) applies", row["control_text"]) or [row["reason"]]}  # fmt: skip
            for reason, words in gaps(entry, about, reasons):
                entry.columns[DETERMINED].append({"": "X"})
                entry.words.append((DETERMINED, reason, words))
            rest = unnamed(entry, reasons)
            if rest is not None:
                entry.columns[DETERMINED].append(rest)
            found.append(entry)
    return found


def write(entries: list[Entry], folder: Path) -> None:
    """The two tables."""
    columns = (*CHART, *OUTSIDE)
    with (folder / "ccl_requirements.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["code", *columns, DETERMINED])
        for entry in entries:
            for one in entry.paragraphs():
                marks = [entry.mark(c, one) for c in columns]
                sure = "" if entry.mark(DETERMINED, one) else "X"
                out.writerow([f"{entry.eccn}.{one}" if one else entry.eccn, *marks, sure])
    with (folder / "ccl_partly.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["code", "column", "reason", "words"])
        for entry in entries:
            for column, reason, words in entry.words:
                out.writerow([entry.eccn, column, reason, words])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    write(read(Path(sys.argv[1]), Path(sys.argv[2])), Path(sys.argv[3]))
