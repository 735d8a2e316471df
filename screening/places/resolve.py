"""From what a shipment says to a place: exactly, or not at all.

A near miss is never taken. Other tools turn `LIBYAN ARAB REPUBLIC` into Syria and `Costa de Marfil`
into Costa Rica; here such a text has no code, and at most three suggestions for a person to choose.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

from screening.places.codes import ALPHA3, CODES
from screening.places.fold import fold, tidy
from screening.places.index import index

_CODE = re.compile(r"[A-Za-z]{2,3}")
_CODE_FIRST = re.compile(r"(?P<code>[A-Za-z]{2,3}) ?[,;:|-] ?(?P<name>.+)")
_CODE_LAST = re.compile(r"(?P<name>.+?) ?[,;:|([-] ?(?P<code>[A-Za-z]{2,3})[)\]]?")
_LONGEST = 100
_NEAR = 0.72


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """`code`, or `None` and why not; each suggestion is a name that resolves if it is chosen."""

    code: str | None
    suggestions: tuple[str, ...]
    note: str


@lru_cache(maxsize=16_384)
def resolve(text: str) -> PlaceMatch:
    """The place that `text` names by code, by a name in our languages, or by usual spelling."""
    typed = tidy(text)
    key = fold(typed)
    if not key:  # nothing, or only `-` and the like
        return PlaceMatch(None, (), "no place is given")
    exact = _exact(typed) or _code_and_name(typed)
    if exact is not None:
        return exact
    return PlaceMatch(None, _nearest(key), f"`{_short(typed)}` is not a place known here")


def _exact(typed: str) -> PlaceMatch | None:
    """By code or by listed spelling.

    A code in capitals is a code. In other letters our own spellings come first: `Nga` is Russia to
    a Vietnamese exporter and Nigeria's code to everybody else, so it is refused.
    """
    code = _code(typed)
    if code is not None and typed.isupper():
        return PlaceMatch(code, (), "")
    key = fold(typed)
    listed = index().own.get(key)
    if listed is not None and (listed.code is not None or code is None or len(typed) == 3):
        suggestions = tuple(CODES[c] for c in listed.could_be)
        return PlaceMatch(listed.code, suggestions, listed.why)
    if code is None:
        code = index().names.get(key)
    return None if code is None else PlaceMatch(code, (), "")


def _code(typed: str) -> str | None:
    if not _CODE.fullmatch(typed):
        return None
    upper = typed.upper()
    return upper if upper in CODES else ALPHA3.get(upper)


def _code_and_name(typed: str) -> PlaceMatch | None:
    """`SPAIN (ES)`, `VN, VIET NAM`: a code and a name that agree are one place said twice."""
    for form in (_CODE_FIRST, _CODE_LAST):
        found = form.fullmatch(typed)
        code = _code(found["code"]) if found else None
        if found is not None and code is not None:
            named = _exact(found["name"])
            if named is not None and named.code == code:
                return PlaceMatch(code, (), "")
    return None


def _nearest(key: str) -> tuple[str, ...]:
    if len(key) > _LONGEST:
        return ()
    readable = index().readable
    found = difflib.get_close_matches(key, readable, n=12, cutoff=_NEAR)
    return tuple(dict.fromkeys(CODES[readable[f]] for f in found))[:3]


def _short(typed: str) -> str:
    return typed if len(typed) <= _LONGEST else f"{typed[: _LONGEST - 1]}…"
