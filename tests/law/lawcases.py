"""The shipments that the law tests hand to the rulebook: all that a careful exporter would know.

A law test says only what is peculiar to its shipment. Everything else is filled in here: an
exporter in the United States, a buyer who is consignee and end user in the country of destination,
headquartered where it stands, both screened without a hit and owned by nobody who is listed.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from screening import Rulebook, load_rulebook

Given = dict[str, Any]

CLEAN: Given = {"kinds": ["company"], "owners": [], "listings": []}


@cache
def shipped() -> Rulebook:
    """The rulebook that travels with the package, loaded once."""
    return load_rulebook()


def company(said: str | Given, country: str, name: str) -> Given:
    """A party at home in `country`; what is said of it wins, and a bare text is its name."""
    told: Given = {"name": said} if isinstance(said, str) else said
    seat = told.get("headquarters", told.get("country", country))
    home = {"country": country, "headquarters": seat, "parent_headquarters": seat}
    # A firm that the rulebook's records name brings its own headquarters along.
    known = shipped().content.party_index.find(str(told.get("name", "")))
    if known is not None:
        home = {"country": country}
    return {"name": name, **home, **CLEAN, **told}


def shipment(said: Given) -> Given:
    """The whole shipment. `buyer` stands for ultimate consignee and end user at once."""
    rest = {k: v for k, v in said.items() if k not in ("exporter", "buyer", *BUYERS)}
    from_ = str(rest.setdefault("exported_from", "US"))
    to = str(rest["destination"])
    buyer = company(said.get("buyer", {}), to, "Example Buyer")
    return {
        "exporter": company(said.get("exporter", {}), from_, "Example Exporter"),
        **{role: company(said[role], to, "Example Buyer") if role in said else buyer
           for role in BUYERS},
        "end_use": ["civil"],
        "parties_complete": "true",
        **rest,
    }  # fmt: skip


BUYERS = ("ultimate_consignee", "end_user")
