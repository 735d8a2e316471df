"""A run is never lost: whole under its name or not there, and the same after any interruption."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from one_by_one import rows_of, write

from screening.bulk import checkpoint, parts, run
from screening.bulk.answers import RowAnswer
from screening.bulk.headers import Columns
from screening.bulk.manifest import Manifest, manifest_path, read_manifest, traces_path
from screening.bulk.parts import in_parts
from screening.bulk.reading import Reading
from screening.bulk.remembered import Decided
from screening.bulk.run import Work, write_parts
from screening.bulk.traces import Trace
from screening.bulk.writers import TableFormat, Writer
from screening.decision import Finding, Verdict
from screening.problems import ProblemsFound
from screening.rulebook.boundaries import epochs
from screening.workbench.generate import points_of, random_rulebook

HEADER = ("id", "remark")
READING = Reading(Columns(HEADER, ((),) * len(HEADER), ()), {}, "in.csv")
ROWS = 95


def answer(i: int) -> RowAnswer:
    key = f"{i % 7:016x}"
    text = json.dumps({"trace": key}) + "\n"
    decision = Decided(Verdict.REVIEW, Finding.UNDETERMINED, Finding.PROHIBITED, ("r",), "Review.",
                       (), ("eccn",), (), (), (), Trace(key, text))  # fmt: skip
    return RowAnswer(i + 2, (f"S-{i}", f'=remark "{i}"\n'), decision, ())


def answers(start: int) -> Iterator[RowAnswer]:
    return (answer(i) for i in range(start, ROWS))


def work(output: Path, *, resume: bool = False, rulebook: str = "abc") -> Work:
    format = TableFormat(output.suffix.removeprefix("."))
    return Work(HEADER, ROWS, format, output, {"rulebook_digest": rulebook}, resume)


def write_answers(
    work: Work, answers: Callable[[int], Iterator[RowAnswer]],
    seen: Callable[[RowAnswer], None],
) -> Manifest:  # fmt: skip
    """The answers, written in parts of as many rows as are noted together."""

    def shown(start: int) -> Iterator[RowAnswer]:
        for answer in answers(start):
            seen(answer)
            yield answer

    return write_parts(
        work,
        lambda start: in_parts(shown(start), HEADER, work.format, run.ROWS_PER_CHECKPOINT, READING),
        lambda at: None,
    )


def ignore(answer: RowAnswer) -> None:
    pass


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ROWS_PER_CHECKPOINT", 10)
    monkeypatch.setattr(checkpoint, "on_disk", lambda descriptor: None)


def files(output: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (output, traces_path(output), manifest_path(output))}


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_every_row_in_is_a_row_out(ending: str, tmp_path: Path) -> None:
    output = tmp_path / f"out.{ending}"
    manifest = write_answers(work(output), answers, ignore)
    assert (manifest.rows_in, manifest.rows_out) == (ROWS, ROWS)
    assert manifest.verdicts == {"review": ROWS}
    assert {p.name for p in tmp_path.iterdir()} == set(files(output)), "nothing is left over"
    assert read_manifest(manifest_path(output)).outputs == manifest.outputs
    traces = traces_path(output).read_text().splitlines()
    assert len(traces) == 7, "one for each distinct trace"


class Killed(BaseException):
    """Stands for whatever ends a process without asking."""


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_killed_anywhere_and_resumed_it_is_byte_identical(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "now", lambda: "2026-03-01T00:00:00+00:00")
    whole = tmp_path / "whole" / f"out.{ending}"
    whole.parent.mkdir()
    write_answers(work(whole), answers, ignore)
    rng = random.Random(41)
    for attempt in range(12):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        output = folder / f"out.{ending}"
        kills = 0
        while True:
            try:
                with monkeypatch.context() as patch:
                    _plant_a_kill(patch, rng)
                    write_answers(work(output, resume=True), answers, ignore)
                break
            except Killed:
                kills += 1
                assert not output.exists() or manifest_state(output)
        assert files(output) == files(whole), f"attempt {attempt}, {kills} kills"


def manifest_state(output: Path) -> bool:
    """An output under its name is whole, even where its manifest is still to be written."""
    return output.stat().st_size > 0


def _plant_a_kill(patch: pytest.MonkeyPatch, rng: random.Random) -> None:
    """Let one of the steps of a run, at a random time, be the last thing that happens."""
    where = rng.choice(["line", "save", "replace", "nowhere"])
    countdown = rng.randint(1, 40 if where == "line" else 8)

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            nonlocal countdown
            countdown -= 1
            if countdown == 0:
                raise Killed
            return real(*args, **kwargs)

        return call

    if where == "save":
        patch.setattr(checkpoint.Workplace, "save", dying(checkpoint.Workplace.save))
    elif where == "replace":
        patch.setattr(Path, "replace", dying(Path.replace))
    elif where == "line":
        patch.setattr(parts, "writer_for", _dying_writers(parts.writer_for, dying))


def _dying_writers(
    real: Callable[[TableFormat], Writer],
    dying: Callable[[Callable[..., object]], Callable[..., object]],
) -> Callable[[TableFormat], Writer]:
    return lambda format: replace(real(format), line=cast(Any, dying(real(format).line)))


def test_a_run_of_something_else_is_not_resumed(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    with pytest.raises(Killed):
        write_answers(work(output), _that_die_at(50), ignore)
    with pytest.raises(ProblemsFound, match="was of something else: rulebook_digest"):
        write_answers(work(output, resume=True, rulebook="def"), answers, ignore)
    assert not output.exists()


def test_without_resume_it_starts_again(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    with pytest.raises(Killed):
        write_answers(work(output), _that_die_at(50), ignore)
    seen: list[RowAnswer] = []
    write_answers(work(output), answers, seen.append)
    assert len(seen) == ROWS


def test_a_full_disk_leaves_nothing_under_the_name_and_can_be_resumed(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"

    def full(start: int) -> Iterator[RowAnswer]:
        for i in range(start, ROWS):
            if i == 42:
                raise OSError(28, "No space left on device")
            yield answer(i)

    with pytest.raises(OSError, match="No space left"):
        write_answers(work(output), full, ignore)
    assert not output.exists()
    seen: list[RowAnswer] = []
    write_answers(work(output, resume=True), answers, seen.append)
    assert len(seen) == ROWS - 40, "what was safely staged is not decided again"


def test_a_lost_row_is_a_fault_and_no_output(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    with pytest.raises(RuntimeError, match="95 rows in, 94 rows out"):
        write_answers(work(output), lambda start: (answer(i) for i in range(1, ROWS)), ignore)
    assert not output.exists()


def _that_die_at(row: int) -> Callable[[int], Iterator[RowAnswer]]:
    def some(start: int) -> Iterator[RowAnswer]:
        for i in range(start, ROWS):
            if i == row:
                raise Killed
            yield answer(i)

    return some


def test_two_runs_into_one_output_do_not_mix(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"

    def meanwhile(start: int) -> Iterator[RowAnswer]:
        for i in range(start, ROWS):
            if i == 30:
                with pytest.raises(ProblemsFound, match="another run writes this output"):
                    write_answers(work(output), answers, ignore)
            yield answer(i)

    assert write_answers(work(output), meanwhile, ignore).rows_out == ROWS


@pytest.mark.slow
def test_fifty_real_kills(tmp_path: Path) -> None:
    """`kill -9` of the command at random moments, resumed until it is through; by a small
    rulebook, which is read at once, so that most kills hit the run itself."""
    rng = random.Random(50)
    data, rulebook = random_rulebook(rng)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(json.dumps(data), encoding="utf-8")
    days = [None, *epochs(rulebook.content, None)]
    rows = rows_of(rng, points_of(rulebook.content), days, 60)
    table = write(tmp_path / "in.csv", rows, rulebook, rng)
    command = [sys.executable, "-c", "from screening.cli.app import main; main()", "screen",
               str(table), "--rulebook", str(tmp_path / "rules"), "-q", "--output"]  # fmt: skip
    environment = {**os.environ, "SCREENING_ROWS_PER_CHECKPOINT": "5"}
    began = time.monotonic()
    subprocess.run([*command, str(tmp_path / "whole.csv")], check=True, env=environment)
    took = time.monotonic() - began
    kills, output = 0, tmp_path / "killed.csv"
    while kills < 50:
        process = subprocess.Popen([*command, str(output), "--resume"], env=environment)
        try:
            process.wait(timeout=rng.uniform(0.2, 1.1) * took)
            assert process.returncode == 0
            assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()
            output.unlink()
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            if output.exists():  # killed after the last move: then it is whole
                assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()
                output.unlink()
    subprocess.run([*command, str(output), "--resume"], check=True, env=environment)
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert (traces_path(output).read_bytes()
            == traces_path(tmp_path / "whole.csv").read_bytes())  # fmt: skip
