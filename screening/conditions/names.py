"""What parties are called, put into texts that were written for parties of any name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orjson import dumps

from screening.facts import PartyFacts
from screening.once import once

_MARK = b"\xff"
"""Encloses a party's number where its name is to stand; no text in UTF-8 has this byte."""


class Names:
    """The names of a shipment's parties, by their numbers."""

    def __init__(self, parties: Sequence[PartyFacts]) -> None:
        self._parties = parties

    @once
    def texts(self) -> tuple[str, ...]:
        """As they are."""
        return tuple(party.label for party in self._parties)

    @once
    def written(self) -> tuple[bytes, ...]:
        """As JSON. Raises `TypeError` for half a character."""
        return tuple(dumps(text) for text in self.texts)


def name_of(party: int) -> bytes:
    """What stands in a text for a party's name."""
    return b"%b%d%b" % (_MARK, party, _MARK)


class Unnamed:
    """A text with `name_of` parties in it, cut up where the names go."""

    __slots__ = ("_parties", "_pieces")

    def __init__(self, text: bytes) -> None:
        self._pieces = text.split(_MARK)
        self._parties = [(at, int(self._pieces[at])) for at in range(1, len(self._pieces), 2)]

    @property
    def marked(self) -> bytes:
        """The text that it was made of."""
        return _MARK.join(self._pieces)

    def of(self, names: Names | None) -> bytes:
        """The text for parties of these names; without names it speaks of none."""
        if names is None or not self._parties:
            return self._pieces[0]
        pieces, written = self._pieces.copy(), names.written
        for at, party in self._parties:
            pieces[at] = written[party]
        return b"".join(pieces)


def listed(texts: Iterable[Unnamed]) -> Unnamed:
    """Texts as a list in JSON."""
    return Unnamed(b"[" + b",".join(text.marked for text in texts) + b"]")
