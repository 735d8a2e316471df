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
        ("Ship-To Ctry", "destination"),
        ("HTS Code", "hs_code"),
        ("ORDERED_QUANTITY", "quantity"),
        ("QUANTITE", "quantity"),
        ("Pais de destino", "destination"),
        ("País de destino", "destination"),
        ("USUARIO FINAL", "end_user"),
        ("Destinatario", "ultimate_consignee"),
        ("VBELN", "shipment_id"),
        ("MATNR", "product"),
        ("WAERK", "currency"),
        ("LAND1", ""),
        ("KUNNR", ""),
        ("NAME1", ""),
        ("Customer", ""),
        ("Ship-to", ""),
        ("Country", ""),
    ],
)
def test_a_usual_name_is_recognized_and_a_doubtful_one_is_not(name: str, ref: str) -> None:
    """`Country` and SAP's `LAND1` may be of origin, of the buyer or of the goods' way; nobody but
    the user knows. `KUNNR` is a number and no name; that of the German export list is no ECCN."""
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


def test_the_mapping_says_which_of_two_columns_holds_a_fact() -> None:
    """The other is carried along, and it is said why."""
    header = ("destination", "Order Date", "Ship Date", "Remark")
    columns, problems = look_at(header, BASE, {"ship date": ("law_date",)}, {}, "orders.csv")
    assert problems == []
    assert columns.holds == (("destination",), (), ("law_date",), ())
    assert columns.unread == {"Order Date": "the mapping says that `Ship Date` holds law_date"}
    assert columns.unknown == (("Remark", ""),)


def test_a_role_and_its_name_are_one_fact_to_the_mapping_too() -> None:
    header = ("destination", "Customer", "Buyer", "Buyer Country")
    columns, problems = look_at(header, BASE, {"Customer": ("purchaser.name",)}, {}, "orders.csv")
    assert problems == []
    assert columns.holds == (("destination",), ("purchaser",), (), ("purchaser.country",))


def test_two_columns_that_the_mapping_gives_one_fact_are_refused() -> None:
    named = {"Ship Date": ("law_date",), "Shipped": ("law_date",)}
    _, problems = look_at(("destination", *named), BASE, named, {}, "orders.csv")
    assert [p.code for p in problems] == ["same-field-twice"]


def test_a_mapping_to_nothing_keeps_a_known_column_from_being_read() -> None:
    columns, problems = look_at(("destination", "eccn"), BASE, {"ECCN": ()}, {}, "orders.csv")
    assert problems == []
    assert columns.holds == (("destination",), ())
    assert columns.unread == {"eccn": "the mapping says that it holds nothing"}
