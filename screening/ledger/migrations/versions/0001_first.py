"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, and the head of an empty chain."""
    seq = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "rulebooks",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("files", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "records",
        sa.Column("seq", seq, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("recorded_at", sa.String(32)),
        sa.Column("who", sa.Text),
        sa.Column("about", sa.String(32)),
        sa.Column("screening", sa.String(32)),
        sa.Column("idempotency", sa.String(64), unique=True),
        sa.Column("verdict", sa.String(16)),
        sa.Column("law_date", sa.String(10)),
        sa.Column("destination", sa.Text),
        sa.Column("rulebook", sa.String(64)),
        sa.Column("pin", sa.String(64)),
        sa.Column("clearance", sa.String(32)),
        sa.Column("content", sa.Text),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("records_by_time", "records", ["recorded_at"])
    op.create_index("records_by_verdict", "records", ["verdict", "seq"])
    op.create_index("records_by_destination", "records", ["destination", "seq"])
    op.create_index("records_by_rulebook", "records", ["rulebook", "seq"])
    op.create_index("records_about", "records", ["about"])
    op.create_index("records_of_screening", "records", ["screening"])
    op.create_index("records_pinned", "records", ["pin"])
    op.create_table(
        "mentions",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("seq", seq, nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "seq"),
    )
    op.create_index("mentions_by_seq", "mentions", ["seq"])
    heads = op.create_table(
        "heads",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", seq, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(heads, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def downgrade() -> None:
    """A ledger is not taken back: its records are kept for years by law."""
    raise NotImplementedError("a ledger's tables are not taken away")
