"""What a second opinion does to a decision, and when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from screening.conditions.tree import All, Compare, Ordering
from screening.decision import Finding, Verdict
from screening.engine import Rulebook
from screening.opinion import Difference, Outcome, Policy, SecondOpinion
from screening.referee.confirm import Answer, compare, confirm, told_by
from screening.referee.policy import SecondOpinions
from screening.referee.process import Unavailable
from screening.referee.referee import Referee
from screening.shipment import Shipment
from screening.truth import Truth
from screening.vocabulary import Scope

CHAIR: Mapping[str, Any] = {
    "law_date": "2025-07-15", "kind": "export", "exported_from": "US", "destination": "DE",
    "eccn": "EAR99", "exporter": {"name": "A", "country": "US", "listings": []},
    "end_user": {"name": "B", "country": "DE", "listings": []},
    "ultimate_consignee": {"name": "B", "country": "DE", "listings": []},
    "parties_complete": True, "end_use": ["civil"],
}  # fmt: skip
H20: Mapping[str, Any] = {
    "law_date": "2025-07-14", "exporter": "NVIDIA Corporation", "product": "nvidia-h20",
    "destination": "CN", "quantity": 8, "end_use": ["datacenter"],
}  # fmt: skip
DIFFERS = SecondOpinion(
    Outcome.DISAGREES, "engines_disagree", (Difference("r", Truth.FALSE, Truth.TRUE),)
)
AGREES = SecondOpinion(Outcome.AGREES)
SILENT = SecondOpinion(Outcome.UNAVAILABLE, "the referee did not answer in time")


class Says:
    """A referee that answers as told."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.answers, self.asked = answer, 0

    def answer(self, *_: object) -> Answer:
        self.asked += 1
        if self.answers is None:
            raise Unavailable("it is not there")
        return self.answers


def decided(law: Rulebook, given: Mapping[str, Any], says: Says, **settings: Any) -> Any:
    return law.decide(given, confirms=SecondOpinions(says, **settings))  # type: ignore[arg-type]  # answers like one


def test_both_say_the_same() -> None:
    one = Answer(frozenset("a"), frozenset("ab"))
    assert compare(one, one) == AGREES


def test_every_difference_is_told() -> None:
    engine = Answer(frozenset("ab"), frozenset("abc"))
    referee = Answer(frozenset("b"), frozenset("abd"))
    assert compare(engine, referee).differences == (
        Difference("a", Truth.TRUE, Truth.UNKNOWN),
        Difference("c", Truth.UNKNOWN, Truth.FALSE),
        Difference("d", Truth.FALSE, Truth.UNKNOWN),
    )


@pytest.mark.parametrize("given", [CHAIR, H20], ids=["allow", "deny"])
def test_engines_that_disagree_make_it_a_review_with_both_answers_on_record(
    law: Rulebook, given: Mapping[str, Any]
) -> None:
    alone = law.decide(given)
    assert alone.verdict is not Verdict.REVIEW
    d = confirm(alone, DIFFERS)
    assert d.verdict is Verdict.REVIEW
    assert d.as_dict()["second_opinion"] == {
        "outcome": "disagrees",
        "reason": "engines_disagree",
        "differences": [{"rule": "r", "engine": "false", "referee": "true"}],
        "engine_alone": {"verdict": alone.verdict.value, "finding": alone.finding.value},
    }
    assert "disagree" in d.summary() and f"says {alone.verdict.value}" in d.summary()
    assert d.finding is not Finding.NO_LICENSE_REQUIRED


def test_agreement_changes_nothing_but_the_record(law: Rulebook) -> None:
    alone = law.decide(CHAIR)
    d = confirm(alone, AGREES)
    assert (d.verdict, d.finding, d.summary()) == (alone.verdict, alone.finding, alone.summary())
    assert d.as_dict()["second_opinion"]["outcome"] == "agrees"
    assert "second_opinion" not in alone.as_dict()


def test_no_answer_is_on_record_and_holds_an_allow_where_asked(law: Rulebook) -> None:
    allow, deny = law.decide(CHAIR), law.decide(H20)
    assert confirm(allow, SILENT).verdict is Verdict.ALLOW
    assert "no second opinion" in confirm(allow, SILENT).summary()
    assert confirm(allow, SILENT, hold=True).verdict is Verdict.REVIEW
    assert confirm(deny, SILENT, hold=True).verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("policy", "on_allow", "on_deny"),
    [(Policy.ALWAYS, 1, 1), (Policy.ALLOW, 1, 0), (Policy.OFF, 0, 0)],
)
def test_when_it_is_asked(law: Rulebook, policy: Policy, on_allow: int, on_deny: int) -> None:
    for given, times in ((CHAIR, on_allow), (H20, on_deny)):
        says = Says()
        d = decided(law, given, says, policy=policy)
        assert says.asked == times
        assert (d.second_opinion is not None) == bool(times)


def test_a_sample_is_a_share_of_the_allows(law: Rulebook) -> None:
    says = Says()
    chances = iter([0.04, 0.06, 0.5])
    for _ in range(3):
        decided(law, CHAIR, says, policy=Policy.SAMPLE, chance=lambda: next(chances))
    assert says.asked == 1


def test_a_referee_that_says_otherwise_stops_an_allow(law: Rulebook) -> None:
    nothing = Says(Answer(frozenset(), frozenset()))
    d = decided(law, CHAIR, nothing)
    assert d.verdict is Verdict.REVIEW
    assert d.second_opinion.outcome is Outcome.DISAGREES


def test_a_referee_that_says_the_same_confirms(law: Rulebook) -> None:
    given = law.facts(law_shipment(CHAIR))
    view = law.view(given.law_date)
    own = told_by(law.ruling(law.assumed(given, view), view))
    d = decided(law, CHAIR, Says(own))
    assert (d.verdict, d.second_opinion.outcome) == (Verdict.ALLOW, Outcome.AGREES)


def test_where_it_is_not_installed_it_says_so_and_nothing_else_changes(
    law: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.referee.referee.installed", lambda: False)
    d = law.decide(CHAIR, confirms=SecondOpinions(Referee(), Policy.ALWAYS))
    assert d.verdict is Verdict.ALLOW
    assert d.second_opinion is not None
    assert d.second_opinion.outcome is Outcome.UNAVAILABLE
    assert "Python 3.8 to 3.12" in d.summary()


def test_a_condition_that_it_cannot_be_told_is_named(law: Rulebook) -> None:
    """A rule too large for one ruleset: no answer for the day, rather than one without it."""
    content = law.content
    field = content.vocabulary.of(Scope.SHIPMENT)["quantity"]
    parts = tuple(Compare(field, Ordering.MORE_THAN, Fraction(n)) for n in range(300))
    in_force = content.rules["h20-is-informed"]
    rule = replace(in_force, id="large", when=All(parts))
    larger = Rulebook(replace(content, rules={**content.rules, "large": rule}))
    with Referee() as referee:
        d = larger.decide({"law_date": "2025-07-15"},
                          confirms=SecondOpinions(referee, Policy.ALWAYS))  # fmt: skip
        assert referee.counts.unavailable == 1
    assert d.second_opinion is not None
    assert "`large` has 300 conditions" in d.second_opinion.reason


def law_shipment(given: Mapping[str, Any]) -> Shipment:
    return Shipment.model_validate(given)
