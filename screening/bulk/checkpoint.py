"""How far a run has come, on disk: after any interruption it goes on where it was."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from screening.bulk.table import refusal

_NAME = "checkpoint.json"
_LOCK = "lock"


@dataclass(frozen=True)
class Checkpoint:
    """Rows that are safely staged, the bytes they take, and what the run is of.

    `run` says what must be the same for the run to go on: input, rulebook, options, engine.
    `started` is the time of the first start (ISO 8601, UTC).
    """

    run: Mapping[str, object]
    started: str
    rows: int = 0
    row_bytes: int = 0
    trace_bytes: int = 0
    tally: Mapping[str, object] = field(default_factory=dict)
    """What the rows came to so far (`bulk.tally`)."""
    finished: Mapping[str, object] | None = None
    """The manifest, once all rows are staged and only the moving is left."""


class Workplace:
    """The folder beside an output in which its rows are staged until they are whole."""

    def __init__(self, output: Path) -> None:
        self.folder = output.with_name(f".{output.name}.screening")
        self.rows = self.folder / "rows.part"
        self.traces = self.folder / "traces.part"
        self.made = self.folder / "made.part"

    def saved(self) -> Checkpoint | None:
        """The checkpoint of an interrupted run; `None` where there is none that can be read."""
        try:
            return Checkpoint(**json.loads((self.folder / _NAME).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, checkpoint: Checkpoint) -> None:
        """Put the checkpoint on disk; it names only bytes that are on disk already."""
        part = self.folder / f"{_NAME}.part"
        with part.open("w", encoding="utf-8") as handle:
            # As a whole, since piece by piece it is written by the slow encoder.
            handle.write(json.dumps(vars(checkpoint), ensure_ascii=False))
            on_disk(handle.fileno())
        part.replace(self.folder / _NAME)

    def take(self) -> BinaryIO:
        """The place for this run alone, until what is returned is closed.

        Raises `ProblemsFound` where another run is at work here.
        """
        self.folder.mkdir(exist_ok=True)
        handle = (self.folder / _LOCK).open("wb")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            raise refusal("output-busy", "another run writes this output", str(self.folder),
                          "wait for it, or name another output") from None  # fmt: skip
        return handle

    def empty(self) -> None:
        """Take away what an earlier run staged."""
        for path in (self.folder / _NAME, self.folder / f"{_NAME}.part", self.rows, self.traces,
                     self.made):  # fmt: skip
            path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Take away the place itself."""
        self.empty()
        (self.folder / _LOCK).unlink(missing_ok=True)
        self.folder.rmdir()

    def open_at(self, path: Path, size: int) -> BinaryIO:
        """The file opened for appending, cut back to `size` bytes."""
        handle = path.open("ab" if path.exists() else "xb")
        if handle.seek(0, os.SEEK_END) < size:
            handle.close()
            raise refusal("resume-damaged", "rows of the interrupted run are missing", str(path),
                          "start again without `--resume`")  # fmt: skip
        handle.truncate(size)
        handle.seek(size)
        return handle


def on_disk(descriptor: int) -> None:
    """Return when what was written is on the disk itself."""
    os.fsync(descriptor)
