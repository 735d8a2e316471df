"""The ledger: append, find, read again; on disk before it answers."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, bindparam, insert, select, update
from sqlalchemy.engine import Connection

from screening.ledger.database import Database
from screening.ledger.driven import Driven
from screening.ledger.entry import Entry, rulebook_entry
from screening.ledger.record import Head, Record
from screening.ledger.tables import SEARCHED, heads, mentions, records, rulebooks
from screening.problems import Problem, ProblemsFound
from screening.rulebook.files import digest_of
from screening.rulebook.model import Content

PAGE = 500

RECORD = (records.c.seq, records.c.content, records.c.digest, records.c.hash)
"""The columns of a `Record`, in its order."""

_LOCKED_HEAD = Driven(
    select(heads.c.seq, heads.c.hash).where(heads.c.id == bindparam("id")).with_for_update(), "id"
)
_NOTE = Driven(
    update(heads).where(heads.c.id == bindparam("its_id"))
    .values(seq=bindparam("at"), hash=bindparam("its_hash")), "at", "its_hash", "its_id",
)  # fmt: skip
_RECORDS = Driven(insert(records), "seq", *SEARCHED, "content", "digest", "hash")
_MENTIONS = Driven(insert(mentions), "kind", "value", "seq")
_UNDER_KEY = Driven(select(*RECORD).where(records.c.idempotency == bindparam("key")), "key")

Prepare = Callable[[Connection, Entry], Entry]
"""Looks at an entry in the transaction that records it, and may add to it."""


class AnotherRequest(ProblemsFound):
    """An idempotency key was used before, for a request that asked for something else."""


class Ledger:
    """An open ledger. Raises `LedgerUnavailable` where the database cannot be used."""

    def __init__(self, url: str, wait_seconds: float = 10.0) -> None:
        self.database = Database(url, wait_seconds)

    def append(self, entries: Sequence[Entry]) -> list[Record]:
        """Put the entries on record, all or none; on return they are on disk.

        An entry whose idempotency key is on record already is not recorded twice: what stands is
        returned. Raises `LedgerUnavailable`, `AnotherRequest`.
        """
        with self.database.write() as c:
            return append(c, entries)

    def keep_rulebook(self, content: Content) -> None:
        """Keep everything the rulebook was read from, once for each digest."""
        packed = _packed(content)
        with self.database.write() as c:
            lock_head(c)
            known = select(rulebooks.c.digest).where(rulebooks.c.digest == content.digest)
            if c.execute(known).first() is None:
                kept = {"digest": content.digest, "name": content.header.id}
                c.execute(insert(rulebooks).values(files=packed, **kept))
                files = hashlib.sha256(packed).hexdigest()
                append(c, [rulebook_entry(content.digest, content.header.id, files)])

    def rulebook_files(self, digest: str) -> tuple[str, dict[str, bytes]]:
        """The rulebook's name and files by name. Raises `ProblemsFound` if not kept, or changed."""
        with self.database.read() as c:
            row = c.execute(select(rulebooks).where(rulebooks.c.digest == digest)).first()
        if row is None:
            raise ProblemsFound([Problem(
                "rulebook-not-kept", f"the ledger does not hold the rulebook `{digest[:12]}`",
                "replay from the ledger that the decision was recorded in")])  # fmt: skip
        try:
            with zipfile.ZipFile(io.BytesIO(row.files)) as packed:
                files = {name: packed.read(name) for name in packed.namelist()}
        except Exception:  # whatever a changed archive makes of its reader
            files = {}
        if digest_of(files.items()) != digest:
            raise ProblemsFound([Problem(
                "rulebook-changed", f"the kept files of rulebook `{digest[:12]}` are not its files",
                "the ledger was changed; compare it with an export")])  # fmt: skip
        return row.name, files

    def get(self, id: str) -> Record | None:
        """The record of this id."""
        return next(iter(self.where(records.c.id == id, limit=1)), None)

    def where(
        self, *wanted: ColumnElement[bool], limit: int = PAGE, newest_first: bool = False
    ) -> list[Record]:
        """Records for which all of it holds, in the chain's order or against it."""
        with self.database.read() as c:
            return fetch(c, select(records).where(*wanted), limit, newest_first)

    def every(self, *wanted: ColumnElement[bool]) -> Iterator[Record]:
        """All such records in order, some at a time."""
        at = 0
        while found := self.where(records.c.seq > at, *wanted):
            yield from found
            at = found[-1].seq

    def head(self) -> Head:
        """The end of the chain as noted."""
        with self.database.read() as c:
            row = c.execute(select(heads)).one()
        return Head(row.seq, row.hash)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def append(
    c: Connection, entries: Iterable[Entry], prepare: Prepare = lambda c, entry: entry
) -> list[Record]:
    """Put entries at the end of the chain, in a transaction that writes."""
    head = lock_head(c)
    found: list[Record] = []
    new: list[tuple[Entry, Record]] = []
    keyed: dict[str, Record] = {}
    for entry in entries:
        key = entry.data.get("idempotency")
        known = None if key is None else _recorded(c, key, entry, keyed)
        if known is None:
            prepared = prepare(c, entry)
            known = head.next(prepared)
            head = Head(known.seq, known.hash)
            new.append((prepared, known))
            if key is not None:
                keyed[key] = known
        found.append(known)
    if new:
        _insert(c, new)
        _NOTE.run(c, (head.seq, head.hash, 1))
    return found


def lock_head(c: Connection) -> Head:
    """The chain's head; every other writer waits until this transaction ends."""
    ((seq, hash),) = _LOCKED_HEAD.rows(c, 1)
    return Head(seq, hash)


def _recorded(c: Connection, key: str, entry: Entry, before: Mapping[str, Record]) -> Record | None:
    """What stands under the entry's idempotency key, or comes `before` it in this transaction.

    Raises `AnotherRequest`.
    """
    found = before.get(key)
    if found is None:
        found = next((Record(*row) for row in _UNDER_KEY.rows(c, key)), None)
    if found is not None and found.head["request"] != entry.data["request"]:
        raise another_request()
    return found


def another_request() -> AnotherRequest:
    """The refusal of an idempotency key that was used for something else."""
    return AnotherRequest([Problem(
        "another-request", "this idempotency key was used for another request",
        "use a new key for every new request")])  # fmt: skip


def _insert(c: Connection, new: Sequence[tuple[Entry, Record]]) -> None:
    _RECORDS.run(c, *(
        (record.seq, *map(entry.data.get, SEARCHED), record.content, record.digest, record.hash)
        for entry, record in new
    ))  # fmt: skip
    mentioned = [(*one, record.seq) for entry, record in new for one in entry.mentions]
    if mentioned:
        _MENTIONS.run(c, *mentioned)


def columns_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that repeat the content."""
    return {name: data.get(name) for name in SEARCHED}


def fetch(
    c: Connection, query: Select[Any], limit: int, newest_first: bool = False
) -> list[Record]:
    """The records that a query over them finds."""
    order = records.c.seq.desc() if newest_first else records.c.seq
    return [record_of(row) for row in c.execute(query.order_by(order).limit(limit)).mappings()]


def record_of(row: RowMapping) -> Record:
    """A row as a record."""
    return Record(row["seq"], row["content"], row["digest"], row["hash"])


def _packed(content: Content) -> bytes:
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in content.files:
                packed.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
        return stream.getvalue()
