"""Names of products as they stand on order lines: exact after normalization, or not found.

`RTX 4090` and `RTX 4090 D` are a letter and a license apart, so a near miss is only ever
suggested, never taken.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_TRADEMARKS = re.compile(r"[™®©℠]")
_SPELLED_TRADEMARKS = re.compile(r"\((?:tm|r|sm)\)")


@lru_cache(maxsize=16_384)
def normalize_alias(text: str) -> str:
    """One spelling for what differs only in case, width, spaces, dashes or trademark signs.

    The maker's name is left alone: `H100` and `NVIDIA H100` are two aliases of the catalogue.
    Spaces are collapsed, not dropped: `RTX4090D` is an alias of its own as well.
    """
    if text.isascii():
        return _plain(text)
    # Trademark signs go first: NFKC would make letters of them (`RTX™` would read `rtxtm`).
    # Characters that nobody sees are no part of a name.
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    previous, current = None, _TRADEMARKS.sub(" ", seen)
    while current != previous:
        previous = current
        folded = unicodedata.normalize("NFKC", current).casefold()
        spaced = "".join(" " if _separates(c) else c for c in folded)
        current = " ".join(_SPELLED_TRADEMARKS.sub(" ", spaced).split())
    return current


def _plain(text: str) -> str:
    """The same where no letter has a second form, which is so of nearly all texts."""
    previous, current = None, text.lower().translate(_DASHES)
    while current != previous:
        previous, current = current, " ".join(_SPELLED_TRADEMARKS.sub(" ", current).split())
    return current


_DASHES = str.maketrans("-_", "  ")

_WORD = re.compile(r"\w+(?:\.\d+)*")


def words_of(text: str) -> list[str]:
    """The words of a text without the signs around and between them: of `(NVIDIA H100, 80GB)`
    the second is `h100`."""
    return _WORD.findall(normalize_alias(text))


def _separates(character: str) -> bool:
    """Every kind of dash, the minus sign and the underscore read as a space."""
    return character in "_\u2212" or unicodedata.category(character) == "Pd"


class AliasIndex:
    """Product ids by alias. An alias that names two products names none: it is a clash."""

    __slots__ = ("_ids", "_longest", "_said", "_spellings", "clashes", "mentioned", "suggest")

    clashes: tuple[tuple[str, tuple[str, ...]], ...]
    """Each alias that names several products, as first written, with the ids in order."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        owners: dict[str, list[str]] = {}
        self._spellings: dict[str, str] = {}
        for alias, product in pairs:
            key = normalize_alias(alias)
            if not key:
                raise ValueError(f"`{alias}` is not an alias; nothing of it is left to compare")
            self._spellings.setdefault(key, alias)
            ids = owners.setdefault(key, [])
            if product not in ids:
                ids.append(product)
        # An order book says the same words again and again; to find what they resemble takes long.
        self.mentioned = lru_cache(maxsize=4_096)(self._mentioned)
        self.suggest = lru_cache(maxsize=4_096)(self._suggest)
        self._ids = {key: ids[0] for key, ids in owners.items() if len(ids) == 1}
        self._said: dict[tuple[str, ...], str] = {}
        for key, id in self._ids.items():
            self._said.setdefault(tuple(words_of(key)), id)
        self._longest = max(map(len, self._said), default=0)
        self.clashes = tuple(
            (self._spellings[key], tuple(sorted(ids)))
            for key, ids in owners.items()
            if len(ids) > 1
        )

    def find(self, text: str) -> str | None:
        """The product whose alias this is, exactly after normalization; else unknown."""
        return self._ids.get(normalize_alias(text))

    def _mentioned(self, text: str) -> tuple[tuple[str, str], ...]:
        """Every alias that stands in the text as whole words, as (product id, its words).

        The longest wins: `RTX 4090 D` does not mention `RTX 4090`. To warn with, not to take.
        """
        words = words_of(text)
        found: list[tuple[str, str]] = []
        start = 0
        while start < len(words):
            for length in range(min(self._longest, len(words) - start), 0, -1):
                said = tuple(words[start : start + length])
                if said in self._said:
                    found.append((self._said[said], " ".join(said)))
                    start += length - 1
                    break
            start += 1
        return tuple(found)

    def _suggest(self, text: str, n: int = 3) -> tuple[str, ...]:
        """Up to `n` aliases that look like it, as written, nearest first: to show, not to take."""
        key = normalize_alias(text)
        near = difflib.get_close_matches(key, self._spellings, n=n, cutoff=0.7)
        return tuple(self._spellings[k] for k in near)
