"""Rows of one span of dates, and which conditions hold of them, as bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screening.bulk.fast.coding import together
from screening.bulk.fast.levels import Level
from screening.bulk.fast.lots import Flags, Lots, merged
from screening.bulk.fast.numbers import Codes, Words
from screening.decide.view import View
from screening.facts import Facts


@dataclass(frozen=True)
class Span:
    """Rows within one span of dates, and what their cells come to."""

    view: View
    rows: Codes
    lots: Lots
    level: Level | None
    """Nothing where a test needs more than arrays."""

    def combined(self, names: Sequence[str]) -> tuple[list[Facts], Codes]:
        """The facts of several factors together, each combination once, and which a row has."""
        here = [n for n in names if n in self.lots.by_factor]
        parts = [(lot.codes.all[of_row[self.rows]], int(lot.codes.all.max(initial=0)) + 1)
                 for n in here for lot, of_row in [self.lots.by_factor[n]]]  # fmt: skip
        rows, of_row = together([(np.zeros(len(self.rows), np.int64), 1), *parts])
        return [merged(here, int(self.rows[i]), self.lots) for i in rows.tolist()], of_row


@dataclass(frozen=True)
class Matched:
    """Of rows that differ in it: the conditions that surely, and that possibly, hold, as bits of
    words, a row of them for each row of the table."""

    rows: Codes
    sure: Words
    may: Words
    bits: int


def matched(rows: Codes, words: Words, level: Level) -> Matched:
    """From a column of words for each row, those that are sure first."""
    return Matched(rows, np.ascontiguousarray(words[: level.wide].T),
                   np.ascontiguousarray(words[level.wide :].T), level.bits)  # fmt: skip


def of_conditions(words: Words, bits: int) -> Flags:
    """From a row of words for each shipment to a column of flags for each condition."""
    return np.unpackbits(words.view(np.uint8), axis=1, bitorder="little",
                         count=bits).view(np.bool_)  # fmt: skip


def by_condition(words: Words, bits: int) -> npt.NDArray[np.uint8]:
    """From a row of words for each shipment to a row of bits for each condition."""
    apart = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little", count=bits)
    return np.packbits(apart.T, axis=1)
