"""The ids of a page's parts, to which its links lead."""

from __future__ import annotations

import re


def anchor_of(kind: str, id: str) -> str:
    """An id that any browser and any Markdown reader takes, another for each document's id."""
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9.-]", lambda m: f"_{ord(m[0]):x}_", id)
