"""Which facts, supplied together, would settle most reviews: the fewest words with most effect."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

Facts = tuple[str, ...]

_MOST_TRIED = 200
"""Sets of facts that are tried as the next to supply: those that most reviews ask for."""


@dataclass(frozen=True, slots=True)
class Step:
    """Facts to supply beside those of the steps before, and how many reviews are settled then."""

    facts: Facts
    settled: int


def steps(asked: Counter[Facts], most: int = 3) -> list[Step]:
    """What to supply first, next and last, each step with most reviews settled for each fact more.

    `asked` counts reviews by all the facts that each asks for. A review is settled where it asks
    for nothing else; it may still come to a denial.
    """
    known: frozenset[str] = frozenset()
    open_ = {facts: n for facts, n in asked.items() if facts}
    settled = 0
    found: list[Step] = []
    while open_ and len(found) < most:
        tried = sorted(open_, key=lambda facts: (-open_[facts], facts))[:_MOST_TRIED]
        gains = {facts: _gain(open_, known.union(facts)) / len(set(facts) - known)
                 for facts in tried}  # fmt: skip
        best = max(tried, key=lambda facts: gains[facts])  # of equals the one asked for most
        new = tuple(fact for fact in best if fact not in known)
        known = known.union(best)
        settled += _gain(open_, known)
        open_ = {facts: n for facts, n in open_.items() if not known.issuperset(facts)}
        found.append(Step(new, settled))
    return found


def _gain(open_: dict[Facts, int], known: frozenset[str]) -> int:
    return sum(n for facts, n in open_.items() if known.issuperset(facts))
