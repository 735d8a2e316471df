"""Finitely many values stand for all: those that no test of a field tells apart are one cell."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from screening import places
from screening.casting import normalize_text
from screening.conditions.explain import World, leaf
from screening.conditions.tree import Matches, Member
from screening.rulebook.groups import Group
from screening.truth import Truth
from screening.vocabulary import Field, FieldType, Scope

OTHER = "(another)"
"""Stands for every text, product or party that no rule and no group names."""

OTHER_CODE = "0Z000"
BELOW = ".zzz9"

Test = Member | Matches
StateOf = Callable[[str], Hashable]
"""What a group's memberships hang on at a date: the same state, the same members."""


Look = tuple[World, StateOf]
"""One rulebook on one date, and what its groups' memberships hang on."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one field: a value for each, and how many values it stands for (1: itself).

    `members` are the values that were looked at, cell by cell.
    """

    values: tuple[str, ...]
    alone: tuple[bool, ...]
    truths: Mapping[Test, tuple[Truth, ...]]
    members: tuple[tuple[str, ...], ...] = ()


class Partition:
    """Cells of fields, date by date; what a test says of the values is kept while it holds.

    Several rulebooks that are compared have the cells that any of them tells apart.
    """

    def __init__(
        self, groups: Iterable[Mapping[str, Group]], known: Mapping[FieldType, Iterable[str]],
        tests: Sequence[Mapping[tuple[Scope, str], Sequence[Test]]],
        choices: Mapping[str, Sequence[str]],
    ) -> None:  # fmt: skip
        """`groups` and `tests` are of each rulebook. `known` are the ids that a type has;
        `choices` those of a field that can come up."""
        self._groups = tuple(groups)
        self._tests = tests
        self._values: dict[tuple[Scope, str], tuple[str, ...]] = {}
        self._known = known
        self._choices = choices
        self._columns: dict[Hashable, tuple[Truth, ...]] = {}

    def of(self, field: Field, looks: Sequence[Look]) -> tuple[Cells, ...]:
        """The cells of a field as each rulebook sees them; their values are the same."""
        key = (field.scope, field.id)
        tests = [own.get(key, ()) for own in self._tests]
        if key not in self._values:
            named = [t for own in tests for t in own]
            self._values[key] = tuple(dict.fromkeys(self._candidates(field, named)))
        values = self._values[key]
        columns = [
            self._column(n, test, values, look)
            for n, (own, look) in enumerate(zip(tests, looks, strict=True))
            for test in own
        ]
        lots: dict[tuple[Truth, ...], list[str]] = {}
        rows = zip(*columns, strict=True) if columns else iter([()] * len(values))
        for value, row in zip(values, rows, strict=True):
            lots.setdefault(row, []).append(value)
        alone = tuple(len(lot) == 1 and not _stands_for_others(lot[0]) for lot in lots.values())
        members = tuple(map(tuple, lots.values()))
        first = tuple(lot[0] for lot in members)
        found, start = [], 0
        for own in tests:
            truths = {t: tuple(row[i] for row in lots) for i, t in enumerate(own, start)}
            found.append(Cells(first, alone, truths, members))
            start += len(own)
        return tuple(found)

    def _column(
        self, rulebook: int, test: Test, values: Sequence[str], look: Look
    ) -> tuple[Truth, ...]:
        world, state = look
        groups = test.groups if isinstance(test, Member) else ()
        kept = (rulebook, test, tuple(state(g) for g in groups))
        if kept not in self._columns:
            self._columns[kept] = tuple(leaf(test, value, world) for value in values)
        return self._columns[kept]

    def _candidates(self, field: Field, tests: Sequence[Test]) -> Iterator[str]:
        named = [str(v) for t in tests if isinstance(t, Member) for v in t.values]
        match field.type:
            case FieldType.PLACE:
                yield from places.CODES
            case FieldType.CHOICE:
                yield from self._choices.get(field.id, field.choices)
            case FieldType.CODE:
                yield from _codes({*named, *self._group_members("codes")})
            case FieldType.HS_CODE:
                yield from _headings(named)
            case FieldType.TEXT:
                yield from dict.fromkeys(normalize_text(v) for v in named)
                yield OTHER
            case _:
                yield from self._known.get(field.type, ())
                yield from named
                yield OTHER

    def _group_members(self, of: str) -> Iterator[str]:
        for groups in self._groups:
            for group in (g for g in groups.values() if g.of == of):
                yield from group.listed or ()
                yield from (p for p in (*group.include, *group.exclude) if p not in groups)
                for dated in group.dated:
                    yield from dated.members


def _stands_for_others(value: str) -> bool:
    return value in (OTHER, OTHER_CODE) or value.endswith(BELOW)


def _codes(named: set[str]) -> Iterator[str]:
    """Codes that prefix tests tell apart: those named and one below each.

    A code with a named one below it is not complete: the paragraph is missing.
    """
    yield "EAR99"
    stems = set()
    for code in named:
        parts = code.split(".")
        stems |= {".".join(parts[:depth]) for depth in range(1, len(parts))}
    for code in sorted((named | stems) - {"EAR99"}):
        if code not in stems:
            yield code
        yield code + BELOW
    yield OTHER_CODE


def _headings(named: Iterable[str]) -> Iterator[str]:
    for heading in named:
        for length in range(2, len(heading) + 1):
            yield heading[:length]
            yield from (heading[:length] + digit for digit in "0123456789")
    yield from (f"{number:02}" for number in range(1, 98))
