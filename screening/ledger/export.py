"""Decisions on record as a table: CSV for people, Parquet for machines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import polars

from screening.bulk.output import harmless
from screening.ledger.entry import Kind
from screening.ledger.record import Record
from screening.ledger.resolution import state_of
from screening.ledger.store import Ledger
from screening.ledger.tables import records

COLUMNS = ("seq", "id", "screening", "line", "recorded_at", "who", "verdict", "finding", "law_date",
           "destination", "parties", "decisive", "summary", "state", "rulebook", "engine",
           "hash")  # fmt: skip


def rows(ledger: Ledger) -> Iterator[tuple[str, ...]]:
    """One row for each decision, in order, as text."""
    said: dict[str, list[Record]] = {}
    for record in ledger.every(records.c.kind == Kind.RESOLUTION.value):
        said.setdefault(record.data["about"], []).append(record)
    for record in ledger.every(records.c.kind == Kind.DECISION.value):
        data = record.data
        told = data["decision"]
        names = dict.fromkeys(
            n["value"] for p in told["facts"]["parties"] for n in p["facts"].get("name", ())
        )
        found = {
            **data, "seq": record.seq, "hash": record.hash, "finding": told["finding"],
            "summary": told["summary"], "parties": "; ".join(names),
            "decisive": "; ".join(told["decisive"]),
            "state": state_of(data, said.get(data["id"], ())),
        }  # fmt: skip
        yield tuple("" if found[n] is None else str(found[n]) for n in COLUMNS)


def write_csv(ledger: Ledger, stream: TextIO) -> int:
    """Write the table; how many rows it has."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    number = 0
    for row in rows(ledger):
        writer.writerow(harmless(cell) for cell in row)
        number += 1
    return number


def write_parquet(ledger: Ledger, path: Path) -> int:
    """The same as Parquet, every column text; how many rows it has."""
    found = polars.DataFrame(list(rows(ledger)), schema=dict.fromkeys(COLUMNS, polars.String),
                             orient="row")  # fmt: skip
    found.write_parquet(path)
    return found.height
