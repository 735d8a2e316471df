"""Numbers as people write them, however large."""

from fractions import Fraction

import pytest

from screening.casting import number_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(2, 3), "0.666667"),
        (Fraction(-1, 3), "-0.333333"),
        (Fraction(1, 8), "0.125"),
        (Fraction(10**30, 3), "3" * 30 + ".333333"),
        (Fraction(1, 3 * 10**9), "0.000000"),
        (Fraction(10**30), "1" + "0" * 30),
    ],
)
def test_a_quotient_that_does_not_end_is_rounded_to_six_places(value: Fraction, text: str) -> None:
    assert number_text(value) == text
