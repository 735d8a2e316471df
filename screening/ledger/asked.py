"""How a decision was asked for: what is needed, beside shipment and rules, to take it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from screening.answer import Decision
from screening.decision import Authority
from screening.engine import Rulebook
from screening.shipment import Shipment


@dataclass(frozen=True)
class Asked:
    """The footing of a decision; `full` says that every rule is told."""

    law_date: date | None = None
    known_as_of: date | None = None
    authority: Authority | None = None
    assumptions: bool = True
    full: bool = False

    def decide(self, rulebook: Rulebook, shipment: Shipment) -> Decision:
        """The decision."""
        return rulebook.decide(
            shipment, law_date=self.law_date, known_as_of=self.known_as_of,
            authority=self.authority, assumptions=self.assumptions, full=self.full,
        )  # fmt: skip

    def told(self, decision: Decision) -> dict[str, Any]:
        """The decision in JSON form, as much of it as was asked for."""
        return decision.as_dict(every_rule=self.full)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "law_date": self.law_date.isoformat() if self.law_date else None,
            "known_as_of": self.known_as_of.isoformat() if self.known_as_of else None,
            "authority": self.authority.value if self.authority else None,
            "assumptions": self.assumptions,
            "full": self.full,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Asked:
        """From the JSON form."""

        def day(name: str) -> date | None:
            return date.fromisoformat(data[name]) if data[name] else None

        authority = Authority(data["authority"]) if data["authority"] else None
        return cls(day("law_date"), day("known_as_of"), authority, bool(data["assumptions"]),
                   bool(data["full"]))  # fmt: skip
