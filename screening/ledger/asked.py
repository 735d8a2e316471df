"""How a decision was asked for: what is needed, beside shipment and rules, to take it again."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from screening.answer import Decision
from screening.engine import Confirms, Rulebook
from screening.footing import Footing
from screening.shipment import Shipment


class Asked(Footing):
    """The footing, and how much is told."""

    full: bool = False
    """Whether every rule is told."""

    @cached_property
    def form(self) -> dict[str, Any]:
        """`as_dict`, made once: many decisions are asked for alike."""
        return self.as_dict()

    def take(
        self, rulebook: Rulebook, shipment: Shipment, confirms: Confirms | None = None
    ) -> Decision:
        """The decision."""
        return self.decide(rulebook, shipment, full=self.full, confirms=confirms)

    def told(self, decision: Decision) -> dict[str, Any]:
        """The decision in JSON form, as much of it as was asked for."""
        return decision.as_dict(every_rule=self.full)

    def in_parts(self, decision: Decision) -> dict[str, Any]:
        """The same with its larger parts written out. Raises `TypeError` for half a character."""
        return decision.in_parts(every_rule=self.full)
