"""The chain's head, noted outside the database, where the service can add and not rewrite.

One JSON document on each line, the newest last. Without such a file `verify` cannot exclude that
the whole chain, or its end, was written anew by somebody who could write the database.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from screening.ledger.entry import now
from screening.ledger.record import Head
from screening.ledger.store import Ledger
from screening.problems import Place, Problem, ProblemsFound


def note_head(ledger: Ledger, path: Path) -> Head:
    """Append the head to the file, if it moved since the last note, and bring it to disk.

    Raises `OSError`, `LedgerUnavailable`.
    """
    head = ledger.head()
    if head == _last(path):
        return head
    line = json.dumps({"seq": head.seq, "hash": head.hash, "noted_at": now()}) + "\n"
    # For appending only: that is all a file with the attribute `a` takes.
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        os.write(number, line.encode())
        os.fsync(number)
    finally:
        os.close(number)
    return head


def read_heads(path: Path) -> list[Head]:
    """The heads that were noted. Raises `ProblemsFound` where the file is none of these."""
    try:
        lines = path.read_text("utf-8").splitlines()
        return [Head(int(d["seq"]), str(d["hash"])) for d in map(json.loads, lines)]
    except (OSError, ValueError, KeyError, TypeError):
        raise ProblemsFound([Problem(
            "head-file", "this is not a file of noted heads",
            "name the file that `screening ledger head --append FILE` or SCREENING_HEAD_FILE wrote",
            Place(str(path)))]) from None  # fmt: skip


def _last(path: Path) -> Head | None:
    try:
        return read_heads(path)[-1]
    except (ProblemsFound, IndexError):
        return None
