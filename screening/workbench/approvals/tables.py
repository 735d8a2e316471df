"""Change tables in files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from screening.workbench.canonical import digest_of
from screening.workbench.regions.told import digest_of_change


def table_in(path: Path) -> dict[str, Any] | None:
    """The table in a comparison that was written as JSON; `None` unless its own digests fit."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        regions = [{k: v for k, v in r.items() if k != "example"} for r in told["regions"]]
        seen = {"old": told["old"], "new": told["new"], "moves": told["moves"], "regions": regions,
                "unknown": told["unknown"], "beside": told["beside"]}  # fmt: skip
        whole = (digest_of_change(seen), digest_of(seen)) == (told["table"], told["seen"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return seen if whole else None
