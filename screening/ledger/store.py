"""The ledger in a database: append, find, read again; on disk before it answers."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, create_engine, event, insert, select, text, update
from sqlalchemy.engine import Connection, Row, make_url
from sqlalchemy.exc import SQLAlchemyError

from screening.ledger.migrate import upgrade
from screening.ledger.record import Fault, Head, Record, faults, next_record
from screening.ledger.tables import SEARCHED, heads, records, rulebooks
from screening.problems import Problem, ProblemsFound
from screening.rulebook.files import digest_of
from screening.rulebook.model import Content

_PAGE = 500
_HEAD = 1


class Ledger:
    """An open ledger. Raises `ProblemsFound` where the database cannot be reached or written."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = _engine(url)
        try:
            upgrade(self._engine)
        except SQLAlchemyError as error:
            raise _unreachable(url, error) from error

    def append(self, entries: Sequence[Mapping[str, Any]]) -> list[Record]:
        """Put the entries on record, all or none; on return they are on disk.

        An entry whose idempotency key is on record already is not recorded twice: what stands is
        returned. Raises `ProblemsFound`.
        """
        try:
            with self._engine.begin() as c:
                return [self._append(c, entry) for entry in entries]
        except SQLAlchemyError as error:
            raise _unreachable(self.url, error) from error

    def _append(self, c: Connection, entry: Mapping[str, Any]) -> Record:
        # Taking the head's row keeps every other writer waiting until this transaction ends.
        c.execute(update(heads).where(heads.c.id == _HEAD).values(id=_HEAD))
        key = entry.get("idempotency")
        if key is not None:
            found = c.execute(select(records).where(records.c.idempotency == key)).first()
            if found is not None:
                return _record(found)
        head = _head(c)
        record = next_record(entry, head)
        c.execute(insert(records).values(
            seq=record.seq, content=record.content, hash=record.hash,
            **{name: entry.get(name) for name in SEARCHED}))  # fmt: skip
        c.execute(update(heads).where(heads.c.id == _HEAD)
                  .values(seq=record.seq, hash=record.hash))  # fmt: skip
        return record

    def keep_rulebook(self, content: Content) -> None:
        """Keep everything the rulebook was read from, once for each digest."""
        with self._engine.begin() as c:
            known = select(rulebooks.c.digest).where(rulebooks.c.digest == content.digest)
            if c.execute(known).first() is None:
                kept = {"digest": content.digest, "name": content.header.id}
                c.execute(insert(rulebooks).values(files=_packed(content), **kept))

    def rulebook_files(self, digest: str) -> tuple[str, dict[str, bytes]]:
        """The rulebook's name and files by name. Raises `ProblemsFound` if not kept, or changed."""
        with self._engine.connect() as c:
            row = c.execute(select(rulebooks).where(rulebooks.c.digest == digest)).first()
        if row is None:
            raise ProblemsFound([Problem(
                "rulebook-not-kept", f"the ledger does not hold the rulebook `{digest[:12]}`",
                "replay from the ledger that the decision was recorded in")])  # fmt: skip
        try:
            with zipfile.ZipFile(io.BytesIO(row.files)) as packed:
                files = {name: packed.read(name) for name in packed.namelist()}
        except (zipfile.BadZipFile, ValueError, KeyError):
            files = {}
        if digest_of(files.items()) != digest:
            raise ProblemsFound([Problem(
                "rulebook-changed", f"the kept files of rulebook `{digest[:12]}` are not its files",
                "the ledger was changed; compare it with an export")])  # fmt: skip
        return row.name, files

    def get(self, id: str) -> Record | None:
        """The record of this id."""
        with self._engine.connect() as c:
            row = c.execute(select(records).where(records.c.id == id)).first()
        return _record(row) if row is not None else None

    def find(self, *, after: int = 0, limit: int = 50, **wanted: str) -> list[Record]:
        """Records after a place in the chain whose columns are as wanted, in order."""
        query = select(records).where(records.c.seq > after)
        for name, value in wanted.items():
            query = query.where(records.c[name] == value)
        with self._engine.connect() as c:
            return [_record(r) for r in c.execute(query.order_by(records.c.seq).limit(limit))]

    def every(self) -> Iterator[Record]:
        """All records in order, some at a time."""
        at = 0
        while found := self.find(after=at, limit=_PAGE):
            yield from found
            at = found[-1].seq

    def head(self) -> Head:
        """The end of the chain as noted."""
        with self._engine.connect() as c:
            return _head(c)

    def verify(self, known: Head | None = None) -> list[Fault]:
        """Everything that is not as it was written.

        Records cut off at the end together with the noted head are found only against a head that
        was `known` before, kept where the ledger's keeper cannot write.
        """
        found, head = faults(self.every())
        noted = self.head()
        if head != noted:
            found.append(
                Fault(noted.seq, f"is noted as the last, and the last found is {head.seq}")
            )
        if known is not None and not self._holds(known):
            found.append(Fault(known.seq, "was the last when its hash was kept, and is not there"))
        return found + list(self._astray())

    def _holds(self, known: Head) -> bool:
        if known == Head():
            return True
        return any(r.hash == known.hash for r in self.find(after=known.seq - 1, limit=1))

    def _astray(self) -> Iterator[Fault]:
        """Columns to search by that do not say what their record says; rulebooks that changed."""
        with self._engine.connect() as c:
            for row in c.execute(select(records).order_by(records.c.seq)):
                try:
                    said = json.loads(row.content)
                except ValueError:
                    continue
                for name in SEARCHED:
                    if getattr(row, name) != said.get(name):
                        yield Fault(
                            row.seq, f"the column `{name}` does not say what its record says"
                        )
            kept = [row.digest for row in c.execute(select(rulebooks.c.digest))]
        for digest in kept:
            try:
                self.rulebook_files(digest)
            except ProblemsFound as found:
                yield Fault(0, found.problems[0].message)


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if make_url(url).get_backend_name() == "sqlite":

        @event.listens_for(engine, "connect")
        def _settings(connection: Any, _: object) -> None:
            connection.isolation_level = None  # transactions are begun below, and at once
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA busy_timeout=10000")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            # A reader must not find out late that somebody else is writing.
            connection.execute(text("BEGIN IMMEDIATE"))

    return engine


def _head(c: Connection) -> Head:
    row = c.execute(select(heads).where(heads.c.id == _HEAD)).one()
    return Head(row.seq, row.hash)


def _record(row: Row[Any]) -> Record:
    return Record(row.seq, row.content, row.hash)


def _packed(content: Content) -> bytes:
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text_ in content.files:
                packed.writestr(zipfile.ZipInfo(name), text_, zipfile.ZIP_DEFLATED)
        return stream.getvalue()


def _unreachable(url: str, error: SQLAlchemyError) -> ProblemsFound:
    shown = make_url(url).render_as_string(hide_password=True)
    said = str(getattr(error, "orig", error)).splitlines()[0]
    return ProblemsFound([Problem(
        "ledger-unavailable", f"the ledger `{shown}` cannot be used: {said}",
        "nothing was recorded; check that it is there, writable and not full")])  # fmt: skip
