"""Every row of one table: read, decided, written to stdout or staged into a file."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TextIO

from screening import __version__
from screening.answer import Decision
from screening.bulk import workers
from screening.bulk.answers import Prepared, RowAnswer, answer_row, prepare
from screening.bulk.batches import Batch, after
from screening.bulk.given import GivenFile
from screening.bulk.headers import Columns
from screening.bulk.manifest import manifest_path, sha256_of, traces_path
from screening.bulk.output import as_dict, check_names
from screening.bulk.parts import Part, in_parts
from screening.bulk.reading import Reading
from screening.bulk.remembered import remembered
from screening.bulk.run import ROWS_PER_CHECKPOINT, Work, write_parts
from screening.bulk.shipments import roll_up, shipments_path
from screening.bulk.table import Table
from screening.bulk.tally import Tally
from screening.bulk.understood import understood
from screening.bulk.workers import Task, Worker
from screening.bulk.writers import TableFormat, writer_for
from screening.cli.exits import INTERRUPTED, Mode, Stop, refuse
from screening.cli.inputs import given_file, say_header
from screening.cli.job import Job
from screening.cli.options import Format
from screening.cli.progress import Watched
from screening.cli.recording import recorded
from screening.cli.render import shown, table, verdict_text
from screening.cli.summary import as_dict as summed
from screening.cli.summary import show
from screening.cli.writing import console, keep_apart, notices, results
from screening.decision import Verdict
from screening.problems import Problem
from screening.shipment import Shipment
from screening.whole import whole

_STAGED = {Format(f.value): f for f in TableFormat}


@dataclass(frozen=True)
class _Screening:
    """A table that is understood, ready to be decided row by row."""

    job: Job
    prepared: Prepared

    @property
    def source(self) -> Table:
        """The table."""
        return self.prepared.table

    @property
    def reading(self) -> Reading:
        """How its rows are read on this footing."""
        on = self.job.footing
        return replace(self.prepared.reading, law_date=on.law_date, known_as_of=on.known_as_of)

    def answers(self, start: int = 0) -> Iterator[RowAnswer]:
        """The answers from a row on, in order."""
        if self.job.ledger is not None:
            run = _run_of(self, TableFormat.CSV)
            yield from recorded(self.job, self.job.ledger, self.prepared, run, start)
            return
        if self.job.confirms is None and not Mode.debug:
            worker = Worker(self.task(TableFormat.JSONL), self.job.rulebook)
            for batch in self._batches(start):
                yield from worker.alike.answer(batch)
            return
        decide = remembered(lambda s: _decide(self.job, s), self.job.rulebook.content)
        for row, shipment, problems in islice(self.prepared.shipments(), start, None):
            yield answer_row(row, shipment, problems, self.prepared.columns, self.source.file,
                             decide)  # fmt: skip

    def parts(self, start: int, format: TableFormat) -> Iterator[Part]:
        """The answers from a row on, written; what is recorded or confirmed goes row by row."""
        job = self.job
        if job.ledger is not None or job.confirms is not None or Mode.debug:
            return in_parts(self.answers(start), self.source.header, format, ROWS_PER_CHECKPOINT,
                            self.reading)  # fmt: skip
        rows = self.prepared.count - start
        return workers.parts(self.task(format), self.job.rulebook, self._batches(start), rows=rows)

    def task(self, format: TableFormat) -> Task:
        """What is done with every batch."""
        on, rulebook = self.job.footing, self.job.rulebook
        return Task(self.reading, self.source.header, format, on.authority, on.assumptions,
                    rulebook.folder, rulebook.digest)  # fmt: skip

    def _batches(self, start: int) -> Iterator[Batch]:
        return after(self.source.batches(ROWS_PER_CHECKPOINT), start)


def screen_table(job: Job) -> Verdict | None:
    """Screen every row; the most restrictive verdict, or `None` of a table without rows."""
    given = given_file(job.given, job.rulebook)
    content, written = job.rulebook.content, job.written
    source, columns = understood(job.file, content.vocabulary, given, written.header_row)
    check_names(source.header, source.file)
    if job.by_shipment:
        _shipments_named(columns, source.file)
        if job.output is None or job.format not in _STAGED:
            raise refuse("format-misfit", "`--by shipment` needs a file to write to",
                         "name one with `--output`")  # fmt: skip
    if not job.quiet:
        _notices(source, columns, given, job)
    found = _Screening(job, prepare(source, columns, given, content, dates=written.dates,
                                    decimal=written.decimal,
                                    one_date=job.footing.law_date is not None))  # fmt: skip
    if not job.quiet:
        for name, form in found.prepared.columns.forms.items():
            notices().print(shown(f"column `{name}` is written with {form}"), soft_wrap=True)
    summary = Tally()
    if job.output is not None and job.format in _STAGED:
        verdicts = _to_file(found, job.output, _STAGED[job.format], summary)
    else:
        with results(job.output, job.file, job.given) as stream:
            _to_stream(found, stream, summary)
        verdicts = set(map(Verdict, summary.verdicts))
    if not job.quiet:
        show(summary, notices())
    return max(verdicts, key=lambda v: v.rank, default=None)


def _to_file(found: _Screening, output: Path, format: TableFormat, summary: Tally) -> set[Verdict]:
    job = found.job
    beside = (shipments_path(output),) if job.by_shipment else ()
    keep_apart((output, traces_path(output), manifest_path(output), *beside), (job.file, job.given))
    if output.is_dir() or not output.parent.is_dir():
        said = "a folder" if output.is_dir() else f"in `{output.parent}`, which is no folder"
        raise refuse("output-unwritable", f"`{output}` is {said}", "give a file name")
    work = Work(found.source.header, found.prepared.count, format, output, _run_of(found, format),
                job.resume)  # fmt: skip

    watched = Watched(found.prepared.count, job.progress, quiet=job.quiet)
    try:
        with watched:
            manifest = write_parts(work, lambda start: found.parts(start, format), watched.seen)
    except KeyboardInterrupt:
        raise Stop(INTERRUPTED, [Problem(
            "interrupted", f"interrupted; nothing is written under `{output}` yet",
            "the same command with `--resume` goes on from here")]) from None  # fmt: skip
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        raise refuse("output-unwritable", f"`{output}` cannot be written: {said}",
                     "make room or check the permissions, then run again with `--resume`",
                     ) from None  # fmt: skip
    summary.merge(Tally.of(manifest.tally))
    if job.by_shipment:
        _roll_up(found, output, format)
    return {Verdict(v) for v in manifest.verdicts}


def _shipments_named(columns: Columns, file: str) -> int:
    """Where the ids of shipments stand; a table without them cannot be rolled up."""
    at = columns.at("shipment_id")
    if at is None:
        raise refuse("no-shipment-id", f"no column of `{file}` holds the id of a shipment",
                     "say which with `--map`: it is `shipment_id`")  # fmt: skip
    return at


def _roll_up(found: _Screening, output: Path, format: TableFormat) -> None:
    at = _shipments_named(found.prepared.columns, found.source.file)
    shipments = roll_up(output, format, at, found.source.header[at])
    path = shipments_path(output)
    with whole(path) as part:
        shipments.write_csv(part)
    if not found.job.quiet:
        named = shipments.filter(shipments["shipment"] != "")
        counts = ", ".join(f"{v.value} {(named['verdict'] == v.value).sum():,}" for v in Verdict)
        loose = int(shipments.filter(shipments["shipment"] == "")["lines"].sum())
        rest = f"; {loose:,} without the id of a shipment" if loose else ""
        notices().print(f"{named.height:,} shipments: {counts}{rest}; see {path.name}")


def _run_of(found: _Screening, format: TableFormat) -> dict[str, object]:
    """Everything that the answers depend on."""
    job, columns = found.job, found.prepared.columns
    return {
        "input": found.source.file,
        "input_sha256": sha256_of(found.source.path),
        "form": found.source.form,
        "columns": {n: list(refs) for n, refs in zip(columns.names, columns.holds, strict=True)
                    if refs or n in columns.unread},
        "given": dict(found.prepared.given.facts),
        "dates": job.written.dates,
        "rulebook": job.rulebook.id,
        "rulebook_digest": job.rulebook.digest,
        "engine": __version__,
        **job.footing.as_dict(),
        "format": format.value,
        # Not there where none is asked: the answers are then those of the engine alone.
        **({"decimal": job.written.decimal} if job.written.decimal is not None else {}),
        **({"header_row": found.source.header_line, "lines_above_header": found.source.above}
           if found.source.above else {}),
        **({"second_opinion": job.confirms.policy.value} if job.confirms is not None else {}),
    }  # fmt: skip


def _decide(job: Job, shipment: Shipment) -> Decision:
    try:
        return job.footing.decide(job.rulebook, shipment, confirms=job.confirms)
    except Exception:
        if Mode.debug:
            traceback.print_exc()
        raise


def _notices(source: Table, columns: Columns, given: GivenFile, job: Job) -> None:
    err = notices()
    err.print(shown(f"{source.file}: {source.form}"), soft_wrap=True)
    say_header(source)
    for name, refs in zip(columns.names, columns.holds, strict=True):
        if refs and (len(refs) > 1 or refs[0] != name):
            err.print(shown(f"column `{name}` is read as {' and '.join(refs)}"), soft_wrap=True)
    for name, why in columns.unread.items():
        err.print(shown(f"column `{name}` is carried along unread: {why}"), soft_wrap=True)
    for name, near in columns.unknown:
        said = f"column `{name}` is not recognized and only carried along{near}"
        err.print(shown(said), soft_wrap=True)
    dated = job.footing.law_date is not None or columns.column_of("law_date") is not None
    if not dated and "law_date" not in given.facts:
        err.print("no column holds the law date, so no row can be allowed; give `--law-date`")


def _to_stream(found: _Screening, stream: TextIO, summary: Tally) -> None:
    def counted() -> Iterator[RowAnswer]:
        for answer in found.answers():
            summary.add(answer)
            yield answer

    answers = counted()
    match found.job.format:
        case Format.CSV:
            writer = writer_for(TableFormat.CSV)
            stream.write(writer.head(found.source.header))
            for answer in answers:
                stream.write(writer.line(answer, found.source.header))
        case Format.JSONL:
            for answer in answers:
                stream.write(json.dumps(as_dict(answer), ensure_ascii=False) + "\n")
        case Format.JSON:
            rows = [as_dict(answer) for answer in answers]
            rulebook = found.job.rulebook
            json.dump({"version": 1, "rulebook": rulebook.id, "digest": rulebook.digest,
                       "rows": rows, "summary": summed(summary)}, stream, ensure_ascii=False,
                      indent=2)  # fmt: skip
            stream.write("\n")
        case Format.TABLE:
            console(stream).print(table(
                "line", "verdict", "finding", "decided by", "in words",
                rows=[[str(a.line), verdict_text(a.verdict), a.finding.value,
                       ", ".join(a.decision.decisive) if a.decision else "", a.summary]
                      for a in answers]))  # fmt: skip
        case _:
            raise refuse("format-misfit", f"`--format {found.job.format}` needs a "
                         "file to write to", "name one with `--output`")  # fmt: skip
