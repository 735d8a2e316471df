"""The values of a field in words: groups where they fit, and the shorter of what is in and out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from screening.conditions.cells import BELOW, OTHER, OTHER_CODE
from screening.decide.view import View
from screening.places import CODES
from screening.truth import Truth
from screening.vocabulary import FieldType
from screening.workbench.regions.literals import Choice, field_name
from screening.workbench.regions.told import Where

_MANY = 12


class Groups:
    """The groups of a view, each read once for all values that are told."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._members: dict[tuple[str, str], frozenset[str]] = {}

    def fitting(
        self, of: str, field: str, known: Collection[str], values: set[str]
    ) -> dict[str, set[str]]:
        """The groups of places or codes all of whose members among the known values of a field are
        among these, and many."""
        found = {}
        for id, group in self._view.content.groups.items():
            if group.of == of:
                members = self._of(id, field, known)
                if len(members) > 2 and members <= values:
                    found[id] = set(members)
        return found

    def _of(self, id: str, field: str, known: Collection[str]) -> frozenset[str]:
        key = id, field
        if key not in self._members:
            self._members[key] = frozenset(
                v for v in known if self._view.in_group(id, v) is Truth.TRUE
            )
        return self._members[key]


def where(choice: Choice, cells: frozenset[int], view: Groups) -> Where:
    """That the field has one of the values in these cells."""
    members = choice.members
    inside = [v for i in sorted(cells) for v in members[i]]
    outside = [v for i in range(len(members)) if i not in cells for v in members[i]]
    name = field_name(choice.field)
    # A value that stands for all that nobody names makes a list of the others the clearer one.
    open_ = any(v in (OTHER, OTHER_CODE) for v in inside)
    is_ = [] if open_ else _words(choice, inside, view)
    is_not = _words(choice, outside, view) if open_ or len(is_) > 1 else is_
    if open_ or len(is_not) < len(is_):
        words = f"{name} is not {_listed(is_not)}"
    else:
        words = f"{name} {_listed(is_)}"
    return Where(words, choice.field.id, tuple(inside))


def _listed(words: Sequence[str]) -> str:
    if len(words) > _MANY:
        return f"{', '.join(words[:_MANY])} and {len(words) - _MANY} more"
    return ", ".join(words)


def _words(choice: Choice, values: Iterable[str], view: Groups) -> list[str]:
    if choice.field.type is FieldType.PLACE:
        groups, left = _grouped(set(values), "places", choice.field.id, CODES, view)
        return [*groups, *sorted(left)]
    if choice.field.type is FieldType.CODE:
        known = [v for lot in choice.members for v in lot]
        groups, left = _grouped(set(values), "codes", choice.field.id, known, view)
        return [*groups, *_codes([v for v in values if v in left])]
    return [_named(v) for v in values]


def _named(value: str) -> str:
    return "another" if value in (OTHER, OTHER_CODE) else value


def _codes(values: list[str]) -> list[str]:
    whole = set(values)
    found = []
    for value in values:
        if not value.endswith(BELOW):
            found.append(_named(value))
        elif value.removesuffix(BELOW) not in whole:
            found.append(f"{value.removesuffix(BELOW)} (its other paragraphs)")
    return found


def _grouped(
    values: set[str], of: str, field: str, known: Collection[str], view: Groups
) -> tuple[list[str], set[str]]:
    """Groups first, the largest that fit, and the values that they leave."""
    if len(values) < 3:
        return [], values
    groups = view.fitting(of, field, known, values)
    found, left = [], set(values)
    while groups:
        id = max(groups, key=lambda g: (len(groups[g] & left), -len(g)))
        if len(groups[id] & left) < 3:
            break
        found.append(id)
        left -= groups.pop(id)
    return found, left
