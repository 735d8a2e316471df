"""What enrichment found before: orders name the same goods, firms and places again and again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date

from screening.facts import Fact, PartyFacts
from screening.memory import Memory
from screening.problems import Problem
from screening.shipment import Raw

Added = tuple[tuple[str, Fact], ...]
"""Facts in the order in which they were found, each with its field."""

Said = tuple[object, ...]
"""All that is said of a party."""

PartyKey = tuple[Said, date | None, date | None, tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class Remembered:
    """Of one rulebook; each answer under all that it hangs on, and within bounds.

    Facts that are the same are the same object, so what is remembered of them is found quickly.
    """

    given: Memory[tuple[str, Raw | tuple[str, ...]], tuple[Fact | None, Problem | None]] = field(
        default_factory=lambda: Memory(8_192)
    )
    """By field and text."""
    parties: Memory[PartyKey, tuple[PartyFacts, tuple[Problem, ...]]] = field(
        default_factory=lambda: Memory(4_096)
    )
    """By the party and, where they matter, the dates and the classification of the goods."""
    plain: Memory[Said, bool] = field(default_factory=lambda: Memory(4_096))
    """Whether of a party the dates and the goods do not matter."""
    products: Memory[tuple[str | None, str | None], tuple[str | None, Added, str | None]] = field(
        default_factory=lambda: Memory(4_096)
    )
    """What item number and description mean in the catalogue."""
    goods: Memory[Hashable, tuple[Added, Added]] = field(default_factory=lambda: Memory(2_048))
    """What the catalogue says and what follows, by product, law date and the figures given."""
    words: Memory[Hashable, Added] = field(default_factory=lambda: Memory(4_096))
    """By the words of the line."""
    lines: Memory[Hashable, Added] = field(default_factory=lambda: Memory(4_096))
    """By quantity, prices and places."""
    facts: Memory[Fact, Fact] = field(default_factory=lambda: Memory(16_384))

    def same_fact(self, fact: Fact) -> Fact:
        """The fact as it was first found."""
        return self.facts.get(fact) or self.facts.put(fact, fact)

    def same_party(self, party: PartyFacts) -> PartyFacts:
        """The party of facts as they were first found."""
        values = {id: tuple(map(self.same_fact, facts)) for id, facts in party.values.items()}
        return PartyFacts(party.roles, values, party.listings)

    def same(self, added: Added) -> Added:
        """The facts as they were first found."""
        return tuple((id, self.same_fact(fact)) for id, fact in added)
