"""Lines rolled up: a shipment is as restricted as its most restricted line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from screening.bulk.shipments import roll_up
from screening.bulk.writers import TableFormat

LINES = (
    ("B", "allow", "no_license_required"), ("A", "review", "undetermined"),
    ("B", "deny", "policy_of_denial"), ("", "deny", "prohibited"),
    ("A ", "allow", "no_license_required"), ("B", "deny", "prohibited"),
)  # fmt: skip
EXPECTED = [
    ("B", 3, "deny", "prohibited", 1, 0, 2), ("A", 2, "review", "undetermined", 1, 1, 0),
    ("", 1, "deny", "prohibited", 0, 0, 1),
]  # fmt: skip
"""Every line is counted, also those that say no shipment, such as a blank row."""


@pytest.mark.parametrize("format", [TableFormat.CSV, TableFormat.JSONL])
def test_the_strictest_line_speaks_for_its_shipment(format: TableFormat, tmp_path: Path) -> None:
    output = tmp_path / f"out.{format}"
    if format is TableFormat.CSV:
        rows = [f"{v},{id},{v},{f}" for id, v, f in LINES]
        output.write_text("\n".join(["verdict said,Order,verdict,finding", *rows]), "utf-8")
    else:
        rows = [json.dumps({"verdict": v, "finding": f, "given": {"Order": id}})
                for id, v, f in LINES]  # fmt: skip
        output.write_text("\n".join(rows), "utf-8")
    assert roll_up(output, format, 1, "Order").rows() == EXPECTED
