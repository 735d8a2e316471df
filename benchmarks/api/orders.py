"""The orders that the benchmarks of the service send.

They are the sample shipments of `seeds/shipments.csv`, of which 31 in a hundred come out as allow,
25 as deny and 44 as review. Every order has a number of its own. Every other one is a sample as it
stands, and so comes again and again; of the ones between the quantity and the receivers are new.
"""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[2] / "seeds/shipments.csv"


@cache
def samples() -> tuple[dict[str, Any], ...]:
    """The sample shipments as an order system sends them."""
    with SAMPLES.open(encoding="utf-8", newline="") as stream:
        return tuple(_nested(row) for row in csv.DictReader(stream))


def _nested(row: dict[str, str]) -> dict[str, Any]:
    """`end_user.country` is what the end user's mapping has under `country`."""
    found: dict[str, Any] = {}
    for column, cell in row.items():
        if not cell:
            continue
        head, _, part = column.partition(".")
        if not part:
            found[head] = {"name": cell} if f"{head}.listings" in row else cell
        elif part in ("listings", "kinds") and cell != "none":
            found[head][part] = cell.split(";")
        else:
            found.setdefault(head, {})[part] = cell
    return found


def order(number: int) -> bytes:
    """One of many orders."""
    sample = samples()[number // 2 % len(samples())]
    new: dict[str, Any] = {"shipment_id": f"N-{number}"}
    if number % 2:
        new["quantity"] = number % 997 + 1
        for role in ("ultimate_consignee", "end_user"):
            if role in sample:
                new[role] = {**sample[role], "name": f"Buyer {number} of many"}
    return json.dumps({**sample, **new}).encode()
