"""Shipments that the planted cases start from: everything known, nothing wrong."""

from __future__ import annotations

from typing import Any

Given = dict[str, Any]


def party(name: str, country: str, **said: Any) -> Given:
    """A party of whom everything is known and nothing speaks against."""
    clean = {"owners": [], "listings": [], "kinds": ["company"]}
    home = {"country": country, "headquarters": country, "parent_headquarters": country}
    return {"name": name, **home, **clean, **said}


def without(given: Given, *keys: str) -> Given:
    """The same without some of its facts."""
    return {k: v for k, v in given.items() if k not in keys}


def to(country: str, **said: Any) -> Given:
    """An EAR99 line from the United States to a firm of that country; `said` wins."""
    buyer = party("Example Buyer", country)
    return {
        "exporter": party("Example Instruments", "US"),
        "exported_from": "US",
        "destination": country,
        "eccn": "EAR99",
        "end_use": ["civil"],
        "end_user": buyer,
        "ultimate_consignee": buyer,
        "parties_complete": True,
        **said,
    }


def h20(exporter: Any, destination: str = "CN", **said: Any) -> Given:
    """Eight H20 to a cloud firm of that country, everything but the exporter known and clean."""
    line = to(destination, product="nvidia-h20", end_use=["datacenter"], quantity=8)
    line = without(line, "eccn", "exporter") | said
    return line if exporter is None else {**line, "exporter": exporter}
