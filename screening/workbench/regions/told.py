"""What a comparison found, as data: regions, and whether they are all that there are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from screening.decision import Finding, Verdict
from screening.workbench.canonical import digest_of

MOST = 1_000
"""A change of more regions than this is told as too large to read."""

_DAY = timedelta(days=1)


class Direction(StrEnum):
    """Which way an answer moved; any loosening asks for a second person."""

    LOOSER = "looser"
    STRICTER = "stricter"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Answer:
    """Verdict and finding."""

    verdict: Verdict
    finding: Finding

    def __str__(self) -> str:
        return f"{self.verdict} ({self.finding})"

    def as_dict(self) -> dict[str, str]:
        """JSON form."""
        return {"verdict": self.verdict.value, "finding": self.finding.value}


def direction(old: Answer, new: Answer) -> Direction:
    """By the verdict, and within one verdict by the ladder."""
    if old.verdict is not new.verdict:
        looser = new.verdict.rank < old.verdict.rank
        return Direction.LOOSER if looser else Direction.STRICTER
    if Finding.UNDETERMINED in (old.finding, new.finding) or old.finding.rank == new.finding.rank:
        return Direction.OTHER
    looser = new.finding.rank < old.finding.rank
    return Direction.LOOSER if looser else Direction.STRICTER


@dataclass(frozen=True, slots=True)
class Where:
    """One condition of a region: of a field one of some values, or a test in words."""

    words: str
    field: str = ""
    any_of: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        if self.field:
            return {"field": self.field, "any_of": list(self.any_of), "words": self.words}
        return {"test": self.words}


@dataclass(frozen=True)
class Region:
    """Every shipment of these days that meets all of `where` is answered `new` instead of `old`.

    `shipment` is one of them, decided again by the engine with both versions; `decisive` are the
    rules that decided it, before and after.
    """

    first: date
    last: date | None
    old: Answer
    new: Answer
    where: tuple[Where, ...]
    shipment: Mapping[str, Any]
    decisive: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def direction(self) -> Direction:
        """Which way the answer moved."""
        return direction(self.old, self.new)

    @property
    def days(self) -> str:
        """When, in words."""
        if self.last is None:
            return f"from {self.first}"
        return f"{self.first} to {self.last}" if self.last > self.first else f"on {self.first}"

    @property
    def words(self) -> str:
        """Which shipments, in words."""
        return ", ".join(w.words for w in self.where) or "every shipment"

    def __str__(self) -> str:
        return f"{self.days}, {self.words}: {self.old} -> {self.new}"

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "from": self.first.isoformat(),
            "through": self.last.isoformat() if self.last else None,
            "old": self.old.as_dict(),
            "new": self.new.as_dict(),
            "direction": self.direction.value,
            "where": [w.as_dict() for w in self.where],
            "decisive": {"old": list(self.decisive[0]), "new": list(self.decisive[1])},
            "example": dict(self.shipment),
            "words": str(self),
        }


@dataclass
class Comparison:
    """All that was found. `unknown` says why it may not be everything; empty: it was proved."""

    rulebook: str
    old: str
    new: str
    regions: list[Region] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    """What changed that no region speaks of, because it says what a shipment is."""

    @property
    def proved(self) -> bool:
        """Whether the regions are all that there are."""
        return not self.unknown

    @property
    def looser(self) -> list[Region]:
        """The regions that ask for approval."""
        return [r for r in self.regions if r.direction is Direction.LOOSER]

    def sorted(self) -> Comparison:
        """Regions that follow each other joined, loosenings on top."""
        order = list(Direction)
        regions = joined(self.regions)
        regions.sort(key=lambda r: (order.index(r.direction), -abs(
            r.new.verdict.rank - r.old.verdict.rank), r.first, r.words))  # fmt: skip
        return replace(self, regions=regions)

    @property
    def moves(self) -> list[dict[str, Any]]:
        """From which answer to which, and on which days, in one order: all that the regions say
        which hangs on the two versions alone, and not on the words that were found for it."""
        bare = [replace(r, where=(), shipment={}, decisive=((), ())) for r in self.regions]
        found = [
            {"from": r.first.isoformat(), "through": r.last.isoformat() if r.last else None,
             "old": r.old.as_dict(), "new": r.new.as_dict()}
            for r in joined(bare)
        ]  # fmt: skip
        return sorted(found, key=lambda move: json.dumps(move, sort_keys=True))

    @property
    def table(self) -> dict[str, Any]:
        """What a second person sees and signs: the moves, and the regions in words."""
        regions = [r.as_dict() for r in self.regions]
        for region in regions:
            del region["example"]
        return {"old": self.old, "new": self.new, "moves": self.moves, "regions": regions,
                "unknown": list(self.unknown), "beside": list(self.beside)}  # fmt: skip

    @property
    def digest(self) -> str:
        """Of the change table: see `digest_of_change`."""
        return digest_of_change(self.table)

    @property
    def seen(self) -> str:
        """SHA-256 of the change table with every word of it."""
        return digest_of(self.table)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "version": 1,
            "rulebook": self.rulebook,
            "old": self.old,
            "new": self.new,
            "proved": self.proved,
            "unknown": self.unknown,
            "beside": self.beside,
            "table": self.digest,
            "seen": self.seen,
            "moves": self.moves,
            "counts": {d.value: sum(r.direction is d for r in self.regions) for d in Direction},
            "regions": [r.as_dict() for r in self.regions],
        }


def digest_of_change(table: Mapping[str, Any]) -> str:
    """SHA-256 of a change table but for the words of its regions: the same for the same two
    versions, whoever looks at them, whenever, and with whichever version of this program.

    The versions, by digest, are the whole change, word by word; the moves are what it does. There
    is more than one way to tell which shipments move so, and which is found is chance.
    """
    return digest_of({key: value for key, value in table.items() if key != "regions"})


def joined(regions: list[Region]) -> list[Region]:
    """The same with what holds on days that follow each other, or are the same, told once."""
    found: list[Region] = []
    open_: dict[object, int] = {}
    for region in sorted(regions, key=lambda r: r.first):
        key = (region.old, region.new, frozenset(w.words for w in region.where))
        at = open_.get(key)
        before = found[at] if at is not None else None
        if at is not None and before is not None and _meets(before, region):
            lasts = [r.last for r in (before, region) if r.last is not None]
            found[at] = replace(before, last=max(lasts) if len(lasts) == 2 else None)
        else:
            open_[key] = len(found)
            found.append(region)
    return found


def _meets(before: Region, region: Region) -> bool:
    return before.last is None or before.last + _DAY >= region.first
