"""What is known of a row is what is known of its factors: nothing hangs on cells read apart.

Rows are decided alike by what their factors say. A fact that enrichment draws from several of them,
and that none of them says, would be missed in silence: rows that differ in it would be answered
alike.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from one_by_one import differences, prepared, rows_of, spoiled, told, write

from screening import load_rulebook
from screening.bulk.fast.asked import AskedOf, asked_of
from screening.bulk.fast.factors import Factor, Reader, factors_of
from screening.bulk.fast.lots import own_values
from screening.bulk.given import GivenFile
from screening.bulk.reading import Reading
from screening.engine import Rulebook
from screening.enrich import enrich
from screening.facts import Fact, Facts
from screening.rulebook.boundaries import epochs
from screening.shipment import Shipment
from screening.workbench.generate import points_of, random_rulebook

ROOT = Path(__file__).parents[2]
_OF_ALL = "conflicting_facts"  # counted over all factors, where rows are told apart


@pytest.fixture(scope="module")
def company() -> Rulebook:
    return load_rulebook(ROOT / "rules/example-company")


def values_of(facts: Facts, asked: AskedOf) -> dict[str, list[str]]:
    """The values that some test reads."""
    read = asked.shipment.tests.keys() - {_OF_ALL}
    return {id: sorted(map(_shown, found))
            for id, found in facts.values.items() if id in read}  # fmt: skip


def _shown(fact: Fact) -> str:
    # Sets that are equal may come in another order.
    return str(sorted(fact.value) if isinstance(fact.value, frozenset) else fact.value)


def parties_of(facts: Facts) -> set[str]:
    return {f"{sorted(party.roles)} {id} {sorted(map(_shown, found))}"
            for party in facts.parties for id, found in party.values.items()}  # fmt: skip


def compared(rulebook: Rulebook, path: Path) -> int:
    """The rows whose facts were compared with those of their factors."""
    found = prepared(path, rulebook)
    reading, content = found.reading, rulebook.content
    reader = Reader(rulebook, None)
    asked = asked_of(content)
    factors = factors_of(reading.columns, reading.given, content, asked)
    count = 0
    for row in found.table.rows():
        shipment = None if row.problem else reading.shipment(row)[0]
        if shipment is None:
            continue
        whole = enrich(shipment, content)
        day = str(shipment.fields.get("law_date") or "")
        reads = {
            f.name: reader.read(f, _cells(reading, f, row.cells), day or None) for f in factors
        }
        if any(read.facts is None or read.opaque for read in reads.values()):
            continue
        values: dict[str, list[str]] = {}
        parties: set[str] = set()
        for name, read in reads.items():
            assert read.facts is not None
            values |= values_of(Facts(own_values(name, read.facts)), asked)
            parties |= parties_of(read.facts)
        assert values == values_of(whole, asked), row
        assert parties == parties_of(whole), row
        count += 1
    return count


def _cells(reading: Reading, factor: Factor, cells: tuple[str, ...]) -> tuple[str, ...]:
    """The factor's cells of a row, each in the form that its column is read in."""
    return tuple(reading.forms.get(i, str)(cells[i]).strip() for i in factor.at)


@pytest.mark.parametrize("seed", [0, 1])
def test_under_the_shipped_law(company: Rulebook, seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    rows = rows_of(rng, points_of(company.content), [None, *epochs(company.content, None)], 150)
    assert compared(company, write(tmp_path / "t.csv", spoiled(rng, rows, 0.02), company, rng)) > 50


@pytest.mark.parametrize("seed", range(8))
def test_under_rulebooks_at_random(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    _, rulebook = random_rulebook(rng)
    rows = rows_of(rng, points_of(rulebook.content), [None, *epochs(rulebook.content, None)], 100)
    assert compared(rulebook, write(tmp_path / "t.csv", rows, rulebook, rng)) > 20


def little(folder: Path, when: str) -> Rulebook:
    """A rulebook of one rule."""
    (folder / "rulebook.yaml").write_text(
        f"""
rulebook:
  language: 1
  id: little
  title: Little
  covers: {{from: 2024-01-01, verified_through: 2027-01-01}}
  allow_requires: always
rules:
  - id: asked
    title: Some orders are looked at
    cites: ["generated"]
    authority: company
    in_force: {{from: 2024-01-01}}
    when: {when}
    verdict: review
""",
        "utf-8",
    )
    return load_rulebook(folder)


def test_lines_are_told_apart_by_what_they_are_worth(tmp_path: Path) -> None:
    """No rule asks for the quantity or the price of one; but one asks what the line is worth, which
    is one times the other where nobody says it."""
    rulebook = little(tmp_path, "{line_value: {at_least: 1000 USD}}")
    rows = [
        {"law_date": "2025-01-01", "destination": "DE", "quantity": count, "unit_value": price}
        for count, price in (("10", "5"), ("1000", "5"), ("10", "5000"), ("20", "6"), ("", "5"))
    ]
    for given in (GivenFile({}, {"currency": "USD"}),
                  GivenFile({}, {"currency": "USD", "unit_value": "5"})):  # fmt: skip
        kept = [{k: v for k, v in row.items() if k not in given.facts} for row in rows]
        found = prepared(write(tmp_path / "t.csv", kept, rulebook, Random(0)), rulebook, given)
        for one, other in differences(rulebook, found):
            pytest.fail(f"line {one.line}\n{told(one, other)}")


def test_goods_received_elsewhere_are_not_taken_for_goods_that_arrive(tmp_path: Path) -> None:
    """No rule tells Austria from Germany as the country of a consignee; but where the goods go to
    Germany and their consignee is in Austria, what they need hangs on where they end up."""
    rows = [
        {
            "law_date": "2026-09-01", "exported_from": "US", "destination": "DE", "eccn": "0A977",
            "product": "XQ-7781", "description": "valve", "quantity": "4", "end_use": "civil",
            "parties_complete": "true", "exporter": "Example Instruments Inc.",
            "exporter.country": "US", "exporter.headquarters": "US", "exporter.listings": "none",
            "ultimate_consignee": "Adler Maschinenbau", "ultimate_consignee.country": place,
            "ultimate_consignee.headquarters": "DE", "ultimate_consignee.listings": "none",
            "end_user": "Adler Maschinenbau", "end_user.country": "DE",
            "end_user.headquarters": "DE", "end_user.listings": "none",
        }
        for place in ("DE", "AT", "DE", "CH")
    ]  # fmt: skip
    law = load_rulebook()
    found = prepared(write(tmp_path / "t.csv", rows, law, Random(0)), law)
    for one, other in differences(law, found):
        pytest.fail(f"line {one.line}\n{told(one, other)}")
    decided = [law.decide(s) for row in found.table.rows() if (s := found.reading.shipment(row)[0])]
    assert [d.verdict.value for d in decided] == ["allow", "review", "allow", "review"]


def test_what_is_known_of_a_shipment_is_decided_as_the_shipment(company: Rulebook) -> None:
    shipment = Shipment.model_validate({"law_date": "2025-07-14", "destination": "CN",
                                        "product": "nvidia-h20", "quantity": 8})  # fmt: skip
    facts = company.facts(shipment)
    assert company.decide(facts).as_dict() == company.decide(shipment).as_dict()
    with pytest.raises(ValueError, match="2025-07-14"):
        company.decide(facts, law_date="2026-01-01")


FIGURES = (
    "tpp",
    "die_area_mm2",
    "memory_bandwidth_gbs",
    "interconnect_bandwidth_gbs",
    "chip_count",
)


@pytest.mark.parametrize(
    ("asked", "together"),
    [
        ("tpp", set()),
        ("memory_plus_interconnect_gbs", {"memory_bandwidth_gbs", "interconnect_bandwidth_gbs"}),
        ("performance_density", {"tpp", "die_area_mm2"}),
        ("chip.performance_density", {"tpp", "die_area_mm2", "chip_count"}),
        ("line_tpp", {"tpp", "quantity"}),
    ],
)
def test_figures_are_read_together_where_a_rule_asks_what_follows_from_them(
    asked: str, together: set[str], tmp_path: Path
) -> None:
    """Without a catalogue of products, of which figures of their own are known."""
    rulebook = little(tmp_path, f"{{{asked}: {{at_least: 100}}}}")
    rng = Random(0)
    names = (*FIGURES, "quantity", "product", "description")
    rows = [
        {"law_date": "2025-01-01", "destination": "DE",
         **{name: rng.choice(("", "2", "12", "60", "70")) for name in names}}
        for _ in range(60)
    ]  # fmt: skip
    found = prepared(write(tmp_path / "t.csv", rows, rulebook, Random(0)), rulebook)
    reading, of = found.reading, asked_of(rulebook.content)
    factors = factors_of(reading.columns, reading.given, rulebook.content, of)
    several = [f for f in factors if len(f.at) > 1]
    assert {found.table.header[i] for f in several for i in f.at} == together
    for one, other in differences(rulebook, found):
        pytest.fail(f"line {one.line}\n{told(one, other)}")
