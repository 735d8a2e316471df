"""A condition and its clauses have one truth, a value and the one that stands for its cell too."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest

from screening.casting import Money, PercentRange, Value
from screening.conditions.explain import leaf
from screening.conditions.index import MOST_CLAUSES, Index
from screening.conditions.index.cells import Cells, DayCells, Points
from screening.conditions.index.clauses import TooManyClauses, clauses_of
from screening.conditions.index.table import combined
from screening.conditions.tree import (
    All,
    Always,
    AnyOf,
    Compare,
    Elapsed,
    Expr,
    Member,
    Not,
    Ordering,
)
from screening.truth import Truth, all_of, any_of
from screening.vocabulary import Field, FieldType

FLAGS = tuple(Field(name, FieldType.FLAG, name) for name in "abcd")
TESTS: tuple[Expr, ...] = tuple(Member(f, (value,)) for f in FLAGS for value in (True, False))


def random_tree(rng: Random, depth: int) -> Expr:
    roll = rng.random()
    if depth == 0 or roll < 0.2:
        return Always() if roll < 0.02 else rng.choice(TESTS)
    if roll < 0.35:
        return Not(random_tree(rng, depth - 1))
    parts = tuple(random_tree(rng, depth - 1) for _ in range(rng.randint(1, 3)))
    return All(parts) if roll < 0.68 else AnyOf(parts)


def test_clauses_have_the_truth_of_the_condition_whatever_its_tests_come_to() -> None:
    rng = Random(1)
    several = 0
    for _ in range(150):
        tree = random_tree(rng, 3)
        try:
            clauses = clauses_of(tree)
        except TooManyClauses:
            continue
        several += len(clauses) > 1
        assert all(len({type(s) for s in c}) <= 1 for c in clauses)
        for _ in range(60):
            known = {test: rng.choice(list(Truth)) for test in TESTS}
            held = any_of(all_of(combined(part, known) for part in c.values()) for c in clauses)
            assert held is combined(tree, known), tree
    assert several > 50


def test_a_condition_with_too_many_clauses_is_asked_of_explain_as_a_whole() -> None:
    fields = [Field(f"f{i}", FieldType.FLAG, f"f{i}") for i in range(14)]
    tests = [Member(f, (True,)) for f in fields]
    # (f0 or f1) and (f2 or f3) and ...: two to the seventh clauses.
    big = All(tuple(AnyOf(pair) for pair in zip(tests[::2], tests[1::2], strict=True)))
    assert MOST_CLAUSES < 2**7
    with pytest.raises(TooManyClauses):
        clauses_of(big)
    assert Index([big, tests[0]]).whole == (big,)


def test_points_and_gaps() -> None:
    points = Points([Fraction(3), Fraction(7, 2), Fraction(3)])
    values = ["2.9", "3", "3.01", "3.4999", "3.5", "3.50001", "900"]
    assert [points.cell(Fraction(v)) for v in values] == [0, 1, 2, 2, 3, 4, 4]
    assert all(points.cell(points.representative(n)) == n for n in range(len(points)))


class _World:
    law_date: date | None = date(2025, 6, 1)

    def in_group(self, group: str, value: str) -> Truth:
        raise AssertionError

    def class_meaning(self, class_id: str) -> Truth:
        raise AssertionError


NUMBERS = [Fraction(n, d) for n in range(-1, 22) for d in (1, 2, 3, 7)]
DAYS = [date(2025, 1, 1) + timedelta(days=n) for n in range(12)]
HOSTILE: list[Value] = [
    True, "3", "", Money(Fraction(3), None), frozenset({"a"}), datetime(2025, 1, 3, 12),
    PercentRange(Fraction(2), Fraction(9)),
]  # fmt: skip


@pytest.mark.parametrize("type, values, mentioned", [
    (FieldType.NUMBER, NUMBERS, [Fraction(3), Fraction(7, 2), Fraction(5)]),
    (FieldType.FLAG, [True, False, *NUMBERS], [True, False]),
    (FieldType.DATE, DAYS, [DAYS[3], DAYS[4], DAYS[8]]),
    (FieldType.MONEY, [Money(n, c) for n in NUMBERS[::5] for c in ("USD", "EUR", None)],
     [Money(Fraction(3), "USD"), Money(Fraction(1), "EUR")]),
    (FieldType.PERCENT_RANGE,
     [PercentRange(min(p), max(p)) for p in itertools.product(NUMBERS[::9], repeat=2)],
     [PercentRange(Fraction(3), Fraction(3)), PercentRange(Fraction(5), Fraction(10))]),
])  # fmt: skip
def test_no_test_tells_a_value_from_the_representative_of_its_cell(
    type: FieldType, values: list[Value], mentioned: list[Value]
) -> None:
    field = Field("f", type, "f")
    tests = [Compare(field, o, m) for o in Ordering for m in mentioned]
    tests += [Member(field, (m,)) for m in mentioned]
    cells = Cells(tests)
    seen = set()
    for value in [*values, *HOSTILE]:
        cell = cells.cell(value)
        seen.add(cell)
        representative = cells.representative(cell, value)
        assert cells.cell(representative) == cell
        for test in tests:
            assert leaf(test, value, _World()) is leaf(test, representative, _World()), (
                test,
                value,
            )
    assert len(seen) < len(values) + len(HOSTILE)  # cells are shared


def test_days_to_the_law_date() -> None:
    field = Field("f", FieldType.DATE, "f")
    tests = [Elapsed(field, o, days) for o in Ordering for days in (0, 1, 25)]
    cells = DayCells(tests)
    for n in range(-3, 40):
        value = date(2025, 6, 1) - timedelta(days=n)
        day, law_date = cells.representative(cells.cell(value, date(2025, 6, 1)))
        other = _World()
        other.law_date = law_date
        for test in tests:
            assert leaf(test, value, _World()) is leaf(test, day, other), (test, n)
    assert cells.cell(date(2025, 1, 1), None) == cells.cell("x", date(2025, 6, 1))
