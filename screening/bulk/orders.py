"""Lines of one shipment go on one date between the same parties; where they do not, say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from tempfile import TemporaryFile

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.bulk.batches import Batch, Row
from screening.bulk.fast.coding import coded
from screening.bulk.headers import Columns
from screening.casting import CastError, cast_given, is_missing, normalize_text
from screening.problems import Place, Problem
from screening.rulebook.model import Content
from screening.vocabulary import ROLES, Scope


class Disagreements:
    """Finds shipments whose lines disagree, with one look at every batch.

    Parties are compared by the party that a name resolves to, and by their text otherwise. With
    `one_date` the date is the same for all rows, whatever the table says. What is kept of a row
    are two numbers in a file, so that memory does not grow with the rows; shipments that seem to
    disagree by them are looked at again.
    """

    def __init__(self, columns: Columns, content: Content, *, one_date: bool) -> None:
        self._content = content
        self._at = {ref: i for i, refs in enumerate(columns.holds) for ref in refs}
        self._id_at = self._at.get("shipment_id")
        self._refs = [r for r in (*(() if one_date else ("law_date",)), *ROLES) if r in self._at]
        self._known: dict[tuple[str, str], str | None] = {}
        self._files = [[TemporaryFile() for _ in range(_PARTS)] for _ in self._refs]  # noqa: SIM115  # closed with this object

    def look(self, batch: Batch) -> None:
        """Take notice of a batch."""
        if self._id_at is None or not len(batch):
            return
        ids = batch.cells[str(self._id_at)].str.strip_chars(_SPACE)
        said = (ids != "").to_numpy()
        hashes = ids.hash(_SEED).to_numpy()
        for ref, files in zip(self._refs, self._files, strict=True):
            column = coded(batch.cells[str(self._at[ref])])
            values = pl.Series([self._value(cell, ref) for cell in column.cells], dtype=pl.String)
            here = said & values.is_not_null().to_numpy()[column.codes]
            numbers = values.hash(_SEED).to_numpy()[column.codes]
            pairs = pl.DataFrame({"id": hashes[here], "value": numbers[here]}).unique().to_numpy()
            parts = (pairs[:, 0] >> np.uint64(58)).astype(np.int64) % _PARTS
            for n in np.unique(parts).tolist():
                files[n].write(pairs[parts == n].tobytes())

    def problems(self, rows: Callable[[], Iterable[Batch]]) -> dict[str, Problem]:
        """By shipment id, the first fact in which its lines disagree; `rows` gives all again."""
        suspect = self._suspect()
        if not len(suspect) or self._id_at is None:
            return {}
        seen: dict[tuple[str, str], tuple[str, int]] = {}
        found: dict[str, Problem] = {}
        for batch in rows():
            ids = batch.cells[str(self._id_at)].str.strip_chars(_SPACE)
            for i in np.flatnonzero(np.isin(ids.hash(_SEED).to_numpy(), suspect)).tolist():
                if i not in batch.odd and ids[i]:
                    self._compare(batch.row(i), ids[i], seen, found)
        return found

    def _compare(
        self, row: Row, id: str, seen: dict[tuple[str, str], tuple[str, int]],
        found: dict[str, Problem],
    ) -> None:  # fmt: skip
        for ref in self._refs:
            value = self._value(row.cells[self._at[ref]], ref)
            if value is None:
                continue
            first, line = seen.setdefault((id, ref), (value, row.line))
            if value != first and id not in found:
                found[id] = Problem(
                    "lines-disagree",
                    f"lines {line} and {row.line} of shipment `{id}` disagree on `{ref}`",
                    "give what goes apart a shipment id of its own", Place(field=ref),
                )  # fmt: skip

    def _suspect(self) -> npt.NDArray[np.uint64]:
        """The numbers of shipments of which a fact has two."""
        suspect = [np.empty(0, np.uint64)]
        for file in (file for files in self._files for file in files):
            size = file.tell()
            file.seek(0)
            pairs = np.frombuffer(file.read(size), np.uint64).reshape(-1, 2)
            file.close()
            order = np.lexsort((pairs[:, 1], pairs[:, 0]))
            one, other = pairs[order[:-1]], pairs[order[1:]]
            suspect.append(one[(one[:, 0] == other[:, 0]) & (one[:, 1] != other[:, 1]), 0])
        return np.unique(np.concatenate(suspect))

    def _value(self, cell: str, ref: str) -> str | None:
        key = (cell, "" if ref in ROLES else ref)
        if key not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = _compared(cell, ref, self._content)
        return self._known[key]


_PARTS = 16
_SEED = 5
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
