"""What the desk's list shows of a review, and what it is narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from screening.casting import CastError, cast_date
from screening.decision import Verdict
from screening.ledger.record import Record
from screening.ledger.search import Wanted
from screening.places import CODES

FILTERS = ("show", "to", "party", "rule", "since", "until")
"""What the address of the list may ask for."""


def wanted(asked: Mapping[str, str]) -> tuple[Wanted, str]:
    """What to look for, and what of it cannot be understood."""
    days: dict[str, date | None] = {}
    try:
        for name in ("since", "until"):
            days[name] = cast_date(asked[name]) if asked[name] else None
    except CastError as error:
        return Wanted(open=True), f"{error.problem.message[:1].upper()}{error.problem.message[1:]}."
    until = days["until"]
    return Wanted(
        since=days["since"], until=until + timedelta(days=1) if until else None,
        verdict=Verdict.REVIEW, open=asked["show"] != "all",
        destination=_code(asked["to"]), party=asked["party"] or None, rule=asked["rule"] or None,
    ), ""  # fmt: skip


def _code(place: str) -> str | None:
    """The code of a place written as people write it; what is no place is looked for as it is."""
    if not place:
        return None
    named = {name.casefold(): code for code, name in CODES.items()}
    return named.get(place.casefold(), place)


def row_of(record: Record, state: str | None) -> dict[str, Any]:
    """One review, in short."""
    data = record.data
    facts = data["decision"]["facts"]

    def first(values: dict[str, list[dict[str, str]]], name: str) -> str:
        return ", ".join(v["value"] for v in values.get(name, ()))

    parties = {role: first(p["facts"], "name") for p in facts["parties"] for role in p["roles"]}
    return {
        "id": data["id"],
        "recorded": data["recorded_at"][:16].replace("T", " "),
        "product": _given(data, "product") or _given(data, "description"),
        "quantity": first(facts["shipment"], "quantity"),
        "destination": ", ".join(
            f"{CODES[v['value']]} ({v['value']})" if v["value"] in CODES else v["value"]
            for v in facts["shipment"].get("destination", ())
        ),
        "buyer": parties.get("end_user") or parties.get("ultimate_consignee") or "",
        "exporter": parties.get("exporter", ""),
        "finding": data["decision"]["finding"],
        "summary": data["decision"]["summary"],
        "ask": data["decision"]["ask"],
        "state": state,
    }


def _given(data: Mapping[str, Any], field: str) -> str:
    """As whoever asked wrote it, known to the catalogue or not."""
    value = data["shipment"]["fields"].get(field, "")
    return value if isinstance(value, str) else ", ".join(value)
