"""Figures that the Technical Notes to ECCN 3A090 derive from published ones, exact and unrounded.

15 CFR part 774, Supp. No. 1, ECCN 3A090. Quotients are fractions because rounding moves answers:
the A10 (2,000 over 628 mm2) stays under the 3.2 of 3A090.b.2 by half a percent.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction


def total_processing_performance(rates: Iterable[tuple[Fraction, int]]) -> Fraction:
    """TPP of one integrated circuit: the highest product of rate and bit length over its formats.

    Technical Notes to 3A090: TPP is 2 x MacTOPS x bit length of the operation, aggregated
    over all processing units; of several bit lengths the one with the highest TPP counts.
    Sparsity does not.

    A rate is in tera-operations per second as data sheets print it, which counts the multiply and
    the add of a multiply-accumulate as two operations: the factor 2 is already in it. BIS's own
    example: 4,800 is met by 600 at 8 bits or by 300 at 16 bits. A rate given here is the
    aggregate over the units that work in that format.

    Raises `ValueError` on a bit length below 1, on a negative rate, and when no rate is given: an
    unknown TPP is not a TPP of zero.
    """
    products = [_product(rate, bits) for rate, bits in rates]
    if not products:
        raise ValueError("no rate is given, so the TPP is unknown")
    return max(products)


def performance_density(tpp: Fraction, die_area_mm2: Fraction) -> Fraction | None:
    """TPP over applicable die area in square millimeters; `None` where the area is zero.

    Technical Notes to 3A090: the applicable die area counts every logic die made on a process
    with non-planar transistors, caches on the die included, separate memory stacks not. With
    planar dies only the area is zero and the text leaves the quotient undefined (open point:
    planar-only circuits and performance density), so the answer is unknown, not infinite.
    """
    return _per_area(tpp, die_area_mm2, "the TPP")


def memory_bandwidth_density(bandwidth_gbs: Fraction, area_mm2: Fraction) -> Fraction | None:
    """Memory bandwidth in GB/s over the area of package or stack in mm2; `None` for no area.

    Technical Note to 3A090.c: a stack inside a package is measured by the package's bandwidth and
    the package's area.
    """
    return _per_area(bandwidth_gbs, area_mm2, "the memory bandwidth")


def _product(rate: Fraction, bits: int) -> Fraction:
    if bits < 1:
        raise ValueError(f"a bit length of {bits} is not possible; the least is 1")
    if rate < 0:
        raise ValueError(f"a rate of {rate} is negative")
    return Fraction(rate) * bits


def _per_area(amount: Fraction, area_mm2: Fraction, name: str) -> Fraction | None:
    if amount < 0:
        raise ValueError(f"{name} is negative ({amount})")
    if area_mm2 < 0:
        raise ValueError(f"the area is negative ({area_mm2})")
    return Fraction(amount) / area_mm2 if area_mm2 else None
