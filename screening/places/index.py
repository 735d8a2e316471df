"""Everything that names a place, read once on first use from three small tables.

`iso.csv` (codes and short names), `names.csv` (names in other languages, generated) and
`spellings.csv` (what trade papers write, kept by hand). Our own spellings stand above the English
names, these above the other languages; a spelling listed without a code is refused with its reason.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from screening.places.codes import CODES
from screening.places.fold import fold


@dataclass(frozen=True, slots=True)
class Spelling:
    """One row of `spellings.csv`; `code` is `None` where the spelling names no single place."""

    key: str
    code: str | None
    why: str
    could_be: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """`own` decides first, then `names`; `readable` holds the folded English forms, for hints."""

    own: dict[str, Spelling]
    names: dict[str, str]
    readable: dict[str, str]


def read_spellings() -> Iterator[Spelling]:
    """Our own spellings, in the order of the file."""
    for row in _rows("spellings.csv"):
        key, code = fold(row["spelling"]), row["code"]
        yield Spelling(key, code or None, row["why"], tuple(row["could_be"].split()))


@lru_cache(maxsize=1)
def index() -> Index:
    """The whole index; built on the first call."""
    own = {spelling.key: spelling for spelling in read_spellings()}
    names = {row["name"]: row["code"] for row in _rows("names.csv")}
    english = {fold(name): code for code, name in CODES.items()}
    names.update(english)
    readable = {s.key: s.code for s in own.values() if s.code is not None and s.key.isascii()}
    return Index(own, names, {**readable, **english})


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("screening.places").joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
