"""What rows share of their reasons: one trace for all rows that were decided alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from screening.answer import Decision

_OF_THE_ROW = ("facts", "notes", "problems")
"""What the row says itself; its cells stand in the output."""


@dataclass(frozen=True)
class Trace:
    """The reasons of a decision, and the key by which rows name them."""

    key: str
    text: str


def trace_of(decision: Decision) -> Trace:
    """The trace of a decision: the same for rows that differ in nothing that a rule tested."""
    found = {k: v for k, v in decision.as_dict().items() if k not in _OF_THE_ROW}
    text = json.dumps(found, ensure_ascii=False, sort_keys=True)
    key = sha256(text.encode()).hexdigest()[:16]
    return Trace(key, json.dumps({"trace": key, **found}, ensure_ascii=False) + "\n")
