"""What is known of a shipment: flat, typed, with where each value comes from. Absent is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from screening.casting import Value
from screening.problems import Problem


class Provenance(StrEnum):
    """Where a value comes from."""

    __hash__ = str.__hash__

    GIVEN = "given"
    CATALOGUE = "catalogue"
    DERIVED = "derived"
    LIST = "list"
    ASSUMED = "assumed"


_EXACT = Fraction(0)


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """One value with its provenance; `unit` is the last printed place of a number, 0 if exact."""

    value: Value
    provenance: Provenance
    note: str = ""
    unit: Fraction = _EXACT
    _hash: int = field(default=0, init=False, repr=False)

    # Much is remembered by what it was told of, so a hash is taken once.
    def __hash__(self) -> int:
        if not self._hash:
            found = hash((self.value, self.provenance, self.note, self.unit))
            object.__setattr__(self, "_hash", found or 1)
        return self._hash

    def __eq__(self, other: object) -> bool:
        # To Python `True` is 1; to a reader they are two facts.
        return isinstance(other, Fact) and (
            self is other
            or (self.value == other.value and type(self.value) is type(other.value)
                and self.provenance is other.provenance and self.note == other.note
                and self.unit == other.unit)
        )  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        # Hashes of texts differ from process to process.
        return Fact, (self.value, self.provenance, self.note, self.unit)


Values = Mapping[str, tuple[Fact, ...]]
"""Field id to its values; more than one when sources contradict each other; absent if unknown."""


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """One listing of a party."""

    values: Values

    def __hash__(self) -> int:
        return hash(frozenset(self.values.items()))


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """One party; `listings` is `None` where nobody has said whether there are any."""

    roles: frozenset[str]
    values: Values = field(default_factory=dict)
    listings: tuple[ListingFacts, ...] | None = None
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        if not self._hash:
            found = hash((self.roles, frozenset(self.values.items()), self.listings))
            object.__setattr__(self, "_hash", found or 1)
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return PartyFacts, (self.roles, self.values, self.listings)

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
