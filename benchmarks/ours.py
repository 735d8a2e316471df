"""Our engine on the rules of the benchmark: the full set of rules met, surely and possibly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from benchmarks.members import Members
from benchmarks.rules import BenchRule, Case, rulebook_document
from screening.engine import Rulebook
from screening.facts import Facts
from screening.shipment import Shipment
from screening.workbench.generate import loaded

LAW_DATE = "2024-06-15"


def rulebook(rules: tuple[BenchRule, ...]) -> Rulebook:
    """The rules through our loader."""
    return loaded(rulebook_document(rules))


def facts_of(book: Rulebook, cases: Sequence[Case]) -> list[Facts]:
    """The cases as the engine knows them once they are read."""
    return [book.facts(shipment_of(case)) for case in cases]


def shipment_of(case: Case) -> Shipment:
    """The case as somebody would hand it in, and nothing derived that the others are not given."""
    return Shipment.model_validate({"law_date": LAW_DATE, **case})


def matcher(book: Rulebook) -> Callable[[Facts], frozenset[str]]:
    """From facts to the ids of all rules whose conditions surely hold.

    The index finds with them those that possibly hold; the ids are read off its bits.
    """
    view = book.view(date.fromisoformat(LAW_DATE))
    index = book.units.index.at(view)
    ids = Members([column.rule.id for column in book.units.columns])
    written = sum(1 << n for n, c in enumerate(book.units.columns) if not c.rule.built_in)

    def match(facts: Facts) -> frozenset[str]:
        return frozenset(ids.of(index.read(facts, view).sure & written))

    return match
