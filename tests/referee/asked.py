"""Asking both engines the same."""

from __future__ import annotations

from screening.decide.view import View
from screening.decision import Authority
from screening.engine import Rulebook
from screening.facts import Facts
from screening.opinion import Difference
from screening.referee.confirm import compare, told_by
from screening.referee.referee import Referee


def differences(
    referee: Referee, rulebook: Rulebook, facts: Facts, view: View,
    authority: Authority | None = None,
) -> tuple[Difference, ...]:  # fmt: skip
    """Where the referee and *explain* part ways; raises `Unavailable` where it has no answer."""
    ruling = rulebook.ruling(facts, view, authority)
    return compare(told_by(ruling), referee.answer(ruling.compiled, facts, view)).differences
