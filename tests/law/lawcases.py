"""The shipments that the law tests hand to the rulebook: all that a careful exporter would know.

A law test says only what is peculiar to its shipment. Everything else is filled in here: an
exporter in the United States, a buyer who is consignee and end user in the country of destination,
headquartered where it stands, both screened without a hit and owned by nobody who is listed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from screening import Rulebook, load_rulebook
from screening.decide.verdict import Ruling
from screening.decision import Authority
from screening.shipment import Shipment
from screening.vocabulary import ROLES

Given = dict[str, Any]

HERE = Path(__file__).parent
CLEAN: Given = {"kinds": ["company"], "owners": [], "listings": []}
BUYERS = ("ultimate_consignee", "end_user")


@cache
def shipped() -> Rulebook:
    """The rulebook that travels with the package, loaded once."""
    return load_rulebook()


def company(said: str | Given, country: str, name: str) -> Given:
    """A party at home in `country`; what is said of it wins, and a bare text is its name."""
    told: Given = {"name": said} if isinstance(said, str) else {"name": name, **said}
    seat = told.get("headquarters", told.get("country", country))
    home = {"country": country, "headquarters": seat, "parent_headquarters": seat}
    if shipped().content.party_index.find(told["name"]) is not None:
        home = {"country": country}  # the rulebook's records know where the firm is at home
    return {**home, **CLEAN, **told}


def shipment(said: Given) -> Given:
    """The whole shipment. `buyer` stands for ultimate consignee and end user at once."""
    rest = {k: v for k, v in said.items() if k != "buyer" and k not in ROLES}
    left, goes = str(rest.setdefault("exported_from", "US")), str(rest["destination"])
    parties = {role: said.get("buyer", {}) for role in BUYERS} | {"exporter": {}}
    parties |= {role: said[role] for role in ROLES if role in said}
    names = {"exporter": "Example Exporter", "intermediate_consignee": "Example Forwarding"}
    for role, told in parties.items():
        at = left if role == "exporter" else goes
        rest[role] = company(told, at, names.get(role, "Example Buyer"))
    return {"end_use": ["civil"], "parties_complete": "true", **rest}


def ruled(book: Rulebook, said: Given, day: date, authority: Authority | None = None) -> Ruling:
    """Verdict and finding without the telling, for tests that ask for many."""
    line = Shipment.model_validate(shipment(said)).with_field("law_date", day.isoformat())
    view = book.view(day)
    return book.ruling(book.assumed(book.facts(line), view), view, authority)


def in_no_force(book: Rulebook, *ids: str) -> Rulebook:
    """The rulebook with some rules never in force: what a property must notice."""
    assert set(ids) <= set(book.rules)
    never = {id: replace(book.rules[id], windows=()) for id in ids}
    return Rulebook(replace(book.content, rules={**book.rules, **never}))
