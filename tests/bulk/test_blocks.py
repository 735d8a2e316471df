"""Read by the block or row by row, a file has the same rows on the same lines."""

from __future__ import annotations

import pickle
from pathlib import Path
from random import Random

import polars as pl
import pytest

from screening.bulk import blocks
from screening.bulk.batches import Batch, Row
from screening.bulk.sources import read_table

CELLS = ("a", "", "b c", '"q"', '"x,y"', '"x""y"', '""', '"two\nlines"', 'in"side', '"after"x',
         "é", " ", "\x00", "'", '"""', "1", "-")  # fmt: skip


def text_of(rng: Random, rows: int, hostile: float) -> str:
    lines = ["a,b,c"]
    for _ in range(rows):
        if rng.random() < hostile / 4:
            lines.append("")
            continue
        width = 3 if rng.random() >= hostile / 4 else rng.randint(1, 5)
        lines.append(",".join(rng.choice(CELLS if rng.random() < hostile else CELLS[:7])
                              for _ in range(width)))  # fmt: skip
    end = rng.choice(("\n", "\r\n", "\r", "\n"))
    return end.join(lines) + rng.choice(("", end, end * 3))


@pytest.mark.parametrize("size", [40, 300, 100_000])
def test_blocks_hold_the_rows_of_the_file(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BYTES", size)
    rng, whole = Random(size), 0
    for n in range(150):
        path = tmp_path / f"{n}.csv"
        text = text_of(rng, rng.randint(0, 60), rng.choice((0.0, 0.0, 0.02, 0.3)))
        path.write_bytes(text.encode(rng.choice(("utf-8", "utf-16"))))
        try:
            table = read_table(path)
            expected = list(table.rows())
        except Exception as refused:
            with pytest.raises(type(refused), match=r"\A" + _plain(str(refused))):
                list(read_table(path).batches(17))
            continue
        found = [row for batch in table.batches(17) for row in batch.rows()]
        assert found == expected, text
        whole += blocks.usual(b"x,y,z\n", ",", 3, 1, 100) is not None
    assert whole > 50


def test_a_batch_is_the_same_in_another_process() -> None:
    cells = pl.DataFrame({"0": ["a", "", "é"], "1": ["", "x" * 50, "中"]})
    batch = Batch(range(7, 10), cells, {1: Row(8, ("only",))})
    sent = pickle.loads(pickle.dumps(batch))
    assert sent.cells.schema == cells.schema
    assert (sent.lines, [*sent.rows()]) == (batch.lines, [*batch.rows()])
    assert [*pickle.loads(pickle.dumps(batch.after(2))).rows()] == [*batch.after(2).rows()]


def _plain(text: str) -> str:
    import re

    return re.escape(text)
