"""Lines of one shipment go on one date between the same parties; where they do not, say so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from tempfile import TemporaryFile

import numpy as np
import numpy.typing as npt

from screening.bulk.batches import Batch
from screening.bulk.headers import Columns
from screening.casting import CastError, cast_given, is_missing, normalize_text
from screening.problems import Place, Problem
from screening.rulebook.model import Content
from screening.vocabulary import ROLES, Scope


class Disagreements:
    """Finds shipments whose lines disagree, with one look at every batch.

    Parties are compared by the party that a name resolves to, and by their text otherwise. With
    `one_date` the date is the same for all rows, whatever the table says. What is kept of a row
    are numbers of its cells in a file, so that memory does not grow with the rows; shipments of
    which two cells differ are looked at again, and what they say compared.
    """

    def __init__(self, columns: Columns, content: Content, *, one_date: bool) -> None:
        self._content = content
        self._at = {ref: i for i, refs in enumerate(columns.holds) for ref in refs}
        self._id_at = self._at.get("shipment_id")
        self._refs = [r for r in (*(() if one_date else ("law_date",)), *ROLES) if r in self._at]
        self._known: dict[tuple[str, str], str | None] = {}
        self._seed = int.from_bytes(os.urandom(8), "little")
        parts = _PARTS if self._refs else 0
        self._files = [TemporaryFile() for _ in range(parts)]  # noqa: SIM115  # closed with this object

    def look(self, batch: Batch) -> None:
        """Take notice of a batch."""
        if self._id_at is None or not self._refs or not len(batch):
            return
        ids = self._numbers(batch, self._id_at)
        seen = np.stack([ids, *(self._numbers(batch, self._at[ref]) for ref in self._refs)], 1)
        seen = seen[ids != 0]
        parts = (seen[:, 0] >> np.uint64(64 - _BITS)).astype(np.uint8)
        seen = seen[np.argsort(parts, kind="stable")]
        ends = np.cumsum(np.bincount(parts, minlength=_PARTS)).tolist()
        for file, start, end in zip(self._files, [0, *ends], ends, strict=False):
            if start < end:
                file.write(seen[start:end].tobytes())

    def _numbers(self, batch: Batch, at: int) -> Words:
        """A number of each cell; 0 of one that is empty."""
        cells = batch.cells[str(at)].str.strip_chars(_SPACE)
        found: Words = cells.hash(self._seed).to_numpy()
        return np.where((cells == "").to_numpy(), np.uint64(0), found)

    def problems(self, rows: Callable[[], Iterable[Batch]]) -> dict[str, Problem]:
        """By shipment id, the first fact in which its lines disagree; `rows` gives all again."""
        suspect = self._suspect()
        if not len(suspect) or self._id_at is None:
            return {}
        seen: dict[tuple[str, str], tuple[str, int]] = {}
        found: dict[str, Problem] = {}
        for batch in rows():
            here = np.flatnonzero(np.isin(self._numbers(batch, self._id_at), suspect))
            ids = batch.cells[str(self._id_at)].gather(here).str.strip_chars(_SPACE).to_list()
            lines = [batch.lines[i] for i in here.tolist()]
            said = [batch.cells[str(self._at[ref])].gather(here).to_list() for ref in self._refs]
            for id, line, *cells in zip(ids, lines, *said, strict=True):
                if id:  # what stands for an odd row says nothing
                    self._compare(id, line, cells, seen, found)
        return found

    def _compare(
        self, id: str, line: int, cells: list[str], seen: dict[tuple[str, str], tuple[str, int]],
        found: dict[str, Problem],
    ) -> None:  # fmt: skip
        for ref, cell in zip(self._refs, cells, strict=True):
            value = self._value(cell, ref)
            if value is None:
                continue
            first, before = seen.setdefault((id, ref), (value, line))
            if value != first and id not in found:
                found[id] = Problem(
                    "lines-disagree",
                    f"lines {before} and {line} of shipment `{id}` disagree on `{ref}`",
                    "give what goes apart a shipment id of its own", Place(field=ref),
                )  # fmt: skip

    def _suspect(self) -> Words:
        """The numbers of shipments of which a fact has two."""
        suspect = [np.empty(0, np.uint64)]
        for file in self._files:
            size = file.tell()
            file.seek(0)
            seen = np.frombuffer(file.read(size), np.uint64).reshape(-1, 1 + len(self._refs))
            file.close()
            order = np.argsort(seen[:, 0])
            ids = seen[order, 0]
            again = np.flatnonzero(ids[1:] == ids[:-1])
            order = order[np.union1d(again, again + 1)]
            if not len(order):
                continue
            ids = seen[order, 0]
            first = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
            for said in seen[order, 1:].T:
                most = np.maximum.reduceat(said, first)
                least = np.minimum.reduceat(np.where(said == 0, _NEVER, said), first)
                suspect.append(ids[first][(most != 0) & (least != most)])
        return np.unique(np.concatenate(suspect))

    def _value(self, cell: str, ref: str) -> str | None:
        key = (cell, "" if ref in ROLES else ref)
        if key not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = _compared(cell, ref, self._content)
        return self._known[key]


Words = npt.NDArray[np.uint64]

_BITS = 6
_PARTS = 1 << _BITS
_NEVER = np.uint64(2**64 - 1)
_MOST = 200_000
_SPACE = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
"""What Python takes for white space."""


def _compared(cell: str, ref: str, content: Content) -> str | None:
    """What stands for the cell; nothing where it is missing or cannot be read."""
    if ref in ROLES:
        return content.party_index.find(cell) or normalize_text(cell) or None
    field = content.vocabulary.of(Scope.SHIPMENT)[ref]
    try:
        return None if is_missing(cell, field) else str(cast_given(cell, field))
    except CastError:
        return None
