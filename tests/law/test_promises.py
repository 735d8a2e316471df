"""The promises of the law (promises.py) hold, and each search finds a rulebook that breaks one.

The lines are spread evenly over all that could be tried, and the same at every run; the long run
tries many times more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import promises
import pytest
from lawcases import in_no_force, ruled, shipped
from promises import thinned

from screening import Finding, Rulebook, Verdict, load_rulebook
from screening.decision import Authority, OverrideKind
from screening.rulebook.layers import shipped_root
from screening.rulebook.model import Rule
from screening.truth import Truth

FEW = 120
slow = pytest.param(2_500, id="long", marks=pytest.mark.slow)
how_many = pytest.mark.parametrize("keep", [pytest.param(FEW, id="short"), slow])


@how_many
def test_to_an_embargoed_destination_nothing_goes_without_a_named_exception(keep: int) -> None:
    lines = thinned(promises.embargoed_lines(), keep)
    assert list(promises.allowed_to_embargoed(shipped(), lines)) == []


@pytest.mark.parametrize("rule", ["iran", "north-korea-listed-items"])
def test_an_embargo_that_is_gone_is_noticed(rule: str) -> None:
    """By the .y paragraphs: nothing else of the list is left without a doubt, since the chart sends
    the reader of every column to the embargo."""
    wrong = in_no_force(shipped(), rule)
    lines = [line for line in promises.embargoed_lines() if line[0]["eccn"].endswith(".y")]
    assert next(promises.allowed_to_embargoed(wrong, lines), None)


@how_many
def test_a_party_listed_for_all_items_is_never_allowed(keep: int) -> None:
    lines = thinned(promises.listed_lines(), keep)
    assert list(promises.allowed_though_listed(shipped(), lines)) == []


@pytest.mark.parametrize(
    ("listed", "rules"),
    [
        ("EL", ["entity-list", "entity-list-other-role"]),
        ("DPL", ["denied-persons"]),
        ("SDN", ["blocked-persons", "blocked-person-with-a-license"]),
    ],
)
def test_a_list_that_is_gone_is_noticed(listed: str, rules: list[str]) -> None:
    wrong = in_no_force(shipped(), *rules)
    lines = [
        (said, day)
        for said, day in promises.listed_lines()
        if said["destination"] == "CA" and "eccn" in said and f"'{listed}'" in str(said)
    ]
    assert next(promises.allowed_though_listed(wrong, lines), None)


@how_many
def test_a_letter_binds_nobody_but_its_addressees(keep: int) -> None:
    lines = thinned(promises.letter_lines(shipped()), keep)
    assert list(promises.bound_without_a_letter(shipped(), lines)) == []


def test_every_letter_binds_its_addressees() -> None:
    """The lines reach every letter, so that the search above has something to find."""
    book = shipped()
    left = {letter.id: promises.addressees(book, letter) for letter in promises.letters(book)}
    assert all(left.values())
    for said, day in promises.letter_lines(book):
        known = book.content.party_index.find(said["exporter"])
        mine = [id for id, to in left.items() if known in to and in_force(book.rules[id], day)]
        if mine:
            found = ruled(book, said, day)
            left = {id: to for id, to in left.items()
                    if id not in mine or promises.active(found, id) is Truth.FALSE}  # fmt: skip
    assert not left


def in_force(rule: Rule, day: date) -> bool:
    return any((w.start or day) <= day < (w.end or date.max) for w in rule.windows)


def test_a_letter_that_binds_everybody_is_noticed() -> None:
    book = shipped()
    letter, others = book.rules["h20-is-informed"], book.rules["h20-is-informed/others"]
    wrong = Rulebook(replace(book.content, rules={
        **book.rules, letter.id: replace(letter, when=others.when)}))  # fmt: skip
    lines = [line for line in promises.letter_lines(book) if line[0].get("product") == "nvidia-h20"]
    assert next(promises.bound_without_a_letter(wrong, lines), None)


@cache
def company() -> Rulebook:
    return load_rulebook(shipped_root() / "example-company")


@pytest.mark.parametrize("book", [shipped, company], ids=["the law", "a company over it"])
def test_no_rule_relaxes_that_may_not(book: object) -> None:
    assert callable(book)
    opened = frozenset(shipped().content.header.open_tags)
    assert opened
    assert list(promises.unlawful_relaxations(book(), opened)) == []


def test_a_company_that_relaxes_what_is_not_opened_is_noticed() -> None:
    book = company()
    own = next(r for r in book.rules.values() if r.authority is Authority.COMPANY)
    relaxing = replace(own, kind=OverrideKind.EXEMPTING, targets=("chips-to-scope",))
    rules = {**book.rules, own.id: relaxing}
    wrong = Rulebook(replace(book.content, rules=rules))
    assert list(promises.unlawful_relaxations(wrong, opened=frozenset(["resolvable-red-flag"])))


@pytest.mark.parametrize(
    ("rule", "finding"),
    [
        ("diffusion-not-enforced", Finding.LICENSED),
        ("h20-licenses-issued", Finding.NOT_ENFORCED),
    ],
)
def test_a_relaxation_that_goes_too_far_is_noticed(rule: str, finding: Finding) -> None:
    wrong = promises.with_finding(shipped(), rule, finding)
    assert list(promises.unlawful_relaxations(wrong)) != []


@how_many
def test_lesser_words_allow_nothing_but_what_is_not_enforced(keep: int) -> None:
    lines = thinned(promises.relaxing_lines(), keep)
    assert list(promises.allowed_by_lesser_word(shipped(), lines)) == []


@pytest.mark.parametrize(
    ("rules", "product"),
    [
        (["h20-licenses-issued", "h20-sales-resumed"], "nvidia-h20"),
        (["diffusion-not-enforced"], "h100"),
    ],
)
def test_an_allow_by_lesser_word_is_noticed(rules: list[str], product: str) -> None:
    """A practice that allows, and guidance that says `licensed` instead of `not_enforced`."""
    wrong = shipped()
    for rule in rules:
        wrong = promises.with_finding(wrong, rule, Finding.LICENSED)
    lines = [(said, day) for said, day in promises.relaxing_lines()
             if product in said.get("product", "") and day.year == 2025]  # fmt: skip
    assert next(promises.allowed_by_lesser_word(wrong, lines), None)


def test_the_lines_are_of_all_kinds() -> None:
    """Allowed and not, so that a search over them means something."""
    verdicts = {ruled(shipped(), *line).verdict for line in thinned(promises.relaxing_lines(), 60)}
    assert verdicts == set(Verdict)
