"""An answer that waits for something says by name what it waits for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from screening import Decision, Shipment, load_rulebook

RULEBOOK = load_rulebook()
ADLER = {"name": "Adler Maschinenbau", "country": "DE", "listings": []}
HOSE: dict[str, Any] = {
    "law_date": "2026-09-01", "exported_from": "US", "destination": "DE", "eccn": "EAR99",
    "product": "XQ-7781", "quantity": 4, "end_use": ["civil"], "parties_complete": True,
    "exporter": {"name": "Example Instruments Inc.", "country": "US", "listings": []},
    "ultimate_consignee": ADLER, "end_user": ADLER,
}  # fmt: skip


def decide(**changed: Any) -> Decision:
    facts = {k: v for k, v in (HOSE | changed).items() if v is not None}
    return RULEBOOK.decide(Shipment.model_validate(facts))


@pytest.mark.parametrize(
    "missing", ["end_user", "ultimate_consignee", "exporter", "destination", "law_date", "end_use"]
)
def test_what_an_allow_lacks_is_asked_for(missing: str) -> None:
    assert decide().verdict == "allow"
    found = decide(**{missing: None})
    assert found.verdict == "review"
    assert found.ask == (missing,)
    assert f"Supply {missing}" in found.summary()


def test_several_are_asked_for_together() -> None:
    found = decide(end_user=None, end_use=None, parties_complete=None)
    assert found.ask == (
        "end_use", "end_user", "intermediate_consignee", "purchaser", "forwarder",
    )  # fmt: skip


def test_a_party_without_a_name_is_asked_for_its_name() -> None:
    assert decide(end_user={"country": "DE", "listings": []}).ask == ("end_user.name",)


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", " #VALUE! ", "#NV", "#DIV/0!"])
def test_what_a_spreadsheet_shows_for_a_failed_formula_is_no_name(cell: str) -> None:
    found = decide(end_user=ADLER | {"name": cell})
    assert found.verdict == "review"
    assert [(p.code, str(p.place)) for p in found.problems] == [
        ("spreadsheet-error", "end_user.name")
    ]
    assert found.ask == ("end_user.name",)


def test_nor_a_product_or_a_quantity() -> None:
    found = decide(product="#REF!", quantity="#VALUE!")
    assert [p.code for p in found.problems] == ["spreadsheet-error"] * 2
    assert found.verdict == "review"


@pytest.mark.parametrize(
    ("long", "short"),
    [("Entity List", "EL"), ("Denied Persons", "DPL"), ("unverified list", "UVL"),
     ("Military End User List", "MEU"), ("Specially Designated Nationals", "SDN"), ("sdn", "SDN")],
)  # fmt: skip
def test_a_list_is_known_by_its_name(long: str, short: str) -> None:
    by_name, by_symbol = (decide(end_user=ADLER | {"listings": [x]}) for x in (long, short))
    assert by_name.problems == ()
    assert by_name.decisive == by_symbol.decisive != ()


def test_the_sentence_says_which_facts_contradict_each_other() -> None:
    found = decide(product="NVIDIA H20", destination="CN", end_user=ADLER | {"country": "CN"},
                   ultimate_consignee=ADLER | {"country": "CN"})  # fmt: skip
    assert found.decisive == ("facts-conflict",)
    assert found.summary().startswith(
        "Review: there is a red flag to resolve, since facts contradict each other: "
        "eccn is EAR99 (given) but 3A991.p (catalogue, NVIDIA H20 96GB)"
    )


def test_the_sentence_names_an_exception_whose_conditions_are_not_shown() -> None:
    shop = {"name": "Some Shop", "country": "CN", "headquarters": "CN", "listings": []}
    found = decide(product="NVIDIA RTX 4090", eccn=None, destination="CN", end_use=["consumer"],
                   end_user=shop, ultimate_consignee=shop)  # fmt: skip
    assert found.verdict == "review"
    assert "License Exception NAC may allow it" in found.summary()
    assert found.could_help[0].rule.exception == "NAC"


LASER = {"eccn": "6A005.a.1", "product": "XL-7", "destination": "TR", "attributes": {
    "controls": ["NS_2", "AT_1"]}, "line_value": 900, "currency": "USD",
    "ultimate_consignee": ADLER | {"country": "TR"}, "end_user": ADLER | {"country": "TR"},
}  # fmt: skip


def test_where_the_tables_were_not_looked_at_again_no_finer_code_is_asked_for() -> None:
    """The tables of the Commerce Control List may be used through 2026-09-21, the rest longer."""
    assert decide(**LASER, law_date="2026-09-21").verdict == "allow"
    found = decide(**LASER, law_date="2026-09-22")
    assert (found.verdict, found.ask) == ("review", ())
    assert "not verified for this date" in found.summary()
    assert "Supply" not in found.summary()


def test_where_they_were_a_finer_code_is_asked_for() -> None:
    """Of 6A007 some paragraphs are controlled for missile technology."""
    found = decide(**LASER | {"eccn": "6A007", "attributes": None}, law_date="2026-09-21")
    assert (found.verdict, found.ask) == ("review", ("eccn",))


_IN_ANOTHER_PROCESS = """
import json, sys
from screening import Shipment, load_rulebook
line = Shipment.model_validate(json.loads(sys.argv[1]))
sys.stdout.buffer.write(load_rulebook().decide(line).to_bytes())
"""


def test_every_process_answers_in_the_same_bytes() -> None:
    # What is asked for is found as sets, whose order is another in each process; a table is
    # decided by several processes, and a run that goes on after a stop has to write the same.
    firm = "Shenzhen Haoyuan Automation Co., Ltd."
    given = json.dumps({
        "law_date": "2025-10-10", "exported_from": "US", "destination": "CN", "eccn": "6A995",
        "exporter": "Example Instruments Inc.", "quantity": "1",
        "ultimate_consignee": {"name": firm, "country": "CN"},
        "purchaser": {"name": firm, "country": "CN"},
    })  # fmt: skip
    answers = {
        subprocess.run([sys.executable, "-c", _IN_ANOTHER_PROCESS, given], check=True,
                       capture_output=True, cwd=Path(__file__).parent.parent,
                       env=os.environ | {"PYTHONHASHSEED": str(seed)}).stdout
        for seed in (1, 2, 3)
    }  # fmt: skip
    assert len(answers) == 1
    asked = json.loads(answers.pop())["ask"]
    assert asked.index("purchaser.listings") < asked.index("purchaser.owners")
