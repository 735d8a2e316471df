"""What one process decided the others take from it, and only for rows that are decided alike."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from one_by_one import prepared

from screening import load_rulebook
from screening.bulk.fast import shared
from screening.bulk.fast.shared import Shared, digest_of
from screening.bulk.workers import Task, Worker
from screening.bulk.writers import TableFormat
from screening.engine import Rulebook

ROWS = Path(__file__).parents[2] / "seeds" / "shipments.csv"


@pytest.fixture(scope="module")
def company() -> Rulebook:
    return load_rulebook(Path(__file__).parents[2] / "rules" / "example-company")


def test_what_one_decided_another_takes(company: Rulebook, tmp_path: Path) -> None:
    """Given: two workers of one run. Expected: the second asks the engine nothing, and writes the
    same as one that works alone."""
    found = prepared(ROWS, company)
    task = Task(found.reading, found.table.header, TableFormat.CSV, None, True, None, "")
    (batch,) = found.table.batches(10_000)
    first, second = (Worker(task, company, b"secret", Shared(tmp_path)) for _ in range(2))
    written = first.part(batch)
    assert first.alike.decided_once > 0
    assert second.part(batch) == written == Worker(task, company).part(batch)
    assert second.alike.decided_once == 0


def test_another_secret_is_another_run(company: Rulebook, tmp_path: Path) -> None:
    found = prepared(ROWS, company)
    task = Task(found.reading, found.table.header, TableFormat.CSV, None, True, None, "")
    (batch,) = found.table.batches(10_000)
    first, second = (Worker(task, company, s, Shared(tmp_path)) for s in (b"one", b"other"))
    first.part(batch)
    second.part(batch)
    assert second.alike.decided_once == first.alike.decided_once


def test_half_of_what_is_told_is_not_taken(tmp_path: Path) -> None:
    """An answer that is being written is taken once it is whole."""
    one, other = Shared(tmp_path), Shared(tmp_path)
    one.tell((1, 2), "first")
    (file,) = (f for f in tmp_path.iterdir() if f.stat().st_size)
    whole = file.read_bytes()
    file.write_bytes(whole[:-3])
    assert other.find((1, 2)) is None
    with file.open("ab") as more:
        more.write(whole[-3:])
    assert other.find((1, 2)) == "first"


def test_what_is_told_in_chapters_is_taken_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What answers have in common is told again in each chapter, and nowhere remembered longer."""
    monkeypatch.setattr(shared, "_CHAPTER", 4)
    one, other = Shared(tmp_path), Shared(tmp_path)
    common = ("in common", 1.5)
    for n in range(11):
        one.tell((n, n), (n, common))
        assert other.find((n, n)) == (n, common)
    assert other.find((3, 3)) is None, "it was taken before"


def test_what_nobody_asks_for_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_MOST_KNOWN", 20 * shared._BESIDE)
    one, other = Shared(tmp_path), Shared(tmp_path)
    for n in range(200):
        one.tell((n, n), n)
    found = [n for n in range(199, -1, -1) if other.find((n, n)) is not None]
    assert found and min(found) > 150


def test_a_folder_that_fails_is_not_needed(tmp_path: Path) -> None:
    alone = Shared(tmp_path / "gone")
    alone.tell((1, 2), "first")
    assert alone.find((1, 2)) is None


@dataclass(frozen=True)
class Said:
    names: frozenset[str]


def test_the_same_is_said_in_every_process() -> None:
    """Sets come in another order in every process; what is said of them does not."""
    code = ("import sys; sys.path.insert(0, sys.argv[1]); from test_shared import *; "
            "print(digest_of((Said(frozenset('abcdefgh')), 1, None, True)).hex())")  # fmt: skip
    said = {subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)],
                           capture_output=True, text=True, check=True,
                           env={"PYTHONHASHSEED": str(n), "PYTHONPATH": ":".join(sys.path)},
                           ).stdout for n in range(3)}  # fmt: skip
    assert len(said) == 1
    assert digest_of(("a", "bc")) != digest_of(("ab", "c"))
    assert digest_of(("1",)) != digest_of((1,)) != digest_of((True,))
