"""How much of a party listed parties own, level by level.

A link of 50 percent or more passes the owner's full status on, so percentages are summed over
listed owners and never multiplied (90 FR 47201; 15 CFR part 744 Supp. No. 8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from screening.casting import CastError, cast_number

HALF = Fraction(50)
_FULL = Fraction(100)
RESTRICTING_LISTS = frozenset({"EL", "MEU", "SDN"})
"""Lists whose parties pass their status on: Entity List, Military End User List, SDN."""


@dataclass(frozen=True, slots=True)
class OwnerShare:
    """One owner: its share (`None` if unknown), its lists (`None` if unknown) and its owners."""

    percent: str | None
    lists: frozenset[str] | None
    owners: tuple[OwnerShare, ...] | None


def listed_share(owners: Iterable[OwnerShare]) -> tuple[Fraction, Fraction]:
    """Lowest and highest possible percentage owned by listed parties, given all owners."""
    low = high = stated = Fraction(0)
    unstated: list[tuple[bool, bool]] = []
    for owner in owners:
        surely, maybe = _status(owner)
        try:
            percent = cast_number(owner.percent) if owner.percent is not None else None
        except CastError:
            percent = None
        if percent is None:
            unstated.append((surely, maybe))
            continue
        stated += percent
        low += percent if surely else 0
        high += percent if maybe else 0
    if any(maybe for _, maybe in unstated):
        # Owners whose share nobody states hold at most what the others leave.
        high += max(Fraction(0), _FULL - stated)
    return min(low, _FULL), min(max(low, high), _FULL)


def _status(owner: OwnerShare) -> tuple[bool, bool]:
    """Whether the owner surely, and possibly, has a listed party's status."""
    if owner.lists is not None and owner.lists & RESTRICTING_LISTS:
        return True, True
    maybe = owner.lists is None
    if owner.owners is None:
        # What owns an owner that is itself not listed is asked only where it is given.
        return False, maybe
    low, high = listed_share(owner.owners)
    return low >= HALF, maybe or high >= HALF
