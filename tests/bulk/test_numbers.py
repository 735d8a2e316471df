"""What was met once keeps its number from batch to batch: else rows would get others' answers."""

from __future__ import annotations

import gc
from random import Random

import numpy as np
import polars as pl
import pytest

from screening.bulk.fast.columns import Cells, Told
from screening.bulk.fast.numbers import Mixed, Numbered
from screening.bulk.fast.reductions import Numbers, Unread


@pytest.mark.parametrize("spread", [1, 1 << 20, 1 << 33])
def test_a_key_keeps_its_number(spread: int) -> None:
    rng, numbered = np.random.default_rng(spread), Numbered()
    known: dict[int, int] = {}
    for _ in range(20):
        keys = rng.integers(0, 3_000, 2_000).astype(np.uint64) * np.uint64(spread)
        before = numbered.count
        numbers, new = numbered.of(keys)
        for key, number in zip(keys.tolist(), numbers.tolist(), strict=True):
            assert known.setdefault(key, number) == number
        assert numbers[new].tolist() == list(range(before, numbered.count))
    assert sorted(known.values()) == list(range(len(known)))


def test_keys_of_two_words_are_told_apart_by_either() -> None:
    one, other = np.array([1, 1, 2, 1], np.uint64), np.array([1, 2, 1, 1], np.uint64)
    assert Numbered(words=2).of(one, other)[0].tolist() == [0, 1, 2, 0]


def test_rows_are_mixed_by_all_their_numbers() -> None:
    top = 1 << 63  # bits that a mere sum of odd multiples would lose
    rows = [(0, 0), (top, 0), (0, top), (top, top), (1, 0), (0, 1), (1, 1)]
    one, other = Mixed().of([np.array(column, np.uint64) for column in zip(*rows, strict=True)])
    assert len(set(one.tolist())) == len(set(other.tolist())) == len(rows)


@pytest.mark.parametrize("many", [False, True])
def test_a_cell_keeps_its_number(many: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when nothing holds the batches any more that it was met in."""
    monkeypatch.setattr("screening.bulk.fast.columns._MANY", 10 if many else 1_000_000)
    rng = Random(1)
    said = [None, Unread(), Numbers([1000])]
    columns = [Cells(Told(str.strip), reduction) for reduction in said]
    known: list[dict[str, str]] = [{}, {}, {}]
    for _ in range(20):
        cells = [rng.choice(("", " 5", "x", "0x", f"{rng.randint(0, 40)}")) for _ in range(50)]
        series = pl.Series(cells, dtype=pl.String)
        for column, stands in zip(columns, known, strict=True):
            for cell, number in zip(cells, column.of(series).tolist(), strict=True):
                stood = column.cells[number]
                assert stands.setdefault(cell.strip(), stood) == stood
        del series
        gc.collect()
    plain, unread, amounts = known
    assert all(cell == stood for cell, stood in plain.items())
    assert set(unread.values()) == {""}
    assert amounts["x"] == "x" and amounts["11"] == amounts["39"] != amounts["10"] != amounts["9"]
