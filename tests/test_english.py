"""Sentences made from data are English: articles, verbs and counts, for every field and list."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

import pytest

from screening.casting import Money, PercentRange, Value
from screening.conditions.tree import (
    Compare,
    Elapsed,
    EveryParty,
    Expr,
    Known,
    Matches,
    Member,
    Not,
    Ordering,
    Relate,
    SomeListing,
    SomeParty,
)  # fmt: skip
from screening.conditions.words import say
from screening.decision import Authority, Finding, OverrideKind, Status, Verdict
from screening.english import article, count, one
from screening.problems import near
from screening.vocabulary import BASE, LISTS, PARTY_KINDS, ROLES, Field, FieldType, Scope

# How each is spoken; what is not here follows its first letter.
SPOKEN = {
    "an": ["ECCN", "HS code", "hour", "exporter", "end user", "EL", "MEU", "SDN", "ISN", "MIEU",
           "umbrella", "uninsured line", "EAR99", "exempting override", "intermediate consignee"],
    "a": ["university", "U.S. person", "unit", "one-time use", "European party", "UVL", "DPL",
          "CMIC", "DTC", "user", "party", "list entry", "suspending override", "text",
          "license exception", "TPP"],
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "text"), [(a, t) for a, ts in SPOKEN.items() for t in ts])
def test_the_article_is_as_spoken(wanted: str, text: str) -> None:
    assert article(text) == wanted
    assert one(text) == f"{wanted} {text}"


def test_counts_agree_with_their_noun() -> None:
    assert [count(n, "problem") for n in (0, 1, 2)] == ["0 problems", "1 problem", "2 problems"]
    assert count(1, "entry") == "1 entry" and count(633, "entry") == "633 entries"
    assert count(2, "class") == "2 classes" and count(2, "party") == "2 parties"
    assert count(2, "day") == "2 days" and count(12_000, "row") == "12,000 rows"


VALUES: dict[FieldType, Value] = {
    FieldType.NUMBER: Fraction(5), FieldType.MONEY: Money(Fraction(5), "USD"),
    FieldType.DATE: date(2025, 1, 1), FieldType.FLAG: True,
    FieldType.PERCENT_RANGE: PercentRange(Fraction(50), Fraction(50)),
}  # fmt: skip


def expressions_of(field: Field) -> list[Expr]:
    value = VALUES.get(field.type, "x")
    found: list[Expr] = [Member(field, (value,), ()), Known(field), Relate(field, field)]
    if field.type in (FieldType.NUMBER, FieldType.MONEY, FieldType.DATE, FieldType.PERCENT_RANGE):
        found.append(Compare(field, Ordering.AT_LEAST, value))
    if field.type is FieldType.DATE:
        found += [Elapsed(field, Ordering.AT_LEAST, 1), Elapsed(field, Ordering.AT_LEAST, 2)]
    if field.type is FieldType.TEXT:
        found += [Matches(field, "x", like=True), Matches(field, "x", like=False)]
    return found


def sentences() -> list[str]:
    found = []
    for field in BASE.fields:
        for test in expressions_of(field):
            inside: list[Expr] = [test]
            if field.scope is Scope.LISTING:
                inside = [SomeParty(ROLES[:1], SomeListing(test))]
            if field.scope is Scope.PARTY:
                inside = [SomeParty((role,), test) for role in ROLES]
                inside += [EveryParty((role,), test) for role in ROLES]
            found += [say(e) for e in inside] + [say(Not(e)) for e in inside]
    lists = BASE.of(Scope.LISTING)["list"]
    found += [say(SomeListing(Member(lists, (symbol,), ()))) for symbol in LISTS]
    kinds = BASE.of(Scope.PARTY)["kinds"]
    return found + [say(Member(kinds, (kind,), ())) for kind in PARTY_KINDS]


# `a`, `e`, `i`, `o`, `u` spoken as they are written; no field or list begins otherwise.
MISUSED = re.compile(
    r"\ba (?=[aeio]|u(?!n?it|ni|se))|\ban (?=[^aeiouAEFHILMNORSX])|\bnot (?:reads|contains)"
)


def test_every_field_and_list_is_told_in_english() -> None:
    told = sentences()
    assert len(told) > 300
    wrong = [s for s in told if MISUSED.search(s)]
    assert not wrong


@pytest.mark.parametrize(
    ("field", "test", "said", "denied"),
    [
        ("footnotes", "member", "footnotes include x", "footnotes do not include x"),
        ("end_use", "member", "end use includes x", "end use does not include x"),
        ("transistor_count", "compare", "transistors are at least 5 units",
         "transistors are not at least 5 units"),
        ("tpp", "compare", "total processing performance is at least 5 TOPS x bits",
         "total processing performance is not at least 5 TOPS x bits"),
        ("description", "words", "description of goods contains “x”",
         "description of goods does not contain “x”"),
        ("contract_date", "elapsed", "date of the contract is at least 1 day before the law date",
         "date of the contract is not at least 1 day before the law date"),
    ],
)  # fmt: skip
def test_the_verb_agrees_with_the_field(field: str, test: str, said: str, denied: str) -> None:
    known = next(f for f in BASE.fields if f.id == field)
    by_name = {
        "member": Member(known, ("x",), ()),
        "compare": Compare(known, Ordering.AT_LEAST, Fraction(5)),
        "words": Matches(known, "x", like=False),
        "elapsed": Elapsed(known, Ordering.AT_LEAST, 1),
    }
    assert (say(by_name[test]), say(Not(by_name[test]))) == (said, denied)


def test_a_party_and_a_list_entry() -> None:
    country = BASE.of(Scope.PARTY)["country"]
    listed = BASE.of(Scope.LISTING)["list"]
    assert say(SomeParty(("exporter",), Known(country))) == "an exporter of whom: country is stated"
    assert say(SomeParty(("forwarder",), Known(country))).startswith("a forwarder of whom")
    assert say(SomeListing(Known(listed))) == "there is a list entry with: list is stated"
    assert say(Not(SomeListing(Known(listed)))) == "there is no list entry with: list is stated"


@pytest.mark.parametrize("kind", [Authority, Finding, OverrideKind, Status, Verdict, FieldType])
def test_what_is_put_into_a_message_is_the_word_itself(kind: type) -> None:
    # A member of an enumeration stands in a message as people write it.
    for member in kind:  # type: ignore[attr-defined]  # every one of them is an enumeration
        assert str(member) == f"{member}" == member.value


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("gruond", ["ground", "denial"], "ground"),  # two letters in each other's place
        ("denied", ["allow", "review", "deny"], "deny"),  # another ending
        ("form", ["from", "until"], "from"),
        ("in_froce", ["id", "in_force"], "in_force"),
        ("gone", ["ground", "denial"], None),  # only letters in common
        ("A:9", ["A:2", "A:5"], None),  # another group, not a slip
        ("end_user_country", ["end_use_text", "end_use"], None),
        ("h20-is-informed", ["mi308-is-informed"], None),  # another product's letter
    ],
)
def test_only_near_words_are_suggested(word: str, known: list[str], found: str | None) -> None:
    assert near(word, known) == found
