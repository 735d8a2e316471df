"""Answers written: a batch becomes the bytes of its rows, the records they name, its counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import polars as pl

from screening.bulk.answers import RowAnswer
from screening.bulk.fast.alike import Answered
from screening.bulk.fast.coding import coded, together
from screening.bulk.output import COLUMNS, answer_cells, harmless_column, may_be_risky
from screening.bulk.reading import Reading
from screening.bulk.table import Row
from screening.bulk.tally import BY, Tally, named
from screening.bulk.traces import Record
from screening.bulk.writers import TableFormat, writer_for
from screening.decision import Verdict
from screening.memory import Memory

VERDICTS = tuple(v.value for v in Verdict)


@dataclass(frozen=True)
class Part:
    """Some rows of the output, in order, as they are staged."""

    rows: int
    text: bytes
    records: tuple[Record, ...]
    """What traces they name, each before the record that names it; not again what the same worker
    told before, whose parts come in order."""
    tally: Tally


def part_of(
    answered: Answered, header: Sequence[str], format: TableFormat, reading: Reading,
    told: set[str],
) -> Part:  # fmt: skip
    """A batch of answers, written. `told` are the keys of traces that parts before it hold."""
    tally, records = _counted(answered, told)
    tally.by_itself = answered.by_itself
    of_answer = [VERDICTS.index(a.verdict.value) for a in answered.distinct]
    verdict = np.array(of_answer, np.int64)[answered.which]
    for name, ref in BY.items():
        at = reading.columns.at(ref)
        if at is None or not len(answered.batch):
            continue
        column = coded(answered.batch.cells[str(at)])
        read = reading.forms.get(at, str)
        names = [named(name, read(cell)) for cell in column.cells]
        # How the answers differ otherwise is no matter here.
        rows, lot = together([(column.codes, len(column.cells)), (verdict, len(Verdict))])
        counts = np.bincount(lot, minlength=len(rows)).tolist()
        tally.see(name, ((names[column.codes[i]], VERDICTS[verdict[i]], n)
                         for i, n in zip(rows.tolist(), counts, strict=True)))  # fmt: skip
    if format is TableFormat.JSONL:
        line = writer_for(format).line
        text = "".join(line(answer, header) for answer in answered).encode("utf-8", "replace")
    else:
        text = _delimited(answered, len(header), format)
    return Part(len(answered.batch), text, records, tally)


def in_parts(
    answers: Iterable[RowAnswer], header: Sequence[str], format: TableFormat, size: int,
    reading: Reading,
) -> Iterator[Part]:  # fmt: skip
    """Answers that were given one by one, written in parts of `size` rows."""
    line = writer_for(format).line
    lines: list[str] = []
    tally = Tally()
    records: dict[str, Record] = {}
    columns = ((name, reading.columns.at(ref)) for name, ref in BY.items())
    counted = [(name, at, reading.forms.get(at, str)) for name, at in columns if at is not None]
    for answer in answers:
        lines.append(line(answer, header))
        tally.add(answer)
        for name, at, read in counted:
            cell = answer.cells[at] if len(answer.cells) == len(header) else ""
            tally.see(name, [(named(name, read(cell)), answer.verdict.value, 1)])
        if answer.decision is not None:
            for record in answer.decision.trace.records():
                records.setdefault(record.key, record)
        if len(lines) == size:
            yield Part(size, _bytes(lines), tuple(records.values()), tally)
            lines, tally, records = [], Tally(), {}
    if lines:
        yield Part(len(lines), _bytes(lines), tuple(records.values()), tally)


def _bytes(lines: list[str]) -> bytes:
    return "".join(lines).encode("utf-8", "replace")


def _counted(answered: Answered, told: set[str]) -> tuple[Tally, tuple[Record, ...]]:
    """The counts, and the records in the order in which rows first name them."""
    tally = Tally()
    records: dict[str, Record] = {}
    used, first, counts = np.unique(answered.which, return_index=True, return_counts=True)
    for n in np.argsort(first).tolist():
        answer = answered.distinct[int(used[n])]
        tally.add(answer, int(counts[n]))
        if answer.decision is not None and (trace := answer.decision.trace).key not in told:
            told.add(trace.key)
            for record in trace.records():
                records.setdefault(record.key, record)
    return tally, tuple(records.values())


def _delimited(answered: Answered, width: int, format: TableFormat) -> bytes:
    """The rows as CSV: the cells as they were, then the answers'."""
    given = _given(answered, width)
    ours = pl.DataFrame(
        [_cells(answer) for answer in answered.distinct], schema=dict.fromkeys(COLUMNS, pl.String),
        orient="row",
    )  # fmt: skip
    if format is TableFormat.CSV:
        risky = [column.name for column in given if may_be_risky(column)]
        given = given.with_columns(map(harmless_column, risky))
        ours = ours.with_columns(map(harmless_column, ours.columns))
    ours = _absent(ours.rename({n: f"_{n}" for n in COLUMNS}))[answered.which]
    whole = pl.concat([_absent(given), ours], how="horizontal")
    text = BytesIO()
    whole.write_csv(text, include_header=False)
    return text.getvalue()


def _absent(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without what is empty, which would stand in quotes."""
    names = [column.name for column in frame if (column == "").any()]
    return frame.with_columns(pl.when(pl.col(n) != "").then(pl.col(n)).alias(n) for n in names)


def _cells(answer: RowAnswer) -> list[str]:
    """Our cells of an answer; the same one is given from batch to batch."""
    known = _CELLS.get(id(answer))
    if known is None or known[0] is not answer:  # an entry holds its answer: the id is its own
        known = _CELLS.put(id(answer), (answer, answer_cells(answer)))
    return known[1]


_CELLS: Memory[int, tuple[RowAnswer, list[str]]] = Memory(
    16_000_000, lambda known: 1_500 + sum(map(len, known[1]))
)
"""Weighed by the bytes, about, that they take."""


def _given(answered: Answered, width: int) -> pl.DataFrame:
    """The rows' own cells; of a row that has not as many as the header what there is of them."""
    frame, odd = answered.batch.cells, answered.batch.odd
    if not odd:
        return frame
    at = list(odd)

    def cell(row: Row, i: int) -> str:
        return row.cells[i] if i < len(row.cells) else ""

    return pl.DataFrame([
        frame[str(i)].scatter(at, pl.Series([cell(row, i) for row in odd.values()],
                                            dtype=pl.String))
        for i in range(width)
    ])  # fmt: skip
