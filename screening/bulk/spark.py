"""A Spark job that screens a folder of Parquet: the same function on every machine.

    python -m screening.bulk.spark shipments/ decided/ --rulebook rules/example-company \\
        --master spark://HOST:7077

Needs the extra `spark` and, on every machine, this package and the rulebook's folder.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from screening.bulk.arrow import Options, decide_batches, shipment_column
from screening.bulk.dates import DateForm
from screening.bulk.decimals import DecimalForm
from screening.bulk.output import COLUMNS
from screening.engine import load_rulebook

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession


def screened(table: DataFrame, options: Options) -> DataFrame:
    """The rows with their answers, decided wherever they are; each by the same rulebook."""
    from pyspark.sql.types import StringType, StructField, StructType

    digest = options.digest or load_rulebook(options.rulebook).digest
    ours = [StructField(name, StringType()) for name in COLUMNS]
    id = shipment_column(table.columns, options)
    if id is not None:
        # Lines of one shipment are compared, so they have to come together.
        table = table.repartition(id).sortWithinPartitions(id)
    decide = partial(_decided, options=replace(options, digest=digest), id=id)
    return table.mapInArrow(decide, StructType([*table.schema.fields, *ours]))


def screen_folder(
    spark: SparkSession, source: str, output: str, options: Options | None = None
) -> None:
    """Screen the Parquet files of a folder into another."""
    screened(spark.read.parquet(source), options or Options()).write.parquet(output)


def _decided(
    batches: Iterable[pa.RecordBatch], options: Options, id: str | None
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    return decide_batches(batches if id is None else _whole_shipments(batches, id), options)


def _whole_shipments(batches: Iterable[pa.RecordBatch], id: str) -> Iterator[pa.RecordBatch]:
    """The rows, sorted by shipment, in batches that part no shipment."""
    import pyarrow as pa

    kept: list[pa.RecordBatch] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        ids = batch.column(id).to_pylist()
        start = next((i for i in range(len(ids), 0, -1) if ids[i - 1] != ids[-1]), 0)
        if kept and kept[-1].column(id)[-1].as_py() != ids[0]:
            yield pa.concat_batches(kept)
            kept = []
        if start:
            yield pa.concat_batches([*kept, batch.slice(0, start)])
            kept = []
        kept.append(batch.slice(start))
    if kept:
        yield pa.concat_batches(kept)


def asked(arguments: Sequence[str] | None) -> tuple[argparse.Namespace, Options]:
    """What the command line asks for: where and what, and how to decide."""
    parser = argparse.ArgumentParser(prog="screening.bulk.spark", description=__doc__)
    parser.add_argument("source", help="a folder of Parquet files")
    parser.add_argument("output", help="the folder to write")
    parser.add_argument("--master", default="local[*]", help="where Spark is (default: here)")
    parser.add_argument("--rulebook", type=Path, help="the rulebook's folder (default: us-ear)")
    parser.add_argument("--given", type=Path, help="a file with `columns:` and `given:`")
    parser.add_argument(
        "--dates",
        type=DateForm,
        choices=list(DateForm),
        help="what dates such as 04/05/2026 begin with",
    )
    parser.add_argument(
        "--decimal",
        type=DecimalForm,
        choices=list(DecimalForm),
        help="what stands before the decimals of numbers in columns of text",
    )
    parser.add_argument("--no-assumptions", action="store_true")
    found = parser.parse_args(arguments)
    options = Options(found.rulebook, None, found.given, found.dates, found.decimal,
                      assumptions=not found.no_assumptions)  # fmt: skip
    return found, options


def main(arguments: Sequence[str] | None = None) -> None:
    """The job."""
    from pyspark.sql import SparkSession

    found, options = asked(arguments)
    if found.master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.master(found.master).appName("screening").getOrCreate()
    screen_folder(spark, found.source, found.output, options)
    spark.stop()


if __name__ == "__main__":
    main()
