"""What is known of a shipment: flat, typed, with where each value comes from. Absent is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from screening.casting import Value
from screening.problems import Problem


class Provenance(StrEnum):
    """Where a value comes from."""

    GIVEN = "given"
    CATALOGUE = "catalogue"
    DERIVED = "derived"
    LIST = "list"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Fact:
    """One value with its provenance; `unit` is the last printed place of a number, 0 if exact."""

    value: Value
    provenance: Provenance
    note: str = ""
    unit: Fraction = Fraction(0)


Values = Mapping[str, tuple[Fact, ...]]
"""Field id to its values; more than one when sources contradict each other; absent if unknown."""


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """One listing of a party."""

    values: Values


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """One party; `listings` is `None` where nobody has said whether there are any."""

    roles: frozenset[str]
    values: Values = field(default_factory=dict)
    listings: tuple[ListingFacts, ...] | None = None

    @property
    def label(self) -> str:
        """How to speak of the party."""
        named = self.values.get("name")
        return str(named[0].value) if named else "/".join(sorted(self.roles)) or "a party"


UNKNOWN_PARTY = PartyFacts(frozenset())
"""A party of which nothing is known: it stands for a role that is not given."""


@dataclass(frozen=True, slots=True)
class LicenseFacts:
    """A license in hand."""

    number: str
    valid_from: date | None
    until: date | None
    proved: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of one line, and the problems met on the way."""

    values: Values
    parties: tuple[PartyFacts, ...] = ()
    roles_absent: frozenset[str] = frozenset()
    parties_complete: bool = False
    license: LicenseFacts | None = None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = field(default=())

    @property
    def law_date(self) -> date | None:
        """The one date of the shipment, or `None` when it is not known."""
        found = self.values.get("law_date")
        value = found[0].value if found and len(found) == 1 else None
        return value if isinstance(value, date) else None

    @property
    def exception_claimed(self) -> str | None:
        """The license exception that the exporter claims, in upper case."""
        found = self.values.get("license_exception_claimed")
        return str(found[0].value).upper() if found else None

    def role_known(self, role: str) -> bool:
        """Whether nobody else can stand in this role than the parties given."""
        return (
            self.parties_complete
            or role in self.roles_absent
            or any(role in party.roles for party in self.parties)
        )
