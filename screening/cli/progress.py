"""How far a run over a table is: a bar where somebody looks on, JSON lines for programs."""

from __future__ import annotations

import json
import sys
import time
from types import TracebackType

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from screening.bulk.checkpoint import Checkpoint
from screening.cli.writing import notices
from screening.decision import Verdict


class Watched:
    """Tells how far a run of `rows` rows is. Silent where nobody is there to see it."""

    def __init__(self, rows: int, as_json: bool, *, quiet: bool) -> None:
        self._rows = rows
        self._json = as_json
        self._began = time.monotonic()
        self._start: int | None = None
        self._bar: Progress | None = None
        if sys.stderr.isatty() and not quiet and not as_json:
            self._bar = Progress(
                TextColumn("screening"), BarColumn(), TaskProgressColumn(), MofNCompleteColumn(),
                TimeRemainingColumn(), TextColumn("{task.fields[verdicts]}"),
                console=notices(), transient=True,
            )  # fmt: skip
            self._task = self._bar.add_task("", total=rows, verdicts="")

    def __enter__(self) -> None:
        if self._bar is not None:
            self._bar.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._bar is not None:
            self._bar.stop()

    def seen(self, at: Checkpoint) -> None:
        """The run has come so far."""
        if self._start is None:
            self._start = at.rows
            if at.rows and not self._json:
                notices().print(f"{at.rows:,} rows were decided before; going on with the next")
        found = at.tally.get("verdicts") or {}
        assert isinstance(found, dict)
        verdicts = {v.value: found.get(v.value, 0) for v in Verdict}
        if self._bar is not None:
            told = ", ".join(f"{name} {n:,}" for name, n in verdicts.items())
            self._bar.update(self._task, completed=at.rows, verdicts=told)
        if self._json:
            print(json.dumps(self._told(at.rows, verdicts)), file=sys.stderr, flush=True)

    def _told(self, rows: int, verdicts: dict[str, int]) -> dict[str, object]:
        seconds = time.monotonic() - self._began
        rate = (rows - (self._start or 0)) / seconds if seconds else 0.0
        left = (self._rows - rows) / rate if rate else None
        return {
            "rows": rows, "of": self._rows, "verdicts": verdicts, "rows_per_second": round(rate),
            "seconds_left": None if left is None else round(left),
        }  # fmt: skip
