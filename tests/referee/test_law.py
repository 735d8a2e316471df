"""The referee meets the same rules of the shipped law as *explain*, surely and possibly."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked import differences

from screening.bulk.answers import prepare
from screening.bulk.given import GivenFile
from screening.bulk.headers import recognize
from screening.bulk.sources import read_table
from screening.engine import Rulebook
from screening.referee.referee import Referee
from screening.shipment import Shipment

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def examples(law: Rulebook, referee: Referee, every: int) -> int:
    """Ask about every so many examples; the number of questions."""
    asked = 0
    for example in law.content.examples[::every]:
        for expected in example.expect:
            shipment = example.given
            if expected.law_date is not None:
                shipment = shipment.with_field("law_date", expected.law_date.isoformat())
            given = law.facts(shipment, expected.known_as_of)
            view = law.view(given.law_date, expected.known_as_of)
            # Without the assumptions more is unknown: every third is asked so too.
            for facts in (law.assumed(given, view), given)[: 1 + (asked % 3 == 0)]:
                found = differences(referee, law, facts, view, example.authority)
                assert not found, f"{example.title}: {'; '.join(map(str, found))}"
                asked += 1
    return asked


def test_examples_of_the_rulebook_on_the_dates_they_speak_of(
    law: Rulebook, referee: Referee
) -> None:
    assert examples(law, referee, every=6) > 60


@pytest.mark.slow
def test_every_example(law: Rulebook, referee: Referee) -> None:
    assert examples(law, referee, every=1) > 400


def test_the_sample_shipments(law: Rulebook, referee: Referee) -> None:
    vocabulary = law.content.vocabulary
    table = read_table(SEEDS / "shipments.csv")
    columns = recognize(table.header, vocabulary, {}, {}, table.file)
    rows = list(prepare(table, columns, GivenFile(), law.content, one_date=False).shipments())
    assert len(rows) > 80
    for _, shipment, _ in rows:
        assert shipment is not None
        given = law.facts(shipment)
        view = law.view(given.law_date)
        for facts in (given, law.assumed(given, view)):
            found = differences(referee, law, facts, view)
            assert not found, f"{shipment}: {'; '.join(map(str, found))}"


def test_with_nothing_known_at_all(law: Rulebook, referee: Referee) -> None:
    given = law.facts(Shipment.model_validate({}))
    assert not differences(referee, law, given, law.view(None))
