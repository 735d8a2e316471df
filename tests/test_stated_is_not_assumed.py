"""What a shipper states, in whatever words or header, is never told as `not stated`."""

from __future__ import annotations

from screening import Rulebook, Verdict, load_rulebook
from screening.bulk.headers import recognize
from screening.rulebook.layers import shipped_root

LINE = {
    "law_date": "2026-03-02", "exporter": "Example Instruments Inc.", "exported_from": "US",
    "destination": "DE", "eccn": "EAR99", "product": "EI-10012",
    "ultimate_consignee": {"name": "Rottweil Analytik GmbH", "country": "DE"},
    "quantity": "1", "line_value": "100", "currency": "USD",
}  # fmt: skip


def company() -> Rulebook:
    return load_rulebook(shipped_root() / "example-company")


def test_an_end_use_in_words_is_not_taken_as_civil() -> None:
    book = company()
    assert book.decide(LINE).verdict is Verdict.ALLOW
    stated = book.decide({**LINE, "end_use_text": "reactor fuel research"})
    assert stated.verdict is Verdict.REVIEW
    assert "end_use" in stated.ask


def test_a_role_is_recognized_in_a_header_as_people_write_it() -> None:
    header = ["Destination", "End User", "Ultimate Consignee", "ECCN"]
    columns = recognize(header, company().content.vocabulary, {}, {}, "orders.csv")
    assert columns.holds == (("destination",), ("end_user",), ("ultimate_consignee",), ("eccn",))


def test_words_that_name_an_accelerator_are_no_ordinary_goods() -> None:
    """The item number stands for a pump and the description for an accelerator."""
    book = company()
    line = {**LINE, "end_use": ["civil"], "description": "NVIDIA H100 accelerator card"}
    decision = book.decide(line)
    assert decision.verdict is Verdict.REVIEW
    assert "described-as-another-product" in decision.decisive


def test_a_number_that_is_no_item_of_the_catalogue_is_said() -> None:
    decision = company().decide({**LINE, "product": "EI-99999"})
    assert decision.facts.notes[0].startswith("`EI-99999` is not a product of the catalogue")
