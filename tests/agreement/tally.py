"""What the generated pairs exercise: agreement about nothing would prove nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from screening.decide.verdict import Ruling
from screening.decision import LADDER, Finding
from screening.truth import Truth

REQUIRED = {
    "an active ground": 0.30,
    "a defeated rule": 0.15,
    "an unknown that matters": 0.20,
    "two overrides of one target": 0.05,
}
"""At least this share of the pairs of rulebook and shipment must show each."""


@dataclass
class Tally:
    """Counts over pairs of a rulebook and a shipment."""

    pairs: int = 0
    unanswered: int = 0
    shown: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)

    def add(self, ruling: Ruling, *, unanswered: bool = False) -> None:
        """Count one pair by its ruling; `unanswered` if a reading had nothing to say of it."""
        self.unanswered += unanswered
        self.pairs += 1
        self.verdicts[ruling.verdict.value] += 1
        self.shown.update(name for name, holds in _shows(ruling).items() if holds)

    def share(self, name: str) -> float:
        """The share of pairs that show it."""
        return self.shown[name] / self.pairs if self.pairs else 0.0

    def assert_not_vacuous(self) -> None:
        """Fail where the generated pairs exercise too little; all verdicts must occur."""
        for name, least in REQUIRED.items():
            assert self.share(name) >= least, f"{name}: {self.share(name):.1%}, wanted {least:.0%}"
        assert self.unanswered <= self.pairs / 10, f"{self.unanswered} pairs without an answer"
        for verdict in ("allow", "review", "deny"):
            assert self.verdicts[verdict] >= self.pairs / 100, (verdict, self.verdicts)

    def __str__(self) -> str:
        shares = ", ".join(f"{name} {self.share(name):.1%}" for name in REQUIRED)
        verdicts = ", ".join(f"{v} {n}" for v, n in sorted(self.verdicts.items()))
        return f"{self.pairs} pairs ({self.unanswered} not answered by all): {shares}; {verdicts}"


def _shows(ruling: Ruling) -> dict[str, bool]:
    compiled = ruling.compiled
    columns = compiled.columns
    met = [ruling.truth_of(value) for value in compiled.met]
    active = [ruling.truth_of(value) for value in compiled.active]
    defeating = {o: ruling.truth_of(v) is Truth.TRUE for o, v in compiled.defeats.items()}
    defeated = [
        (i, [o for o in c.reached_by if defeating[o]])
        for i, c in enumerate(columns)
        if met[i] is Truth.TRUE
    ]
    certain = Finding.NO_LICENSE_REQUIRED
    for step in LADDER[1:]:
        if ruling.registers[compiled.certain_at[step]]:
            certain = step
    return {
        "an active ground": any(
            a is Truth.TRUE and c.rule.is_ground for a, c in zip(active, columns, strict=True)
        ),
        "a defeated rule": any(by for _, by in defeated),
        "an unknown that matters": ruling.possible.rank > certain.rank
        or any(
            a is Truth.UNKNOWN and c.rule.verdict is not None
            for a, c in zip(active, columns, strict=True)
        ),
        "two overrides of one target": any(
            len({columns[o].rule.id for o in by}) > 1 for _, by in defeated
        ),
    }
