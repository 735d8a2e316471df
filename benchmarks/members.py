"""From the bits of an integer to what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

M = TypeVar("M")


class Members(Generic[M]):
    """Bit `n` stands for member `n`. Takes as long as there are members, not as there are bits."""

    __slots__ = ("_all", "_bits")

    def __init__(self, members: Sequence[M]) -> None:
        self._all = tuple(members)
        self._bits = tuple(1 << n for n in range(len(members)))

    def of(self, bits: int) -> list[M]:
        """Those whose bits are set, the last first."""
        members, single = self._all, self._bits
        found = []
        while bits:
            last = bits.bit_length() - 1
            found.append(members[last])
            bits ^= single[last]
        return found
