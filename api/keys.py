"""API keys: only hashes are kept; a key tells its own record, and is compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from screening.problems import Place, Problem, ProblemsFound

_PREFIX = "sck"


class Role(StrEnum):
    """What a key may do; `admin` may do all of it."""

    SCREENER = "screener"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True)
class Key:
    """The record of one key. It is valid through the day of `expires`; none: until revoked.

    `holder` is who asks with it: the id of the first key in a row of keys that were rotated.
    """

    id: str
    role: Role
    hash: str
    created: date
    expires: date | None = None
    revoked: date | None = None
    note: str = ""
    holder: str = ""

    def valid_on(self, day: date) -> bool:
        """Whether the key opens anything on this day."""
        return self.revoked is None and (self.expires is None or day <= self.expires)


def new_key(
    role: Role, created: date, expires: date | None = None, note: str = "", holder: str = ""
) -> tuple[str, Key]:
    """A new key as text, to be shown once, and its record."""
    id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"{_PREFIX}_{id}_{secret}"
    return text, Key(id, role, _hash(text), created, expires, None, note, holder or id)


def _hash(text: str) -> str:
    # The secret has 256 random bits: there is nothing to guess that a slow hash would protect.
    return hashlib.sha256(text.encode()).hexdigest()


class KeyFile:
    """The records in one JSON file of mode 600, written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Key]:
        """All records; none where there is no file. Raises `ProblemsFound` for a broken file."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return [_key(record) for record in found["keys"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ProblemsFound([Problem(
                "key-file", "the key file cannot be read", "restore it, or name another",
                Place(str(self.path)))]) from error  # fmt: skip

    def version(self) -> tuple[int, int] | None:
        """Another one for every file that was written; none where there is no file."""
        try:
            found = os.stat(self.path)  # noqa: PTH116  # with every request, and half as long
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def write(self, keys: Iterable[Key]) -> None:
        """Put these records in place of all before."""
        text = json.dumps({"version": 1, "keys": [asdict(k) for k in keys]}, default=str, indent=1)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)  # mode 600
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(self.path)

    def add(self, key: Key) -> None:
        """Add one record."""
        self.write([*self.read(), key])

    def changed(self, id: str, day: date, change: Callable[[Key], Key]) -> Key | None:
        """Change the record of a key that opens something on this day; what it was, if any."""
        keys = self.read()
        known = next((k for k in keys if k.id == id and k.valid_on(day)), None)
        if known is not None:
            self.write(change(k) if k is known else k for k in keys)
        return known

    def revoke(self, id: str, day: date) -> bool:
        """Revoke a key from now on; whether there was one to revoke."""
        return self.changed(id, day, lambda k: replace(k, revoked=day)) is not None

    def expire(self, id: str, day: date, last: date) -> bool:
        """Let a key open nothing after the `last` day; whether there was one."""
        return self.changed(id, day, lambda k: replace(k, expires=last)) is not None

    def rotate(self, id: str, day: date, last: date, expires: date | None) -> str | None:
        """A new key of the same holder, role and note; the old one opens through the `last` day.

        The new key as text, or `None` where there is no such key.
        """
        old = self.changed(id, day, lambda k: replace(
            k, expires=min(last, k.expires) if k.expires else last))  # fmt: skip
        if old is None:
            return None
        text, key = new_key(old.role, day, expires, old.note, old.holder)
        self.add(key)
        return text


def _key(record: dict[str, str | None]) -> Key:
    def day(name: str) -> date | None:
        text = record[name]
        return date.fromisoformat(text) if text else None

    id, role, hash, created = record["id"], record["role"], record["hash"], day("created")
    if not (id and role and hash and created):
        raise ValueError("a key record is not whole")
    return Key(id, Role(role), hash, created, day("expires"), day("revoked"), record["note"] or "",
               record.get("holder") or id)  # fmt: skip


def find(text: str, keys: Iterable[Key], day: date) -> Key | None:
    """The record of the key, if it is one and opens something on this day."""
    given, found = _hash(text), None
    for key in keys:  # all of them: how long this takes tells nothing
        if hmac.compare_digest(given, key.hash) and key.valid_on(day):
            found = key
    return found
