"""Codes compare by paragraph; HS codes digit by digit."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from screening.conditions.codes import hs_within, in_code_group, within, within_some
from screening.truth import Truth, any_of

F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE


@pytest.mark.parametrize(
    ("given", "paragraph", "wanted"),
    [
        ("3A001.a.1", "3A001.a.1", T),
        ("3A001.a.1.b", "3A001.a.1", T),
        ("3A001.a.10", "3A001.a.1", F),
        ("3A001.a.1", "3A001.a.10", F),
        ("3A001", "3A001.a.1", U),
        ("3A001.a", "3A001.a.1", U),
        ("3A001.b", "3A001.a.1", F),
        ("3A0010", "3A001", F),
        ("3A090.a", "3A090", T),
        ("3A09", "3A090", F),
        ("EAR99", "3A001", F),
        ("EAR99", "EAR99", T),
    ],
)
def test_a_paragraph_holds_what_lies_below_it(given: str, paragraph: str, wanted: Truth) -> None:
    assert within(given, paragraph) is wanted


@pytest.mark.parametrize(
    ("given", "heading", "wanted"),
    [
        ("847150", "8471", T),
        ("8471", "8471", T),
        ("84", "8471", U),
        ("8472", "8471", F),
        ("010121", "0101", T),
        ("101", "0101", F),
    ],
)
def test_an_hs_heading_holds_what_begins_with_it(given: str, heading: str, wanted: Truth) -> None:
    assert hs_within(given, heading) is wanted


INSIDE = frozenset({"3A001", "3A001.a.5.b", "4A003.g"})
OUTSIDE = frozenset({"3A001.a.5", "4A003"})


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("3A001.b", T),  # in, and nothing below it is told apart
        ("3A001.a.5.c", F),  # the exception
        ("3A001.a.5.b", T),  # the exception's exception
        ("3A001.a.5.b.1", T),
        ("3A001.a.50", T),  # not 3A001.a.5
        ("3A001.a.5", U),  # out, but .b below it is in
        ("3A001.a", U),  # in, but .5 below it is out
        ("3A001", U),
        ("4A003.g", T),
        ("4A003.a", F),
        ("4A003", U),
        ("5A992", F),
    ],
)
def test_the_most_specific_paragraph_decides(given: str, wanted: Truth) -> None:
    assert in_code_group(given, INSIDE, OUTSIDE) is wanted


def test_an_empty_group_holds_nothing() -> None:
    assert in_code_group("3A001", frozenset(), frozenset()) is F


@pytest.mark.parametrize("more", ["", ".a", ".b", ".a.5", ".a.5.b", ".a.5.c", ".a.5.b.1"])
def test_a_code_given_more_closely_never_turns_a_known_answer(more: str) -> None:
    """What is known of a given paragraph holds of every paragraph below it."""
    full = f"3A001{more}"
    parts = full.split(".")
    answers = [
        in_code_group(".".join(parts[:depth]), INSIDE, OUTSIDE)
        for depth in range(1, len(parts) + 1)
    ]
    for earlier, later in pairwise(answers):
        assert earlier is U or earlier is later


def test_in_some_paragraph_is_in_one_of_them() -> None:
    """Each code of one to three steps, against each pair of them."""
    codes = ["3A001", "3A0010", "3A001.a", "3A001.b", "3A001.a.1", "3A001.a.10", "EAR99", "", "."]
    seen = set()
    for given in codes:
        for pair in combinations(codes, 2):
            wanted = any_of(within(given, paragraph) for paragraph in pair)
            assert within_some(given, pair) is wanted, (given, pair)
            seen.add(wanted)
    assert seen == {T, U, F}
    assert within_some("3A001", ()) is F
