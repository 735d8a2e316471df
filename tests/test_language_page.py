"""The rules printed on the language page, as printed, and the answers it states for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening import Finding, Rulebook, Verdict, load_rulebook

PAGE = """
rulebook:
  language: "1"
  id: page
  title: The examples of the language page
  covers: {from: 2022-01-01, verified_through: 2026-09-24}
  allow_requires: {destination: {known: true}}

groups:
  - id: "D:5"
    of: places
    title: Arms-embargoed countries
    members: [AF, CN, IR, KP]

classes:
  - id: 3A090.a
    title: Datacenter-class chips
    cites: ["15 CFR part 774"]
    definitions:
      - {in_force: {from: 2023-11-17}, when: {chip.tpp: {at_least: 4800}}}
  - id: 4A090.a
    title: Computers that hold them
    cites: ["15 CFR part 774"]
    definitions:
      - {in_force: {from: 2023-11-17}, when: {eccn: 4A090.a}}

products:
  - id: nvidia-h20
    title: NVIDIA H20
    aliases: [H20]
    figures: [{rate: 296, bits: 8, source: datasheet}]

parties:
  - {id: nvidia, title: NVIDIA Corporation, country: US, source: Form 10-K}

periods:
  - id: h20-resumption
    title: Sales of H20 resume inside the Geneva and London framework
    from: 2025-07-15
    cites: ["NVIDIA statement of 2025-07-14"]

rules:
  - id: ear-3a090-d5
    title: Datacenter-class advanced chips to Macau or Country Group D:5 need a license
    cites: ["15 CFR 742.6(a)(6)(iii)", "88 FR 73458"]
    authority: regulation
    tags: [advanced-computing-requirement]
    in_force: {from: 2023-11-17}
    when:
      class: [3A090.a, 4A090.a]
      datacenter_marketed: true
      destination: [D:5, MO]
    finding: presumption_of_denial
    because: >-
      Sent to {destination.name}, which is Macau or in Country Group D:5.

  - id: h20-is-informed
    title: NVIDIA was told that H20 to China, Hong Kong, Macau and D:5 needs a license
    cites: ["NVIDIA Form 8-K of 2025-04-15"]
    authority: letter
    addressee: nvidia
    others: red_flag
    in_force: {from: 2025-04-09, published: 2025-04-15}
    when:
      product: nvidia-h20
      destination: [D:5, MO]
    finding: presumption_of_denial

  - id: h20-sales-resumed
    title: Licenses for H20 to China promised again
    cites: ["NVIDIA statement of 2025-07-14"]
    authority: practice
    overrides: {rule: h20-is-informed, by: replacing}
    in_force: {period: h20-resumption}          # from 2025-07-15, inside the framework
    when:
      product: nvidia-h20
      destination: [CN, HK, MO]
    finding: case_by_case

examples:
  - title: H20 to China by NVIDIA, the day before and the day sales resumed
    given: {exporter: NVIDIA Corporation, product: nvidia-h20, destination: CN, quantity: 8,
            end_use: [datacenter]}
    expect:
      - {law_date: 2025-07-14, verdict: deny, decisive: [h20-is-informed]}
      - {law_date: 2025-07-15, verdict: review, finding: case_by_case}

properties:
  - id: embargo-needs-a-named-way
    title: To an embargoed destination nothing goes without a license
    for_all: {destination: [D:5]}
    unless: {class: 3A090.a}
    finding: {none_of: [no_license_required]}
"""

H20 = {"exporter": "NVIDIA Corporation", "product": "nvidia-h20", "destination": "CN",
       "quantity": 8, "end_use": ["datacenter"]}  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder: Path = tmp_path_factory.mktemp("page")
    (folder / "page.yaml").write_text(PAGE, "utf-8")
    return load_rulebook(folder)


def test_the_day_before_sales_resumed_the_letter_denies(page: Rulebook) -> None:
    decision = page.decide(H20, law_date="2025-07-14")
    assert decision.verdict is Verdict.DENY
    assert decision.decisive == ("h20-is-informed",)


def test_the_day_sales_resumed_it_is_reviewed_case_by_case(page: Rulebook) -> None:
    decision = page.decide(H20, law_date="2025-07-15")
    assert (decision.verdict, decision.finding) == (Verdict.REVIEW, Finding.CASE_BY_CASE)
    assert decision.status("h20-is-informed") == "overridden"


def test_the_shipped_rulebook_gives_the_same_answers() -> None:
    law = load_rulebook()
    assert law.decide(H20, law_date="2025-07-14").decisive == ("h20-is-informed",)
    assert law.decide(H20, law_date="2025-07-15").finding is Finding.CASE_BY_CASE


def test_a_sentence_fills_in_the_facts_and_never_evaluates_them(page: Rulebook) -> None:
    chip = {"tpp": "15832", "datacenter_marketed": "true", "destination": "HK",
            "description": "{destination.name}"}  # fmt: skip
    decision = page.decide(chip, law_date="2024-01-01")
    told = next(t for t in decision.trace if t.rule.id == "ear-3a090-d5")
    assert told.because == "Sent to Hong Kong, which is Macau or in Country Group D:5."
