"""What one process learned is told to the others that work at the same table.

Each process appends what it decided to a file of its own, under the signature of the rows, and
looks into the files of the others before it decides anew. What two learn at once both tell.
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from screening.bulk.fast.numbers import Codes, Words
from screening.memory import Memory

MOST = 512 * 1024 * 1024
"""The bytes that a process tells: they are on a disk."""

_MOST_KNOWN = 32_000_000
"""The bytes, about, of what others told and was not asked for yet."""

_CHAPTER = 256
"""Answers that share what they say in common: it is remembered until the next chapter."""

_BESIDE = 1_000
"""The bytes, about, of the objects that an answer is made of."""

_LENGTH = 8
_NEW_CHAPTER = 1 << 63
_GOLDEN = 0x9E3779B97F4A7C15

Signature = tuple[int, int]


class Shared:
    """The answers of all processes of one run, in a folder that is theirs alone.

    A folder that fails is no longer asked: then each process learns for itself.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._others: dict[Path, _Told] = {}
        self._known: Memory[Signature, tuple[Any, int]] = Memory(_MOST_KNOWN, lambda told: told[1])
        """With about how many bytes it takes."""
        self._told = 0
        self._bytes = 0
        self._said = io.BytesIO()
        self._pickler = pickle.Pickler(self._said, pickle.HIGHEST_PROTOCOL)
        self._start = 0
        self._path = folder
        self._own: BinaryIO | None = None
        with suppress(OSError):
            self._own = self._opened()

    def _opened(self) -> BinaryIO:
        """A file of this process's own, by the first number that no other has taken."""
        for n in count():
            with suppress(FileExistsError):
                self._path, self._start = self._folder / str(n), n * _GOLDEN % (1 << 64)
                return self._path.open("xb", buffering=0)
        raise AssertionError  # INVARIANT: there are more numbers than files

    def in_turn(self, signatures: Words) -> Sequence[int]:
        """In which order to decide: each process begins elsewhere, so that they meet late."""
        order: Codes = np.argsort(signatures)
        first = int(np.searchsorted(signatures[order], np.uint64(self._start)))
        return [*order[first:].tolist(), *order[:first].tolist()]

    def find(self, signature: Signature) -> Any:
        """What another process decided; nothing if none has told."""
        if self._own is None:
            return None
        found = self._known.pop(signature)
        if found is None:
            try:
                self._look()
            except OSError:
                self._own = None
            found = self._known.pop(signature)
        return None if found is None else found[0]

    def tell(self, signature: Signature, answer: object) -> None:
        """Tell the others what was decided."""
        if self._own is None or self._bytes >= MOST:
            return
        begins = self._told % _CHAPTER == 0
        self._told += 1
        # One pickler for all of a chapter, so that what many answers share is told once in it.
        if begins:
            self._pickler.clear_memo()
        self._pickler.dump((signature, answer))
        said = self._said.getvalue()
        self._said.seek(0)
        self._said.truncate()
        self._bytes += len(said)
        head = len(said) | (_NEW_CHAPTER if begins else 0)
        try:
            self._own.write(head.to_bytes(_LENGTH, "little") + said)
        except OSError:
            self._own = None

    def _look(self) -> None:
        for path in self._folder.iterdir():
            if path != self._path and path not in self._others:
                self._others[path] = _Told(path)
        for other in self._others.values():
            for signature, answer, size in other.more():
                self._known.put(signature, (answer, size))


class _Told:
    """The file of another process, read as it grows."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._ahead = b""
        self._said = io.BytesIO()

    def more(self) -> list[tuple[Signature, Any, int]]:
        """What was told since, as far as it is whole; and about how many bytes each takes."""
        more = self._file.readall()
        if not more:
            return []
        data, at = self._ahead + more, 0
        found: list[tuple[Signature, Any, int]] = []
        while len(data) - at >= _LENGTH:
            start = at + _LENGTH
            head = int.from_bytes(data[at:start], "little")
            end = start + (head & ~_NEW_CHAPTER)
            if end > len(data):
                break
            if head & _NEW_CHAPTER:
                self._unpickler = pickle.Unpickler(self._said)  # a process of this run wrote it
            self._said.seek(0)
            self._said.truncate()
            self._said.write(data[start:end])
            self._said.seek(0)
            signature, answer = self._unpickler.load()
            found.append((signature, answer, end - start + _BESIDE))
            at = end
        self._ahead = data[at:]
        return found


def digest_of(thing: object, secret: bytes = b"") -> bytes:
    """Sixteen bytes for what is said: never alike for things that differ, in whatever process."""
    try:
        said = _spelled(thing)
    except Exception:  # what cannot be told to others is learned by each for itself
        said = os.urandom(16)
    return blake2b(said, digest_size=16, key=secret).digest()


def _spelled(thing: object) -> bytes:
    match thing:
        case str():
            kind, data = b"s", thing.encode("utf-8", "surrogatepass")
        case tuple():
            kind, data = b"t", b"".join(map(_spelled, thing))
        case frozenset():  # in each process they have another order
            kind, data = b"f", b"".join(sorted(map(_spelled, thing)))
        case _ if is_dataclass(thing):
            parts = (getattr(thing, f.name) for f in fields(thing) if f.compare)
            kind, data = b"d", _spelled((type(thing).__qualname__, *parts))
        case _:
            kind, data = b"p", pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    return kind + len(data).to_bytes(_LENGTH, "little") + data
