"""One comparable form for the many ways to type the same name of a place.

What is folded here never decides between two places: whatever two places share after folding is
refused by the index, so folding may be generous.
"""

from __future__ import annotations

import re
import unicodedata

# Every mark typed for an apostrophe, then joiners, direction marks and the soft hyphen.
_APOSTROPHES = str.maketrans(
    "",
    "",
    "'`\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u200c\u200d\u200e\u200f\u00ad",
)
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ə": "e",
    }
)
_NOT_WORD = re.compile(r"[^\w/\u0300-\u0fff]+|_")
_SLASH = re.compile(r" ?/ ?")
_LETTER_SPACE_LETTER = re.compile(r"(?<=\b[a-z]) (?=[a-z]\b)")


def tidy(text: str) -> str:
    """`text` in compatible characters and single spaces; case and punctuation as typed."""
    spaced_accent = "\u00b4"  # an apostrophe to its typist, a space and a mark to NFKC
    return " ".join(unicodedata.normalize("NFKC", text.replace(spaced_accent, "'")).split())


def fold(text: str) -> str:
    """`text` in lower case, without accents, dots, apostrophes, commas and outer `the`.

    The slash stays: `N/A` must never become `NA`, which is Namibia.
    """
    folded = tidy(text).casefold().translate(_APOSTROPHES)
    folded = _without_latin_marks(folded).translate(_LETTERS)
    folded = folded.replace("&", " and ").replace(".", " ")
    folded = _SLASH.sub("/", " ".join(_NOT_WORD.sub(" ", folded).split()))
    folded = _LETTER_SPACE_LETTER.sub("", folded)  # `P. R. China`, `U.S.A.`
    words = folded.split()
    if len(words) > 1:
        words = ["saint" if w == "st" else w for w in words]
        while len(words) > 1 and words[0] == "the":
            words = words[1:]
        while len(words) > 1 and words[-1] == "the":
            words = words[:-1]
    return " ".join(words)


def _without_latin_marks(text: str) -> str:
    """Drop marks from Latin letters only: in Cyrillic and Arabic they make another letter."""
    kept: list[str] = []
    latin = False
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.combining(char):
            if latin:
                continue
        else:
            latin = "LATIN" in unicodedata.name(char, "")
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))
