"""Figures are exact and names are exact: a rounded quotient or a near name moves a license."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.goods.aliases import AliasIndex, normalize_alias
from screening.goods.figures import (
    memory_bandwidth_density,
    performance_density,
    total_processing_performance,
)


def tpp(*rates: tuple[str, int]) -> Fraction:
    return total_processing_performance((Fraction(rate), bits) for rate, bits in rates)


def density(total: Fraction, area: str) -> Fraction:
    found = performance_density(total, Fraction(area))
    assert found is not None
    return found


def test_bis_example_of_4800() -> None:
    """Technical Note 2 to 3A090: 600 TOPS at 8 bits, or 300 TFLOPS at 16 bits."""
    assert tpp(("600", 8)) == 4800
    assert tpp(("300", 16)) == 4800
    assert tpp(("599.9", 8), ("299.9", 16)) < 4800


def test_the_factor_two_is_already_in_the_rate() -> None:
    """The press doubles it again: 150 TFLOPS at 16 bits are a TPP of 2,400, not 4,800."""
    assert tpp(("150", 16)) == 2400


def test_the_highest_format_counts() -> None:
    assert tpp(("19.5", 32), ("312", 16), ("624", 8), ("9.7", 64)) == 4992
    assert tpp(("5033.2", 8), ("10066.3", 4)) == Fraction("40265.6")
    assert tpp(("10066.3", 4), ("10066.3", 6)) == Fraction("60397.8")


def test_h20_is_below_every_line() -> None:
    h20 = tpp(("296", 8), ("148", 16))
    assert h20 == 2368 < 2400
    assert Fraction("2.90") < density(h20, "814") < Fraction("2.91") < Fraction("3.2")


def test_rates_are_exact() -> None:
    assert tpp(("242.5", 8)) == 1940
    assert tpp(("660.6", 8)) == Fraction("5284.8")


@pytest.mark.parametrize("bits", [0, -8])
def test_a_bit_length_below_one_is_refused(bits: int) -> None:
    with pytest.raises(ValueError, match="bit length"):
        total_processing_performance([(Fraction(100), 8), (Fraction(1), bits)])


def test_a_negative_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        total_processing_performance([(Fraction(100), 8), (Fraction(-1), 16)])


def test_no_rate_is_not_a_tpp_of_zero() -> None:
    with pytest.raises(ValueError, match="unknown"):
        total_processing_performance([])


def test_density_is_not_rounded() -> None:
    assert density(Fraction(2000), "628") == Fraction(2000, 628)
    assert density(Fraction(2640), "826") == Fraction(2640, 826)


@pytest.mark.parametrize(
    ("rates", "area", "low", "high"),
    [
        pytest.param([("250", 8)], "628", "3.18", "3.2", id="A10-just-under-3.2"),
        pytest.param([("119.5", 16)], "608.5", "3.14", "3.2", id="L20-just-under-3.2"),
        pytest.param([("119.5", 16)], "609", "3.13", "3.2", id="L20-with-the-other-area"),
        pytest.param([("330", 8)], "826", "3.19", "3.2", id="A30-rounds-to-3.2-but-is-under-it"),
        pytest.param([("299.3", 8)], "628", "3.8", "5.92", id="A40-caught-by-density"),
    ],
)
def test_near_misses(rates: list[tuple[str, int]], area: str, low: str, high: str) -> None:
    assert Fraction(low) < density(tpp(*rates), area) < Fraction(high)


def test_a30_and_a40_meet_different_paragraphs() -> None:
    assert tpp(("330", 8)) == 2640 >= 2400
    assert tpp(("299.3", 8), ("149.7", 16)) < 2400


def test_planar_only_leaves_density_unknown() -> None:
    assert performance_density(Fraction(2000), Fraction(0)) is None
    assert performance_density(Fraction(0), Fraction(100)) == 0


def test_negative_area_or_tpp_is_refused() -> None:
    with pytest.raises(ValueError, match="area is negative"):
        performance_density(Fraction(1), Fraction(-1))
    with pytest.raises(ValueError, match="TPP is negative"):
        performance_density(Fraction(-1), Fraction(1))


def test_memory_bandwidth_density() -> None:
    assert memory_bandwidth_density(Fraction(363), Fraction(110)) == Fraction("3.3")
    assert memory_bandwidth_density(Fraction(363), Fraction(0)) is None
    with pytest.raises(ValueError, match="memory bandwidth is negative"):
        memory_bandwidth_density(Fraction(-1), Fraction(1))


@given(st.lists(st.tuples(st.fractions(min_value=0), st.integers(1, 64)), min_size=1))
def test_tpp_is_one_of_the_products_and_none_is_higher(rates: list[tuple[Fraction, int]]) -> None:
    found = total_processing_performance(rates)
    assert found in [rate * bits for rate, bits in rates]
    assert all(found >= rate * bits for rate, bits in rates)


@given(st.fractions(min_value=0), st.fractions(min_value=Fraction(1, 1000)))
def test_density_times_area_is_tpp(total: Fraction, area: Fraction) -> None:
    found = performance_density(total, area)
    assert found is not None
    assert found * area == total


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("GeForce RTX™ 4090 D", "geforce rtx 4090 d"),
        ("GEFORCE  RTX-4090_D", "geforce rtx 4090 d"),
        ("NVIDIA® GeForce RTX™ 4090", "nvidia geforce rtx 4090"),
        ("Intel(R) Data Center GPU Max 1550", "intel data center gpu max 1550"),
        ("Intel® Gaudi®2", "intel gaudi 2"),
        ("V100\u2011SXM2\u201332GB", "v100 sxm2 32gb"),
        ("\uff32\uff34\uff38 4090", "rtx 4090"),
        ("H100\u00a0SXM5\t80GB\n", "h100 sxm5 80gb"),
        ("A100 (SXM 80GB)", "a100 (sxm 80gb)"),
        ("™", ""),
    ],
)
def test_normalization(written: str, same_as: str) -> None:
    assert normalize_alias(written) == same_as


@given(st.text())
def test_normalization_is_stable(text: str) -> None:
    once = normalize_alias(text)
    assert normalize_alias(once) == once
    assert normalize_alias(f"  {text}\t") == once


INDEX = AliasIndex(
    [
        ("GeForce RTX 4090", "rtx-4090"),
        ("RTX 4090", "rtx-4090"),
        ("GeForce RTX 4090 D", "rtx-4090-d"),
        ("RTX 4090 D", "rtx-4090-d"),
        ("RTX4090D", "rtx-4090-d"),
        ("H100 PCIe", "h100-pcie"),
    ]
)


def test_find_is_exact_after_normalization() -> None:
    assert INDEX.find("GeForce RTX™ 4090 D") == "rtx-4090-d"
    assert INDEX.find("GeForce RTX™ 4090") == "rtx-4090"
    assert INDEX.find("RTX-4090-D") == "rtx-4090-d"
    assert INDEX.find("rtx4090d") == "rtx-4090-d"


@pytest.mark.parametrize("text", ["RTX 4090 Ti", "RTX 409", "4090", "H100", "", "RTX 4090 DD", "™"])
def test_a_near_name_is_not_taken(text: str) -> None:
    assert INDEX.find(text) is None


def test_suggestions_are_shown_as_written_and_never_taken() -> None:
    assert INDEX.find("GeForce RTX 4090 DX") is None
    assert INDEX.suggest("GeForce RTX 4090 DX", n=2) == ("GeForce RTX 4090 D", "GeForce RTX 4090")
    assert INDEX.suggest("centrifuge") == ()
    assert len(INDEX.suggest("rtx 4090", n=1)) == 1


def test_an_alias_of_two_products_names_neither() -> None:
    index = AliasIndex([("A100", "a"), ("a-100", "x"), ("A 100", "y"), ("A100™", "b")])
    assert index.clashes == (("A100", ("a", "b")), ("a-100", ("x", "y")))
    assert index.find("A100") is None
    assert index.find("A_100") is None


def test_the_same_pair_twice_is_no_clash() -> None:
    index = AliasIndex([("A100", "a"), ("a100", "a")])
    assert index.clashes == ()
    assert index.find("A100") == "a"


def test_an_alias_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="is not an alias"):
        AliasIndex([("®", "a")])
