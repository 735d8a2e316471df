"""What an engine remembers never becomes the answer to something else.

The same shipments are decided by an engine that has seen all the others and by one that remembers
nothing and asks no index; their answers are the same to the byte. The shipments are made to be
mistaken for each other: values that are equal to Python or to the eye, the same name with other
listings, the same facts on another footing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import pytest

from screening import Shipment, load_rulebook
from screening.decide.verdict import Reading
from screening.decision import Authority
from screening.engine import Rulebook
from screening.footing import Footing
from screening.memory import Memory
from screening.workbench.generate import points_of, random_shipment

Given = dict[str, Any]

ALIKE: dict[str, tuple[Any, ...]] = {
    "quantity": (1, True, "1", "1.0", "1.00", "01", "true", "yes", 1.0, 0, False, "0", [1]),
    "tpp": ("4800", "4800.0", "4800.00", "4,800", "4.8e3", 4800, "4799.999", "48e2", True),
    "performance_density": ("5.92", "5.920", "5.9", "592e-2"),
    "line_value": ("1", "1 USD", "1.00 USD", "1 EUR", True),
    "currency": ("USD", "usd", "EUR"),
    "datacenter_marketed": (True, "true", "yes", 1, "1", False, "no"),
    "eccn": ("3A090", "3A090.a", "3a090.a", "EAR99", "3A090.b"),
    "end_use": (["civil"], ["military"], "civil", "civil; military", [], ["civil", "military"]),
    "destination": ("CN", "China", "cn", "HK", "MO"),
    "product": ("nvidia-h20", "NVIDIA H20", "nvidia h20", "H2O", "nvidia-h200"),
    "description": ("NVIDIA H20", "pump", "NVIDIA H20 pump"),
}  # fmt: skip
LISTINGS: tuple[Any, ...] = (
    None, "none", [], ["entity_list"], ["unverified_list"], ["sdn"],
    [{"list": "entity_list", "basis": "owned"}],
    [{"list": "entity_list", "footnotes": ["4"]}],
    [{"list": "entity_list", "items": "all", "policy": "Presumption of denial"}],
    [{"list": "entity_list", "items": ["3A090"]}],
)  # fmt: skip
FOOTINGS = tuple(
    Footing(known_as_of=known, authority=authority, assumptions=assumptions)
    for known in (None, date(2025, 5, 1), date(2025, 8, 10))
    for authority in (None, Authority.REGULATION)
    for assumptions in (True, False)
)


@dataclass(frozen=True)
class Asked:
    given: Given
    footing: Footing


def asked(content: Any, count: int, seed: int) -> Iterator[Asked]:
    """Shipments, most of them like the one before but for one thing."""
    rng = Random(seed)
    points = points_of(content)
    days: list[date | None] = [
        date(2025, 7, 14),
        date(2025, 7, 15),
        *rng.sample(points.dates, 3),
        None,
    ]
    examples = [e.given for e in content.examples]
    given: Given = {}
    footing = FOOTINGS[0]
    for _ in range(count):
        roll = rng.random()
        if not given or roll < 0.15:
            given = random_shipment(rng, points, days)
        elif roll < 0.25:
            example = rng.choice(examples)
            given = {**example.fields, "law_date": str(rng.choice(days[:-1])),
                     "parties": [p.model_dump(exclude_none=True) for p in example.parties],
                     }  # fmt: skip
        elif roll < 0.55:
            field = rng.choice(list(ALIKE))
            given = {**given, field: rng.choice(ALIKE[field])}
        elif roll < 0.8:
            role = rng.choice(("end_user", "ultimate_consignee", "exporter"))
            party = {"name": "Example Trading", "country": rng.choice(("CN", "DE", None))}
            listings = rng.choice(LISTINGS)
            given = {**given, role: party if listings is None else {**party, "listings": listings}}
        elif roll < 0.9:
            given = {**given, "parties_complete": rng.choice((True, False, "yes"))}
        else:
            footing = rng.choice(FOOTINGS)
        yield Asked(given, footing)


@contextmanager
def nothing_remembered() -> Iterator[None]:
    """Every memory of the program finds everything anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Memory, "of", lambda self, key, find: find())
        patch.setattr(Memory, "get", lambda self, key: None)
        patch.setattr(Memory, "put", lambda self, key, found: found)
        yield


def differing(warm: Rulebook, without: Rulebook, count: int, seed: int) -> tuple[list[Any], int]:
    """Those that the two answer differently, and how many answers there were that differ."""
    wrong: list[Any] = []
    answers = set()
    for one in asked(warm.content, count, seed):
        try:
            shipment = Shipment.model_validate(one.given)
        except ValueError:  # no shipment: nobody decides it
            continue
        here = one.footing.decide(warm, shipment).to_bytes()
        with nothing_remembered():
            there = one.footing.decide(without, shipment).to_bytes()
        answers.add(here)
        if here != there:
            wrong.append((one, here, there))
    return wrong, len(answers)


@pytest.fixture(scope="module")
def engines() -> tuple[Rulebook, Rulebook]:
    warm = load_rulebook()
    return warm, Rulebook(warm.content, reading=Reading.EXPLAIN)


def test_a_warm_engine_answers_as_one_that_remembers_nothing(
    engines: tuple[Rulebook, Rulebook],
) -> None:
    wrong, answers = differing(*engines, count=150, seed=1)
    assert not wrong, wrong[0]
    assert answers > 75  # they are near, and most of them are not the same


@pytest.mark.slow
def test_a_warm_engine_answers_as_one_that_remembers_nothing_at_length(
    engines: tuple[Rulebook, Rulebook],
) -> None:
    wrong, _ = differing(*engines, count=5_000, seed=2)
    assert not wrong, wrong[0]


def test_a_key_that_forgets_something_is_noticed(
    engines: tuple[Rulebook, Rulebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parties told apart by their names alone: then listings of one are told of the other."""
    from screening.facts import PartyFacts

    monkeypatch.setattr(PartyFacts, "__hash__", lambda self: hash(self.label))
    monkeypatch.setattr(PartyFacts, "__eq__", lambda self, other: self.label == other.label)
    wrong, _ = differing(Rulebook(engines[0].content), engines[1], count=150, seed=1)
    assert wrong
