"""Killed, hung and hurried, the referee gives no wrong answer; every question has one outcome."""

from __future__ import annotations

import pytest
from abuse import run

from screening.engine import Rulebook
from screening.opinion import Outcome
from screening.referee.referee import NOT_INSTALLED, installed

if not installed():
    pytest.skip(NOT_INSTALLED, allow_module_level=True)


def holds(law: Rulebook, decisions: int, share: float) -> None:
    report = run(law, decisions, share=share)
    assert report.outcomes[Outcome.DISAGREES] == 0, "a wrong answer was taken"
    assert report.outcomes.total() == decisions, "a decision was lost"
    assert report.outcomes[Outcome.AGREES] > decisions / 2
    assert report.kills + report.hurried > 0
    client = [kb for kb, _ in report.memory_kb]
    worker = [kb for _, kb in report.memory_kb if kb]  # it may have been killed just before
    assert client[-1] < 1.2 * client[1] + 20_000, f"the client grew: {report.memory_kb}"
    assert worker[-1] < 1.2 * worker[1] + 20_000, f"the worker grew: {report.memory_kb}"


def test_abused(law: Rulebook) -> None:
    holds(law, decisions=200, share=0.02)


@pytest.mark.slow
def test_abused_at_length(law: Rulebook) -> None:
    holds(law, decisions=20_000, share=0.005)
