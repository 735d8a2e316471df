"""What came of the proofs: nothing is called proved unless every day was."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CARRIES = (
    "Proofs are over complete shipments. What they show never allowed is never allowed of a "
    "shipment with facts missing either: an allow on partial facts is an allow of every completion "
    "(theorem 10, soundness of allow; docs/semantics.md)."
)


class Outcome(StrEnum):
    """What is known of a property."""

    PROVED = "proved"
    BROKEN = "broken"  # there is a counterexample, decided again by the engine
    UNKNOWN = "unknown"  # timed out, crashed, or cannot be expressed
    NOT_CHECKED = "not checked"  # no solver


@dataclass(frozen=True)
class Answer:
    """One property on the days of one epoch."""

    id: str
    first: str
    last: str
    outcome: Outcome
    why: str = ""
    vacuous: bool = False
    shipment: dict[str, Any] | None = None
    facts: dict[str, Any] | None = None
    verdict: str = ""
    finding: str = ""
    decisive: tuple[str, ...] = ()


@dataclass
class Proof:
    """One property on all days. `without` are days for which no answer came."""

    id: str
    title: str
    answers: list[Answer] = field(default_factory=list)
    without: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """Proved only if every day was."""
        found = {a.outcome for a in self.answers}
        if Outcome.BROKEN in found:
            return Outcome.BROKEN
        if self.without or Outcome.UNKNOWN in found:
            return Outcome.UNKNOWN
        if self.answers and all(a.vacuous for a in self.answers):
            return Outcome.UNKNOWN
        return Outcome.PROVED if found == {Outcome.PROVED} else Outcome.NOT_CHECKED

    @property
    def counterexample(self) -> Answer | None:
        """A case that breaks the property; one that is a shipment before one that is facts."""
        broken = [a for a in self.answers if a.outcome is Outcome.BROKEN]
        return next((a for a in broken if a.shipment), broken[0] if broken else None)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        found: dict[str, Any] = {"id": self.id, "title": self.title,
                                 "outcome": self.outcome.value,
                                 "epochs": len(self.answers) + len(self.without)}  # fmt: skip
        shown = self.counterexample
        if shown is not None:
            found["counterexample"] = {
                "shipment": shown.shipment, "facts": None if shown.shipment else shown.facts,
                "verdict": shown.verdict, "finding": shown.finding,
                "decisive": list(shown.decisive),
            }  # fmt: skip
        unknown = [f"{a.first} to {a.last}: {a.why}" for a in self.answers
                   if a.outcome is Outcome.UNKNOWN]  # fmt: skip
        if self.answers and all(a.vacuous for a in self.answers):
            unknown.append("it speaks of no shipment on any date")
        if unknown or self.without:
            found["unknown"] = [*unknown, *(f"{d}: no answer in time" for d in self.without)]
        return found
