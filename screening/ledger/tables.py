"""The tables of the ledger: the one description for SQLite and PostgreSQL.

`content` and `hash` are the record. The other columns are read from the content, to search by, and
are checked against it when the ledger is verified.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

rulebooks = Table(
    "rulebooks", metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("files", LargeBinary, nullable=False),
)  # fmt: skip

records = Table(
    "records", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("recorded_at", String(32), nullable=False),
    Column("who", Text, nullable=False),
    Column("about", String(32)),
    Column("idempotency", String(64), unique=True),
    Column("verdict", String(16)),
    Column("law_date", String(10)),
    Column("destination", Text),
    Column("rulebook", String(64)),
    Column("content", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip

Index("records_by_verdict", records.c.verdict, records.c.seq)
Index("records_about", records.c.about)

heads = Table(
    "heads", metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip

SEARCHED = ("id", "kind", "recorded_at", "who", "about", "idempotency", "verdict", "law_date",
            "destination", "rulebook")  # fmt: skip
"""The columns that repeat what the content says."""
