"""The prove reading says of all complete shipments what the engine says of each.

On generated rulebooks every complete shipment is decided one by one: what the solver calls
possible must come up, and what it calls impossible must not. On the shipped rulebook the solver is
asked for facts that meet each rule surely, perhaps and not at all, and the engine decides them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import generate
import pytest

from screening import Rulebook, load_rulebook
from screening.decision import Finding, Verdict
from screening.facts import Facts
from screening.truth import Truth

pytest.importorskip("z3", reason="the optional extra `prove` is not installed")
from screening.conditions.formula import every
from screening.workbench.proofs.epochs import Epoch, epochs
from screening.workbench.proofs.search import EpochProver, Prover

DAY = date(2024, 6, 15)
DOMAINS = {**generate.DOMAINS, "destination": ("CN", "HK", "FR", "US")}


def complete(read: tuple[str, ...]) -> Iterator[Facts]:
    """Every complete shipment that the generated tests tell apart, with every act of the exporter.

    A field that no test reads has one value: it makes no difference.
    """
    domains = [DOMAINS[f] if f in read else DOMAINS[f][:1] for f in DOMAINS]
    for values in itertools.product(*domains):
        given = dict(zip(DOMAINS, values, strict=True))
        for claim, license in itertools.product(
            (None, "NAC", "TMP", "LVS"), (None, "proved", "claimed")
        ):
            case = generate.Case(given, law_date=DAY, claim=claim, license=license)
            yield replace(generate.facts_of(case), parties_complete=True)


def check_book(seed: int) -> None:
    book, rulebook = generate.random_compiled(Random(seed), size=1 + seed % 7)
    view = rulebook.view(DAY)
    seen: dict[tuple[Verdict, Finding], Facts] = {}
    for facts in complete(generate.fields_read(book)):
        ruling = rulebook.ruling(facts, view)
        seen.setdefault((ruling.verdict, ruling.finding), facts)
    at = Prover(rulebook).at(Epoch(DAY, DAY), timeout=30)
    for verdict, finding in itertools.product(Verdict, Finding):
        asked = every([at.decided.verdict(verdict), at.decided.finding(finding)])
        found = next(at.solutions(asked), None)
        if (verdict, finding) in seen:
            assert found is not None, f"seed {seed}: {verdict}, {finding} called impossible"
        if found is not None:
            ruling = rulebook.ruling(found, view)
            assert (ruling.verdict, ruling.finding) == (verdict, finding), f"seed {seed}"
            assert (verdict, finding) in seen, f"seed {seed}: {verdict}, {finding} never comes up"


@pytest.mark.parametrize("start", range(0, 30, 10))
def test_prove_and_explain_agree_on_generated_rulebooks(start: int) -> None:
    for seed in range(start, start + 10):
        check_book(seed)


@pytest.mark.long
@pytest.mark.parametrize("start", range(30, 5_000, 190))
def test_prove_and_explain_agree_on_many_generated_rulebooks(start: int) -> None:
    for seed in range(start, min(start + 190, 5_000)):
        check_book(seed)


@pytest.fixture(scope="module")
def shipped() -> tuple[Rulebook, Prover]:
    rulebook = load_rulebook()
    return rulebook, Prover(rulebook)


def check_rules(rulebook: Rulebook, at: EpochProver, every_nth: int = 1) -> int:
    """Facts that make each rule met, unknown and unmet: the engine finds them so."""
    asked = 0
    for i, column in list(enumerate(at.compiled.columns))[::every_nth]:
        met = at.decided.met[i]
        for wanted, formula in (
            (Truth.TRUE, met.sure),
            (Truth.UNKNOWN, met.possible & ~met.sure),
            (Truth.FALSE, ~met.possible),
        ):
            facts = next(at.solutions(formula), None)
            if facts is None:
                continue
            ruling = rulebook.ruling(facts, rulebook.view(facts.law_date))
            assert ruling.met[i].value is wanted, f"{column.rule.id} on {facts.law_date}"
            asked += 1
    return asked


def test_rules_of_the_shipped_rulebook_are_read_alike(shipped: tuple[Rulebook, Prover]) -> None:
    rulebook, prover = shipped
    day = next(e for e in epochs(rulebook) if e.first <= date(2026, 1, 20) <= e.last)
    assert check_rules(rulebook, prover.at(day, timeout=30), every_nth=6) > 50


@pytest.mark.long
def test_rules_are_read_alike_on_every_date(shipped: tuple[Rulebook, Prover]) -> None:
    rulebook, prover = shipped
    for day in epochs(rulebook):
        check_rules(rulebook, prover.at(day, timeout=30))


def test_on_the_days_of_an_epoch_the_dates_say_the_same(shipped: tuple[Rulebook, Prover]) -> None:
    """Also where a class was looked at last: a rule is as stale as the classes that it names."""
    rulebook, _ = shipped
    content = rulebook.content
    early = {
        id: replace(c, verified_through=date(2025, 3, 1)) if id == "advanced-computing" else c
        for id, c in content.classes.items()
    }
    for book in (rulebook, Rulebook(replace(content, classes=early))):
        compiled, days = book.compiled(None), epochs(book)
        assert days[0].first == content.header.covers_from
        for day, later in itertools.pairwise(days):
            assert later.first == day.last + timedelta(days=1)
        for day in days:
            first, last = book.view(day.first), book.view(day.last)
            assert first.dates(compiled) == last.dates(compiled), day
            for id in content.classes:
                assert first.class_meaning(id) == last.class_meaning(id), (id, day)
            for id in content.groups:
                for value in ("CN", "HK", "AE", "RU", "3A001.b", "g42", "nvidia-h20"):
                    assert first.in_group(id, value) is last.in_group(id, value), (id, day)
