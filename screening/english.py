"""The English that sentences made from data need: articles, and counts with their noun."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Letters whose names begin with a vowel: an HS code, an ECCN.
_SPOKEN_WITH_VOWEL = frozenset("AEFHILMNORSX")
_INITIALS = re.compile(r"(?:[A-Z]\.?){2,}|[A-Z]\b")
_SOUNDS_LIKE_CONSONANT = re.compile(r"(?:eu|one\b|uni(?!n|m)|us(?:e|a|ual)|u\b)", re.IGNORECASE)
_SILENT_H = re.compile(r"(?:hour|honest|honor|heir)", re.IGNORECASE)


def article(text: str) -> str:
    """`a` or `an`, by how the text that follows is spoken."""
    if _INITIALS.match(text):
        return "an" if text[0] in _SPOKEN_WITH_VOWEL else "a"
    if _SOUNDS_LIKE_CONSONANT.match(text):
        return "a"
    return "an" if text[:1].lower() in "aeiou" or _SILENT_H.match(text) else "a"


def one(text: str) -> str:
    """The text with its article: `an exporter`, `a party`."""
    return f"{article(text)} {text}"


def count(n: int, singular: str, plural: str = "") -> str:
    """`1 problem`, `2 problems`, `0 entries`."""
    return f"{n:,} {singular if n == 1 else plural or _plural(singular)}"


def listed(items: Sequence[str], most: int = 4) -> str:
    """`a`, `a and b`, `a, b and c`; of more than `most` the first, and how many more."""
    shown = [*items[: most - 1], f"{len(items) - most + 1} more"] if len(items) > most else items
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def _plural(word: str) -> str:
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
