"""Write the tables of the Commerce Control List that rules/us-ear reads.

    python tools/make_ccl_tables.py REQUIREMENTS ENTRIES rules/us-ear

REQUIREMENTS holds one row for each license requirement of the list (eccn, reason, column, scope,
control_text, chart_text), ENTRIES one row for each entry (eccn, heading, reason_for_control); both
are derived from an issue of the eCFR. Written are

* `ccl_requirements.csv`: a row for each entry and for each paragraph that the requirements tell
  apart; a column for each column of the Country Chart and for each control outside the chart that
  is encoded, one `in words` beside it where the list needs it, and `determined`. An X: covered;
  nothing: not covered.
* `ccl_partly.csv`: the words of the rows that are in words, and of those that no column stands for.

What cannot be read exactly is never guessed: a row in words puts its mark on the whole entry, in
the column `in words`, unless `ccl_by_hand.csv` beside this file names the paragraphs that the words
can touch. Rules that read a column `in words` ask the classification whether the control applies.
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
OUTSIDE = ("EI", "SL", "UN", "CW", "CW chemicals", "SI", "all", "worldwide", "all but CA", "MO D:5",
           "from MO D:5", "footnote 5", "advanced.a", "advanced.b", "CN RU VE", "IQ",
           "PK")  # fmt: skip
IN_WORDS = " in words"
DETERMINED = "determined"  # empty where some control has no column; ccl_partly.csv says which

# AT asks for a license only to places that part 746 embargoes for every entry of the list, and its
# columns have no rule of their own. So words about them leave nothing open.
WITHOUT_RULE = {"AT 1", "AT 2"}

# For these the rules of the advanced computing files say what 742.6(a)(6)(iii) asks.
ADVANCED = {"3A001", "3A090", "4A003", "4A004", "4A005", "4A090", "5A002", "5A004", "5A992",
            "5D002", "5D992"}  # fmt: skip

# Entries for which the rows do not tell the whole: which paragraphs that concerns, and why.
MORE_THAN_ROWS = {
    "6A003": ("b.4", "Notes 2 and 4 of the Country Chart change what a column says of b.4."),
    "4E091": ("", "Model weights: see the rules on the AI Diffusion Rule."),
}
# Reasons without a row that other rules tell: Iraq for 6A992, 746.3(a)(3), in embargo-iraq.yaml.
TOLD_BY_RULES = {("6A992", "RS")}
# Reasons without a row of which a section of the regulations says what they ask and of what: the
# column that stands for it, and the paragraphs.
TOLD_BY_SECTIONS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    ("0A981", "CC"): ("all", {"": "X"}),  # 742.7(a)(4)
    ("0A982", "CC"): ("all but CA", {"": "X"}),  # 742.7(a)(5)
    ("0A983", "CC"): ("all", {"": "X"}),  # 742.7(a)(6) and 742.11(a)
    ("1C351", "CW"): ("all", {"": "", "d.15": "X", "d.16": "X"}),  # 742.18(a)(1)
    ("1C355", "CW"): ("CW chemicals", {"": "X"}),  # 742.18(a)(2)
    ("1C395", "CB"): ("CW chemicals", {"": "X"}),  # 742.2(a)(4)
    ("1C395", "CW"): ("CW chemicals", {"": "X"}),  # 742.18(a)(2)
}
FIREARMS = re.compile(r"0[ABDE]50[1245-9]")  # not 0A503, which FC does not cover
FIREARMS_WHY = "Firearms: 742.17, part 744 and note 10 of the Country Chart add to the rows."

# An entry that holds nothing of its own says so in its heading.
ELSEWHERE = re.compile(
    r"\((?:These items are|This entry is) “subject to the ITAR\.”"
    r"|are controlled by ECCN \d[A-E]\d{3}\.|This “Software” Is Controlled by ECCN"
)
# Where our source ran entries together, the heading of one holds its requirements and the next
# entry, and its rows are those of the next.
RUN_TOGETHER = re.compile(
    r"(?P<heading>.+?) ?License Requirements Reason for Control: (?P<reasons>[A-Z, ]+?) "
    r"Control\(s\) Country [Cc]hart \(see Supp\. No\. 1 to part 738\) (?P<rows>.+?) "
    r"(?:License Requirements Note|List Based License Exceptions).+"
    r"\. (?P<next>\d[A-E]\d{3}) (?P<about>[“A-Z].+)"
)
ONE_ROW = re.compile(r"[A-Z]{2} applies to .+?(?=\s[A-Z]{2} applies to |$)")
CHART_PART = re.compile(r" (?:[A-Z]{2} Column \d|China, Russia|See §|To or within|Worldwide \(see)")

PARAGRAPH = r"(?:\d[A-E]\d{3}\s*)?(?:\.\s*)?[a-z0-9]+(?:\.[a-z0-9]+)*"
STEP = r"(?:\s*(?:;|,? and|,? or|,)\s*)"
ITEM = rf"{PARAGRAPH}(?: (?:to|through) {PARAGRAPH})?(?: \(except {PARAGRAPH}\))?"
LIST = rf"(?P<list>{ITEM}(?:{STEP}{ITEM})*)"
WHOLE = re.compile(r"appl(?:y|ies) (?:to )?(?:the )?entire entry(?: \(refer to [^()]*\))?")
# Rows that say of the whole entry what its heading says.
OF_ITSELF = (
    "applies to “technology” for items controlled by 0A982 or 0A503. A license",
    "applies to entire entry. A license",
    "applies to entire entry AT applies to entire entry",
)
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

    def cell(self, column: str, paragraph: str) -> str:
        """An X where a column, or a column in words, covers a paragraph."""
        wanted = "?" if column.endswith(IN_WORDS) else "X"
        return "X" if self.mark(column.removesuffix(IN_WORDS), paragraph) == wanted else ""

    def paragraphs(self) -> list[str]:
        """Every paragraph that some row names, the entry itself first."""
        return sorted({"", *(p for rows in self.columns.values() for m in rows for p in m)})


@dataclass(frozen=True)
class Gap:
    """A control that no row tells: the paragraph it may touch ("" is the entry), reason, words."""

    where: str
    reason: str
    words: str


def nearest(marks: Marks, paragraph: str) -> str:
    """The mark of the most specific paragraph that holds this one."""
    parts = paragraph.split(".") if paragraph else []
    for depth in range(len(parts), -1, -1):
        found = marks.get(".".join(parts[:depth]))
        if found is not None:
            return found
    return ""


@dataclass(frozen=True)
class ByHand:
    """What a person has read of a row in words: paragraphs, "" for the whole entry."""

    eccn: str
    column: str
    marks: Marks

    @classmethod
    def of(cls, row: dict[str, str]) -> ByHand:
        """From a row of ccl_by_hand.csv."""
        marks: Marks = {"": ""}
        for heading, mark in (("not_covered", ""), ("in_words", "?"), ("covered", "X")):
            marks |= {"" if p == "entry" else p: mark for p in row[heading].split()}
        return cls(row["eccn"], row["column"], marks)


def by_hand() -> dict[tuple[str, str], Marks]:
    """The readings of ccl_by_hand.csv, by entry and column."""
    with Path(__file__).with_name("ccl_by_hand.csv").open(encoding="utf-8", newline="") as file:
        read = [ByHand.of(row) for row in csv.DictReader(file, strict=True)]
    return {(r.eccn, r.column): r.marks for r in read}


BY_HAND = by_hand()


def read_row(entry: Entry, row: dict[str, str]) -> None:
    """Add what one row says, exactly or in its own words."""
    said = re.sub(r"\s+", " ", row["control_text"]).strip(" .")
    chart = re.sub(r"\s+", " ", row["chart_text"]).strip(" .")
    for column in columns_of(row, chart):
        marks = exact(entry.eccn, said)
        if column == DETERMINED:
            # What no column stands for leaves undetermined whatever it covers.
            marks = {p: "X" if m else "" for p, m in (marks or {"": "X"}).items()}
        elif marks is None:
            marks = BY_HAND.get((entry.eccn, column), {"": "?"})
        entry.columns[column].append(marks)
        words = said if column in CHART or said == chart else f"{said}: {chart}"
        if column == DETERMINED:
            entry.words.append((column, row["reason"], words))
        elif "?" in marks.values() and column not in WITHOUT_RULE:
            entry.words.append((column + IN_WORDS, row["reason"], words))


def columns_of(row: dict[str, str], chart: str) -> Iterator[str]:
    """The columns that a row is about; none if other rules say what it says."""
    if row["column"]:
        yield row["column"]
    elif row["reason"] == "" and "746.8" in chart:
        return  # Russia and Belarus: embargo-russia-belarus.yaml, for every entry
    elif row["reason"] == "AT" and "to North Korea" in chart:
        return  # the embargo files, for every entry
    elif row["reason"] == "MT":
        yield "MT 1"  # MT has one column
    elif re.fullmatch(r"Column 1", chart):
        yield f"{row['reason']} 1"
    elif chart.startswith("RS Column 1, See § 742.6(a)(3)"):
        yield "RS 1"  # what 742.6(a)(3) leaves out, reexports in a deployment, is not written
    elif "742.6(a)(11)" in chart:
        yield "footnote 5"
    elif row["reason"] == "SI" and "742.14" in chart:
        yield "SI"
    elif row["reason"] == "NP" and chart == "N/A":
        return  # 742.3(a) asks a license where the list says NP 1 or NP 2, and nowhere else
    elif re.search(r"applies to entire entry CB Column 2$", chart):
        yield "CB 2"
    elif chart == "NP Column 1 AT Column 1":
        yield from ("NP 1", "AT 1")
    elif row["reason"] in ("UN", "SL", "CW"):
        yield row["reason"]
    elif row["reason"] == "EI" and chart.startswith("Refer to § 742.15"):
        yield "EI"
    elif "required for ALL destinations, except Canada" in chart:
        yield "all but CA"
    elif chart.startswith("Worldwide control"):
        yield "worldwide"
    elif "742.6(a)(6)(iii)" in chart and row["eccn"] in ADVANCED:
        return
    elif row["eccn"] == "3A090":
        return  # 3A090.c: high-bandwidth-memory.yaml
    elif "742.6(a)(6)(iii)" in chart:
        yield "advanced.a" if "any destination worldwide" in chart else "advanced.b"
    elif "742.6(a)(6)(ii)" in chart:
        yield "from MO D:5"
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
    if WHOLE.fullmatch(said) or said.startswith(OF_ITSELF):
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


def gaps(entry: Entry, about: dict[str, str], reasons: set[str]) -> Iterator[Gap]:
    """What the rows leave out."""
    stated = set(re.findall(r"\b[A-Z]{2}\b", about["reason_for_control"]))
    if not reasons and not stated:
        yield Gap("", "", "The entry has no row of license requirements.")
        return
    for reason in sorted(stated - reasons - {"AT"}):
        if reason == "SL" or (entry.eccn, reason) in {*TOLD_BY_RULES, *TOLD_BY_SECTIONS}:
            continue  # 742.13 knows one requirement, to every destination
        if reason == "CW" and entry.mark("CB 2", ""):
            # 742.18(a)(2) concerns chemicals for destinations outside the convention alone, and
            # column CB 2 marks all of these.
            continue
        yield Gap(
            "", reason, f"{reason} is a reason for control of the entry, and no row says of what."
        )
    if entry.eccn in MORE_THAN_ROWS:
        where, why = MORE_THAN_ROWS[entry.eccn]
        yield Gap(where, "", why)
    if FIREARMS.fullmatch(entry.eccn):
        yield Gap("", "", FIREARMS_WHY)


def unnamed(entry: Entry, reasons: set[str]) -> Marks | None:
    """Where rows share an entry controlled for NS out among its paragraphs, one that no row names
    is not taken to be free: it is not determined."""
    security = [m for c in ("NS 1", "NS 2", "worldwide", "MO D:5", "CN RU VE")
                for m in entry.columns[c]]  # fmt: skip
    if "NS" not in reasons or any(m[""] for m in security):
        return None
    return {"": "X", **{p: "" for marks in security for p, m in marks.items() if p and m}}


def apart(about: dict[str, str]) -> Iterator[tuple[dict[str, str], list[dict[str, str]] | None]]:
    """An entry, or the two that our source ran together, each with the rows of its own if its
    heading holds them."""
    match = RUN_TOGETHER.fullmatch(re.sub(r"\s+", " ", about["heading"]).strip())
    if match is None:
        yield about, None
        return
    rows = []
    for said in ONE_ROW.findall(match["rows"]):
        column = re.search(r"([A-Z]{2}) Column (\d)\.?$", said)
        part = CHART_PART.search(said)
        rows.append({
            "eccn": about["eccn"], "reason": said[:2],
            "column": f"{column[1]} {column[2]}" if column else "",
            "control_text": said[: part.start()] if part else said,
            "chart_text": said[part.start() :] if part else said,
        })  # fmt: skip
    yield {**about, "heading": match["heading"], "reason_for_control": match["reasons"]}, rows
    yield {**about, "eccn": match["next"], "heading": match["about"]}, None


def read(requirements: Path, entries: Path) -> list[Entry]:
    """Every entry, in the order of the list."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with requirements.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row["eccn"]].append(row)
    found = []
    with entries.open(encoding="utf-8", newline="") as file:
        for printed in csv.DictReader(file):
            for about, own in apart(printed):
                found.append(read_entry(about, rows[printed["eccn"]] if own is None else own))
    return found


def read_entry(about: dict[str, str], rows: list[dict[str, str]]) -> Entry:
    """One entry with its rows."""
    entry = Entry(about["eccn"])
    elsewhere = ELSEWHERE.search(about["heading"])
    if elsewhere and not rows:
        entry.columns["elsewhere"].append({"": "X"})
        entry.words.append(("elsewhere", "", about["heading"][elsewhere.start() :].strip("()")))
        return entry
    for row in rows:
        read_row(entry, {**row, "eccn": entry.eccn})
    reasons = {r for row in rows for r in re.findall(
        r"\b([A-Z]{2}) applies", row["control_text"]) or [row["reason"]]}  # fmt: skip
    if "SL" in about["reason_for_control"] and "SL" not in reasons:
        entry.columns["SL"].append({"": "X"})
    for (eccn, _), (column, marks) in TOLD_BY_SECTIONS.items():
        if eccn == entry.eccn:
            entry.columns[column].append(marks)
    for gap in gaps(entry, about, reasons):
        entry.columns[DETERMINED].append({"": "", gap.where: "X"})
        entry.words.append((DETERMINED, gap.reason, gap.words))
    rest = unnamed(entry, reasons)
    if rest is not None:
        entry.columns[DETERMINED].append(rest)
    return entry


def write(entries: list[Entry], folder: Path) -> None:
    """The two tables."""
    worded = {c for e in entries for c, _, _ in e.words if c.endswith(IN_WORDS)}
    marked = {c for e in entries for c in e.columns for p in e.paragraphs() if e.mark(c, p) == "X"}
    columns = [name for c in (*CHART, *OUTSIDE, "elsewhere") for name in (c, c + IN_WORDS)
               if name in worded or name in marked or name in CHART]  # fmt: skip
    with (folder / "ccl_requirements.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["code", *columns, DETERMINED])
        for entry in entries:
            for one in entry.paragraphs():
                marks = [entry.cell(c, one) for c in columns]
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
