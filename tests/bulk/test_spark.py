"""A local Spark decides exactly as one process does."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from screening.bulk.output import COLUMNS

pytestmark = pytest.mark.slow
pyspark = pytest.importorskip("pyspark")
ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java 17 or newer")
def test_spark_gives_the_decisions_of_a_single_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    from screening.bulk.arrow import Options
    from screening.bulk.spark import screen_folder

    table = pl.read_csv(ROOT / "seeds/erp_year.csv", infer_schema=False).head(60)
    source = tmp_path / "in"
    source.mkdir()
    for n in range(4):
        table.slice(15 * n, 15).write_parquet(source / f"{n}.parquet")
    given, book = ROOT / "seeds/erp_year.given.yaml", ROOT / "rules/example-company"
    spark = (
        pyspark.sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )  # fmt: skip
    try:
        screen_folder(spark, str(source), str(tmp_path / "out"), Options(book, given=given))
    finally:
        spark.stop()
    # Of lines that disagree the message names lines of the file, which Spark does not know.
    told = [name for name in COLUMNS if name not in ("summary", "problems")]
    found = pl.read_parquet(tmp_path / "out/*.parquet").select("Order No", "Line No", *told)
    one = tmp_path / "one.csv"
    table.write_csv(tmp_path / "in.csv")
    subprocess.run([sys.executable, "-m", "screening", "screen", str(tmp_path / "in.csv"),
                    "--given", str(given), "--rulebook", str(book), "--output", str(one), "-q"],
                   check=True)  # fmt: skip
    with one.open(encoding="utf-8", newline="") as text:
        wanted = [tuple(row[n] for n in found.columns) for row in csv.DictReader(text)]
    assert sorted(found.iter_rows()) == sorted(wanted)
