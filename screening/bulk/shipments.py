"""Lines rolled up to shipments: each with the strictest verdict of its lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from screening.bulk.batches import ROWS
from screening.bulk.sources import read_table
from screening.bulk.writers import TableFormat
from screening.decision import Finding, Verdict

_IDS = {"id": pl.String, "verdict": pl.String, "finding": pl.String}
_VERDICTS, _FINDINGS = [v.value for v in Verdict], [f.value for f in Finding]


def shipments_path(output: Path) -> Path:
    """Where the shipments of an output stand."""
    return output.with_name(f"{output.name}.shipments.csv")


def roll_up(output: Path, format: TableFormat, at: int, name: str) -> pl.DataFrame:
    """The shipments of a finished output in the order in which they first appear.

    `at` is where the shipment's id stands among the columns of the input, `name` what it is called
    there. Lines without an id are told of together, under no id. Of a shipment's lines with its
    verdict the most restrictive finding is told.
    """
    read = _from_json(output, name) if format is TableFormat.JSONL else _from_cells(output, at)
    parts = [_counted(part) for part in read]
    whole = pl.concat([_counted(pl.DataFrame(schema=_IDS)), *parts])
    found = _summed(whole)
    strictest = (
        whole.join(found.select("id", "verdict"), on="id", maintain_order="left")
        .filter(pl.col("rank") == pl.col("verdict"))
        .group_by("id").agg(pl.col("step").max())
    )  # fmt: skip
    told = found.join(strictest, on="id", how="left", maintain_order="left")
    return told.select(
        pl.col("id").alias("shipment"), "lines", _word("verdict", _VERDICTS),
        _word("step", _FINDINGS).alias("finding"), *_VERDICTS,
    )  # fmt: skip


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each shipment, verdict and finding how many lines, in order."""
    return (
        rows.with_columns(pl.col("id").str.strip_chars())
        .group_by("id", "verdict", "finding", maintain_order=True).agg(pl.len().alias("lines"))
        .with_columns(rank=_place("verdict", _VERDICTS), step=_place("finding", _FINDINGS))
        .drop("verdict", "finding")
    )  # fmt: skip


def _summed(parts: pl.DataFrame) -> pl.DataFrame:
    of_verdict = [
        pl.col("lines").filter(pl.col("rank") == n).sum().alias(v) for n, v in enumerate(_VERDICTS)
    ]
    return parts.group_by("id", maintain_order=True).agg(
        pl.col("rank").max().alias("verdict"), *of_verdict, pl.col("lines").sum()
    )


def _place(column: str, words: list[str]) -> pl.Expr:
    places = list(range(len(words)))
    return pl.col(column).replace_strict(words, places, return_dtype=pl.Int8)


def _word(column: str, words: list[str]) -> pl.Expr:
    places = list(range(len(words)))
    return pl.col(column).replace_strict(places, words, return_dtype=pl.String)


def _from_cells(output: Path, at: int) -> Iterator[pl.DataFrame]:
    table = read_table(output)
    verdict = len(table.header) - table.header[::-1].index("verdict") - 1
    for batch in table.batches(ROWS):
        names = (str(at), str(verdict), str(verdict + 1))
        yield batch.cells.select(names).rename(dict(zip(names, _IDS, strict=True)))


def _from_json(output: Path, name: str) -> Iterator[pl.DataFrame]:
    with output.open(encoding="utf-8") as lines:
        rows: list[tuple[str, str, str]] = []
        for line in lines:
            found = json.loads(line)
            rows.append((found["given"].get(name, ""), found["verdict"], found["finding"]))
            if len(rows) == ROWS:
                yield pl.DataFrame(rows, schema=_IDS, orient="row")
                rows = []
        yield pl.DataFrame(rows, schema=_IDS, orient="row")
