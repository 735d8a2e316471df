"""Letters of another script that look like Latin ones: a Cyrillic first letter before `UAWEI`.

Nothing here says what a name stands for; that it does not read as it looks is a fact for red flags.
Which letters are taken for which is Unicode's own table (confusables.txt of TS 39).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_SHARED = frozenset(("COMMON", "INHERITED", "LATIN"))


# The tables are read when the first letter outside ASCII is met; most order books hold none.
@lru_cache(maxsize=4_096)
def _script(letter: str) -> str:
    from confusable_homoglyphs.categories import alias

    return str(alias(letter))


@lru_cache(maxsize=4_096)
def _latin(letter: str) -> str | None:
    """The Latin letter that this one of another script is taken for."""
    if letter.isascii() or _script(letter) in _SHARED:
        return None
    from confusable_homoglyphs.confusables import confusables_data

    glyphs = [str(found["c"]) for found in confusables_data.get(letter, ())]
    looks = [g for g in glyphs if len(g) == 1 and g.isalpha() and _script(g) == "LATIN"]
    # Plain letters first; some look like a small capital alone.
    return min(looks, key=lambda g: (not g.isascii(), g), default=None)


def as_it_looks(text: str) -> str:
    """The text with every letter that looks Latin written as the Latin one."""
    return text if text.isascii() else "".join(_latin(c) or c for c in text)


@lru_cache(maxsize=4_096)
def mixed_words(text: str) -> tuple[str, ...]:
    """The words in which Latin letters and letters that are taken for them stand side by side."""
    return () if text.isascii() else tuple(_mixed(text))


def _mixed(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        letters = [c for c in word if c.isalpha()]
        if any(_script(c) == "LATIN" for c in letters) and any(map(_latin, letters)):
            yield word
