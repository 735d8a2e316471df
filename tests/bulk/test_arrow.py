"""Arrow batches are decided as the table they are cut from."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from screening.bulk.dates import DateForm
from screening.bulk.decimals import DecimalForm
from screening.bulk.output import COLUMNS
from screening.problems import ProblemsFound

pa = pytest.importorskip("pyarrow")

from screening.bulk import Options, decide_batch  # noqa: E402  # needs pyarrow
from screening.bulk.spark import asked  # noqa: E402  # needs pyarrow

SEEDS = Path(__file__).parents[2] / "seeds"


def cut(rows: int) -> pl.DataFrame:
    return pl.read_csv(SEEDS / "shipments.csv", infer_schema=False).head(rows)


def answers(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    (batch,) = frame.to_arrow().combine_chunks().to_batches()
    found = decide_batch(batch)
    assert found.schema.names == [*frame.columns, *COLUMNS]
    return list(pl.DataFrame(pl.from_arrow(found)).select(COLUMNS).iter_rows())


def test_the_same_decisions_whatever_batches_a_table_is_cut_into() -> None:
    frame = cut(24)
    whole = answers(frame)
    assert {row[0] for row in whole} == {"allow", "review", "deny"}
    assert answers(frame.slice(0, 7)) + answers(frame.slice(7)) == whole


def test_numbers_dates_and_nulls_of_a_typed_batch_are_read_as_their_texts() -> None:
    frame = cut(12)
    typed = frame.with_columns(pl.col("law_date").str.to_date(), pl.col("quantity").cast(pl.Int64))
    assert answers(typed) == answers(frame)


def test_a_batch_whose_columns_say_nothing_is_refused() -> None:
    with pytest.raises(ProblemsFound, match="no column of this table is recognized"):
        answers(pl.DataFrame({"x": ["1"], "y": ["2"]}))


def test_another_rulebook_than_meant_is_refused() -> None:
    (batch,) = cut(1).to_arrow().to_batches()
    with pytest.raises(ValueError, match="not abc"):
        decide_batch(batch, Options(digest="abc"))


def test_a_number_of_a_typed_batch_is_no_thousand() -> None:
    """1.234 that is a number has its point, while the text may be twelve hundred."""
    typed = cut(1).with_columns(pl.lit(1.234).alias("quantity"))
    (batch,) = typed.to_arrow().to_batches()
    (found,) = decide_batch(batch).to_pylist()
    (plain,) = cut(1).with_columns(pl.lit("1.2340").alias("quantity")).to_arrow().to_batches()
    (wanted,) = decide_batch(plain).to_pylist()
    assert found["problems"] == wanted["problems"] == ""
    assert [found[name] for name in COLUMNS] == [wanted[name] for name in COLUMNS]


def test_the_spark_job_takes_how_dates_and_numbers_are_written() -> None:
    _, options = asked(["in", "out", "--dates", "dmy", "--decimal", "comma"])
    assert (options.dates, options.decimal) == (DateForm.DMY, DecimalForm.COMMA)
