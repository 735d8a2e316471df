"""What a table came to: verdicts and shares, the deciding rules, the facts that were missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from screening.bulk.answers import RowAnswer
from screening.cli.render import shown
from screening.decision import Verdict
from screening.english import count


@dataclass
class Summary:
    """Counts over the answers added so far."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    deciding: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    assumed: Counter[str] = field(default_factory=Counter)
    resting: int = 0
    unreadable: int = 0

    def add(self, answer: RowAnswer) -> None:
        """Count one row."""
        self.verdicts[answer.verdict] += 1
        self.unreadable += bool(answer.problems)
        decision = answer.decision
        if decision is None:
            return
        self.deciding.update(decision.decisive)
        if answer.verdict is Verdict.REVIEW:
            self.missing.update(decision.ask)
        if answer.verdict is Verdict.ALLOW and decision.relied_on:
            self.resting += 1
            self.assumed.update(cost for _, cost in decision.relied_on)

    def share(self, verdict: Verdict) -> str:
        """Percent of all rows."""
        total = self.verdicts.total()
        return f"{100 * self.verdicts[verdict] / total:.1f}%" if total else "0.0%"

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "rows": self.verdicts.total(),
            "verdicts": {v.value: self.verdicts[v] for v in Verdict},
            "deciding": dict(self.deciding.most_common(5)),
            "missing": dict(self.missing.most_common(3)),
            "rest_on_assumptions": self.resting,
            "with_problems": self.unreadable,
        }

    def show(self, console: Console) -> None:
        """For people."""
        total = self.verdicts.total()
        counts = ", ".join(f"{v.value} {self.verdicts[v]} ({self.share(v)})" for v in Verdict)
        console.print(shown(f"{count(total, 'row')}: {counts}", "bold"), soft_wrap=True)
        if self.unreadable:
            console.print(
                f"{count(self.unreadable, 'row has problems', 'rows have problems')}, "
                "told in the column `problems`"
            )
        if self.resting:
            allowed = self.verdicts[Verdict.ALLOW]
            console.print(
                f"{self.resting} of {count(allowed, 'allow')} "
                f"{'rests' if self.resting == 1 else 'rest'} on assumptions:"
            )
            _list(console, self.assumed.most_common(5))
        if self.deciding:
            console.print("rules that decided most rows:")
            _list(console, self.deciding.most_common(5))
        if self.missing:
            console.print("missing facts that cause most reviews:")
            _list(console, self.missing.most_common(3))


def _list(console: Console, items: list[tuple[str, int]]) -> None:
    for text, n in items:
        console.print(shown(f"  {n:>6}  {text}"), soft_wrap=True)
