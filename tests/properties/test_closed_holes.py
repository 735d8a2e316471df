"""The smallest rulebooks on which an earlier engine was wrong; each was found by the theorems."""

from __future__ import annotations

from datetime import date

import pytest
from generate import FLAGS, Book, Case, Spec, rulebook_of
from laws import actives, rule_on

from screening.decision import Finding, Verdict
from screening.problems import ProblemsFound
from screening.truth import Truth

A = ("is", FLAGS[0], True)
NEVER = ("not", ("always",))


def test_a_replaced_replacement_is_not_certain() -> None:
    """Letter, resumption, licenses: all facts known, the last replacement is what stands."""
    book = Book((
        Spec("letter", finding="policy_of_denial"),
        Spec("resumption", kind="replacing", targets=("letter",), finding="presumption_of_denial"),
        Spec("licenses", kind="replacing", targets=("resumption",), finding="case_by_case"),
    ))  # fmt: skip
    ruling = rule_on(rulebook_of(book), Case({}))
    assert actives(ruling)["licenses"] is Truth.TRUE
    assert ruling.possible is Finding.CASE_BY_CASE
    assert ruling.finding is Finding.CASE_BY_CASE  # and not presumption_of_denial
    assert ruling.verdict is Verdict.REVIEW  # and not deny


def test_allow_is_sound_where_an_exception_replaces_a_replacement() -> None:
    book = Book((
        Spec("ground", finding="presumption_of_denial", when=A),
        Spec("policy", kind="replacing", targets=("ground",), finding="presumption_of_denial"),
        Spec("nac", kind="replacing", targets=("policy",), exception="NAC"),
    ))  # fmt: skip
    rulebook = rulebook_of(book)
    assert rule_on(rulebook, Case({})).verdict is Verdict.ALLOW
    assert rule_on(rulebook, Case({FLAGS[0]: True})).verdict is Verdict.ALLOW


def test_a_stale_exception_that_relaxes_nothing_takes_no_allow_away() -> None:
    book = Book((
        Spec("ground", finding="prohibited", when=NEVER),
        Spec("nac", exception="NAC", kind="replacing", targets=("ground",), when=A,
             verified_through=date(2024, 1, 1)),
    ))  # fmt: skip
    rulebook = rulebook_of(book)
    assert rule_on(rulebook, Case({})).verdict is Verdict.ALLOW
    assert rule_on(rulebook, Case({FLAGS[0]: True})).verdict is Verdict.ALLOW


def test_a_stale_exception_that_is_needed_gives_no_allow() -> None:
    book = Book((
        Spec("ground", finding="case_by_case"),
        Spec("nac", exception="NAC", kind="replacing", targets=("ground",),
             verified_through=date(2024, 1, 1)),
    ))  # fmt: skip
    assert rule_on(rulebook_of(book), Case({}, claim="NAC")).verdict is Verdict.REVIEW


def test_what_is_not_subject_counts_as_absent_until_it_is_shown() -> None:
    """Nothing said: denied as without it. Applies but is not proved: offered. Proved: allowed."""
    rulebook = rulebook_of(Book((
        Spec("ground", finding="presumption_of_denial"),
        Spec("outside", kind="replacing", targets=("ground",), finding="not_subject", when=A,
             conditions=("is", FLAGS[1], True)),
    )))  # fmt: skip
    applies, proved = FLAGS[0], FLAGS[1]
    assert rule_on(rulebook, Case({})).verdict is Verdict.DENY
    assert rule_on(rulebook, Case({applies: True})).verdict is Verdict.REVIEW
    shown = rule_on(rulebook, Case({applies: True, proved: True}))
    assert (shown.verdict, shown.finding) == (Verdict.ALLOW, Finding.NOT_SUBJECT)
    assert rule_on(rulebook, Case({applies: True, proved: False})).verdict is Verdict.DENY
    # Nothing to claim: a claim of some name is one that no rule grants.
    claimed = rule_on(rulebook, Case({applies: True, proved: True}, claim="DE_MINIMIS"))
    assert claimed.verdict is Verdict.REVIEW


def test_a_license_exception_does_not_bar() -> None:
    """Not claimed it counts as absent, so it would bar only once it is known to apply."""
    book = Book((
        Spec("first", finding="case_by_case"),
        Spec("lenient", kind="replacing", targets=("first",), finding="not_enforced"),
        Spec("nac", kind="replacing", targets=("first",), exception="NAC", when=A, tags=("t0",)),
        Spec("second", finding="case_by_case"),
        Spec("relief", kind="exempting", targets=("second",), barred_tags=("t0",)),
    ))  # fmt: skip
    with pytest.raises(ProblemsFound) as refused:
        rulebook_of(book)
    assert [p.code for p in refused.value.problems] == ["exception-bars"]


def test_order_does_not_choose_between_two_findings_of_one_step() -> None:
    rules = (
        Spec("ground", finding="case_by_case"),
        Spec("nac", kind="replacing", targets=("ground",), exception="NAC"),
        Spec("held", kind="replacing", targets=("ground",), finding="licensed"),
    )
    findings = {
        rule_on(rulebook_of(Book(order)), Case({})).finding
        for order in (rules, (rules[0], rules[2], rules[1]))
    }
    assert len(findings) == 1


def test_the_text_alone_of_an_override_whose_target_is_off() -> None:
    """An exemption from a practice's ground has, in the text alone, nothing to reach."""
    book = Book((
        Spec("custom", "practice", finding="case_by_case"),
        Spec("relief", "regulation", kind="exempting", targets=("custom",)),
    ))  # fmt: skip
    ruling = rule_on(rulebook_of(book), Case({}, authority="regulation"))
    assert ruling.verdict is Verdict.ALLOW


def test_a_relaxation_does_not_leak_through_a_replacement_of_two_rules() -> None:
    """The exception is for chips; what it does not name stays under review."""
    book = Book((
        Spec("chips", finding="presumption_of_denial"),
        Spec("listed", finding="prohibited"),
        Spec("policy", kind="replacing", targets=("chips", "listed"), finding="case_by_case"),
        Spec("nac", kind="replacing", targets=("chips",), exception="NAC"),
    ))  # fmt: skip
    ruling = rule_on(rulebook_of(book), Case({}))
    assert actives(ruling)["policy"] is Truth.TRUE
    assert ruling.verdict is Verdict.REVIEW


def test_nor_through_a_license_that_is_only_claimed() -> None:
    book = Book((
        Spec("chips", finding="presumption_of_denial"),
        Spec("listed", finding="policy_of_denial"),
        Spec("nac", kind="replacing", targets=("chips",), exception="NAC"),
    ))  # fmt: skip
    rulebook = rulebook_of(book)
    assert rule_on(rulebook, Case({})).verdict is Verdict.DENY
    assert rule_on(rulebook, Case({}, license="claimed")).verdict is Verdict.REVIEW
