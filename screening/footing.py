"""The footing of a decision: what is settled beside the shipment and the rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from screening.answer import Decision
from screening.casting import cast_date
from screening.decision import Authority
from screening.engine import Confirms, Rulebook
from screening.shipment import Shipment


def _day(value: object) -> object:
    return cast_date(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
"""A day; as text only YYYY-MM-DD, where pydantic alone would read 20250714 as seconds of 1970."""


class Footing(BaseModel):
    """Which day's law, as known when, on whose authority, with or without assumptions.

    The one declaration of it: for the command line, queries of the service, and records.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    law_date: Day | None = None
    """Instead of the shipment's own."""
    known_as_of: Day | None = None
    """Use only what was public then."""
    authority: Authority | None = None
    """The text alone, from this rank up."""
    assumptions: bool = True
    """Whether to take anything for granted."""

    def decide(
        self, rulebook: Rulebook, shipment: Shipment, *, full: bool = False,
        confirms: Confirms | None = None,
    ) -> Decision:  # fmt: skip
        """The decision on this footing; see `Rulebook.decide`."""
        return rulebook.decide(
            shipment, law_date=self.law_date, known_as_of=self.known_as_of,
            authority=self.authority, assumptions=self.assumptions, full=full, confirms=confirms,
        )  # fmt: skip

    def dated(self, shipment: Shipment) -> Shipment:
        """The shipment with the law date of this footing, if it has one."""
        if self.law_date is None:
            return shipment
        return shipment.with_field("law_date", self.law_date.isoformat())

    def undated(self) -> Footing:
        """The same without a law date: for answers at many of them."""
        return self.model_copy(update={"law_date": None})

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return self.model_dump(mode="json")
