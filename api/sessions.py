"""Who is at the review desk: a random token in a cookie, its hash in the database.

The token opens what its key opens and no longer than the key does; nothing stored can be turned
into a token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select

from screening.ledger.store import Ledger
from screening.ledger.tables import sessions


class Sessions:
    """The sessions of all workers. Every method raises `LedgerUnavailable`."""

    def __init__(self, ledger: Ledger, hours: float) -> None:
        self._database = ledger.database
        self._time = timedelta(hours=hours)

    def open(self, key_id: str) -> str:
        """A new session for a key; its token."""
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        until = (now + self._time).isoformat()
        with self._database.write() as c:
            c.execute(delete(sessions).where(sessions.c.until <= now.isoformat()))
            c.execute(insert(sessions).values(token=_hash(token), key=key_id, until=until))
        return token

    def key_id(self, token: str) -> str | None:
        """The id of the key that the session is of, while it lasts."""
        with self._database.read() as c:
            row = c.execute(select(sessions).where(sessions.c.token == _hash(token))).first()
        return row.key if row and row.until > datetime.now(UTC).isoformat() else None

    def close(self, token: str) -> None:
        """End the session."""
        with self._database.write() as c:
            c.execute(delete(sessions).where(sessions.c.token == _hash(token)))


def form_token(token: str) -> str:
    """What every form of a session carries: no other site can know it."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(token: str, given: str) -> bool:
    """Whether a form came from this session, in constant time."""
    return hmac.compare_digest(form_token(token).encode(), given.encode())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
