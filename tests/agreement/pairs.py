"""Rulebooks and shipments to hold the readings against each other, from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from screening.decide.view import View
from screening.engine import Rulebook, load_rulebook
from screening.facts import Facts
from screening.shipment import Shipment
from screening.workbench.generate import (
    Points,
    loaded,
    points_of,
    random_rulebook,
    random_shipment,
)

DATES = 5
"""Law dates for each rulebook: enough to see its law change, few enough to be quick."""


@dataclass(frozen=True)
class Pair:
    """One rulebook and one shipment; `document` is empty for a rulebook that was not generated."""

    book: Rulebook
    document: dict[str, Any]
    given: dict[str, Any]
    known_as_of: date | None = None

    def read(self) -> tuple[Facts, View]:
        """What is known of the shipment, and the rulebook as it stood."""
        facts = self.book.facts(Shipment.model_validate(self.given), self.known_as_of)
        view = self.book.view(facts.law_date, self.known_as_of)
        return self.book.assumed(facts, view), view

    def with_document(self, document: dict[str, Any]) -> Pair:
        """The same shipment under another rulebook. Raises `ProblemsFound`."""
        return replace(self, book=loaded(document), document=document)


def generated(seed: int, books: int, shipments: int) -> Iterator[Pair]:
    """`shipments` for each of `books` generated rulebooks."""
    for n in range(books):
        rng = Random(f"{seed}/{n}")
        document, book = random_rulebook(rng)
        yield from _shipments(rng, book, document, shipments)


def shipped(seed: int, shipments: int) -> Iterator[Pair]:
    """Shipments at the thresholds of the shipped law, then every example of its policy staff."""
    book = load_rulebook()
    yield from _shipments(Random(f"{seed}/shipped"), book, {}, shipments, dates=20)
    for example in book.content.examples:
        given = example.given.model_dump(mode="json")
        for expected in example.expect:
            day = expected.law_date
            fields = given["fields"] | ({} if day is None else {"law_date": str(day)})
            yield Pair(book, {}, given | {"fields": fields}, expected.known_as_of)


def _shipments(
    rng: Random, book: Rulebook, document: dict[str, Any], count: int, dates: int = DATES
) -> Iterator[Pair]:
    points = points_of(book.content)
    days = days_of(rng, points, dates)
    for _ in range(count):
        known = rng.choice(points.dates) if rng.random() < 0.05 else None
        yield Pair(book, document, random_shipment(rng, points, days), known)


def days_of(rng: Random, points: Points, count: int) -> list[date | None]:
    """Some law dates of a rulebook, and one that is not known."""
    return [*(rng.choice(points.dates) for _ in range(count)), None]
