"""The report of a screened table: one HTML file that fetches nothing and escapes all it shows."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

from screening.bulk.manifest import Manifest, manifest_path, read_manifest, traces_path
from screening.bulk.report import pictures
from screening.bulk.report.screened import Screened, screened_rows
from screening.bulk.report.tally import Shown, Tally, look
from screening.bulk.traces import read_traces
from screening.decision import Verdict
from screening.pages import environment, style

TEMPLATES = Path(__file__).with_name("templates")
TRACES_A_CHUNK = 64
"""Traces that are unpacked together when one of them is opened."""


def report_path(output: Path) -> Path:
    """Where the report of an output stands."""
    return output.with_name(f"{output.name}.report.html")


def report(output: Path) -> tuple[str, Shown]:
    """The report of a finished output as HTML, and the rows that it shows one by one.

    Raises `ProblemsFound` where the output has no manifest or cannot be read.
    """
    manifest = read_manifest(manifest_path(output))
    tally, shown = look(screened_rows(output, manifest))
    traces = read_traces(traces_path(output), {row.trace for row in shown.rows if row.trace})
    return page(manifest, tally, shown, traces), shown


def page(
    manifest: Manifest, tally: Tally, shown: Shown, traces: Mapping[str, Mapping[str, Any]]
) -> str:
    """The report as HTML."""
    templates = environment(TEMPLATES)
    trace = templates.get_template("trace.html")
    rendered = [trace.render(decision=found) for found in traces.values()]
    at = {key: (i // TRACES_A_CHUNK, i % TRACES_A_CHUNK) for i, key in enumerate(traces)}
    titles = {r["rule"]: r["title"] for trace in traces.values() for r in trace["rules"]}
    script = (TEMPLATES / "report.js").read_text("utf-8")
    return templates.get_template("report.html").render(
        manifest=manifest, run=manifest.run, tally=tally, shown=shown, titles=titles,
        total=tally.verdicts.total(), verdicts=pictures.ORDER, Verdict=Verdict,
        over_time=pictures.over_time(tally.months), places=pictures.most_stopped(tally.places),
        rules=pictures.most_stopped(tally.rules), flow=pictures.flow(tally.flows),
        style=Markup(style() + (TEMPLATES / "report.css").read_text("utf-8")),
        script=Markup(script), script_hash=_hash(script),
        rows=_packed([_row(row, at) for row in shown.rows]),
        chunks=[_packed(chunk) for chunk in _chunks(rendered)],
    )  # fmt: skip


def _chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[i : i + TRACES_A_CHUNK] for i in range(0, len(items), TRACES_A_CHUNK))


def _row(row: Screened, at: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    return {
        "number": row.number, "verdict": row.verdict.value, "finding": row.finding,
        "summary": row.summary, "decisive": row.decisive, "ask": row.ask,
        "problems": row.problems, "place": row.place, "trace": at.get(row.trace),
        **{field: row.facts.get(field, "")
           for field in ("shipment_id", "line", "law_date", "product", "eccn")},
    }  # fmt: skip


def _packed(value: object) -> str:
    """JSON that a browser can unpack, in an alphabet that means nothing to HTML."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return base64.b64encode(gzip.compress(text, mtime=0)).decode("ascii")


def _hash(script: str) -> str:
    """What the page's policy names the one script by that may run."""
    return base64.b64encode(sha256(script.encode()).digest()).decode("ascii")
