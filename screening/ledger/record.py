"""One record of the ledger, and the chain that ties it to the one before. Pure: no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from screening.ledger.entry import Entry

GENESIS = "0" * 64
"""What stands for the hash before the first record."""


def canonical(data: Mapping[str, Any]) -> str:
    """The one way to write the data as text: sorted keys, no spaces, UTF-8."""
    try:
        return orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # half a character, or a number beyond 64 bits: the same text, slowly
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> str:
    """SHA-256 of the text as UTF-8; bytes that are no UTF-8, read as surrogates, count too."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def link(previous: str, seq: int, digest: str) -> str:
    """The hash of a record: over the hash before it, its place, and the digest of its content."""
    return digest_of(f"{previous}\n{seq}\n{digest}")


@dataclass(frozen=True)
class Record:
    """A record as stored. `content` is the canonical text; `None` once its time is over.

    The chain runs over `digest`, which stays when the content is taken away. `entry` is what was
    recorded, where that has only just been done.
    """

    seq: int
    content: str | None
    digest: str
    hash: str
    entry: Entry | None = field(default=None, compare=False, repr=False)

    @property
    def head(self) -> Mapping[str, Any]:
        """What the content says beside the decision itself: without reading it, if just written."""
        return self.data if self.entry is None else self.entry.data

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """What the content says. Raises `ValueError` where there is none, or it is no mapping."""
        if self.content is None:
            raise ValueError("the record's time is over")
        found = json.loads(self.content)
        if not isinstance(found, dict):
            raise ValueError("a record is a mapping")
        return found


@dataclass(frozen=True)
class Head:
    """The end of the chain: how many records there are, and the hash of the last."""

    seq: int = 0
    hash: str = GENESIS

    def next(self, entry: Entry) -> Record:
        """The record of this entry."""
        seq, digest = self.seq + 1, entry.digest
        return Record(seq, entry.content, digest, link(self.hash, seq, digest), entry)


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was written; place 0 stands for what is no record."""

    seq: int
    message: str

    def __str__(self) -> str:
        return f"record {self.seq}: {self.message}" if self.seq else self.message


class Chain:
    """Walks over the records in order and tells where the chain is broken."""

    def __init__(self) -> None:
        self.head = Head()
        self._written = GENESIS

    @property
    def ends(self) -> set[str]:
        """The hashes that may be noted as that of the last record."""
        return {self.head.hash, self._written}

    def faults(self, record: Record) -> list[Fault]:
        """What is wrong with the next record; the walk goes on behind it."""
        found = []
        if record.seq != self.head.seq + 1:
            found.append(Fault(self.head.seq + 1,
                               f"is missing; record {record.seq} stands in its place"))  # fmt: skip
        if record.content is not None and digest_of(record.content) != record.digest:
            found.append(Fault(record.seq, "is not what was written"))
        # Behind a broken link either hash may be the true one, so that one change is one fault.
        before = {self.head.hash, self._written}
        links = {link(hash, record.seq, record.digest) for hash in before}
        if record.hash not in links:
            found.append(Fault(record.seq, "does not follow from what comes before it"))
        self.head = Head(record.seq, link(self.head.hash, record.seq, record.digest))
        if record.hash in links:
            self.head = Head(record.seq, record.hash)
        self._written = record.hash
        return found
