"""The whole ledger as one file: what verifies and replays on another machine, from it alone.

A ZIP file with `records.jsonl` (one record on each line, in order), `rulebooks/DIGEST.zip` with
what each rulebook was read from, `rulebooks.json` (names by digest) and `head.json`.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from screening.ledger.database import Database
from screening.ledger.entry import mentions_of
from screening.ledger.record import Record
from screening.ledger.store import Ledger, columns_of
from screening.ledger.tables import heads, mentions, records, rulebooks
from screening.ledger.verify import purged_id
from screening.problems import Place, Problem, ProblemsFound


def write_archive(ledger: Ledger, path: Path) -> int:
    """Write everything to the file; how many records there are."""
    head = ledger.head()
    number = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open("records.jsonl", "w", force_zip64=True) as lines:
            for record in ledger.every(records.c.seq <= head.seq):
                line = {"seq": record.seq, "content": record.content, "digest": record.digest,
                        "hash": record.hash}  # fmt: skip
                lines.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
                number += 1
        names = {}
        with ledger.database.read() as c:
            for row in c.execute(select(rulebooks)):
                names[row.digest] = row.name
                packed.writestr(f"rulebooks/{row.digest}.zip", row.files)
        packed.writestr("rulebooks.json", json.dumps(names))
        packed.writestr("head.json", json.dumps({"seq": head.seq, "hash": head.hash}))
    return number


@contextmanager
def opened(source: str) -> Iterator[Ledger]:
    """The ledger at a URL, or the one in an archive, read into a database that goes away.

    Raises `LedgerUnavailable`, `ProblemsFound`.
    """
    if not source.endswith(".zip"):
        ledger = Ledger(source)
        try:
            yield ledger
        finally:
            ledger.close()
        return
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(f"sqlite:///{folder}/archive.sqlite")
        try:
            _read(Path(source), ledger.database)
            yield ledger
        finally:
            ledger.close()


def _read(path: Path, database: Database) -> None:
    try:
        with zipfile.ZipFile(path) as packed, database.write() as c:
            with packed.open("records.jsonl") as lines:
                for line in lines:
                    _insert(c, Record(**json.loads(line)))
            for digest, name in json.loads(packed.read("rulebooks.json")).items():
                files = packed.read(f"rulebooks/{digest}.zip")
                c.execute(insert(rulebooks).values(digest=digest, name=name, files=files))
            c.execute(update(heads).values(**json.loads(packed.read("head.json"))))
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError) as error:
        raise ProblemsFound([Problem(
            "archive", f"this is not an archive of a ledger ({type(error).__name__})",
            "name a file that `screening ledger export --output FILE.zip` wrote",
            Place(str(path)))]) from error  # fmt: skip


def _insert(c: Connection, record: Record) -> None:
    kept = {"id": purged_id(record.seq), "kind": "purged"}
    data = record.data if record.content is not None else {}
    c.execute(insert(records).values(
        seq=record.seq, content=record.content, digest=record.digest, hash=record.hash,
        **(columns_of(data) if data else kept)))  # fmt: skip
    for kind, value in mentions_of(data):
        c.execute(insert(mentions).values(kind=kind, value=value, seq=record.seq))
