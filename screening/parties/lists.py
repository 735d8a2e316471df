"""The party lists by symbol and by name."""

from __future__ import annotations

from screening.casting import normalize_text
from screening.vocabulary import LIST_NAMES, LISTS

_SYMBOLS = {
    **{normalize_text(name): symbol for symbol, names in LIST_NAMES.items() for name in names},
    **{normalize_text(symbol): symbol for symbol in LISTS},
}
WRITTEN = (*LISTS, *(name for names in LIST_NAMES.values() for name in names))
"""Every way in which a list may be written."""


def list_symbol(written: str) -> str | None:
    """The symbol of a party list, written so or by its name; `None` of one not known here."""
    return _SYMBOLS.get(normalize_text(written))
