"""*Explain*, *index* and *rete* say the same of every rule; the engine's two decide the same.

Longer: `make agree N=2000 SEED=7`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from pairs import Pair, generated, shipped
from readings import ENGINE, ByReferee, Reading, Said, answers, smallest_disagreement
from tally import Tally

from screening.referee.referee import Referee, installed

PARTS = 2
BOOKS, SHIPMENTS = 200, 100
REFEREE_EVERY = 4
"""The referee is asked of every fourth pair here, and of all by `make agree`: it takes its time."""


@pytest.fixture(scope="module")
def readings() -> Iterator[Mapping[str, Reading]]:
    """All readings that there are here; the referee runs on Python 3.8 to 3.12 only."""
    if not installed():
        yield ENGINE
        return
    with Referee(time_limit=30) as referee:
        yield {**ENGINE, "rete": ByReferee(referee)}


@pytest.mark.parametrize("part", range(PARTS))
def test_readings_agree_on_generated_rulebooks(part: int, readings: Mapping[str, Reading]) -> None:
    """Two hundred rulebooks of a hundred shipments each, in parts that run side by side.

    The pairs are worth agreeing on (`tally.REQUIRED`), and every reading has an answer to nearly
    all of them.
    """
    tallies = {name: Tally() for name in readings}
    for n, pair in enumerate(generated(part, BOOKS // PARTS, SHIPMENTS)):
        asked = readings if n % REFEREE_EVERY == 0 else ENGINE
        said = answers(pair, asked)
        refuse_disagreement(pair, said, asked)
        ruling = said["explain"].ruling
        assert ruling is not None
        for name in asked:
            tallies[name].add(ruling, unanswered=name not in said)
    for tally in tallies.values():
        tally.assert_not_vacuous()


def test_readings_agree_on_the_shipped_law(readings: Mapping[str, Reading]) -> None:
    """Shipments at the thresholds of the shipped law, and the examples of its policy staff."""
    pairs = unanswered = 0
    for pair in shipped(seed=1, shipments=75):
        said = answers(pair, readings)
        refuse_disagreement(pair, said, readings)
        pairs += 1
        unanswered += len(said) < len(readings)
    assert unanswered <= pairs / 20


def refuse_disagreement(
    pair: Pair, said: Mapping[str, Said], readings: Mapping[str, Reading]
) -> None:
    """Fail with the smallest rulebook and shipment that still show it."""
    found = smallest_disagreement(pair, said, readings)
    if found is not None:
        pytest.fail(found.report())
