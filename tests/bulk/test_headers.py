"""What a column is called in order systems, and what it is taken for."""

from __future__ import annotations

import pytest

from screening.bulk.headers import look_at
from screening.vocabulary import BASE


def taken(*header: str) -> list[tuple[str, ...]]:
    columns, _ = look_at(header, BASE, {}, {}, "orders.csv")
    return list(columns.holds)


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("Ship-to Country", "destination"),
        ("SHIP_TO COUNTRY", "destination"),
        ("Dest. Ctry", "destination"),
        ("ECCN No.", "eccn"),
        ("ECCN #", "eccn"),
        ("Ult. Consignee Name", "ultimate_consignee"),
        ("Ultimate Consignee", "ultimate_consignee"),
        ("Ultimate-Consignee Country", "ultimate_consignee.country"),
        ("Ship-to Name", "ultimate_consignee"),
        ("Ship-To Party", "ultimate_consignee"),
        ("Bill-to Name", "purchaser"),
        ("Sold-to Country", "purchaser.country"),
        ("Buyer", "purchaser"),
        ("End-User Name", "end_user"),
        ("End User HQ", ""),
        ("Freight Forwarder", "forwarder"),
        ("Item No", "product"),
        ("Material No.", "product"),
        ("Empfängerland", "destination"),
        ("BESTIMMUNGSLAND", "destination"),
        ("Artikel-Nr.", "product"),
        ("Menge", "quantity"),
        ("Warenwert", "line_value"),
        ("Waehrung", "currency"),
        ("Wa\u0308hrung", "currency"),
        ("Endverwender", "end_user"),
        ("Endverwender Land", "end_user.country"),
        ("Empfänger", "ultimate_consignee"),
        ("Rechnungsempfänger", "purchaser"),
        ("Spediteur", "forwarder"),
        ("Lieferdatum", "law_date"),
        ("Ausfuhrlistennummer", ""),
        ("Customer", ""),
        ("Ship-to", ""),
        ("Country", ""),
    ],
)
def test_a_usual_name_is_recognized_and_a_doubtful_one_is_not(name: str, ref: str) -> None:
    """`Country` may be of origin, of the buyer or of the goods' way; nobody but the user knows.
    The number of the German export list is no ECCN."""
    assert taken(name) == [(ref,) if ref else ()]


def test_two_names_of_one_fact_are_refused() -> None:
    """Which of them is right cannot be known, so neither is taken."""
    _, problems = look_at(("Ship-to Country", "Dest Ctry"), BASE, {}, {}, "orders.csv")
    assert [p.code for p in problems] == ["same-field-twice"]


def test_names_alike_but_for_punctuation_are_no_trouble_where_they_hold_nothing() -> None:
    _, problems = look_at(("destination", "Cust-Ref", "Cust Ref"), BASE, {}, {}, "o.csv")
    assert problems == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [("ECCN Nummber", "`eccn`"), ("Ship Dat", "`law_date`"), ("End Usr", "`end_user`")],
)
def test_a_near_name_is_offered_by_its_field(name: str, hint: str) -> None:
    columns, _ = look_at(("destination", name), BASE, {}, {}, "orders.csv")
    assert columns.unknown == ((name, f"; did you mean {hint}?"),)
