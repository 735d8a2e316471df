"""The tables of the ledger: the one description for SQLite and PostgreSQL.

`content`, `digest` and `hash` are the record. The other columns and the mentions are read from the
content, to search by, and are checked against it when the ledger is verified.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

metadata = MetaData()

Seq = BigInteger().with_variant(Integer, "sqlite")
"""A place in the chain; on SQLite the row's own number."""

rulebooks = Table(
    "rulebooks", metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("files", LargeBinary, nullable=False),
)  # fmt: skip

records = Table(
    "records", metadata,
    Column("seq", Seq, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("recorded_at", String(32)),
    Column("who", Text),
    Column("about", String(32)),
    Column("screening", String(32)),
    Column("idempotency", String(64), unique=True),
    Column("verdict", String(16)),
    Column("law_date", String(10)),
    Column("destination", Text),
    Column("rulebook", String(64)),
    Column("pin", String(64)),
    Column("clearance", String(32)),
    Column("content", Text),
    Column("digest", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip

Index("records_by_time", records.c.recorded_at)
Index("records_by_verdict", records.c.verdict, records.c.seq)
Index("records_by_destination", records.c.destination, records.c.seq)
Index("records_by_rulebook", records.c.rulebook, records.c.seq)
Index("records_about", records.c.about)
Index("records_of_screening", records.c.screening)
Index("records_pinned", records.c.pin)

mentions = Table(
    "mentions", metadata,
    Column("kind", String(8), nullable=False),
    Column("value", Text, nullable=False),
    Column("seq", Seq, nullable=False),
    PrimaryKeyConstraint("kind", "value", "seq"),
)  # fmt: skip

Index("mentions_by_seq", mentions.c.seq)

heads = Table(
    "heads", metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Seq, nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip

sessions = Table(
    "sessions", metadata,
    Column("token", String(64), primary_key=True),
    Column("key", String(32), nullable=False),
    Column("until", String(32), nullable=False),
)  # fmt: skip
"""Who is at the review desk; hashes of tokens only. No record, and no part of the chain."""

SEARCHED = ("id", "kind", "recorded_at", "who", "about", "screening", "idempotency", "verdict",
            "law_date", "destination", "rulebook", "pin", "clearance")  # fmt: skip
"""The columns that repeat what the content says."""

KEPT = ("id", "kind")
"""The ones that stay when the content is taken away."""
