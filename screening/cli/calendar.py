"""`screening calendar`: the dates ahead on which an answer may change by itself."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from screening.cli.explain import write_json
from screening.cli.options import TextFormat
from screening.cli.render import table
from screening.cli.writing import console, results
from screening.engine import Rulebook
from screening.workbench.calendar import as_ics, changes_ahead


def run(rulebook: Rulebook, today: date, format: TextFormat, ics: Path | None) -> None:
    """Show the changes after `today`; with `ics` also write them as a calendar file."""
    changes = changes_ahead(rulebook.content, today)
    if ics is not None:
        with results(ics) as stream:
            stream.write(as_ics(changes, rulebook.id, today))
    if format is TextFormat.JSON:
        write_json({"version": 1, "after": str(today), "changes": [c.as_dict() for c in changes]})
        return
    rows = [(str(c.day), c.id, c.what) for c in changes]
    console(sys.stdout).print(table("from", "id", "what", rows=rows))
