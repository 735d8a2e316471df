"""Which shipments of a firm's past are answered differently, with counts and value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from screening.casting import Money, number_text
from screening.engine import Rulebook
from screening.shipment import Shipment
from screening.workbench.regions.told import Answer, Direction, direction

_SHOWN = 200


@dataclass(frozen=True)
class Flip:
    """One line answered differently."""

    line: str
    date: str
    destination: str
    product: str
    value: Money | None
    old: Answer
    new: Answer

    @property
    def direction(self) -> Direction:
        """Which way."""
        return direction(self.old, self.new)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        worth = f"{number_text(self.value.amount)} {self.value.currency}" if self.value else None
        return {"line": self.line, "law_date": self.date, "destination": self.destination,
                "product": self.product, "value": worth, "old": self.old.as_dict(),
                "new": self.new.as_dict(), "direction": self.direction.value}  # fmt: skip


@dataclass
class Flips:
    """All lines looked at, and those that flip; the loosest first."""

    source: str
    lines: int = 0
    unread: int = 0
    found: list[Flip] = field(default_factory=list)

    @property
    def shown(self) -> list[Flip]:
        """As many as one reads."""
        return sorted(self.found, key=lambda f: list(Direction).index(f.direction))[:_SHOWN]

    def counts(self) -> list[tuple[str, int, str]]:
        """For each change how many lines, and what they are worth."""
        number: Counter[str] = Counter()
        worth: dict[str, Counter[str]] = {}
        for flip in self.found:
            change = f"{flip.old} -> {flip.new}"
            number[change] += 1
            if flip.value is not None:
                sums = worth.setdefault(change, Counter())
                sums[str(flip.value.currency)] += flip.value.amount  # type: ignore[assignment]  # exact amounts
        return [(change, n, ", ".join(_money(Fraction(total), currency)
                                      for currency, total in worth.get(change, {}).items()))
                for change, n in number.most_common()]  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "source": self.source, "lines": self.lines, "unread": self.unread,
            "flipped": len(self.found),
            "counts": [{"change": c, "lines": n, "value": v} for c, n, v in self.counts()],
            "shipments": [f.as_dict() for f in self.found],
        }  # fmt: skip


def flips(
    old: Rulebook, new: Rulebook, lines: Iterable[tuple[str, Shipment | None]], source: str
) -> Flips:
    """Every line decided by both; a line that is no shipment is counted and not decided."""
    found = Flips(source)
    for name, shipment in lines:
        found.lines += 1
        if shipment is None:
            found.unread += 1
            continue
        before, now = old.decide(shipment), new.decide(shipment)
        answers = (Answer(before.verdict, before.finding), Answer(now.verdict, now.finding))
        if answers[0] != answers[1]:
            values = {id: facts[0].value for id, facts in now.facts.values.items() if facts}
            worth = values.get("line_value")
            found.found.append(Flip(
                name, str(now.facts.law_date), str(values.get("destination", "")),
                str(values.get("product", "")), worth if isinstance(worth, Money) else None,
                *answers))  # fmt: skip
    return found


def _money(amount: Fraction, currency: str) -> str:
    return f"{number_text(amount)} {currency}"
