"""The ledger's database: SQLite or PostgreSQL by URL, durable, and with one writer at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)

from screening.ledger.migrate import upgrade
from screening.problems import Problem, ProblemsFound

_LOCK = 0x5C12EE

_RESTED_SECONDS = 1.0


class LedgerUnavailable(ProblemsFound):
    """The database cannot be reached or written: nothing may be answered on its account."""


class Database:
    """An open database with the tables of this version. Raises `LedgerUnavailable`.

    `wait_seconds` is how long a writer waits for another before it gives up.
    """

    def __init__(self, url: str, wait_seconds: float = 10.0) -> None:
        self.url = _url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._driver = self.url.get_dialect().import_dbapi()
        self.faulty = (DataError, IntegrityError, self._driver.DataError,
                       self._driver.IntegrityError)  # fmt: skip
        """What one entry may be to blame for, when others can be recorded."""
        with self.failures():
            self._engine = _sqlite(self.url, wait_seconds) if self.is_sqlite else (
                _postgresql(self.url, wait_seconds))  # fmt: skip
            self._writing = self._engine.execution_options(writes=True)
            with self.write() as c:
                if not self.is_sqlite:  # several workers start at once
                    c.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                upgrade(c)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database, and holds up no writer."""
        with self.failures(), self._engine.begin() as c:
            yield c

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is on disk when the block ends, or leaves nothing behind.

        On SQLite it is the only one that writes, from its beginning; on PostgreSQL it is from
        where it takes the row of the chain's head.
        """
        with self.failures(), self._writing.begin() as c:
            yield c

    def pen(self) -> Pen:
        """For a thread that writes one transaction after another."""
        return Pen(self, self._writing)

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Failures of the database, as `LedgerUnavailable`."""
        try:
            yield
        except (SQLAlchemyError, self._driver.Error, OSError) as error:
            raise _unavailable(self.url, str(getattr(error, "orig", error))) from error

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


class Pen:
    """Writes over a connection that stays open; for one thread.

    A connection that has rested goes back in between, to be looked at before it is used again: the
    server may have gone.
    """

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._open: Connection | None = None
        self._used = 0.0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Like `Database.write`."""
        with self._database.failures():
            if time.monotonic() - self._used > _RESTED_SECONDS:
                self.close()
            if self._open is None:
                self._open = self._engine.connect()
            try:
                with self._open.begin():
                    yield self._open
            except BaseException:
                self.close()
                raise
            self._used = time.monotonic()

    def close(self) -> None:
        """Let go of the connection."""
        kept, self._open = self._open, None
        if kept is not None:
            kept.close()


def _url(text_: str) -> URL:
    try:
        url = make_url(text_)
        if url.get_backend_name() == "postgresql" and url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise ArgumentError("neither SQLite nor PostgreSQL")
        url.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise LedgerUnavailable([Problem(
            "ledger-url", "the ledger's URL names no database that can be used",
            "write `sqlite:////var/lib/screening/ledger.sqlite` or "
            "`postgresql://user:password@host/database`, which takes "
            "`pip install export-screening[postgresql]`")]) from error  # fmt: skip
    return url


def _sqlite(url: URL, wait_seconds: float) -> Engine:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below
        # A byte that is no UTF-8 is to be told by `verify`, not to stop it.
        connection.text_factory = lambda b: b.decode("utf-8", "surrogateescape")
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(wait_seconds * 1000)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer must not find out late that somebody else is writing.
        writes = connection.get_execution_options().get("writes")
        connection.connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL, wait_seconds: float) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10},
                           paramstyle="format")  # fmt: skip

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _: object) -> None:
        with connection.cursor() as cursor:
            # A commit is on disk when it returns, whatever the server's default.
            cursor.execute("SET synchronous_commit = on")
            cursor.execute(f"SET lock_timeout = {int(wait_seconds * 1000)}")
            cursor.execute("SHOW fsync")
            if cursor.fetchone()[0] != "on":
                raise _unavailable(url, "the server runs with fsync off")
        connection.commit()

    return engine


def _unavailable(url: URL, said: str) -> LedgerUnavailable:
    shown = url.render_as_string(hide_password=True)
    first = (said.splitlines() or ["no reason given"])[0]
    return LedgerUnavailable([Problem(
        "ledger-unavailable", f"the ledger `{shown}` cannot be used: {first}",
        "nothing is answered that is not on record; see that the database is there, writable and "
        "not full")])  # fmt: skip
