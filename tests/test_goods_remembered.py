"""What was found of goods before is found again only where all that it hangs on is the same.

Each pair below differs in one thing. After the first line, the second must be known as by an engine
that has seen nothing; and if what is remembered were found without that thing, the pair notices.
"""

from __future__ import annotations

import pytest

from screening.engine import load_rulebook
from screening.enrich import enrich
from screening.enrich.goods import Ledger
from screening.enrich.remembered import Remembered
from screening.shipment import Shipment

CONTENT = load_rulebook().content
LINE = {"law_date": "2025-06-01", "exported_from": "US", "destination": "DE"}
H20 = {**LINE, "product": "nvidia-h20", "quantity": "2"}
OWN = {**LINE, "product": "unheard-of", "tpp": "4000", "die_area_mm2": "800"}

OF_GOODS = {
    "the product": (H20, {**H20, "product": "nvidia-h100-sxm"}),
    "a figure given": (OWN, {**OWN, "tpp": "5000"}),
    "a figure beside the catalogue's": (H20, {**H20, "tpp": "1"}),
    "how many circuits": (OWN, {**OWN, "chip_count": "8"}),
}
OF_LINE = {
    "the quantity": (H20, {**H20, "quantity": "3"}),
    "the price": ({**H20, "unit_value": "10 USD"}, {**H20, "unit_value": "20 USD"}),
    "where it goes": ({**H20, "destination": "US"}, H20),
}
PAIRS = {**OF_GOODS, **OF_LINE}


def notices(before: dict[str, str], after: dict[str, str]) -> bool:
    """Whether a line is known otherwise after another than by itself."""
    used = Remembered()
    enrich(Shipment.model_validate(before), CONTENT, None, used)
    line = Shipment.model_validate(after)
    return enrich(line, CONTENT, None, used) != enrich(line, CONTENT, None, Remembered())


@pytest.mark.parametrize("pair", PAIRS)
def test_a_line_before_changes_nothing_that_is_known(pair: str) -> None:
    assert not notices(*PAIRS[pair])


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair != "the product"])
def test_to_forget_what_was_given_would_be_noticed(
    pair: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledger, "key", lambda ledger: ())
    assert notices(*PAIRS[pair])
