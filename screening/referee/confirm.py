"""What a second opinion does to a decision: nothing, or review. Pure."""

from __future__ import annotations

from dataclasses import replace

from screening.answer import Decision
from screening.decide.verdict import Ruling
from screening.decide.view import View
from screening.decision import Finding, Verdict
from screening.engine import Confirms
from screening.facts import Facts
from screening.opinion import ENGINES_DISAGREE, Difference, Outcome, SecondOpinion
from screening.referee.plan import REQUIRED, key_of
from screening.referee.referee import Answer
from screening.truth import Truth


def told_by(ruling: Ruling) -> Answer:
    """The engine's own answer in the form of the referee's."""
    met = {key_of(c): m.value for c, m in zip(ruling.compiled.columns, ruling.met, strict=True)}
    met[REQUIRED] = ruling.requires
    return Answer(
        frozenset(key for key, value in met.items() if value.sure),
        frozenset(key for key, value in met.items() if value.possible),
    )


def compare(engine: Answer, referee: Answer) -> SecondOpinion:
    """Whether both say the same of every rule."""
    differing = (engine.sure ^ referee.sure) | (engine.possible ^ referee.possible)
    if not differing:
        return SecondOpinion(Outcome.AGREES)
    return SecondOpinion(
        Outcome.DISAGREES,
        ENGINES_DISAGREE,
        tuple(Difference(key, _truth(engine, key), _truth(referee, key))
              for key in sorted(differing)),
    )  # fmt: skip


def _truth(answer: Answer, key: str) -> Truth:
    if key in answer.sure:
        return Truth.TRUE
    return Truth.UNKNOWN if key in answer.possible else Truth.FALSE


def again(recorded: SecondOpinion) -> Confirms:
    """Gives an opinion that is on record once more, and does with it what was done then."""
    held = recorded.alone is not None
    opinion = replace(recorded, alone=None)

    def repeat(decision: Decision, ruling: Ruling, facts: Facts, view: View) -> Decision:
        return confirm(decision, opinion, hold=held)

    return repeat


def confirm(decision: Decision, opinion: SecondOpinion, *, hold: bool = False) -> Decision:
    """The decision with the second opinion on record.

    Engines that disagree make it a review, whatever it was; so, with `hold`, does an allow on
    which there is no second opinion.
    """
    held = opinion.outcome is Outcome.DISAGREES or (
        hold and opinion.outcome is Outcome.UNAVAILABLE and decision.verdict is Verdict.ALLOW
    )
    if not held or decision.verdict is Verdict.REVIEW:
        return replace(decision, second_opinion=opinion)
    alone = (decision.verdict, decision.finding)
    finding = decision.finding
    if finding is Finding.NO_LICENSE_REQUIRED:
        finding = Finding.UNDETERMINED
    return replace(
        decision, verdict=Verdict.REVIEW, finding=finding,
        second_opinion=replace(opinion, alone=alone),
    )  # fmt: skip
