"""One record of the ledger, and the chain that ties it to the one before. Pure: no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What stands for the hash before the first record."""


@dataclass(frozen=True)
class Record:
    """A record as stored: `content` is the canonical text that the hash is of."""

    seq: int
    content: str
    hash: str

    @property
    def data(self) -> Mapping[str, Any]:
        """What the content says. Raises `ValueError` where it is no JSON."""
        found = json.loads(self.content)
        if not isinstance(found, dict):
            raise ValueError("a record is a mapping")
        return found


@dataclass(frozen=True)
class Head:
    """The end of the chain: how many records there are, and the hash of the last."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was written."""

    seq: int
    message: str

    def __str__(self) -> str:
        return f"record {self.seq}: {self.message}"


def canonical(data: Mapping[str, Any]) -> str:
    """The one way to write the data as text: sorted keys, no spaces, UTF-8."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(content: str, previous: str) -> str:
    """SHA-256 over the hash before and the content."""
    return hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()


def next_record(data: Mapping[str, Any], head: Head) -> Record:
    """The record that follows the head."""
    seq = head.seq + 1
    content = canonical({**data, "seq": seq, "previous": head.hash})
    return Record(seq, content, hash_of(content, head.hash))


def faults(records: Iterable[Record], since: Head | None = None) -> tuple[list[Fault], Head]:
    """Where the chain is broken, and its head as computed from the contents alone."""
    head = since or Head()
    found: list[Fault] = []
    for record in records:
        if record.seq != head.seq + 1:
            found.append(
                Fault(head.seq + 1, f"is missing; record {record.seq} stands in its place")
            )
        hashed = hash_of(record.content, head.hash)
        if hashed != record.hash:
            found.append(Fault(record.seq, "was changed, or what comes before it was"))
        try:
            said = record.data
        except ValueError:
            said = {}
            found.append(Fault(record.seq, "cannot be read"))
        if said and (said.get("seq"), said.get("previous")) != (record.seq, head.hash):
            found.append(Fault(record.seq, "does not name its place in the chain"))
        # Go on from what is written, so that one change is one fault.
        head = Head(record.seq, record.hash)
    return found, head
