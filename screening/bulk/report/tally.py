"""What the pictures count, and the rows that are shown one by one."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from screening.bulk.report.screened import Screened
from screening.bulk.settling import Step, steps
from screening.bulk.tally import named
from screening.decision import Verdict

MOST_ROWS = 2_000
"""Rows shown one by one; a page with more is slow to open and nobody reads it."""
UNKNOWN = "not known"

Counts = Counter[tuple[str, Verdict]]


@dataclass
class Tally:
    """Counts over all rows."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    months: Counts = field(default_factory=Counter)
    places: Counts = field(default_factory=Counter)
    rules: Counts = field(default_factory=Counter)
    flows: Counter[tuple[str, str, Verdict]] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    asked_together: Counter[tuple[str, ...]] = field(default_factory=Counter)
    unreadable: int = 0

    def add(self, row: Screened) -> None:
        """Count one row."""
        self.verdicts[row.verdict] += 1
        self.months[row.month or UNKNOWN, row.verdict] += 1
        self.places[row.place or UNKNOWN, row.verdict] += 1
        goods = named("class", row.facts.get("eccn", "")) or UNKNOWN
        self.flows[goods, row.place or UNKNOWN, row.verdict] += 1
        self.unreadable += bool(row.problems)
        if row.verdict is not Verdict.ALLOW:
            self.rules.update((rule, row.verdict) for rule in row.decisive)
        if row.verdict is Verdict.REVIEW:
            self.asked.update(row.ask)
            self.asked_together[tuple(row.ask)] += 1

    @property
    def settling(self) -> list[Step]:
        """Which facts would settle most reviews."""
        return steps(self.asked_together)


@dataclass(frozen=True)
class Shown:
    """The denials and reviews that are shown one by one, in the order of the table."""

    rows: tuple[Screened, ...]
    of: int

    @property
    def sampled(self) -> bool:
        """Whether some are left out."""
        return len(self.rows) < self.of


def look(rows: Iterable[Screened], most: int = MOST_ROWS) -> tuple[Tally, Shown]:
    """Count all rows and choose at most `most` to show: denials first, but where there are many
    of both, half are reviews.

    Of too many of a kind a fair sample is taken, by a hash of the row's number: the same rows of
    the same table each time. Memory is bounded by `most`.
    """
    tally = Tally()
    kept: dict[Verdict, list[tuple[int, int, Screened]]] = {Verdict.DENY: [], Verdict.REVIEW: []}
    for row in rows:
        tally.add(row)
        if row.verdict is Verdict.ALLOW:
            continue
        # The largest key stands first and goes first; numbers are unique, so rows are not compared.
        entry = (-_key(row.number), row.number, row)
        heap = kept[row.verdict]
        if len(heap) < most:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)
    denials, reviews = ([entry[2] for entry in sorted(kept[v], reverse=True)] for v in kept)
    denials = denials[: max(most // 2, most - len(reviews))]
    chosen = [*denials, *reviews[: most - len(denials)]]
    matter = tally.verdicts.total() - tally.verdicts[Verdict.ALLOW]
    return tally, Shown(tuple(sorted(chosen, key=lambda r: r.number)), matter)


def _key(number: int) -> int:
    return int.from_bytes(blake2b(str(number).encode(), digest_size=8).digest())


def largest(counts: Counter[str], most: int, rest: str) -> dict[str, str]:
    """Each name with the name that a picture shows for it: its own, or `rest` for the small."""
    named = {name for name, _ in counts.most_common(most)}
    return {name: name if name in named else rest for name in counts}
