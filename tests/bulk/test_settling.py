"""Which facts to supply first: the sets that reviews ask for, not the facts one by one."""

from __future__ import annotations

from collections import Counter

from screening.bulk.settling import Step, steps


def test_facts_that_only_together_settle_anything_are_named_together() -> None:
    asked = Counter({("end_user", "end_use"): 90, ("end_user", "eccn"): 3, ("currency",): 2})
    assert steps(asked) == [
        Step(("end_user", "end_use"), 90), Step(("eccn",), 93), Step(("currency",), 95),
    ]  # fmt: skip


def test_one_fact_that_settles_many_goes_before_a_set_that_settles_a_few_more() -> None:
    """Forty for one fact are more than sixty for four."""
    asked = Counter({("a",): 40, ("b", "c", "d", "e"): 60})
    assert [s.settled for s in steps(asked)] == [40, 100]


def test_what_was_supplied_before_counts_for_every_later_set() -> None:
    asked = Counter({("a",): 10, ("a", "b"): 4, ("b",): 4})
    assert steps(asked) == [Step(("a",), 10), Step(("b",), 18)]


def test_reviews_that_ask_for_nothing_are_not_settled_by_anything() -> None:
    assert steps(Counter({(): 7})) == []
