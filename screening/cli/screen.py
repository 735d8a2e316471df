"""`screening screen`: allow, deny or review, for one shipment or for every row of a table."""

from __future__ import annotations

import csv
import json
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from rich.progress import track

from screening.answer import Decision
from screening.bulk.answers import RowAnswer, answer_row, shipments_of
from screening.bulk.headers import Columns, recognize
from screening.bulk.output import COLUMNS, as_cells, as_dict, check_names, harmless
from screening.bulk.plain import Table, read_table
from screening.cli.exits import ANSWER, OK, Mode, refuse
from screening.cli.inputs import given_file, is_table, read_lines
from screening.cli.options import FailOn, Footing, Format
from screening.cli.render import shown, table, verdict_text
from screening.cli.summary import Summary
from screening.cli.writing import console, notices, results
from screening.decision import Verdict
from screening.engine import Rulebook
from screening.shipment import Shipment


@dataclass(frozen=True)
class Job:
    """What to screen, how, and where the answers go."""

    file: Path
    rulebook: Rulebook
    footing: Footing
    given: Path | None
    format: Format
    output: Path | None
    fail_on: FailOn | None
    quiet: bool


def run(job: Job) -> int:
    """Screen the file; the exit code."""
    verdict = _screen_table(job) if is_table(job.file) else _screen_shipment(job)
    if job.fail_on is None or verdict is None:
        return OK
    return ANSWER if job.fail_on.met_by(verdict) else OK


def _screen_shipment(job: Job) -> Verdict:
    if job.format is Format.CSV:
        raise refuse("format-csv", "`--format csv` goes with a CSV only", "use json or table")
    lines = read_lines(job.file, job.rulebook, job.given)
    found = [line.placed(job.footing.decide(job.rulebook, line.shipment)) for line in lines]
    verdict = max((d.verdict for d in found), key=lambda v: v.rank)
    with results(job.output, job.file) as stream:
        if job.format is Format.JSON:
            _write_json(stream, found[0].as_dict() if len(found) == 1 else
                        {"version": 1, "verdict": verdict.value,
                         "lines": [d.as_dict() for d in found]})  # fmt: skip
        else:
            _show_decisions(stream, found, verdict)
    return verdict


def _show_decisions(stream: TextIO, found: list[Decision], verdict: Verdict) -> None:
    out = console(stream)
    if len(found) > 1:
        out.print(verdict_text(verdict, f"{verdict.value.capitalize()}: the most restrictive of "
                               f"{len(found)} lines"))  # fmt: skip
    for i, d in enumerate(found, 1):
        head = f"line {i}: " if len(found) > 1 else ""
        out.print(verdict_text(d.verdict, head + d.summary()), soft_wrap=True)
        if d.text_alone is not None:
            out.print(f"  the text alone: {d.text_alone[0]} ({d.text_alone[1]})")
        for trace in d.rules:
            if trace.rule.id in d.decisive:
                cited = "; ".join(trace.rule.cites)
                out.print(shown(f"  {trace.rule.id}: {trace.rule.title} [{cited}]"), soft_wrap=True)
        for said in (*map(str, d.problems), *d.facts.notes):
            out.print(shown("  " + said.replace("\n", "\n  ")), soft_wrap=True)


def _screen_table(job: Job) -> Verdict | None:
    given = given_file(job.given, job.rulebook)
    source = read_table(job.file)
    vocabulary = job.rulebook.content.vocabulary
    columns = recognize(source.header, vocabulary, given.columns, given.facts, source.file)
    if job.format is Format.CSV:
        check_names(source.header, source.file)
    if not job.quiet:
        _notices(columns, job, given.facts)
    shipments = shipments_of(source, columns, given, job.rulebook.content,
                             one_date=job.footing.law_date is not None)  # fmt: skip
    answers = (
        answer_row(row, shipment, problems, columns, source.file, lambda s: _decide(job, s))
        for row, shipment, problems in shipments
    )  # fmt: skip
    summary = Summary()
    with results(job.output, job.file) as stream:
        _write(stream, _counted(answers, summary, source, job), source, job, summary)
    if not job.quiet:
        summary.show(notices())
    return max(summary.verdicts, key=lambda v: v.rank, default=None)


def _decide(job: Job, shipment: Shipment) -> Decision:
    try:
        return job.footing.decide(job.rulebook, shipment)
    except Exception:
        if Mode.debug:
            traceback.print_exc()
        raise


def _counted(
    answers: Iterable[RowAnswer], summary: Summary, source: Table, job: Job
) -> Iterator[RowAnswer]:
    show = sys.stderr.isatty() and not job.quiet and job.output is not None
    told = track(answers, "screening", source.count, console=notices(), transient=True,
                 disable=not show)  # fmt: skip
    for answer in told:
        summary.add(answer)
        yield answer


def _notices(columns: Columns, job: Job, given: object) -> None:
    err = notices()
    for name, near in columns.unknown:
        said = f"column `{name}` is not recognized and only carried along{near}"
        err.print(shown(said), soft_wrap=True)
    dated = job.footing.law_date is not None or columns.column_of("law_date") is not None
    if not dated and not (isinstance(given, dict) and "law_date" in given):
        err.print("no column holds the law date, so no row can be allowed; give `--law-date`")


def _write(
    stream: TextIO, answers: Iterator[RowAnswer], source: Table, job: Job, summary: Summary
) -> None:
    match job.format:
        case Format.CSV:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow([*(harmless(name) for name in source.header), *COLUMNS])
            for answer in answers:
                writer.writerow(as_cells(answer, len(source.header)))
        case Format.JSON:
            rows = [as_dict(answer) for answer in answers]
            _write_json(stream, {"version": 1, "rulebook": job.rulebook.id,
                                 "digest": job.rulebook.digest, "rows": rows,
                                 "summary": summary.as_dict()})  # fmt: skip
        case Format.TABLE:
            console(stream).print(table(
                "line", "verdict", "finding", "decided by", "in words",
                rows=[[str(a.line), verdict_text(a.verdict), a.finding.value,
                       ", ".join(a.decision.decisive) if a.decision else "", a.summary]
                      for a in answers]))  # fmt: skip


def _write_json(stream: TextIO, found: dict[str, Any]) -> None:
    json.dump(found, stream, ensure_ascii=False, indent=2)
    stream.write("\n")
