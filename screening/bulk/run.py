"""A table screened into a file: staged row by row, resumed after any stop, whole or not there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from screening.bulk.checkpoint import Checkpoint, Workplace, on_disk
from screening.bulk.manifest import (
    VERSION,
    Manifest,
    manifest_path,
    sha256_of,
    traces_path,
    write_manifest,
)
from screening.bulk.parts import Part
from screening.bulk.table import refusal
from screening.bulk.tally import Tally
from screening.bulk.traces import key_of
from screening.bulk.writers import TableFormat, writer_for

ROWS_PER_CHECKPOINT = int(os.environ.get("SCREENING_ROWS_PER_CHECKPOINT", "20000"))
"""Rows that are decided together and noted as done together."""


@dataclass(frozen=True)
class Work:
    """What to write where. `run` is everything that the answers depend on."""

    header: tuple[str, ...]
    rows: int
    format: TableFormat
    output: Path
    run: Mapping[str, object]
    resume: bool = False


Parts = Callable[[int], Iterable[Part]]
"""The written answers from a row on, counted from 0."""


def write_parts(work: Work, parts: Parts, seen: Callable[[Checkpoint], None]) -> Manifest:
    """Stage all rows, then put the output, its traces and its manifest in their place.

    `seen` is shown how far the run has come, at its start and after every part. Raises
    `ProblemsFound` where an interrupted run is of something else, and `OSError` where the disk
    takes no more; what is staged is kept for `resume`.
    """
    place = Workplace(work.output)
    with place.take():
        at = _start(work, place)
        if at.finished is None:
            with ExitStack() as files:
                at = _stage(work, place, at, parts, seen, files)
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
    work: Work, place: Workplace, start: Checkpoint, parts: Parts,
    seen: Callable[[Checkpoint], None], files: ExitStack,
) -> Checkpoint:  # fmt: skip
    rows = files.enter_context(place.open_at(place.rows, start.row_bytes))
    traces = files.enter_context(place.open_at(place.traces, start.trace_bytes))
    known = _known_traces(place.traces)
    if start.row_bytes == 0:
        rows.write(writer_for(work.format).head(work.header).encode())
    at = start
    tally = Tally.of(start.tally)

    def reached() -> Checkpoint:
        for handle in (rows, traces):
            handle.flush()
            on_disk(handle.fileno())
        found = replace(at, row_bytes=rows.tell(), trace_bytes=traces.tell())
        place.save(found)
        seen(found)
        return found

    seen(at)
    for part in parts(start.rows):
        rows.write(part.text)
        for record in part.records:
            if record.key not in known:
                known.add(record.key)
                traces.write(record.text.encode("utf-8", "replace"))
        tally.merge(part.tally)
        at = replace(at, rows=at.rows + part.rows, tally=tally.as_dict())
        at = reached()
    return reached()


def _known_traces(path: Path) -> set[str]:
    with path.open(encoding="utf-8") as lines:
        return {key_of(line) for line in lines}


def _made(work: Work, place: Workplace, at: Checkpoint) -> Checkpoint:
    """The output made of the staged rows, and noted as ready to be moved."""
    if at.rows != work.rows:
        # INVARIANT: every row in is a row out; anything else is a fault of the engine.
        raise RuntimeError(f"{work.rows} rows in, {at.rows} rows out")
    finish = writer_for(work.format).finish
    if finish is not None:
        finish(place.rows, place.made, work.header)
    outputs = {path.name: part for path, part in _parts(work, place).items()}
    manifest = Manifest(VERSION, work.run, at.started, work.rows, at.rows, _verdicts(at),
                        {name: sha256_of(part) for name, part in outputs.items()},
                        at.tally)  # fmt: skip
    ready = replace(at, finished=asdict(manifest))
    place.save(ready)
    return ready


def _verdicts(at: Checkpoint) -> Mapping[str, int]:
    return dict(Tally.of(at.tally).verdicts)


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
