"""Each law is worth its place: an engine broken on purpose is caught by the law that is named.

A mutation replaces one function of the engine for the length of a test. The check named beside it
passes on the engine as it is (first half of the test) and fails on the broken one (second half).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import generate
import laws
import pytest
from generate import Book, content_of, random_case, random_compiled, rulebook_of

import screening.decide.calendar as calendar
import screening.decide.columns as columns
import screening.decide.compile as compiling
import screening.decide.met as met
import screening.decide.verdict as verdict
import screening.rulebook.overrides as overrides
from screening.conditions.tree import Expr
from screening.decide.met import Met
from screening.decide.verdict import Reading
from screening.decision import OverrideKind
from screening.engine import Rulebook
from screening.rulebook.model import Rule
from screening.rulebook.period import Period
from screening.truth import Truth

Check = Callable[[], object]


def killed_by(
    check: Check, monkeypatch: pytest.MonkeyPatch, where: object, name: str, new: object
) -> None:
    """The check holds; with the function replaced it fails, by an assertion and not by a crash."""
    check()
    with monkeypatch.context() as broken:
        broken.setattr(where, name, new)
        with pytest.raises(AssertionError):
            check()
    check()


@pytest.fixture
def by_explain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules are read one by one, as they mean, so that what is broken there is seen."""

    def rulebook_of(book: Book) -> Rulebook:
        return Rulebook(content_of(book), reading=Reading.EXPLAIN)

    for module in (generate, laws):
        monkeypatch.setattr(module, "rulebook_of", rulebook_of)
    monkeypatch.setitem(globals(), "rulebook_of", rulebook_of)


# --- unknown treated as false ---------------------------------------------------------------------


def _known_truth(expr: Expr, scope: Any) -> Truth:
    found = _truth(expr, scope)
    return Truth.FALSE if found is Truth.UNKNOWN else found


_truth = met.truth


@pytest.mark.parametrize("check", [
    lambda: laws.allow_is_sound(seed=51, books=150),
    lambda: laws.removing_a_fact_never_allows(seed=52, books=100),
    lambda: laws.agrees_with_the_reference(seed=53, books=60),
], ids=["allow_is_sound", "removing_a_fact_never_allows", "agrees_with_the_reference"])  # fmt: skip
@pytest.mark.usefixtures("by_explain")
def test_unknown_treated_as_false(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_by(check, monkeypatch, met, "truth", _known_truth)


# --- a rule skipped on exception ------------------------------------------------------------------


def _skipping(*given: Any) -> list[Met]:
    return [replace(m, value=Truth.FALSE, error="") if m.error else m for m in _met_columns(*given)]


_met_columns = met.met_columns


def test_a_rule_skipped_on_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    killed_by(laws.a_rule_that_fails_never_allows, monkeypatch, verdict, "met_columns", _skipping)


# --- `until` ignored ------------------------------------------------------------------------------


def _without_end(period: Period, day: Any) -> Truth:
    return _in_force(replace(period, end=None), day)


_in_force = calendar.in_force


@pytest.mark.parametrize("check", [
    laws.until_is_the_first_day_out_of_force,
    lambda: laws.agrees_with_the_reference(seed=54, books=150),
], ids=["until_is_the_first_day_out_of_force", "agrees_with_the_reference"])  # fmt: skip
def test_until_ignored(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_by(check, monkeypatch, calendar, "in_force", _without_end)


# --- an override defeating a rule it does not reach -----------------------------------------------


def _reaching_too_far(places: Sequence[columns.Column], *given: Any) -> dict[int, frozenset[int]]:
    grounds = frozenset(i for i, place in enumerate(places) if place.rule.is_ground)
    return {i: reached | grounds for i, reached in _reach(places, *given).items() if reached}


_reach = columns.reach


@pytest.mark.parametrize("check", [
    laws.an_override_of_grounds_changes_only_them,
    lambda: laws.nothing_outside_its_reach(seed=55, books=60),
    lambda: laws.agrees_with_the_reference(seed=56, books=60),
], ids=["an_override_of_grounds_changes_only_them", "nothing_outside_its_reach",
        "agrees_with_the_reference"])  # fmt: skip
def test_an_override_defeating_a_rule_it_does_not_reach(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_by(check, monkeypatch, columns, "reach", _reaching_too_far)


# --- authority ignored ----------------------------------------------------------------------------


def _everything_is_text(rule: Rule, authority: object) -> bool:
    return True


def _anyone_may_relax(*given: object) -> Iterator[object]:
    return iter(())


@pytest.mark.parametrize("check", [
    laws.lesser_authority_is_off_in_the_text_alone,
    lambda: laws.agrees_with_the_reference(seed=57, books=150),
], ids=["lesser_authority_is_off_in_the_text_alone", "agrees_with_the_reference"])  # fmt: skip
def test_authority_ignored_in_the_text_alone(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_by(check, monkeypatch, columns, "_in_text", _everything_is_text)


def test_authority_ignored_at_load(monkeypatch: pytest.MonkeyPatch) -> None:
    killed_by(laws.who_may_relax, monkeypatch, overrides, "_authority", _anyone_may_relax)


# --- and some that the issue does not name --------------------------------------------------------


def _on_sound_books(seed: int, books: int) -> Check:
    """Agreement on books that the engine as it is accepts: a broken one may accept circles."""
    rng = Random(seed)
    drawn = [(random_compiled(rng)[0], random_case(rng)) for _ in range(books)]

    def check() -> None:
        for book, case in drawn:
            differs = laws.differs_from_the_reference(book, rulebook_of(book), case)
            assert not differs, differs

    return check


def _barred_by_nothing(rule: Rule, columns: object) -> tuple[int, ...]:
    return ()


def test_bars_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    killed_by(_on_sound_books(58, 400), monkeypatch, columns, "_barring", _barred_by_nothing)


def test_staleness_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    check = _on_sound_books(59, 250)
    killed_by(check, monkeypatch, calendar, "_stale", lambda *given: False)


def test_suspending_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exempting alone, where the page says suspending and exempting."""
    check = _on_sound_books(60, 150)
    killed_by(check, monkeypatch, compiling, "SUPPRESSING", (OverrideKind.EXEMPTING,))


@pytest.mark.usefixtures("by_explain")
def test_a_fallback_for_every_override(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown counted as absent for every override, not for license exceptions alone."""

    def absent(*given: Any) -> list[Met]:
        return [
            replace(m, value=Truth.FALSE) if c.rule.kind and m.value is Truth.UNKNOWN else m
            for c, m in zip(given[0], _met_columns(*given), strict=True)
        ]

    killed_by(_on_sound_books(61, 60), monkeypatch, verdict, "met_columns", absent)
