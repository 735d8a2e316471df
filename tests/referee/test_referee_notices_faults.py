"""An engine broken on purpose is found out by the referee, for each fault in turn."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest
from asked import differences
from test_every_test import DAY, READ, TESTS, VALUES, facts_with, rulebook_of

from screening.conditions import codes, explain
from screening.conditions.tree import Ordering
from screening.engine import Rulebook
from screening.referee.referee import Referee
from screening.truth import Truth

Patch = Callable[[pytest.MonkeyPatch], None]


def _swapped(one: Ordering, other: Ordering) -> Patch:
    right = explain._ordered

    def wrong(ordering: Ordering, left: Fraction, limit: Fraction) -> Truth:
        return right(other if ordering is one else ordering, left, limit)

    return lambda patch: patch.setattr(explain, "_ordered", wrong)


def _letters(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(codes, "within_some", lambda given, named: explain.of(given.startswith(named)))


def _conflicts_hold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(explain, "same_for_each", explain.any_of)


FAULTS: dict[str, Patch] = {
    "at_least is more_than": _swapped(Ordering.AT_LEAST, Ordering.MORE_THAN),
    "more_than is at_least": _swapped(Ordering.MORE_THAN, Ordering.AT_LEAST),
    "at_most is less_than": _swapped(Ordering.AT_MOST, Ordering.LESS_THAN),
    "less_than is at_most": _swapped(Ordering.LESS_THAN, Ordering.AT_MOST),
    "codes compare by letters": _letters,
    "a conflict is decided by either value": _conflicts_hold,
}


def found_after(referee: Referee, rulebook: Rulebook, shipments: int) -> int | None:
    """How many random shipments it takes until the two engines differ."""
    rng = Random(7)
    for n in range(1, shipments + 1):
        values = {id: tuple(rng.sample(VALUES, rng.choice((1, 1, 2)))) for id in READ
                  if rng.random() < 0.7}  # fmt: skip
        if differences(referee, rulebook, facts_with(values), rulebook.view(DAY)):
            return n
    return None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_within_a_thousand_shipments(
    referee: Referee, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    FAULTS[fault](monkeypatch)
    assert found_after(referee, rulebook_of(TESTS), 1_000) is not None


def test_without_a_fault_nothing_is_found(referee: Referee) -> None:
    assert found_after(referee, rulebook_of(TESTS), 100) is None
