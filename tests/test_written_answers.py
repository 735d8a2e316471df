"""The answer as bytes is the answer as a dictionary, whatever was remembered before."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from screening.engine import Rulebook, load_rulebook
from screening.facts import Fact, Provenance
from screening.memory import Memory


@pytest.fixture(scope="module")
def shipped() -> Rulebook:
    return load_rulebook()


@pytest.mark.parametrize("every_rule", [False, True])
def test_bytes_say_what_the_dictionary_says(shipped: Rulebook, every_rule: bool) -> None:
    for example in shipped.content.examples[::6]:
        decision = shipped.decide(example.given)
        plain = json.loads(json.dumps(decision.as_dict(every_rule=every_rule)))
        assert json.loads(decision.to_bytes(every_rule=every_rule)) == plain


def test_what_was_decided_before_changes_no_answer(shipped: Rulebook) -> None:
    """An engine that has seen many shipments says of each what a new one says."""
    given = [example.given for example in shipped.content.examples[::24]]
    for shipment in given:
        shipped.decide(shipment)
    for shipment in given:
        fresh = Rulebook(shipped.content).decide(shipment)
        assert shipped.decide(shipment).to_bytes() == fresh.to_bytes()


def test_one_and_true_are_two_facts() -> None:
    """To Python they are equal, and what is remembered of the one must not be told of the other."""
    one, true = Fact(1, Provenance.GIVEN), Fact(True, Provenance.GIVEN)  # type: ignore[arg-type]
    assert one != true
    assert replace(true) == true
    assert hash(replace(true)) == hash(true)


def test_memory_stays_within_its_bounds_and_keeps_what_is_asked_for() -> None:
    memory: Memory[int, str] = Memory(10)
    for n in range(1_000):
        assert memory.of(n, lambda n=n: str(n)) == str(n)  # type: ignore[misc]
        assert memory.of(0, lambda: "found again") == "0"
    assert len(memory) <= 20
