"""Counts over answers: what a summary and a report are made of, summed batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from screening import places
from screening.bulk.answers import RowAnswer
from screening.bulk.settling import Step, steps
from screening.casting import CastError, cast_eccn
from screening.decision import Verdict

BY = {"month": "law_date", "destination": "destination", "class": "eccn"}
"""By which facts verdicts are counted, and the field whose cell says it."""


def named(name: str, cell: str) -> str:
    """What a cell is counted as: a month, a country's code, an ECCN; else as it is written."""
    text = cell.strip()
    match name:
        case "month":
            return text[:7]
        case "destination":
            return places.resolve(text).code or text[:_SHOWN]
        case _:
            try:
                return cast_eccn(text)
            except CastError:
                return text[:_SHOWN]


_SHOWN = 60

MOST = 5_000
"""Things counted apart; beyond them all others are one, as cells can be anything."""

OTHERS = "(others)"


@dataclass
class Tally:
    """Counts over the answers added so far."""

    verdicts: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    deciding: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    assumed: Counter[str] = field(default_factory=Counter)
    together: Counter[str] = field(default_factory=Counter)
    """Reviews by all the facts that each asks for, parted by commas."""
    by: dict[str, Counter[tuple[str, str]]] = field(
        default_factory=lambda: {name: Counter() for name in (*BY, "rule", "missing")}
    )
    """By month, destination, class, rule and missing fact: how often with which verdict."""
    resting: int = 0
    unreadable: int = 0
    by_itself: int = 0
    """Rows decided one by one, since nothing could be shared with others."""

    def add(self, answer: RowAnswer, times: int = 1) -> None:
        """Count rows of one answer."""
        verdict = answer.verdict.value
        self.verdicts[verdict] += times
        self.findings[answer.finding.value] += times
        self.unreadable += times if answer.problems else 0
        decision = answer.decision
        if decision is None:
            return
        for rule in decision.decisive:
            self.deciding[rule] += times
            self.by["rule"][rule, verdict] += times
        if answer.verdict is Verdict.REVIEW:
            for fact in decision.ask:
                self.missing[fact] += times
                self.by["missing"][fact, verdict] += times
            if decision.ask:
                self.together[", ".join(decision.ask)] += times
        if answer.verdict is Verdict.ALLOW and decision.relied_on:
            self.resting += times
            for _, cost in decision.relied_on:
                self.assumed[cost] += times

    @property
    def settling(self) -> list[Step]:
        """Which facts would settle most reviews."""
        return steps(Counter({tuple(facts.split(", ")): n for facts, n in self.together.items()}))

    def see(self, name: str, found: Iterable[tuple[str, str, int]]) -> None:
        """Count verdicts by what cells say: the cell, the verdict, how often."""
        counts = self.by[name]
        for cell, verdict, times in found:
            counts[cell, verdict] += times
        if len(counts) > MOST:
            kept = Counter(dict(counts.most_common(MOST // 2)))
            for (cell, verdict), times in counts.items():
                if (cell, verdict) not in kept:
                    kept[OTHERS, verdict] += times
            self.by[name] = kept

    def merge(self, other: Tally) -> None:
        """Add the counts of another."""
        for name in ("verdicts", "findings", "deciding", "missing", "assumed", "together"):
            getattr(self, name).update(getattr(other, name))
        for name, counts in other.by.items():
            self.see(name, ((cell, verdict, n) for (cell, verdict), n in counts.items()))
        self.resting += other.resting
        self.unreadable += other.unreadable
        self.by_itself += other.by_itself

    def as_dict(self) -> dict[str, object]:
        """JSON form; what is counted stands in the order of its name."""
        found: dict[str, object] = {
            name: dict(sorted(getattr(self, name).items()))
            for name in ("verdicts", "findings", "deciding", "missing", "assumed", "together")
        }
        for name, counts in self.by.items():
            nested: dict[str, dict[str, int]] = {}
            for (cell, verdict), n in sorted(counts.items()):
                nested.setdefault(cell, {})[verdict] = n
            found[f"by_{name}"] = nested
        return {**found, "resting": self.resting, "unreadable": self.unreadable,
                "by_itself": self.by_itself}  # fmt: skip

    @classmethod
    def of(cls, found: Mapping[str, object]) -> Tally:
        """The counts of a JSON form."""
        tally = cls()
        for name in ("verdicts", "findings", "deciding", "missing", "assumed", "together"):
            getattr(tally, name).update(found.get(name) or {})
        for name in tally.by:
            nested = found.get(f"by_{name}") or {}
            assert isinstance(nested, Mapping)
            tally.see(name, ((cell, verdict, n) for cell, counts in nested.items()
                             for verdict, n in counts.items()))  # fmt: skip
        tally.resting = int(str(found.get("resting", 0)))
        tally.unreadable = int(str(found.get("unreadable", 0)))
        tally.by_itself = int(str(found.get("by_itself", 0)))
        return tally
