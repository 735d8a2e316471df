"""Every number in the rules, a hair below, exactly at it, and a hair above.

`reads` names the field as the rules test it; a number that rules begin to test and that no limit
here reads fails the last test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from lawcases import Given, shipment, shipped

from screening.conditions.tree import Compare, Elapsed, Expr, walk

HAIR = Decimal("0.0001")

FREE = "allow no_license_required"
EXCEPTION = "allow license_exception"
OUTSIDE = "allow not_subject"
FLAG = "review red_flag"
CASE = "review case_by_case"
LICENSE = "review license_required"
DENIAL = "deny presumption_of_denial"

CHIP: Given = {"eccn": "3A991", "datacenter_marketed": "true", "end_use": ["datacenter"]}
GAMING: Given = {"eccn": "3A991", "datacenter_marketed": "false", "end_use": ["consumer"]}
CHINA: Given = {"destination": "CN", "certifications": {"nac_confirmed": "false"}}
NVIDIA: Given = {"exporter": "NVIDIA Corporation"}
BOLT: Given = {"eccn": "EAR99", "destination": "DE"}
HBM: Given = {
    "exporter": "Micron",
    "eccn": "3A090.c",
    "destination": "CN",
    "certifications": {
        "hbm_bought_by_designer": "true",
        "hbm_sent_to_packaging_site": "true",
        "hbm_packaging_accounted_for": "true",
        "hbm_product_below_3a090": "true",
        "hbm_no_distributor": "true",
        "hbm_not_at_advanced_node_fab": "true",
    },
}
REVIEW_2026 = {
    "dd_available_in_us_2026_01_15": "true",
    "dd_us_units_and_specifications": "true",
    "dd_us_supply_and_foundry_capacity": "true",
    "dd_china_share_percent": "50",
    "dd_no_prohibited_end_use": "true",
    "dd_know_your_customer": "true",
    "dd_remote_users_listed": "true",
    "dd_remote_services_verified": "true",
    "dd_physical_security": "true",
    "dd_tested_by_us_lab": "true",
}
H200: Given = {
    **CHIP,
    "eccn": "3A090.a",
    "tpp": "15832",
    "memory_bandwidth_gbs": "4800",
    "destination": "CN",
    "certifications": REVIEW_2026,
}


FOUNDRY: Given = {
    **CHIP,
    "exporter": {"name": "Example Foundry", "kinds": ["front_end_fabricator"]},
    "exported_from": "TW",
    "manufacturer": "MetaX",
    "tpp": "1000",
    "performance_density": "1.5",
    "datacenter_marketed": "false",
    "destination": "CN",
    "certifications": {
        "designer_approved": "false",
        "designer_authorized": "false",
        "transistor_count_attested": "true",
        "packaged_by_fabricator_outside_d5": "true",
    },
}
FOREIGN: Given = {
    "eccn": "3A002.d",
    "exported_from": "DE",
    "country_of_origin": "DE",
    "destination": "CN",
    "attributes": {"zero_percent_content": "false"}
    | {f"direct_product_{paragraph}": "false" for paragraph in "bdhikl"},
}


def foundry(*, node: str = "7", transistors: str = "40000000000", hbm: str = "true") -> Given:
    attributes = {"non_planar_transistors": "false", "package_holds_hbm": hbm}
    return {
        **FOUNDRY,
        "process_node_nm": node,
        "transistor_count": transistors,
        "attributes": attributes,
    }


def limited(eccn: str, value: str) -> Given:
    """A line to Brazil, of a whole order, with nothing in the way of License Exception LVS."""
    said = dict.fromkeys(("part_740_2_checked", "lvs_order_whole", "lvs_year_within_limit"), "true")
    line = {"eccn": eccn, "line_value": f"{value} USD", "certifications": said}
    return {**line, "destination": "BR"}


@dataclass(frozen=True)
class Limit:
    """A number of the law; `given` makes the shipment with a value, the three answers are ours."""

    title: str
    reads: str
    at: str
    day: str
    given: Callable[[str], Given]
    below: str
    on: str
    above: str

    @property
    def written(self) -> str:
        """The number as `numbers` finds it in the rules."""
        return self.at if self.at.endswith(" USD") else str(Fraction(self.at))

    def around(self) -> Iterator[tuple[str, str]]:
        limit = Decimal(self.at.removesuffix(" USD"))
        yield str(limit - HAIR), self.below
        yield str(limit), self.on
        yield str(limit + HAIR), self.above


def to_china(goods: Given, *keys: str, **fixed: str) -> Callable[[str], Given]:
    return lambda value: {**goods, **CHINA, **fixed, **dict.fromkeys(keys, value)}


def owned(items: str) -> Callable[[str], Given]:
    listing = {"list": "EL", "items": items, "policy": "Presumption of denial"}

    def given(share: str) -> Given:
        owner = {"party": "Example Listed Owner", "percent": share, "listings": [listing]}
        return {"eccn": "EAR99", "destination": "CN", "buyer": {"owners": [owner]}}

    return given


def certified(goods: Given, key: str) -> Callable[[str], Given]:
    return lambda value: {**goods, "certifications": {**goods["certifications"], key: value}}


LIMITS = [
    # ECCN 3A090 as it read from October 2022
    Limit("2022: TPP with 600 GB/s", "chip.tpp", "4800", "2023-06-01",
          to_china(CHIP, "tpp", interconnect_bandwidth_gbs="600"), FREE, DENIAL, DENIAL),
    Limit("2022: I/O with a TPP of 4,800", "chip.interconnect_bandwidth_gbs", "600", "2023-06-01",
          to_china(CHIP, "interconnect_bandwidth_gbs", tpp="4800"), FREE, DENIAL, DENIAL),
    # ECCN 3A090.a and .b since November 2023
    Limit(".a.1: TPP, density below every line", "chip.tpp", "4800", "2024-05-01",
          to_china(CHIP, "tpp", performance_density="1.5999"), FREE, DENIAL, DENIAL),
    Limit(".b.1 ends where .a.1 begins", "chip.tpp", "4800", "2024-05-01",
          to_china(CHIP, "tpp", performance_density="1.6"), CASE, DENIAL, DENIAL),
    Limit(".a.2: TPP with a density of 5.92", "chip.tpp", "1600", "2024-05-01",
          to_china(CHIP, "tpp", performance_density="5.92"), FREE, DENIAL, DENIAL),
    Limit(".a.2: density with a TPP of 1,600", "chip.performance_density", "5.92", "2024-05-01",
          to_china(CHIP, "performance_density", tpp="1600"), CASE, DENIAL, DENIAL),
    Limit(".b.1: TPP with a density of 1.6", "chip.tpp", "2400", "2024-05-01",
          to_china(CHIP, "tpp", performance_density="1.6"), FREE, CASE, CASE),
    Limit(".b.1: density with a TPP of 2,400", "chip.performance_density", "1.6", "2024-05-01",
          to_china(CHIP, "performance_density", tpp="2400"), FREE, CASE, CASE),
    Limit(".b.1: density with a TPP just under 4,800", "chip.performance_density", "1.6",
          "2024-05-01", to_china(CHIP, "performance_density", tpp="4799.9999"), FREE, CASE, CASE),
    Limit(".b.1 becomes .a.2 by density", "chip.performance_density", "5.92", "2024-05-01",
          to_china(CHIP, "performance_density", tpp="2400"), CASE, DENIAL, DENIAL),
    Limit(".b.2: TPP with a density of 3.2", "chip.tpp", "1600", "2024-05-01",
          to_china(CHIP, "tpp", performance_density="3.2"), FREE, CASE, CASE),
    Limit(".b.2: density with a TPP of 1,600", "chip.performance_density", "3.2", "2024-05-01",
          to_china(CHIP, "performance_density", tpp="1600"), FREE, CASE, CASE),
    Limit(".b.2: density with a TPP just under 2,400", "chip.performance_density", "3.2",
          "2024-05-01", to_china(CHIP, "performance_density", tpp="2399.9999"), FREE, CASE, CASE),
    Limit("Note 2: not for datacenters, however dense", "chip.tpp", "4800", "2024-05-01",
          to_china(GAMING, "tpp", performance_density="12"), FREE, CASE, CASE),
    Limit("density by die area: 1,600 over 500 mm2 is 3.2", "chip.performance_density", "500",
          "2024-05-01", to_china(CHIP, "die_area_mm2", tpp="1600"), CASE, CASE, FREE),
    # High bandwidth memory
    Limit("HBM: memory that is not classified so", "memory_bandwidth_density", "2", "2025-02-01",
          lambda value: {**BOLT, "memory_bandwidth_density": value}, FREE, FREE, FLAG),
    Limit("HBM: License Exception HBM", "memory_bandwidth_density", "3.3", "2025-02-01",
          lambda value: {**HBM, "memory_bandwidth_density": value}, EXCEPTION, DENIAL, DENIAL),
    Limit("HBM: a processor classified as memory", "chip.tpp", "1600", "2025-02-01",
          lambda value: {**HBM, "destination": "DE", "chip": {"tpp": value}}, FREE, FLAG, FLAG),
    # The review of January 2026
    Limit("2026: TPP, strictly below", "chip.tpp", "21000", "2026-02-01",
          lambda value: {**H200, "tpp": value}, CASE, DENIAL, DENIAL),
    Limit("2026: DRAM bandwidth, strictly below", "chip.memory_bandwidth_gbs", "6500",
          "2026-02-01", lambda value: {**H200, "memory_bandwidth_gbs": value},
          CASE, DENIAL, DENIAL),
    Limit("2026: share of China, at most half", "certifications.dd_china_share_percent", "50",
          "2026-02-01", certified(H200, "dd_china_share_percent"), CASE, CASE, DENIAL),
    # Letters
    Limit("the letter of October 2023", "chip.tpp", "4800", "2023-10-30",
          lambda value: {**NVIDIA, **CHIP, "destination": "SA", "tpp": value},
          FREE, LICENSE, LICENSE),
    Limit("April 2025: memory", "chip.memory_bandwidth_gbs", "1400", "2025-05-01",
          to_china({**NVIDIA, **GAMING}, "memory_bandwidth_gbs", tpp="3000"), FREE, FLAG, FLAG),
    Limit("April 2025: I/O", "chip.interconnect_bandwidth_gbs", "1100", "2025-05-01",
          to_china({**NVIDIA, **GAMING}, "interconnect_bandwidth_gbs", tpp="3000"),
          FREE, FLAG, FLAG),
    Limit("April 2025: the two together", "chip.memory_plus_interconnect_gbs", "1700",
          "2025-05-01",
          to_china({**NVIDIA, **GAMING}, "memory_plus_interconnect_gbs", tpp="3000"),
          FREE, FLAG, FLAG),
    # Figures of goods that are classified outside computing
    Limit("EAR99 with the TPP of a chip", "chip.tpp", "1600", "2024-05-01",
          lambda value: {**BOLT, "chip": {"tpp": value}}, FREE, FLAG, FLAG),
    Limit("EAR99 with a TPP", "tpp", "1600", "2024-05-01",
          lambda value: {**BOLT, "tpp": value}, FREE, FLAG, FLAG),
    Limit("EAR99 with memory", "memory_bandwidth_gbs", "1400", "2024-05-01",
          lambda value: {**BOLT, "memory_bandwidth_gbs": value}, FREE, FLAG, FLAG),
    Limit("EAR99 with the memory of a chip", "chip.memory_bandwidth_gbs", "1400", "2024-05-01",
          lambda value: {**BOLT, "chip": {"memory_bandwidth_gbs": value}}, FREE, FLAG, FLAG),
    Limit("EAR99 with I/O", "interconnect_bandwidth_gbs", "600", "2024-05-01",
          lambda value: {**BOLT, "interconnect_bandwidth_gbs": value}, FREE, FLAG, FLAG),
    # Foundries
    Limit("foundry: a node of 16 nm", "process_node_nm", "16", "2025-03-03",
          lambda value: foundry(node=value), DENIAL, DENIAL, FREE),
    Limit("foundry: 30 billion transistors", "transistor_count", "30000000000", "2025-03-03",
          lambda value: foundry(transistors=value), FREE, DENIAL, DENIAL),
    Limit("foundry: red flag above 50 billion transistors", "transistor_count", "50000000000",
          "2024-03-01", lambda value: foundry(transistors=value), FREE, FREE, FLAG),
    # License exceptions
    Limit("LVS: 500 dollars", "line_value", "500 USD", "2026-09-01",
          lambda value: limited("3B001.e", value), EXCEPTION, EXCEPTION, LICENSE),
    Limit("LVS: 3,000 dollars", "line_value", "3000 USD", "2026-09-01",
          lambda value: limited("3A002.a", value), EXCEPTION, EXCEPTION, LICENSE),
    Limit("LVS: 5,000 dollars", "line_value", "5000 USD", "2026-09-01",
          lambda value: limited("5A001.f.2", value), EXCEPTION, EXCEPTION, LICENSE),
    Limit("de minimis: 25 percent", "us_content_percent", "25", "2026-09-01",
          lambda value: {**FOREIGN, "us_content_percent": value}, OUTSIDE, OUTSIDE, LICENSE),
    Limit("de minimis: 10 percent to Cuba", "us_content_percent", "10", "2026-09-01",
          lambda value: {**FOREIGN, "us_content_percent": value, "destination": "CU"},
          FLAG, FLAG, "deny policy_of_denial"),
    # Red flags
    Limit("a payer in the scope of the chip controls", "tpp", "4800", "2025-06-02",
          lambda value: {**CHIP, "tpp": value, "performance_density": "1.5", "destination": "DE",
                         "purchaser": {"name": "Example Paymaster", "country": "VN"}},
          FREE, FLAG, FLAG),
    Limit("a chip of Chinese design", "chip.tpp", "4800", "2025-06-02",
          lambda value: {**CHIP, "tpp": value, "performance_density": "1.5", "destination": "DE",
                         "manufacturer": "MetaX"},
          FREE, FLAG, FLAG),
    # Ownership
    Limit("ownership by a listed party", "listed_ownership_percent", "50", "2025-10-15",
          owned("all"), FLAG, DENIAL, DENIAL),
    Limit("ownership, the owner's entry not at hand", "listed_ownership_percent", "50",
          "2025-10-15", owned("as_entry"), FLAG, LICENSE, LICENSE),
    Limit("ownership does not count during the stay", "listed_ownership_percent", "50",
          "2026-03-01", owned("all"), FLAG, FLAG, FLAG),
]  # fmt: skip


def answer(given: Given, day: str) -> str:
    d = shipped().decide(shipment(given), law_date=day)
    assert d.problems == ()
    return f"{d.verdict} {d.finding}"


@pytest.mark.parametrize("limit", LIMITS, ids=[limit.title for limit in LIMITS])
def test_a_limit_below_at_and_above(limit: Limit) -> None:
    found = [(value, answer(limit.given(value), limit.day)) for value, _ in limit.around()]
    assert found == list(limit.around())


def test_a_listed_owner_of_nothing_is_no_owner() -> None:
    assert answer(owned("all")("0"), "2025-10-15") == FREE
    assert answer(owned("all")("0.0001"), "2025-10-15") == FLAG


@pytest.mark.parametrize(("day", "without"), [("2024-02-01", DENIAL), ("2024-06-01", CASE)])
def test_a_notice_is_twenty_five_days_old(day: str, without: str) -> None:
    def notified(days: int) -> str:
        notice = date.fromisoformat(day) - timedelta(days=days)
        said = {
            "nac_notice_date": notice.isoformat(),
            "nac_confirmed": "true",
            "nac_within_notified_amounts": "true",
            "written_purchase_order": "true",
        }
        goods = {"product": "nvidia-rtx-4090", "destination": "CN", "end_use": ["consumer"]}
        return answer({**goods, "certifications": said}, day)

    assert [notified(days) for days in (24, 25, 26)] == [without, EXCEPTION, EXCEPTION]


def test_a_contract_for_venezuela_of_the_sixth_and_of_the_seventh() -> None:
    def signed(day: str) -> str:
        army = {"kinds": ["military_end_user"]}
        given = {"eccn": "3B991", "destination": "VE", "contract_date": day, "buyer": army}
        return answer(given, "2026-08-01")

    assert [signed(f"2014-11-0{n}") for n in (6, 7, 8)] == [FLAG, DENIAL, DENIAL]


def status(rule: str, given: Given, day: str, *, text_alone: bool = False) -> str:
    authority = "regulation" if text_alone else None
    return str(shipped().decide(shipment(given), law_date=day, authority=authority).status(rule))


@pytest.mark.parametrize(
    ("day", "limit", "hbm"),
    [
        ("2027-06-01", 30, "true"),
        ("2027-06-01", 35, "false"),
        ("2028-06-01", 30, "true"),
        ("2029-06-01", 30, "true"),
        ("2029-06-01", 40, "false"),
    ],
)
def test_how_many_transistors_are_few_in_years_to_come(day: str, limit: int, hbm: str) -> None:
    """Past what is verified nothing is allowed; the presumption alone is looked at."""
    found = [
        status("datacenter-chips-to-d5", foundry(transistors=str(limit * 10**9 + n), hbm=hbm), day)
        for n in (-1, 0, 1)
    ]
    assert found == ["not_met", "undetermined", "undetermined"]


def test_nobody_knows_how_many_transistors_are_few_in_2028() -> None:
    given = [foundry(transistors=f"{n}000000000", hbm="false") for n in (29, 30, 34, 35)]
    found = [status("datacenter-chips-to-d5", one, "2028-06-01") for one in given]
    assert found == ["not_met", "undetermined", "undetermined", "undetermined"]


def test_from_2027_an_authorized_designer_applied_at_most_180_days_ago() -> None:
    def applied(days: int) -> str:
        day = date(2027, 8, 2)
        said = {
            **FOUNDRY["certifications"],
            "designer_authorized": "true",
            "designer_attests_below_3a090": "true",
            "designer_applied_on": (day - timedelta(days=days)).isoformat(),
        }
        given = {**foundry(), "certifications": said}
        return status("datacenter-chips-to-d5", given, day.isoformat())

    assert [applied(days) for days in (179, 180, 181)] == ["not_met", "not_met", "undetermined"]


def test_a_year_of_license_exception_lpp() -> None:
    def total(tpp: int) -> str:
        said = {"lpp_year_tpp": str(tpp), "lpp_consignee_certified": "true"}
        goods = {"product": "nvidia-h100", "destination": "MY", "end_use": ["datacenter"]}
        return status("lpp", {**goods, "certifications": said}, "2025-06-02", text_alone=True)

    assert [total(26_900_000 + n) for n in (-1, 0, 1)] == ["decisive", "decisive", "not_met"]


TESTED_BY_THEMSELVES = {
    ("transistor_count", "35000000000"),
    ("transistor_count", "40000000000"),
    ("certifications.designer_applied_on", "180 days"),
    ("certifications.lpp_year_tpp", "26900000"),
    ("listed_ownership_percent", "0"),
    ("certifications.nac_notice_date", "25 days"),
    ("contract_date", "2014-11-07"),
    ("described_tpp", "1600"),
    ("described_tpp", "0"),  # no figure is published
}


@pytest.mark.parametrize("product", sorted(shipped().content.products))
def test_an_accelerator_is_noticed_in_words_from_1600_tpp_on(product: str) -> None:
    """Whatever the catalogue's name for it: a line of ordinary goods that speaks of it is looked
    at, and one that speaks of a lesser product is not."""
    content = shipped().content
    goods = content.products[product]
    maker = (
        content.parties[goods.manufacturer].title if goods.manufacturer in content.parties else ""
    )
    words = f"{maker} {max(goods.aliases, key=len)} bracket"
    day = {"law_date": "2026-03-01"}
    known = shipped().decide(shipment({**BOLT, **day, "product": product})).facts.values
    tpp = max((f.value for f in known.get("tpp", ()) if isinstance(f.value, Fraction)), default=0)
    decision = shipped().decide(shipment({**BOLT, **day, "description": words}))
    assert ("described-as-another-product" in decision.decisive) == (tpp >= 1600)


def numbers(tree: Expr) -> Iterator[tuple[str, str]]:
    for node in walk(tree):
        match node:
            case Compare(field, _, Fraction() as operand):
                yield field.id, str(operand)
            case Compare(field, _, operand):
                yield field.id, str(operand)
            case Elapsed(field, _, days):
                yield field.id, f"{days} days"


def test_no_number_of_the_rules_is_forgotten() -> None:
    content = shipped().content
    trees = [c for r in content.rules.values() for c in (r.when, r.conditions) if c is not None]
    trees += [d.when for c in content.classes.values() for d in c.definitions]
    written = {number for tree in trees for number in numbers(tree)}
    tested = {(limit.reads, limit.written) for limit in LIMITS} | TESTED_BY_THEMSELVES
    assert written - tested == set()
