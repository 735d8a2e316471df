"""Kleene's three truth values, table by table."""

from __future__ import annotations

import itertools

import pytest

from screening.truth import Truth, all_of, any_of, of, same_for_each

F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE

AND = {(F, F): F, (F, U): F, (F, T): F, (U, U): U, (U, T): U, (T, T): T}
OR = {(F, F): F, (F, U): U, (F, T): T, (U, U): U, (U, T): T, (T, T): T}


@pytest.mark.parametrize(("a", "b"), list(itertools.product(Truth, repeat=2)))
def test_conjunction_and_disjunction(a: Truth, b: Truth) -> None:
    assert all_of([a, b]) is AND[min(a, b, key=_order), max(a, b, key=_order)]
    assert any_of([a, b]) is OR[min(a, b, key=_order), max(a, b, key=_order)]


def _order(value: Truth) -> int:
    return value.value


def test_negation() -> None:
    assert [~v for v in (F, U, T)] == [T, U, F]


def test_of_nothing() -> None:
    assert all_of([]) is T
    assert any_of([]) is F


@pytest.mark.parametrize("values", list(itertools.product(Truth, repeat=3)))
def test_de_morgan_and_order(values: tuple[Truth, ...]) -> None:
    assert ~all_of(values) is any_of(~v for v in values)
    for mixed in itertools.permutations(values):
        assert all_of(mixed) is all_of(values)
        assert any_of(mixed) is any_of(values)
    assert all_of([all_of(values[:2]), values[2]]) is all_of(values)
    assert any_of([any_of(values[:2]), values[2]]) is any_of(values)


@pytest.mark.parametrize("values", list(itertools.product(Truth, repeat=2)))
def test_a_fact_that_comes_in_never_turns_a_known_truth(values: tuple[Truth, ...]) -> None:
    """What is known of a formula stays when an unknown part becomes known."""
    for join in (all_of, any_of):
        known = join(values)
        choices = [(F, T) if v is U else (v,) for v in values]
        for full in itertools.product(*choices):
            assert known is U or join(full) is known


def test_sure_and_possible() -> None:
    assert [v.sure for v in (F, U, T)] == [False, False, True]
    assert [v.possible for v in (F, U, T)] == [False, True, True]
    assert (of(True), of(False)) == (T, F)


def test_conflicting_values_decide_together_or_not_at_all() -> None:
    assert same_for_each([T, T]) is T
    assert same_for_each([F, F]) is F
    assert same_for_each([T, F]) is U
    assert same_for_each([T, U]) is U
    assert same_for_each([U]) is U


def test_no_truth_is_taken_for_a_bool() -> None:
    """`if truth:` would read unknown as true; `Truth(0)` would read as true as well."""
    for value in Truth:
        with pytest.raises(TypeError, match="implicit bool"):
            bool(value)
