"""Soundness of allow: on every small rulebook with every partial shipment, and large random ones.

If the verdict on partial facts is allow, the verdict of every completion is allow. The small
rulebooks are all there are, up to names: see `exhaustive.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

import exhaustive
import laws
import pytest
from exhaustive import PARTIALS
from generate import rulebook_of


@dataclass(frozen=True)
class Report:
    """What came of all rulebooks of a size."""

    shapes: int
    decided: int
    unsound: tuple[str, ...]
    growing: tuple[str, ...]


@cache
def _report(rules: int, every: int) -> Report:
    unsound: list[str] = []
    growing: list[str] = []
    decided = 0
    found = exhaustive.shapes(rules)
    for place, shape in enumerate(found[::every]):
        # Suspending and exempting are one instruction; shapes take turns with the two words.
        compiled = exhaustive.compile_shape(shape, exempting=place % 2 == 1)
        if compiled is None:
            continue
        pattern = exhaustive.pattern_of(shape)
        for claimed in (False, True) if any(pattern) else (False,):
            outcome = exhaustive.run(compiled, pattern, claimed=claimed)
            decided += outcome.size
            for bits, into in ((outcome.allowed, unsound), (outcome.harmless, growing)):
                bit = exhaustive.first_lost(bits, outcome.size)
                if bit is not None:
                    chosen = exhaustive.choices(pattern)[bit // len(PARTIALS)]
                    case = exhaustive.case_of(PARTIALS[bit % len(PARTIALS)], claimed=claimed)
                    into.append(laws.show(exhaustive.book_of(shape, chosen), case))
    return Report(len(found), decided, tuple(unsound), tuple(growing))


SIZES = [
    pytest.param(1, 1, id="all-of-one-rule"),
    pytest.param(2, 1, id="all-of-two-rules"),
    pytest.param(3, 1, id="all-of-three-rules"),
    pytest.param(4, 40, id="every-fortieth-of-four-rules"),
    pytest.param(4, 1, id="all-of-four-rules", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("rules", "every"), SIZES)
def test_what_is_possible_never_grows_as_facts_come_in(rules: int, every: int) -> None:
    """Where nothing but an allow is possible, nothing else becomes possible."""
    growing = _report(rules, every).growing
    assert not growing, growing[0]


@pytest.mark.parametrize(("rules", "every"), SIZES)
def test_allow_is_sound(rules: int, every: int) -> None:
    unsound = _report(rules, every).unsound
    assert not unsound, unsound[0]


@pytest.mark.parametrize(("rules", "shapes", "decided"),
                         [(1, 3, 324), (2, 30, 38_637), (3, 553, 13_176_000)])  # fmt: skip
def test_nothing_is_left_out(rules: int, shapes: int, decided: int) -> None:
    """The numbers of rulebooks and of decisions, so that none goes missing unnoticed."""
    report = _report(rules, 1)
    assert (report.shapes, report.decided) == (shapes, decided)


@pytest.mark.slow
def test_nothing_is_left_out_of_four_rules() -> None:
    report = _report(4, 1)
    assert (report.shapes, report.decided) == (14_725, 8_592_663_789)


@pytest.mark.parametrize(("sizes", "every", "cases"), [
    ((1, 2, 3), 1, 4), ((4,), 40, 4),
    pytest.param((4,), 1, 2, marks=pytest.mark.slow),
])  # fmt: skip
def test_the_reference_agrees_on_every_small_shape(
    sizes: tuple[int, ...], every: int, cases: int
) -> None:
    rng = Random(44)
    for shape in [s for size in sizes for s in exhaustive.shapes(size)[::every]]:
        if exhaustive.compile_shape(shape) is None:
            continue
        chosen = rng.choice(exhaustive.choices(exhaustive.pattern_of(shape)))
        book = exhaustive.book_of(shape, chosen, exempting=rng.random() < 0.5)
        rulebook = rulebook_of(book)
        for partial in rng.sample(PARTIALS, cases):
            case = exhaustive.case_of(partial, claimed=rng.random() < 0.3)
            differs = laws.differs_from_the_reference(book, rulebook, case)
            assert not differs, differs


def test_the_bits_are_what_the_front_door_says() -> None:
    """`Rulebook.ruling` on facts, one by one, gives the same allows as the bits."""
    rng = Random(41)
    shapes = [s for size in (1, 2, 3, 4) for s in exhaustive.shapes(size)]
    for place, shape in enumerate(rng.sample(shapes, 60)):
        exempting = place % 2 == 1
        compiled = exhaustive.compile_shape(shape, exempting=exempting)
        if compiled is None:
            continue
        pattern = exhaustive.pattern_of(shape)
        claimed = any(pattern) and rng.random() < 0.5
        outcome = exhaustive.run(compiled, pattern, claimed=claimed)
        bits, size = outcome.allowed, outcome.size
        for _ in range(3):
            index = rng.randrange(size // len(PARTIALS))
            chosen = exhaustive.choices(pattern)[index]
            told = "".join(
                str(bits >> (index * len(PARTIALS) + k) & 1) for k in range(len(PARTIALS))
            )
            alone = exhaustive.verdicts_one_by_one(
                shape, chosen, exempting=exempting, claimed=claimed
            )
            assert told == alone, laws.show(exhaustive.book_of(shape, chosen))


def test_choices_are_all_choices_up_to_names() -> None:
    """The classes of pairs of conjunctions under the 48 symmetries, counted by brute force."""
    pairs = {(a, b) for a in exhaustive.PLAIN for b in exhaustive.PLAIN}
    images = {
        frozenset(zip(exhaustive._images(a), exhaustive._images(b), strict=True)) for a, b in pairs
    }
    assert len(images) == len(exhaustive.choices((False, False)))


def test_allow_is_sound_on_large_random_rulebooks() -> None:
    assert laws.allow_is_sound(seed=42, books=3_000) > 250


@pytest.mark.slow
def test_allow_is_sound_on_sixty_thousand_large_random_rulebooks() -> None:
    """And on every one of them the reference says the same of the partial facts."""
    assert laws.allow_is_sound(seed=43, books=60_000) > 5_000
