"""A name that the rulebook knows as listed is not cleared by a stated result of screening."""

from __future__ import annotations

from typing import Any

import pytest

from screening import load_rulebook
from screening.answer import Decision
from screening.rulebook.layers import shipped_root
from screening.shipment import Shipment

RULEBOOK = load_rulebook(shipped_root() / "us-ear")
HIT = [{"list": "EL", "items": "all", "policy": "Presumption of denial"}]


def decided(**consignee: Any) -> Decision:
    party = {"name": "Adler", "country": "DE", "listings": [], **consignee}
    return RULEBOOK.decide(Shipment.model_validate({
        "law_date": "2026-09-01", "exported_from": "US", "destination": "DE", "eccn": "EAR99",
        "end_use": ["civil"], "parties_complete": True,
        "exporter": {"name": "Harbor Fasteners", "country": "US", "listings": []},
        "ultimate_consignee": party, "end_user": party,
    }))  # fmt: skip


def test_a_clean_result_for_a_listed_name_is_a_contradiction_that_names_the_list() -> None:
    decision = decided(name="Huawei Technologies")
    assert decision.verdict == "review"
    assert decision.decisive == ("facts-conflict",)
    notes = [f.note for p in decision.facts.parties for f in p.values["screened"]]
    assert any("Huawei Technologies Co., Ltd. is on the list EL: 84 FR" in n for n in notes)


def test_a_result_that_has_the_hit_is_believed() -> None:
    decision = decided(name="Huawei Technologies", listings=HIT)
    assert decision.verdict == "deny"
    assert "facts-conflict" not in decision.decisive


@pytest.mark.parametrize("listings", [[], HIT])
def test_the_same_of_an_owner(listings: list[Any]) -> None:
    owners = [{"party": "Cambricon", "percent": 10, "listings": listings}]
    decision = decided(owners=owners)
    assert ("facts-conflict" in decision.decisive) is (not listings)


def test_other_names_are_cleared_as_before() -> None:
    assert decided().verdict == "allow"
