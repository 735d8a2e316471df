"""`screening timeline`: the answer for one shipment through time, as a table and a drawn bar."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from rich.text import Text

from screening.alternatives import Span, timeline
from screening.cli.explain import Question, write_json
from screening.cli.options import TextFormat
from screening.cli.render import table, verdict_text
from screening.cli.writing import console, results
from screening.decision import Verdict
from screening.workbench.timeline_picture import html, svg

_WIDTH = 72
_MARK = {Verdict.ALLOW: "░", Verdict.REVIEW: "▒", Verdict.DENY: "█"}
_STYLE = {Verdict.ALLOW: "green", Verdict.REVIEW: "yellow", Verdict.DENY: "red"}
_DAY = timedelta(days=1)


def run(
    question: Question, format: TextFormat, picture: Path | None = None,
    products: Sequence[str] = (), destinations: Sequence[str] = (),
) -> None:  # fmt: skip
    """Show the spans of each line; with `picture` also draw them, for every product to every
    destination that is asked for."""
    if picture is not None:
        drawn = _rows(question, products, destinations)
        with results(picture) as stream:
            page = picture.suffix.casefold() in (".html", ".htm")
            stream.write((html if page else svg)(drawn, question.rulebook.id))
    told = []
    for line in question.lines():
        spans = timeline(question.rulebook, line.shipment, question.footing)
        told.append({"line": line.number, "spans": [s.as_dict() for s in spans]})
        if format is TextFormat.TEXT:
            _show(spans)
    if format is TextFormat.JSON:
        write_json(told[0] if len(told) == 1 else {"version": 1, "lines": told})


def _rows(
    question: Question, products: Sequence[str], destinations: Sequence[str]
) -> list[tuple[str, list[Span]]]:
    asked = question.footing
    found = []
    for line in question.lines():
        for product in products or [""]:
            for destination in destinations or [""]:
                shipment = line.shipment
                if product:
                    shipment = shipment.with_field("product", product)
                if destination:
                    shipment = shipment.with_field("destination", destination)
                name = " to ".join(filter(None, (product, destination))) or f"line {line.number}"
                found.append((name, timeline(question.rulebook, shipment, asked)))
    return found


def _show(spans: list[Span]) -> None:
    out = console(sys.stdout)
    out.print(table(
        "from", "through", "verdict", "finding", "decided by",
        rows=[[s.start.isoformat(), (s.end - _DAY).isoformat() if s.end else "open",
               verdict_text(s.verdict), s.finding.value, ", ".join(s.decisive)]
              for s in spans]))  # fmt: skip
    if spans:
        out.print()
        for row in bar(spans):
            out.print(row)


def bar(spans: list[Span], width: int = _WIDTH) -> list[Text]:
    """The spans drawn to scale, the years below, and what the marks mean."""
    first = spans[0].start
    # The last answer is open; draw it as long as half a year.
    last = spans[-1].end or spans[-1].start + timedelta(days=183)
    days = max(1, (last - first).days)

    def column(day: date) -> int:
        return min(width, (day - first).days * width // days)

    drawn = Text()
    for i in range(width):
        day = first + timedelta(days=(2 * i + 1) * days // (2 * width))
        span = next(s for s in reversed(spans) if s.start <= day)
        drawn.append(_MARK[span.verdict], _STYLE[span.verdict])
    axis = [" "] * (width + 4)
    for year in range(first.year + 1, last.year + 1):
        at = column(date(year, 1, 1))
        if at + 4 <= len(axis) and "".join(axis[max(0, at - 1) : at + 4]).strip() == "":
            axis[at : at + 4] = str(year)
    legend = "  ".join(f"{_MARK[v]} {v.value}" for v in Verdict)
    return [drawn, Text("".join(axis).rstrip(), "dim"), Text(legend, "dim")]
