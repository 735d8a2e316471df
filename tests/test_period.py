"""Periods are half-open, and known only from the day on which they were public."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from screening.rulebook.period import Period, as_known, in_force
from screening.truth import Truth

APRIL_9 = date(2025, 4, 9)
JULY_15 = date(2025, 7, 15)
DAY = timedelta(days=1)
LETTER = Period(APRIL_9, JULY_15)


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (APRIL_9 - DAY, Truth.FALSE),
        (APRIL_9, Truth.TRUE),
        (JULY_15 - DAY, Truth.TRUE),
        (JULY_15, Truth.FALSE),
        (date.min, Truth.FALSE),
        (date.max, Truth.FALSE),
        (None, Truth.UNKNOWN),
    ],
)
def test_from_the_first_day_up_to_not_including_the_end(day: date | None, wanted: Truth) -> None:
    assert in_force(LETTER, day) is wanted


def test_open_ends() -> None:
    assert in_force(Period(APRIL_9), date.max) is Truth.TRUE
    assert in_force(Period(APRIL_9), APRIL_9 - DAY) is Truth.FALSE
    assert in_force(Period(end=JULY_15), date.min) is Truth.TRUE
    assert in_force(Period(end=JULY_15), JULY_15) is Truth.FALSE
    assert in_force(Period(), None) is Truth.TRUE  # always holds, whatever the day
    assert in_force(Period(APRIL_9), None) is Truth.UNKNOWN
    assert in_force(Period(end=JULY_15), None) is Truth.UNKNOWN


def test_two_periods_that_meet_cover_every_day_once() -> None:
    before, after = Period(APRIL_9, JULY_15), Period(JULY_15, None)
    assert not before.overlaps(after)
    for days in range(200):
        day = APRIL_9 + days * DAY
        truths = [in_force(p, day) for p in (before, after)]
        assert truths.count(Truth.TRUE) == 1, day


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        (Period(APRIL_9, JULY_15), Period(JULY_15 - DAY, None), True),
        (Period(), Period(APRIL_9, APRIL_9 + DAY), True),
        (Period(end=APRIL_9), Period(APRIL_9), False),
        (Period(end=APRIL_9 + DAY), Period(APRIL_9), True),
    ],
)
def test_overlaps(first: Period, second: Period, wanted: bool) -> None:
    assert first.overlaps(second) is wanted
    assert second.overlaps(first) is wanted


def test_not_known_before_it_was_published() -> None:
    """The letter bound from April 9 and was public on April 15."""
    letter = Period(APRIL_9, published=date(2025, 4, 15))
    assert as_known(letter, date(2025, 4, 14)) is None
    assert as_known(letter, date(2025, 4, 15)) == letter
    assert as_known(letter, None) == letter


def test_without_a_date_of_publication_it_is_known_from_its_first_day() -> None:
    assert as_known(LETTER, APRIL_9 - DAY) is None
    assert as_known(LETTER, APRIL_9) == LETTER
    assert as_known(Period(), date.min) == Period()


def test_published_before_it_begins() -> None:
    early = Period(JULY_15, published=APRIL_9)
    assert as_known(early, APRIL_9) == early


def test_an_end_not_yet_published_is_open() -> None:
    stay = Period(APRIL_9, JULY_15, end_published=date(2025, 7, 1))
    assert as_known(stay, date(2025, 6, 30)) == Period(
        APRIL_9, None, end_published=date(2025, 7, 1)
    )
    assert as_known(stay, date(2025, 7, 1)) == stay
    before = as_known(stay, date(2025, 6, 30))
    assert before is not None
    assert in_force(before, JULY_15) is Truth.TRUE
    assert in_force(stay, JULY_15) is Truth.FALSE


def test_it_reads_with_its_last_day() -> None:
    assert str(LETTER) == "from 2025-04-09 through 2025-07-14"
    assert str(Period()) == "always"
    assert str(Period(APRIL_9, unverified=True)) == "from 2025-04-09 (unverified)"
