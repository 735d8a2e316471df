"""User text as it may stand in Markdown: only text, whatever signs it holds."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[\\`*\[\]<>|#~&]|(?<!\w)_|_(?!\w)")
_PLAIN_ID = re.compile(r"[\w./:-]+")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def plain(text: str) -> str:
    """The text on one line, with nothing in it that is Markdown or HTML."""
    return _SPECIAL.sub(lambda m: _ENTITIES.get(m[0], f"\\{m[0]}"), " ".join(text.split()))


def code(id: str) -> str:
    """An id as code; one that is not made of plain letters is user text like any other."""
    return f"`{id}`" if _PLAIN_ID.fullmatch(id) else plain(id)
