"""A shipment that shows a region, decided by the engine before and now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from screening.decide.status import statuses
from screening.decide.verdict import Ruling
from screening.engine import Rulebook
from screening.facts import Fact, Facts, Provenance
from screening.shipment import Shipment
from screening.workbench.proofs.ask import told_facts
from screening.workbench.proofs.mock import smallest
from screening.workbench.regions.grow import Cube
from screening.workbench.regions.told import Answer

Decisive = tuple[tuple[str, ...], tuple[str, ...]]
Books = tuple[Rulebook, Rulebook]
Rulings = tuple[Ruling, Ruling]


class NotConfirmed(Exception):
    """The engine does not answer a shipment as the solver says: what shows the region is missing.

    So it is where conditions ask for more than the solver knows, such as words in a text.
    """


def shown(books: Books, cube: Cube, facts: Facts, rulings: Rulings) -> tuple[Any, Decisive]:
    """The shipment as a document as short as can be, and what decides it."""
    mock = smallest(books[1], facts, lambda document: _both(books, cube, document))
    if mock is not None:
        return mock
    told = (statuses(ruling).items() for ruling in rulings)
    old, new = (tuple(id for id, status in each if status == "decisive") for each in told)
    return {"facts": told_facts(facts)}, (old, new)


def confirmed(books: Books, cube: Cube, facts: Facts) -> Rulings:
    """How the engine rules on the shipment before and now. Raises `NotConfirmed`."""
    found = []
    for book, wanted in zip(books, (cube.old, cube.new), strict=True):
        ruling = book.ruling(facts, book.view(facts.law_date))
        answer = Answer(ruling.verdict, ruling.finding)
        if answer != wanted:
            raise NotConfirmed(f"the engine answers {answer}, not {wanted}, on {facts.law_date}")
        found.append(ruling)
    return found[0], found[1]


def on_day(facts: Facts, day: date) -> Facts:
    """The same shipment on another day, with a license that runs then."""
    values = {**facts.values, "law_date": (Fact(day, Provenance.GIVEN),)}
    license = facts.license and replace(facts.license, valid_from=day,
                                        until=day.replace(year=day.year + 1, day=1))  # fmt: skip
    return replace(facts, values=values, license=license)


def _both(books: Books, cube: Cube, document: dict[str, Any]) -> Decisive | None:
    found = []
    for book, wanted in zip(books, (cube.old, cube.new), strict=True):
        try:
            decision = book.decide(Shipment.model_validate(document), assumptions=False)
        except ValidationError:
            return None
        if decision.problems or Answer(decision.verdict, decision.finding) != wanted:
            return None
        found.append(decision.decisive)
    return found[0], found[1]
