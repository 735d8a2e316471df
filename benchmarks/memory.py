"""What an engine that runs for long holds: its memory as ever more distinct lines are decided.

    python -m benchmarks.memory 100000

Every line is an order line with parties, quantity, value, words and dates of its own, so that no
two are the same and what is remembered is forgotten again and again.
"""

from __future__ import annotations

import gc
import resource
import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.decide import order_texts
from screening.engine import load_rulebook
from screening.reading.documents import parse_json
from screening.shipment import Shipment


def distinct(rng: Random, line: dict[str, Any], number: int) -> dict[str, Any]:
    """The line as somebody else's order."""
    found = dict(line)
    for role in ("ultimate_consignee", "purchaser"):
        country = found[role]["country"]
        found[role] = {"name": f"Firm {number} {rng.choice('ABC')}", "country": country}
    found |= {"shipment_id": f"order-{number}", "quantity": str(rng.randint(1, 10**6)),
              "line_value": f"{rng.randint(1, 10**8) / 100}",
              "law_date": str(date(2024, 1, 1) + timedelta(days=rng.randrange(700))),
              "description": f"{line['description']} {number}"}  # fmt: skip
    return found


def resident_mb() -> float:
    """What the process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Decide, and tell what is held from time to time."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rng = Random(1)
    lines: list[Any] = [parse_json(text.encode())[0] for text in order_texts()]
    book = load_rulebook()
    print(f"loaded: {resident_mb():,.0f} MB", flush=True)
    for number in range(1, count + 1):
        book.decide(Shipment.model_validate(distinct(rng, rng.choice(lines), number))).to_bytes()
        if number % max(1, count // 20) == 0:
            gc.collect()
            print(f"{number:,} lines: {resident_mb():,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
