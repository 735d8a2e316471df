"""Numbers for what comes again: keys met before have theirs, new ones get the next.

All of it on arrays, and kept from batch to batch: what was met once costs a look-up from then on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_ROOM = 4
"""Slots for each key."""
_LEAST = 1 << 8


class Numbered:
    """Numbers keys of 64 bits, or several of them, in the order in which they are met."""

    def __init__(self, words: int = 1) -> None:
        """`words` is of how many words of 64 bits a key is: one or two."""
        self.count = 0
        self._words = words
        self._make(_LEAST)

    @property
    def weight(self) -> int:
        """The bytes that it takes."""
        return self._keys.nbytes + self._numbers.nbytes

    def of(self, *keys: Words) -> tuple[Codes, Codes]:
        """The number of each key, of which each word is given; and where those that are new were
        met first, in their order."""
        said = _side_by_side(keys)
        found = self._find(said)
        missing = np.flatnonzero(found < 0)
        if not len(missing):
            return found, missing
        first, lot = _distinct(said[:, missing])
        order = np.argsort(first)
        rank = np.empty(len(first), np.int64)
        rank[order] = np.arange(len(first))
        found[missing] = self.count + rank[lot]
        new = missing[first[order]]
        self._put(said[:, new])
        return found, new

    def of_pairs(self, one: Codes, other: Codes) -> tuple[Codes, Codes]:
        """The same of pairs of numbers below 2^32."""
        return self.of(one.astype(np.uint64) << _HALF | other.astype(np.uint64))

    def find(self, *keys: Words) -> Codes:
        """The number of each key; -1 of one that was not met."""
        return self._find(_side_by_side(keys))

    def _find(self, keys: Words) -> Codes:
        at = self._home(keys)
        found = self._numbers[at]
        apart = np.flatnonzero(self._differs(at, keys) & (found >= 0))
        at = at[apart]
        while len(apart):
            at = at + 1 & self._mask
            here = self._numbers[at]
            found[apart] = here
            on = self._differs(at, keys[:, apart]) & (here >= 0)
            apart, at = apart[on], at[on]
        return found

    def _differs(self, at: Codes, keys: Words) -> npt.NDArray[np.bool_]:
        """Where another key stands at the place."""
        found: npt.NDArray[np.bool_] = self._keys[0][at] != keys[0]
        for held, key in zip(self._keys[1:], keys[1:], strict=True):
            found |= held[at] != key
        return found

    def _home(self, keys: Words) -> Codes:
        # The upper half is mixed in, since it may be all that differs; of two words one will do.
        mixed: Words = (keys[0] ^ keys[0] >> _HALF) * _SPREAD
        found: Words = mixed >> self._shift
        return found.astype(np.int64)

    def _put(self, keys: Words) -> None:
        numbers = np.arange(self.count, self.count + keys.shape[1])
        self.count += keys.shape[1]
        if self.count * _ROOM > len(self._numbers):
            held = np.flatnonzero(self._numbers >= 0)
            old, of_old = self._keys[:, held], self._numbers[held]
            self._make(1 << (self.count * _ROOM).bit_length())
            self._place(old, of_old)
        self._place(keys, numbers)

    def _place(self, keys: Words, numbers: Codes) -> None:
        """Put keys, none of which is there, into slots."""
        at = self._home(keys)
        while len(at):
            free = np.flatnonzero(self._numbers[at] < 0)
            self._numbers[at[free]] = numbers[free]  # of several at one slot the last
            self._keys[:, at[free]] = keys[:, free]
            on = self._numbers[at] != numbers
            keys, numbers, at = keys[:, on], numbers[on], at[on] + 1 & self._mask

    def _make(self, size: int) -> None:
        self._keys = np.zeros((self._words, size), np.uint64)
        self._numbers = np.full(size, -1, np.int64)
        self._mask = size - 1
        self._shift = np.uint64(64 - (size - 1).bit_length())


def _side_by_side(keys: tuple[Words, ...]) -> Words:
    return np.stack(keys) if len(keys) > 1 else keys[0][np.newaxis]


def _distinct(keys: Words) -> tuple[Codes, Codes]:
    """Where each distinct key stands first, and for each which of them it is."""
    if len(keys) == 1:
        _, first, lot = np.unique(keys[0], return_index=True, return_inverse=True)
    else:
        _, first, lot = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    return first, lot.reshape(-1)


class Mixed:
    """Keys of 128 bits for rows of numbers: a secret of this process keeps them apart."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(int.from_bytes(os.urandom(16), "little"))
        self._secrets: Words = np.empty(0, np.uint64)

    def of(self, columns: Sequence[Words]) -> tuple[Words, Words]:
        """The keys of rows whose numbers stand in columns; always as many of them."""
        if len(self._secrets) < len(columns):
            more = self._rng.integers(0, 1 << 64, len(columns), np.uint64, endpoint=False)
            self._secrets = np.concatenate([self._secrets, more])
        one, other = np.zeros((2, len(columns[0])), np.uint64)
        for secret, column in zip(self._secrets, columns, strict=False):
            part = column ^ secret
            for shift, factor in _ROUNDS:
                part ^= part >> shift
                part *= factor
            one += part
            part ^= part >> _ROUNDS[0][0]
            part *= _LAST
            other ^= part
            other *= _LAST
        return one, other


_ROUNDS = tuple((np.uint64(shift), np.uint64(factor)) for shift, factor in (
    (32, 0xBF58476D1CE4E5B9), (29, 0x94D049BB133111EB)))  # fmt: skip
_LAST = np.uint64(0xD6E8FEB86659FD93)


S = TypeVar("S", bound=np.generic)


class Column(Generic[S]):
    """Numbers side by side, to which more are added."""

    def __init__(self, kind: type[S]) -> None:
        self._held = np.zeros(256, kind)
        self._count = 0

    def add(self, more: Iterable[int | bool]) -> None:
        """Put these at the end."""
        found = np.fromiter(more, self._held.dtype)
        count = self._count + len(found)
        if count > len(self._held):
            self._held = np.concatenate([self._held, np.zeros(count, self._held.dtype)])
        self._held[self._count : count] = found
        self._count = count

    def __len__(self) -> int:
        return self._count

    @property
    def all(self) -> npt.NDArray[S]:
        """All of them."""
        return self._held[: self._count]
