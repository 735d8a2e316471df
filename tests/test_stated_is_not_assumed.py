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


def test_an_unknown_number_alone_does_not_hold_back_what_the_firm_has_classified() -> None:
    """The firm's classification stands; that the catalogue lacks the number is a note."""
    decision = company().decide({**LINE, "product": "XQ-7781", "end_use": ["civil"]})
    assert decision.verdict is Verdict.ALLOW
    assert decision.facts.notes == ("`XQ-7781` is not a product of the catalogue",)


def test_an_unknown_number_that_names_an_accelerator_is_looked_at() -> None:
    """`H100` in the number is all that is said of the goods, so it is not passed over."""
    book = company()
    alone = {**LINE, "product": "H100-8821X", "end_use": ["civil"]}
    assert "described-as-another-product" in book.decide(alone).decisive
    described = {**alone, "description": "Stainless hose coupling"}
    assert book.decide(described).verdict is Verdict.ALLOW


def test_an_unknown_item_that_speaks_of_graphics_processors_is_looked_at() -> None:
    """The words stand where the item's number should, and the description says nothing."""
    line = {**LINE, "product": "NVIDIA GPU tray", "description": "Tray", "end_use": ["civil"]}
    assert "described-as-graphics-processor" in company().decide(line).decisive
