"""The worked examples of the API's description: the founding case."""

from __future__ import annotations

from typing import Any

_BUYER = {
    "name": "Example Cloud Beijing",
    "country": "CN",
    "headquarters": "CN",
    "parent_headquarters": "CN",
    "kinds": ["company"],
    "owners": [],
    "listings": [],
}

TIMELINE: dict[str, Any] = {
    "exporter": {"name": "NVIDIA Corporation", "owners": [], "listings": []},
    "exported_from": "US",
    "product": "NVIDIA H20",
    "destination": "CN",
    "quantity": 8,
    "end_use": ["datacenter"],
    "ultimate_consignee": _BUYER,
    "end_user": _BUYER,
    "parties_complete": True,
}
"""Eight H20 from NVIDIA to a Chinese cloud, on no particular day."""

SCREENING: dict[str, Any] = {"law_date": "2025-07-14", **TIMELINE}
"""The same on the day before sales resumed."""

RESOLUTION = {
    "outcome": "clear",
    "reason": "End use statement of 2025-07-16 received and checked; no red flag remains.",
    "through": "2027-06-30",
}
"""A reviewer clears a review, also for the same shipment on later days."""


def requested(example: object, *media_types: str) -> dict[str, Any]:
    """The description of a body that is read as a document, with its example."""
    content = {
        media: {"schema": {"type": "array" if isinstance(example, list) else "object"},
                "example": example}
        for media in media_types or ("application/json",)
    }  # fmt: skip
    return {"requestBody": {"required": True, "content": content}}
