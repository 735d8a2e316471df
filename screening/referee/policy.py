"""When a second opinion is asked, and what is done without one: the setting of a service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from time import perf_counter
from typing import assert_never

from screening.answer import Decision
from screening.decide.verdict import Ruling
from screening.decide.view import View
from screening.decision import Verdict
from screening.facts import Facts
from screening.opinion import Outcome, Policy, SecondOpinion
from screening.referee.confirm import compare, confirm, told_by
from screening.referee.process import Unavailable
from screening.referee.referee import Referee

SAMPLE_SHARE = 0.05
"""The share of allows that `sample` asks about."""


@dataclass(frozen=True)
class SecondOpinions:
    """Confirms decisions by the referee; hand it to `Rulebook.decide`.

    `hold` keeps an allow at review when the referee has no answer.
    """

    referee: Referee
    policy: Policy = Policy.ALLOW
    hold: bool = False
    share: float = SAMPLE_SHARE
    heard: Callable[[Outcome, float], None] = lambda outcome, seconds: None
    """Hears what came of every question, and how long it took; for metrics."""
    chance: Callable[[], float] = field(default=SystemRandom().random)
    """A number from 0 to 1, not to be foreseen by who submits shipments."""

    def __call__(self, decision: Decision, ruling: Ruling, facts: Facts, view: View) -> Decision:
        """The decision, confirmed if the policy asks for it."""
        if not self._asks(decision):
            return decision
        began = perf_counter()
        try:
            answer = self.referee.answer(ruling.compiled, facts, view)
        except Unavailable as error:
            opinion = SecondOpinion(Outcome.UNAVAILABLE, str(error))
        else:
            opinion = compare(told_by(ruling), answer)
        self.heard(opinion.outcome, perf_counter() - began)
        return confirm(decision, opinion, hold=self.hold)

    def _asks(self, decision: Decision) -> bool:
        allows = decision.verdict is Verdict.ALLOW
        match self.policy:
            case Policy.ALWAYS:
                return True
            case Policy.ALLOW:
                return allows
            case Policy.SAMPLE:
                return allows and self.chance() < self.share
            case Policy.OFF:
                return False
            case _:
                assert_never(self.policy)
