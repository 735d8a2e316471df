"""What is proved of the shipped rulebook survives random shipments, decided one by one."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from pydantic import ValidationError

from screening import Rulebook, load_rulebook
from screening.conditions.explain import scope_of, truth
from screening.decide.verdict import Reading
from screening.rulebook.boundaries import boundaries
from screening.shipment import Shipment
from screening.truth import Truth
from screening.workbench.generate import points_of, random_shipment


def broken(rulebook: Rulebook, shipments: int, seed: int) -> tuple[int, list[str]]:
    """How many shipments some property speaks of, and those that break one.

    A property that says what the answer is speaks of complete facts, so it is left out where
    something is undetermined.
    """
    content = rulebook.content
    points = points_of(content)
    rng = Random(seed)
    days = [d for start in boundaries(content) for d in (start - timedelta(days=1), start)]
    described, found = 0, []
    for _ in range(shipments):
        try:
            shipment = Shipment.model_validate(random_shipment(rng, points, days))
        except ValidationError:
            continue
        facts = rulebook.facts(shipment)
        if facts.problems:
            continue
        view = rulebook.view(facts.law_date)
        if not view.is_covered:  # proofs are of the days that the rulebook covers
            continue
        ruling = rulebook.ruling(facts, view)
        scope = scope_of(facts, view)
        for wanted in content.properties:
            if truth(wanted.for_all, scope) is not Truth.TRUE:
                continue
            if wanted.unless is not None and truth(wanted.unless, scope) is not Truth.FALSE:
                continue
            if wanted.without_license and facts.license is not None:
                continue
            if wanted.complete and ruling.undecided():
                continue
            described += 1
            if not wanted.holds(ruling.verdict, ruling.finding):
                found.append(f"{wanted.id}: {shipment!r} is {ruling.verdict}, {ruling.finding}")
    return described, found


def test_what_is_proved_survives_random_shipments() -> None:
    # Read by *explain*: for so few the index of every date would cost more than it saves.
    rulebook = Rulebook(load_rulebook().content, reading=Reading.EXPLAIN)
    described, found = broken(rulebook, 300, 1)
    assert described > 10
    assert not found, found[0]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_what_is_proved_survives_many_random_shipments(seed: int) -> None:
    _, found = broken(load_rulebook(), 10_000, 100 + seed)
    assert not found, found[0]
