"""*Explain*, *index* and the referee say the same of every rule and give the same decision."""

from __future__ import annotations

import pytest
from pairs import Pair, generated, shipped
from readings import READINGS, Said, answers, disagreement
from shrink import smallest
from tally import Tally

PARTS = 4
BOOKS, SHIPMENTS = 200, 100


@pytest.mark.parametrize("part", range(PARTS))
def test_readings_agree_on_generated_rulebooks(part: int) -> None:
    """Two hundred rulebooks of a hundred shipments each, in parts that run side by side.

    The pairs are worth agreeing on: see `tally.REQUIRED`.
    """
    tally = Tally()
    for pair in generated(part, BOOKS // PARTS, SHIPMENTS):
        said = answers(pair)
        refuse_disagreement(pair, said)
        ruling = said["explain"].ruling
        assert ruling is not None
        tally.add(ruling, unanswered="index" not in said)
    tally.assert_not_vacuous()


def test_readings_agree_on_the_shipped_law() -> None:
    """Shipments at the thresholds of the shipped law, and the examples of its policy staff."""
    for pair in shipped(seed=1, shipments=150):
        refuse_disagreement(pair, answers(pair))


def refuse_disagreement(pair: Pair, said: dict[str, Said]) -> None:
    """Fail with the smallest rulebook and shipment that still show it."""
    if disagreement(pair, said) is not None:
        small = smallest(pair, lambda p: disagreement(p) is not None)
        found = disagreement(small)
        assert found is not None
        pytest.fail(found.report())


def test_every_reading_is_asked() -> None:
    """What is compared is named here, so that none drops out unseen."""
    assert list(READINGS) == ["explain", "index"]
