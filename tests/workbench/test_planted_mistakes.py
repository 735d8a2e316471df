"""Mistakes as people make them, planted in the shipped rulebook: each is caught by its own check.

A mistake is one change in one file. What must say so is the code of a problem (at load or by
`screening check`), a property that is no longer true, or an example that comes out otherwise.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from screening import Rulebook, load_rulebook
from screening.problems import ProblemsFound
from screening.rulebook.layers import shipped_root
from screening.workbench.checks import quick_findings
from screening.workbench.examples import run_examples

ROOT = shipped_root() / "us-ear"


@dataclass(frozen=True)
class Mistake:
    """Below the line with `after`, in whatever file it is, the first `old` is written as `new`."""

    what: str
    after: str
    old: str
    new: str
    caught: str
    day: date | None = None
    """On which day the property is asked."""


MISTAKES = [
    # A rule that is relaxed is ended, where the override alone should say what changes.
    Mistake("base rule ended on the day of its override", "id: h20-is-informed",
            "{from: 2025-04-09, p", "{from: 2025-04-09, until: 2025-07-15, p",
            "override-without-target"),
    Mistake("the same of another firm's letter", "id: mi308-is-informed",
            "{from: 2025-04-15, p", "{from: 2025-04-15, until: 2025-07-15, p",
            "override-without-target"),
    Mistake("base rule ended while its overrides go on", "id: syria-2025",
            "{from: 2025-09-02}", "{from: 2025-09-02, until: 2026-01-01}",
            "override-outlives-target"),
    Mistake("a letter ended while licenses are issued under it", "id: h20-is-informed",
            "{from: 2025-04-09, p", "{from: 2025-04-09, until: 2025-12-31, p",
            "override-outlives-target"),
    # Ends written as if they were the last day.
    Mistake("inclusive end leaves a day uncovered", "id: other-chips-to-d5-2023",
            "until: 2024-04-04", "until: 2024-04-03", "succession-gap"),
    Mistake("inclusive end of a firm's rule", "id: datacenter-chips-to-d5-firms-elsewhere",
            "until: 2025-01-13", "until: 2025-01-12", "succession-gap"),
    Mistake("inclusive end of an embargo", "id: syria-2011",
            "until: 2025-09-02", "until: 2025-09-01", "succession-gap"),
    Mistake("inclusive end of an exception", "id: nac-2023-notified",
            "until: 2024-04-04", "until: 2024-04-03", "succession-gap"),
    Mistake("inclusive end of what is not determined", "id: general-determination-not-encoded",
            "until: 2026-07-23", "until: 2026-07-22", "succession-gap"),
    Mistake("inclusive end without a named successor", "id: chips-2022-to-china",
            "until: 2023-11-17", "until: 2023-11-16", "ends-a-day-off"),
    Mistake("inclusive end of a letter", "id: a100-h100-is-informed",
            "until: 2022-10-21", "until: 2022-10-20", "ends-a-day-off"),
    Mistake("inclusive end of a general license", "id: affiliates-general-license",
            "until: 2025-11-10", "until: 2025-11-09", "ends-a-day-off"),
    Mistake("an end a day late", "id: mi250-is-informed",
            "until: 2022-10-21", "until: 2022-10-22", "ends-a-day-off"),
    # Two rules at once.
    Mistake("old rule left open beside its successor", "id: syria-2011",
            ", until: 2025-09-02", "", "succession-overlap"),
    Mistake("old exception a month too long", "id: nac-2023-unnotified",
            "until: 2024-04-04", "until: 2024-05-04", "succession-overlap"),
    # Years and months.
    Mistake("a year late", "id: datacenter-chips-to-d5",
            "from: 2023-11-17", "from: 2024-11-17", "far-from-publication"),
    Mistake("a year early", "id: chips-to-scope",
            "from: 2023-11-17", "from: 2022-11-17", "far-from-publication"),
    Mistake("the practice a year late", "id: h20-licenses-issued",
            "from: 2025-08-08", "from: 2026-08-08", "far-from-publication"),
    Mistake("the practice a year early", "id: h20-sales-resumed",
            "{period: h20-resumption}", "{from: 2024-07-15}", "far-from-cited-date"),
    Mistake("one of several rules of a document a year early", "id: spp-2025",
            "from: 2025-09-02", "from: 2024-09-02", "document-dates-differ"),
    Mistake("one of several rules of a document a month late", "id: aca",
            "from: 2024-04-04", "from: 2024-05-04", "document-dates-differ"),
    # Figures.
    Mistake("4,800 written 48,000", "id: october-2023-rule-at-once",
            "at_least: 4800", "at_least: 48000", "threshold-differs"),
    Mistake("4,800 written 480 in a class", "id: meets-3A090.a",
            "at_least: 4800", "at_least: 480", "threshold-differs"),
    Mistake("4,800 written 8,400", "id: excluded-by-note-2",
            "less_than: 4800", "less_than: 8400", "threshold-differs"),
    Mistake("1,600 written 16,000", "id: described-as-another-product",
            "tpp: {known: true, less_than: 1600", "tpp: {known: true, less_than: 16000",
            "threshold-differs"),
    Mistake("1400 written 14000", "id: april-2025-bandwidth",
            "at_least: 1400", "at_least: 14000", "threshold-differs"),
    # Places.
    Mistake("HK forgotten beside CN", "id: h20-sales-resumed",
            "[CN, HK, MO]", "[CN, MO]", "china-without-hong-kong"),
    Mistake("HK forgotten in a letter", "id: a100-h100-is-informed",
            "[CN, HK, RU]", "[CN, RU]", "china-without-hong-kong"),
    Mistake("HK forgotten in a rule of the list", "id: chips-2022-to-china",
            "[CN, HK]", "CN", "china-without-hong-kong"),
    Mistake("HK forgotten of the parties", "id: design-software-is-informed",
            "any_party.country: [CN, HK]", "any_party.country: [CN]", "china-without-hong-kong"),
    # Overrides.
    Mistake("an override whose target is misspelt", "id: h20-sales-resumed",
            "rule: h20-is-informed", "rule: h20-is-informd", "unknown-target"),
    Mistake("practice that makes an allow", "id: h20-sales-resumed",
            "finding: case_by_case", "finding: not_enforced", "may-not-relax"),
    Mistake("a tightening written as an override", "id: h20-licenses-issued",
            "finding: presumption_of_approval", "finding: prohibited", "replacing-stricter"),
    # What says nothing, or too much.
    Mistake("Vietnam added to a relaxation for China", "id: h20-sales-resumed",
            "[CN, HK, MO]", "[CN, HK, MO, VN]", "override-beyond-target"),
    Mistake("a country typed twice", "id: russia-belarus-ear99",
            "[RU, BY]", "[RU, RU]", "repeated-value"),
    # What only a proof shows.
    Mistake("an exception that also lifts the Entity List", "id: spp-2025",
            "{rule: syria-2025, by", "{rules: [syria-2025, entity-list], by",
            "property entity-list-is-never-relaxed", date(2025, 10, 1)),
    Mistake("a stay that also lifts the Entity List", "id: affiliates-stay",
            "[affiliates-rule, ", "[entity-list, affiliates-rule, ",
            "property entity-list-is-never-relaxed", date(2025, 12, 1)),
    Mistake("Russia dropped from a rule on Russia and Belarus", "id: russia-belarus-ear99",
            "[RU, BY]", "[BY]", "property nothing-is-free-to-russia", date(2025, 1, 1)),
    Mistake("forwarders dropped from denial orders", "id: denied-persons",
            "purchaser, forwarder]", "purchaser]",
            "property denied-persons-are-never-reached", date(2025, 1, 1)),
    Mistake("a finding softened", "id: iran",
            "finding: policy_of_denial", "finding: case_by_case",
            "property cuba-and-iran-are-denied", date(2025, 1, 1)),
    # What the examples show.
    Mistake("the finding of a letter swapped", "id: h20-is-informed",
            "finding: presumption_of_denial", "finding: license_required",
            "example founding-case.yaml"),
    Mistake("a country dropped from a letter", "id: h20-is-informed",
            "destination: [D:5, MO]", "destination: [MO]", "example founding-case.yaml"),
]  # fmt: skip


def planted(mistake: Mistake, folder: Path) -> Path:
    """The shipped rulebook with the mistake in it."""
    shutil.copytree(ROOT, folder / "us-ear")
    mark = f"\n  - {mistake.after}\n"
    file, text = next(
        (file, text)
        for file in sorted((folder / "us-ear").glob("*.yaml"))
        if mark in (text := file.read_text(encoding="utf-8"))
    )
    head, _, tail = text.partition(mark)
    assert mistake.old in tail, "the shipped rulebook has changed: plant it elsewhere"
    file.write_text(head + mark + tail.replace(mistake.old, mistake.new, 1), encoding="utf-8")
    return folder / "us-ear"


def caught(rulebook: Rulebook, mistake: Mistake, folder: Path) -> bool:
    kind, _, name = mistake.caught.partition(" ")
    if kind == "example":
        outcomes = run_examples(rulebook, folder / "examples" / name)
        return not all(o.ok for o in outcomes)
    if kind == "property":
        pytest.importorskip("z3")
        from screening.workbench.proofs.epochs import Epoch
        from screening.workbench.proofs.search import Prover

        assert mistake.day is not None
        wanted = next(p for p in rulebook.content.properties if p.id == name)
        at = Prover(rulebook).at(Epoch(mistake.day, mistake.day), timeout=60)
        return at.counterexample(wanted) is not None
    return kind in {p.code for p in quick_findings(rulebook.content)}


def one_of_each_kind() -> Iterator[Any]:
    """Each loads the whole rulebook: one for each check at once, the others among the slow."""
    seen: set[str] = set()
    for mistake in MISTAKES:
        kind = mistake.caught.partition(" ")[0]
        marks = [pytest.mark.slow] if kind in seen else []
        seen.add(kind)
        yield pytest.param(mistake, id=mistake.what.replace(" ", "-"), marks=marks)


@pytest.mark.parametrize("mistake", list(one_of_each_kind()))
def test_a_planted_mistake_is_caught_by_the_check_meant_for_it(
    mistake: Mistake, tmp_path: Path
) -> None:
    folder = planted(mistake, tmp_path)
    try:
        rulebook = load_rulebook(folder)
    except ProblemsFound as found:
        assert mistake.caught in {p.code for p in found.problems}
        return
    assert caught(rulebook, mistake, folder)


def test_there_are_as_many_as_promised() -> None:
    assert len(MISTAKES) >= 30
    assert len({m.what for m in MISTAKES}) == len(MISTAKES)


def firm(folder: Path, when: str, in_force: str) -> list[str]:
    """What the checks find in a firm's rule over a small law that names CN and HK together."""
    law = """\
rulebook: {language: "1", id: law, title: Law, allow_requires: always,
           covers: {from: 2020-01-01, verified_through: 2026-12-31}}
rules:
  - {id: chips, title: Chips, cites: [x], authority: regulation, in_force: {from: 2020-01-01},
     when: {destination: [CN, HK]}, finding: license_required}
"""
    own = f"""\
rulebook: {{language: "1", id: acme, title: A firm, over: law}}
rules:
  - {{id: acme-look, title: Look, cites: [x], authority: company, in_force: {in_force},
     when: {when}, verdict: review}}
"""
    for id, text in (("law", law), ("acme", own)):
        (folder / id).mkdir()
        (folder / id / f"{id}.yaml").write_text(text, encoding="utf-8")
    return [p.code for p in quick_findings(load_rulebook(folder / "acme").content)]


def test_hong_kong_forgotten_in_a_firms_own_rule(tmp_path: Path) -> None:
    found = firm(tmp_path, "{destination: [CN, MO]}", "{from: 2025-01-01}")
    assert found == ["china-without-hong-kong"]


def test_a_year_with_its_digits_changed_about(tmp_path: Path) -> None:
    found = firm(tmp_path, "{destination: RU}", "{from: 2025-01-01, until: 2062-01-01}")
    assert found == ["far-ahead"]


@pytest.mark.parametrize("name", ["us-ear", "example-company"])
def test_the_shipped_rulebooks_are_clean(name: str) -> None:
    assert quick_findings(load_rulebook(shipped_root() / name).content) == []
