"""Lines of one shipment go on one date between the same parties; where they do not, say so."""

from __future__ import annotations

from collections.abc import Iterable

from screening.bulk.headers import Columns
from screening.bulk.table import Row
from screening.casting import CastError, cast_given, is_missing, normalize_text
from screening.problems import Place, Problem
from screening.rulebook.model import Content
from screening.vocabulary import ROLES, Scope


def disagreements(
    rows: Iterable[Row],
    columns: Columns,
    content: Content,
    *,
    one_date: bool,
) -> dict[str, Problem]:
    """By shipment id, the first fact in which its lines disagree.

    Parties are compared by the party that a name resolves to, and by their text otherwise. With
    `one_date` the date is the same for all rows, whatever the table says. Reads every row.
    """
    at = {ref: i for i, refs in enumerate(columns.holds) for ref in refs}
    id_at = at.get("shipment_id")
    refs = [r for r in (*(() if one_date else ("law_date",)), *ROLES) if r in at]
    seen: dict[tuple[str, str], tuple[str, int]] = {}
    found: dict[str, Problem] = {}
    for row in rows:
        if row.problem is not None or id_at is None or not row.cells[id_at].strip():
            continue
        id = row.cells[id_at].strip()
        for ref in refs:
            value = _compared(row.cells[at[ref]], ref, content)
            if value is None:
                continue
            first, line = seen.setdefault((id, ref), (value, row.line))
            if value != first and id not in found:
                found[id] = Problem(
                    "lines-disagree",
                    f"lines {line} and {row.line} of shipment `{id}` disagree on `{ref}`",
                    "give what goes apart a shipment id of its own", Place(field=ref),
                )  # fmt: skip
    return found


def _compared(cell: str, ref: str, content: Content) -> str | None:
    """What stands for the cell; nothing where it is missing or cannot be read."""
    if ref in ROLES:
        return content.party_index.find(cell) or normalize_text(cell) or None
    field = content.vocabulary.of(Scope.SHIPMENT)[ref]
    try:
        return None if is_missing(cell, field) else str(cast_given(cell, field))
    except CastError:
        return None
