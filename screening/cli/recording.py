"""Runs of the command line on record: nothing is written that the ledger does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from screening.answer import Decision
from screening.bulk.answers import Prepared, RowAnswer, answer_row
from screening.bulk.remembered import Decided, decided
from screening.cli.exits import refuse
from screening.cli.job import Job
from screening.cli.ledger import operator
from screening.cli.render import shown
from screening.cli.writing import notices
from screening.ledger.archive import opened
from screening.ledger.asked import Asked
from screening.ledger.entry import Entry, Request, decision_entry, new_id, unread_entry
from screening.ledger.record import canonical, digest_of
from screening.reading.lines import Line
from screening.shipment import Shipment

TOGETHER = 200
"""Rows that go on record together."""


def record_lines(job: Job, url: str, lines: list[Line], found: list[Decision]) -> None:
    """Put the decisions of a shipment's lines on record."""
    asked, screening = Asked(**dict(job.footing)), new_id()
    entries = [
        decision_entry(decision, line.shipment, asked, Request(operator()), screening, line.number)
        for line, decision in zip(lines, found, strict=True)
    ]
    with opened(url) as ledger:
        ledger.keep_rulebook(job.rulebook.content)
        ledger.append(entries)
    _tell(job, len(entries), screening)


def recorded(
    job: Job, url: str, prepared: Prepared, run: Mapping[str, object], start: int
) -> Iterator[RowAnswer]:
    """The answers from a row on, each once it is on record.

    The run is known by all that its answers depend on: taken up again, or run again, it is not
    recorded twice.
    """
    how_written = ("format", "input")
    digest = digest_of(canonical({k: v for k, v in run.items() if k not in how_written}))
    request, screening = Request(operator(), digest, f"run {digest}"), digest[:32]
    rows = _decided(job, prepared, request, screening, start)
    number = 0
    with opened(url) as ledger:
        ledger.keep_rulebook(job.rulebook.content)
        while some := list(islice(rows, TOGETHER)):
            records = ledger.append([entry for _, entry in some])
            for (answer, _), record in zip(some, records, strict=True):
                if record.data["verdict"] != answer.verdict:
                    raise refuse(
                        "recorded-otherwise", f"line {answer.line} is on record as "
                        f"{record.data['verdict']}, and comes out as {answer.verdict} now",
                        f"see `screening ledger show {record.data['id']}`")  # fmt: skip
                yield answer
            number += len(some)
    _tell(job, number, screening)


def _decided(
    job: Job, prepared: Prepared, request: Request, screening: str, start: int
) -> Iterator[tuple[RowAnswer, Entry]]:
    asked = Asked(**dict(job.footing))
    for row, shipment, problems in islice(prepared.shipments(), start, None):
        taken: list[tuple[Shipment, Decision]] = []

        def decide(line: Shipment, taken: list[tuple[Shipment, Decision]] = taken) -> Decided:
            taken.append((line, asked.take(job.rulebook, line, job.confirms)))
            return decided(taken[0][1])

        answer = answer_row(row, shipment, problems, prepared.columns, prepared.table.file, decide)
        if answer.decision is not None and answer.verdict is taken[0][1].verdict:
            line, decision = taken[0]
            entry = decision_entry(decision, line, asked, request, screening, row.line)
        else:  # what could not be read holds it at review, whatever the rest comes to
            said = [p.as_dict() for p in answer.problems]
            entry = unread_entry(said, request, screening, row.line)
        yield answer, entry


def _tell(job: Job, number: int, screening: str) -> None:
    if not job.quiet:
        rows = "line is" if number == 1 else "lines are"
        notices().print(shown(f"{number:,} {rows} on record under screening {screening}"))
