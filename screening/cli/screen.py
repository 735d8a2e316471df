"""`screening screen`: allow, deny or review, for one shipment or for every row of tables."""

from __future__ import annotations

import json
from typing import Any, TextIO

from screening.answer import Decision
from screening.bulk.sources import tables_in
from screening.cli.exits import ANSWER, OK, refuse
from screening.cli.inputs import is_table, read_lines
from screening.cli.job import Job
from screening.cli.options import Format
from screening.cli.recording import record_lines
from screening.cli.render import shown, verdict_text
from screening.cli.writing import console, results
from screening.decision import Verdict


def run(job: Job) -> int:
    """Screen the file, or every table of the folder; the exit code."""
    found = [v for v in (_verdict(one) for one in _each(job)) if v is not None]
    if job.fail_on is None or not found:
        return OK
    return ANSWER if job.fail_on.met_by(max(found, key=lambda v: v.rank)) else OK


def _each(job: Job) -> list[Job]:
    """The job for each file."""
    files = tables_in(job.file)
    if files == [job.file]:
        return [job]
    if job.output is None or job.output.is_file():
        raise refuse("output-folder", f"`{job.file}` is a folder, and its tables need another one "
                     "for their answers", "name a folder with `--output`")  # fmt: skip
    job.output.mkdir(exist_ok=True)
    ending = "csv" if job.format is Format.TABLE else job.format.value
    return [job.of(file, job.output / f"{file.name}.{ending}") for file in files]


def _verdict(job: Job) -> Verdict | None:
    from screening.cli.tables import screen_table  # what reads and writes tables is large

    return screen_table(job) if is_table(job.file) else _screen_shipment(job)


def _screen_shipment(job: Job) -> Verdict:
    if job.format not in (Format.JSON, Format.TABLE):
        raise refuse("format-misfit", f"`--format {job.format}` goes with a table only",
                     "use json or table")  # fmt: skip
    lines = read_lines(job.file, job.rulebook, job.given)
    taken = [job.footing.decide(job.rulebook, line.shipment, confirms=job.confirms)
             for line in lines]  # fmt: skip
    verdict = max((d.verdict for d in taken), key=lambda v: v.rank)
    if job.ledger is not None:
        record_lines(job, job.ledger, lines, taken)
    found = [line.placed(decision) for line, decision in zip(lines, taken, strict=True)]
    with results(job.output, job.file) as stream:
        if job.format is Format.JSON:
            write_json(stream, found[0].as_dict() if len(found) == 1 else
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


def write_json(stream: TextIO, found: dict[str, Any]) -> None:
    """One JSON document, for people to read."""
    json.dump(found, stream, ensure_ascii=False, indent=2)
    stream.write("\n")
