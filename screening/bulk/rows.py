"""From the cells of a row to the shipment they say, with the facts given for every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from screening.bulk.headers import Columns
from screening.casting import MISSING_WORDS
from screening.problems import Place, Problem
from screening.vocabulary import ROLES

_NOBODY = "none"
_SPLIT = ";"
_NOT_NAMED = frozenset({"unknown", "tbd"})
"""What says that somebody takes part of whom something is not known; any other word for what is
missing fills the cells of a party that there is not."""


def shipment_of(
    cells: Sequence[str], columns: Columns, given: Mapping[str, object]
) -> tuple[dict[str, object], list[Problem]]:
    """The mapping to make a shipment of, and cells that contradict each other."""
    found: dict[str, object] = {}
    parties: dict[str, dict[str, object]] = {}
    license: dict[str, object] = {}
    for key, value in given.items():
        _take(key, value, found, parties, license)
    for cell, refs in zip(cells, columns.holds, strict=True):
        if cell.strip():
            for ref in refs:
                _take(ref, cell.strip(), found, parties, license)
    problems = []
    for role, said in parties.items():
        name = str(said.get("name", ""))
        if name.casefold() == _NOBODY:
            if len(said) > 1:
                problems.append(Problem(
                    "nobody-has-facts", f"`{role}` is `none`, but the row says more of it",
                    "leave the other cells empty, or name the party",
                    Place(field=role)))  # fmt: skip
            found[role] = _NOBODY
        elif said:
            found[role] = said
    if license:
        found["license"] = license
    return found, problems


def _take(
    ref: str, value: object, found: dict[str, object], parties: dict[str, dict[str, object]],
    license: dict[str, object],
) -> None:  # fmt: skip
    head, _, part = ref.partition(".")
    if head in ROLES and (part or isinstance(value, str)):
        if isinstance(value, str) and value.casefold() in _NOT_NAMED:
            parties.setdefault(head, {}).setdefault("name", value)
        kept = _party_value(part or "name", value)
        if kept is not None:
            parties.setdefault(head, {})[part or "name"] = kept
    elif head in ROLES and isinstance(value, Mapping):
        parties.setdefault(head, {}).update(value)
    elif head == "license" and part:
        license[part] = value
    else:
        found[ref] = value


def _party_value(part: str, value: object) -> object:
    """A party's cell: a word for “not known” is nothing, `none` of listings is an empty list."""
    if not isinstance(value, str):
        return value
    folded = value.casefold()
    if part in ("name", "listings") and folded == _NOBODY:
        return value if part == "name" else []
    if folded in MISSING_WORDS:
        return None
    if part in ("listings", "kinds"):
        return [item.strip() for item in value.split(_SPLIT) if item.strip()]
    return value
