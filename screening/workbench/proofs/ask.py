"""The questions of one child: each property on each of its epochs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import z3

from screening.conditions.prove import Unreadable
from screening.decide.status import statuses
from screening.engine import Rulebook
from screening.facts import Facts
from screening.rulebook.model import Property
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.proofs.mock import mock_shipment
from screening.workbench.proofs.report import Answer, Outcome
from screening.workbench.proofs.search import (
    Counterexample,
    Disagreement,
    EpochProver,
    Prover,
    TimedOut,
)


def answers_for(
    rulebook: Rulebook, days: Iterable[Epoch], wanted: Sequence[str], each: float
) -> Iterator[Answer]:
    """One answer for each epoch and property, in that order."""
    properties = [p for p in rulebook.content.properties if p.id in wanted]
    prover = Prover(rulebook)
    for epoch in days:
        try:
            at: EpochProver | str = prover.at(epoch, each)
        except Unreadable as error:
            at = str(error)
        for property in properties:
            yield _answer(rulebook, epoch, property, at)


def _answer(rulebook: Rulebook, epoch: Epoch, wanted: Property, at: EpochProver | str) -> Answer:
    first, last = str(epoch.first), str(epoch.last)
    if isinstance(at, str):
        return Answer(wanted.id, first, last, Outcome.UNKNOWN, f"cannot be expressed: {at}")
    try:
        found = at.counterexample(wanted)
        vacuous = found is None and at.vacuous(wanted)
    except (TimedOut, z3.Z3Exception) as error:
        return Answer(wanted.id, first, last, Outcome.UNKNOWN, f"the solver gave up: {error}")
    except (Disagreement, Unreadable) as error:
        return Answer(wanted.id, first, last, Outcome.UNKNOWN, str(error))
    if found is None:
        return Answer(wanted.id, first, last, Outcome.PROVED, vacuous=vacuous)
    return _shown(rulebook, wanted, found, first, last)


def _shown(
    rulebook: Rulebook, wanted: Property, found: Counterexample, first: str, last: str
) -> Answer:
    mock = mock_shipment(rulebook, found.facts, wanted)
    if mock is not None:
        document, decision = mock
        return Answer(wanted.id, first, last, Outcome.BROKEN, shipment=document,
                      verdict=decision.verdict, finding=decision.finding,
                      decisive=decision.decisive)  # fmt: skip
    told = statuses(found.ruling)
    decisive = tuple(id for id, status in told.items() if status == "decisive")
    return Answer(wanted.id, first, last, Outcome.BROKEN, facts=told_facts(found.facts),
                  verdict=found.ruling.verdict, finding=found.ruling.finding,
                  decisive=decisive)  # fmt: skip


def told_facts(facts: Facts) -> dict[str, Any]:
    """The facts as a mapping that people can read."""

    def plain(value: object) -> str:
        return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)

    found: dict[str, Any] = {id: plain(v[0].value) for id, v in facts.values.items()}
    found["parties"] = [
        {"roles": sorted(p.roles), **{id: plain(v[0].value) for id, v in p.values.items()},
         "listings": [{id: plain(v[0].value) for id, v in item.values.items()}
                      for item in p.listings or ()]}
        for p in facts.parties
    ]  # fmt: skip
    return found
