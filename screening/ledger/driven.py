"""Statements that every decision goes through, given straight to the database's driver.

They are made from the tables like all others, and written out once for each kind of database: what
SQLAlchemy does around a statement takes longer than SQLite takes to carry it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, Select, Update
from sqlalchemy.engine import Connection, Dialect


class Driven:
    """A statement whose values are given in the order of these names.

    It runs in the connection's transaction; its failures are the driver's own, which
    `Database.failures` knows.
    """

    def __init__(self, statement: Select[Any] | Insert | Update, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._text = lru_cache(self._written)

    def rows(self, c: Connection, *values: object) -> list[tuple[Any, ...]]:
        """What it finds."""
        cursor = c.connection.cursor()
        try:
            cursor.execute(self._text(c.dialect), values)
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def run(self, c: Connection, *rows: Sequence[object]) -> None:
        """Carry it out for each of these rows of values."""
        cursor = c.connection.cursor()
        try:
            cursor.executemany(self._text(c.dialect), rows)
        finally:
            cursor.close()

    def _written(self, dialect: Dialect) -> str:
        compiled = self._statement.compile(dialect=dialect)
        order = tuple(compiled.positiontup or ())
        if order != self._names:
            raise TypeError(f"this statement takes {order}, not {self._names}")
        return str(compiled)
