"""Sets of conditions as words: one 64-bit word below the other, a column for each set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screening.bulk.fast.numbers import Words
from screening.conditions.index import Masks


class Table:
    """The words of sets that are numbered from 0, first what is sure and then what may be."""

    def __init__(self, wide: int) -> None:
        self.wide = wide
        self.count = 0
        self.words: Words = np.zeros((2 * wide, 64), np.uint64)

    def add(self, masks: Sequence[Masks]) -> None:
        """Put the next sets in."""
        if not masks:
            return
        count = self.count + len(masks)
        if count > self.words.shape[1]:
            room = np.zeros((2 * self.wide, count), np.uint64)
            self.words = np.concatenate([self.words, room], axis=1)
        self.words[: self.wide, self.count : count] = as_words([m.sure for m in masks], self.wide).T
        self.words[self.wide :, self.count : count] = as_words([m.may for m in masks], self.wide).T
        self.count = count


def as_words(bits: Sequence[int], wide: int) -> Words:
    """Sets of conditions as rows of words."""
    mask = (1 << 64 * wide) - 1
    data = b"".join((b & mask).to_bytes(8 * wide, "little") for b in bits)
    return np.frombuffer(data, np.uint64).reshape(-1, wide)
