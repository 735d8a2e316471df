"""From the bits of an integer to what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np

M = TypeVar("M")


FEW = 14
"""So many members are faster told one by one than all bits are laid out."""


class Members(Generic[M]):
    """Bit `n` stands for member `n`."""

    __slots__ = ("_all", "_laid_out", "_size")

    def __init__(self, members: Sequence[M]) -> None:
        self._all = tuple(members)
        self._size = (len(members) + 7) // 8
        self._laid_out = np.array([*members, *[None] * (8 * self._size - len(members))], object)

    def of(self, bits: int) -> list[M]:
        """Those whose bits are set, in any order."""
        if bits.bit_count() > FEW:
            octets = np.frombuffer(bits.to_bytes(self._size, "little"), np.uint8)
            flags = np.unpackbits(octets, bitorder="little").view(np.bool_)
            listed: list[M] = self._laid_out[flags].tolist()
            return listed
        members = self._all
        found = []
        while bits:
            last = bits.bit_length() - 1
            found.append(members[last])
            bits ^= 1 << last
        return found
