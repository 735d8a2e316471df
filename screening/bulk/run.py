"""A table screened into a file: staged row by row, resumed after any stop, whole or not there."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from screening.bulk.answers import RowAnswer
from screening.bulk.checkpoint import Checkpoint, Workplace, on_disk
from screening.bulk.manifest import (
    VERSION,
    Manifest,
    manifest_path,
    sha256_of,
    traces_path,
    write_manifest,
)
from screening.bulk.table import refusal
from screening.bulk.writers import TableFormat, writer_for

ROWS_PER_CHECKPOINT = int(os.environ.get("SCREENING_ROWS_PER_CHECKPOINT", "2000"))


@dataclass(frozen=True)
class Work:
    """What to write where. `run` is everything that the answers depend on."""

    header: tuple[str, ...]
    rows: int
    format: TableFormat
    output: Path
    run: Mapping[str, object]
    resume: bool = False


Answers = Callable[[int], Iterable[RowAnswer]]
"""The answers from a row on, counted from 0."""


def write_answers(work: Work, answers: Answers, seen: Callable[[RowAnswer], None]) -> Manifest:
    """Stage all rows, then put the output, its traces and its manifest in their place.

    `seen` is shown every answer that is decided in this run. Raises `ProblemsFound` where an
    interrupted run is of something else, and `OSError` where the disk takes no more; what is
    staged is kept for `resume`.
    """
    place = Workplace(work.output)
    with place.take():
        at = _start(work, place)
        if at.finished is None:
            with ExitStack() as files:
                at = _stage(work, place, at, answers, seen, files)
            at = _made(work, place, at)
        return _put_in_place(work, place, at)


def _start(work: Work, place: Workplace) -> Checkpoint:
    found = place.saved()
    if work.resume and found is not None:
        if dict(found.run) != json.loads(json.dumps(work.run)):
            apart = sorted(k for k in work.run if found.run.get(k) != work.run[k])
            raise refusal("resume-apart", "the interrupted run was of something else: "
                          f"{', '.join(apart)}", str(work.output),
                          "start again without `--resume`")  # fmt: skip
        return found
    place.empty()
    return Checkpoint(work.run, now())


def now() -> str:
    """The time of the first start, to the second (ISO 8601, UTC)."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


def _stage(
    work: Work, place: Workplace, start: Checkpoint, answers: Answers,
    seen: Callable[[RowAnswer], None], files: ExitStack,
) -> Checkpoint:  # fmt: skip
    writer = writer_for(work.format)
    rows = files.enter_context(place.open_at(place.rows, start.row_bytes))
    traces = files.enter_context(place.open_at(place.traces, start.trace_bytes))
    known = _known_traces(place.traces)
    if start.row_bytes == 0:
        rows.write(writer.head(work.header).encode())
    done = start.rows
    verdicts = Counter(start.verdicts)

    def reached() -> Checkpoint:
        for handle in (rows, traces):
            handle.flush()
            on_disk(handle.fileno())
        at = Checkpoint(start.run, start.started, done, rows.tell(), traces.tell(),
                        dict(verdicts))  # fmt: skip
        place.save(at)
        return at

    for answer in answers(start.rows):
        rows.write(writer.line(answer, work.header).encode("utf-8", "replace"))
        if answer.decision is not None and answer.decision.trace.key not in known:
            known.add(answer.decision.trace.key)
            traces.write(answer.decision.trace.text.encode("utf-8", "replace"))
        seen(answer)
        verdicts[answer.verdict.value] += 1
        done += 1
        if done % ROWS_PER_CHECKPOINT == 0:
            reached()
    return reached()


def _known_traces(path: Path) -> set[str]:
    with path.open(encoding="utf-8") as lines:
        return {json.loads(line)["trace"] for line in lines}


def _made(work: Work, place: Workplace, at: Checkpoint) -> Checkpoint:
    """The output made of the staged rows, and noted as ready to be moved."""
    if at.rows != work.rows:
        # INVARIANT: every row in is a row out; anything else is a fault of the engine.
        raise RuntimeError(f"{work.rows} rows in, {at.rows} rows out")
    finish = writer_for(work.format).finish
    if finish is not None:
        finish(place.rows, place.made, work.header)
    outputs = {path.name: part for path, part in _parts(work, place).items()}
    manifest = Manifest(VERSION, work.run, at.started, work.rows, at.rows, at.verdicts,
                        {name: sha256_of(part) for name, part in outputs.items()})  # fmt: skip
    ready = replace(at, finished=asdict(manifest))
    place.save(ready)
    return ready


def _put_in_place(work: Work, place: Workplace, at: Checkpoint) -> Manifest:
    """Move what is ready; after an interruption, what is left of it."""
    manifest = Manifest(**cast(dict[str, Any], at.finished))
    for path, part in _parts(work, place).items():
        if part.exists():
            part.replace(path)
    write_manifest(manifest, manifest_path(work.output))
    place.leave()
    return manifest


def _parts(work: Work, place: Workplace) -> dict[Path, Path]:
    """Each file to write with what becomes it; the output last, since it says that all is there."""
    whole = place.rows if writer_for(work.format).finish is None else place.made
    return {traces_path(work.output): place.traces, work.output: whole}
