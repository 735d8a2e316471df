"""*Explain* and the parser against the document itself, read as the language page says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pairs import Pair, generated
from plain import F, Plain, T, U

import screening.conditions.codes as codes
import screening.conditions.explain as explaining
import screening.conditions.parse as parse
from screening.conditions.explain import scope_of, truth
from screening.conditions.tree import EveryParty, Matches, Not, SomeParty
from screening.facts import Fact, Facts, Provenance
from screening.truth import Truth, all_of
from screening.vocabulary import BASE, ROLES, Scope

NUMBER = {Truth.FALSE: F, Truth.UNKNOWN: U, Truth.TRUE: T}


def differences(pairs: Iterator[Pair]) -> Iterator[str]:
    """Every rule of which *explain* says another thing than its document."""
    for pair in pairs:
        facts, view = pair.read()
        page, scope = Plain.of(pair.document, facts, view), scope_of(facts, view)
        for written in pair.document["rules"]:
            for id, (when, conditions) in page.rule(written).items():
                rule = pair.book.rules[id]
                trees = (rule.when, rule.conditions)
                said = tuple(None if t is None else NUMBER[truth(t, scope)] for t in trees)
                if said != (when, conditions):
                    yield f"{written} {pair.given}: {said}; not {(when, conditions)}"


def test_explain_says_what_the_document_says() -> None:
    """Sixty rulebooks, every rule kind and field type: no difference."""
    found = next(differences(generated(seed=1, books=60, shipments=15)), None)
    assert found is None, found


BROKEN: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "codes compare by letters": lambda m: m.setattr(
        codes, "within_some", lambda given, named: explaining.of(given.startswith(named))
    ),
    "HS codes must be equal": lambda m: m.setattr(
        codes, "hs_within", lambda given, heading: explaining.of(given == heading)
    ),
    "every party of nobody holds": lambda m: m.setattr(
        parse, "EveryParty", lambda roles, body: Not(SomeParty(roles, Not(body)))
    ),
    "no party is not every party": lambda m: m.setattr(
        parse, "SomeParty", lambda roles, body: EveryParty(roles, body)
    ),
    "default roles are all roles": lambda m: m.setattr(parse, "DEFAULT_ROLES", ROLES),
    "conflicts are true if one value is": lambda m: m.setattr(
        explaining, "same_for_each", lambda parts: explaining.any_of(parts)
    ),
    "lists must fit as a whole": lambda m: m.setattr(
        explaining, "any_of", lambda parts: all_of(parts)
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_mistake_in_parser_or_explain_is_noticed(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand shipments are enough to show it."""
    BROKEN[fault](monkeypatch)
    pairs = generated(seed=1, books=40, shipments=25)
    assert next(differences(pairs), None) is not None


def test_a_bracket_in_a_pattern_is_a_bracket() -> None:
    """The language knows `*` and `?`; what else file systems know is a letter like any other."""
    field = BASE.of(Scope.SHIPMENT)["description"]
    test = Matches(field, "*[ab]*", like=True)

    def matches(text: str) -> Truth:
        facts = Facts({"description": (Fact(text, Provenance.GIVEN),)})
        return truth(test, scope_of(facts, World()))

    assert matches("a crate [ab]") is Truth.TRUE
    assert matches("a crate") is Truth.FALSE


class World:
    """A world that is never asked."""

    law_date = None

    def in_group(self, group: str, value: str) -> Truth:
        """No test here names a group."""
        raise AssertionError(group)

    def class_meaning(self, class_id: str) -> Truth:
        """No test here names a class."""
        raise AssertionError(class_id)
