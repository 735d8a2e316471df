"""The one way to write data as text, so that its digest is the same wherever it is taken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(data: Mapping[str, Any]) -> str:
    """The one way to write it as text."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(data: Mapping[str, Any]) -> str:
    """SHA-256 of that text."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()
