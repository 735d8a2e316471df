"""The theorems of docs/semantics.md on random rulebooks with partial facts; fixed seeds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import laws
import pytest
from generate import (
    ALWAYS,
    FLAGS,
    SHIPMENT,
    Book,
    Case,
    Spec,
    content_of,
    facts_of,
    random_case,
    random_compiled,
    rulebook_of,
    view_of,
    yaml_of,
)

from screening.conditions.tree import Known
from screening.decision import Finding, Verdict
from screening.engine import Rulebook
from screening.facts import Fact, Provenance
from screening.problems import ProblemsFound
from screening.rulebook.load import load
from screening.rulebook.model import CONFLICT


def test_order_of_rules_does_not_matter() -> None:
    laws.order_does_not_matter(seed=11, books=250)


def test_an_identical_rule_twice_changes_nothing() -> None:
    laws.twice_is_once(seed=12, books=250)


def test_adding_a_ground_never_relaxes() -> None:
    laws.a_ground_never_relaxes(seed=13, books=300)


def test_the_first_rule_of_an_empty_rulebook_is_the_one_exception() -> None:
    """An empty rulebook allows nothing, so any first rule, met or not, may bring an allow."""
    never = Spec("never", finding="prohibited", when=("not", ALWAYS))
    assert laws.rule_on(rulebook_of(Book(())), Case({})).verdict is Verdict.REVIEW
    assert laws.rule_on(rulebook_of(Book((never,))), Case({})).verdict is Verdict.ALLOW


def test_an_override_changes_nothing_outside_its_reach() -> None:
    assert laws.nothing_outside_its_reach(seed=14, books=400) > 1500
    laws.an_override_of_grounds_changes_only_them()


def test_removing_a_fact_never_allows() -> None:
    laws.removing_a_fact_never_allows(seed=15, books=600)


def test_suspending_and_exempting_differ_in_their_word_only() -> None:
    rng = Random(16)
    swapped = {"suspending": "exempting", "exempting": "suspending"}
    for _ in range(200):
        book, rulebook = random_compiled(rng)
        other = replace(
            book,
            rules=tuple(replace(r, kind=swapped.get(r.kind or "", r.kind)) for r in book.rules),
        )
        rulebook, turned = rulebook_of(book), rulebook_of(other)
        for _ in range(3):
            case = random_case(rng)
            before, after = laws.rule_on(rulebook, case), laws.rule_on(turned, case)
            assert laws.actives(before) == laws.actives(after), laws.show(book, case)
            assert before.verdict is after.verdict


def test_what_fails_may_be_met() -> None:
    laws.a_rule_that_fails_never_allows()


def test_until_is_the_first_day_out_of_force() -> None:
    laws.until_is_the_first_day_out_of_force()


def test_text_alone() -> None:
    laws.lesser_authority_is_off_in_the_text_alone()


def test_who_may_relax() -> None:
    laws.who_may_relax()


# --- where the theorems about absent facts end -------------------------------------------------


def test_a_claim_is_an_act_so_absent_means_none() -> None:
    """Claimed but surely not met is a red flag; not claimed, the exception is merely not there."""
    exception = Spec("nac", exception="NAC", kind="replacing", targets=("g",), when=("not", ALWAYS))
    rulebook = rulebook_of(Book((Spec("g", finding="red_flag", when=("not", ALWAYS)), exception)))
    assert laws.rule_on(rulebook, Case({}, claim="NAC")).verdict is Verdict.REVIEW
    assert laws.rule_on(rulebook, Case({})).verdict is Verdict.ALLOW


def test_an_exception_not_claimed_holds_back_no_denial() -> None:
    """So the deny is of the facts given; a completion may be allowed, and `could_help` says so."""
    book = Book((
        Spec("g", finding="presumption_of_denial"),
        Spec("nac", exception="NAC", kind="replacing", targets=("g",), when=("is", FLAGS[0], True)),
    ))  # fmt: skip
    rulebook = rulebook_of(book)
    assert laws.rule_on(rulebook, Case({})).verdict is Verdict.DENY
    assert laws.rule_on(rulebook, Case({}, claim="NAC")).verdict is Verdict.REVIEW
    assert laws.rule_on(rulebook, Case({FLAGS[0]: True})).verdict is Verdict.ALLOW


def test_a_license_in_hand_is_an_act_too() -> None:
    rulebook = rulebook_of(Book((Spec("g", finding="presumption_of_denial"),)))
    answers = {
        how: laws.rule_on(rulebook, Case({}, license=how)).verdict
        for how in (None, "claimed", "proved")
    }
    assert answers == {None: "deny", "claimed": "review", "proved": "allow"}


def test_a_license_never_answers_a_prohibition() -> None:
    rulebook = rulebook_of(Book((Spec("g", finding="prohibited"),)))
    for how in ("claimed", "proved"):
        assert laws.rule_on(rulebook, Case({}, license=how)).verdict is Verdict.DENY


def test_known_reads_what_was_said_not_what_is() -> None:
    """A red flag on `known: true` is off while nothing is said: an allow that a word takes away."""
    content = content_of(Book((Spec("said", finding="red_flag"),)))
    rule = replace(content.rules["said"], when=Known(SHIPMENT["attributes.a"]))
    rulebook = Rulebook(replace(content, rules={"said": rule}))
    assert laws.rule_on(rulebook, Case({})).verdict is Verdict.ALLOW
    assert laws.rule_on(rulebook, Case({FLAGS[0]: False})).verdict is Verdict.REVIEW


def test_a_conflict_is_a_red_flag_that_goes_with_one_of_its_facts() -> None:
    """Both values are kept: a test that holds for one only is unknown, and nothing is allowed."""
    rulebook = rulebook_of(
        Book((Spec("big", finding="prohibited", when=("least", "attributes.n", 7)),))
    )
    case = Case({"attributes.n": 5})
    facts = facts_of(case)
    other = Fact(Fraction(9), Provenance.CATALOGUE)
    conflicting = {
        **facts.values,
        "attributes.n": (*facts.values["attributes.n"], other),
        "conflicting_facts": (Fact(True, Provenance.DERIVED),),
    }
    view = view_of(rulebook, case)
    ruling = rulebook.ruling(replace(facts, values=conflicting), view)
    assert ruling.verdict is Verdict.REVIEW
    assert ruling.finding is Finding.RED_FLAG
    assert ruling.possible is Finding.PROHIBITED
    assert rulebook.statuses(ruling)[CONFLICT] == "decisive"
    assert rulebook.ruling(facts, view).verdict is Verdict.ALLOW


# --- the generator itself ------------------------------------------------------------------------


def test_books_built_in_memory_are_what_the_loader_makes_of_their_text(tmp_path) -> None:  # type: ignore[no-untyped-def]
    rng = Random(17)
    for i in range(40):
        book, rulebook = random_compiled(rng)
        folder = tmp_path / str(i)
        folder.mkdir()
        (folder / "book.yaml").write_text(yaml_of(book), encoding="utf-8")
        loaded = load(folder)
        plain = {id: replace(rule, place=None) for id, rule in loaded.rules.items()}
        assert plain == rulebook.content.rules, laws.show(book)
        assert loaded.header.verdicts == rulebook.content.header.verdicts
        read = Rulebook(loaded)
        for _ in range(3):
            case = random_case(rng)
            assert laws.summary(read, case) == laws.summary(rulebook, case), laws.show(book, case)


def test_what_the_language_refuses_is_refused_in_memory_too() -> None:
    stricter = Spec("r", kind="replacing", targets=("g",), finding="prohibited")
    with pytest.raises(ProblemsFound):
        rulebook_of(Book((Spec("g", finding="red_flag"), stricter)))
