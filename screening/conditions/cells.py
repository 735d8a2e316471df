"""Finitely many values stand for all: those that no test of a field tells apart are one cell."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from screening import places
from screening.casting import normalize_text
from screening.conditions.explain import World, leaf
from screening.conditions.tree import Matches, Member
from screening.rulebook.groups import Group
from screening.truth import Truth, any_of
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
    """The cells of one field, a value for each.

    `members` are the values that were looked at, cell by cell.
    """

    values: tuple[str, ...]
    truths: Mapping[Test, tuple[Truth, ...]]
    members: tuple[tuple[str, ...], ...] = ()

    def is_one(self, cell: int) -> bool:
        """Whether the cell has one value, and not one that stands for others."""
        lot = self.members[cell]
        return len(lot) == 1 and lot[0] not in (OTHER, OTHER_CODE) and not lot[0].endswith(BELOW)

    def is_open(self, cell: int) -> bool:
        """Whether texts that no rule names are in the cell: of these, words say more."""
        return OTHER in self.members[cell]


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
        self._homes: dict[tuple[int, str], int] = {}

    def seen_by(self, looks: Sequence[Look], fields: Iterable[Field]) -> list[Mapping[str, Cells]]:
        """The cells of all these fields for each look, found as they are asked for.

        The looks are of each rulebook in turn, on one date or on several: then the cells are those
        that any of the dates tells apart.
        """
        shared: dict[str, tuple[Cells, ...]] = {}
        known = {of.id: of for of in fields}

        def found(id: str) -> tuple[Cells, ...]:
            if id not in shared:
                shared[id] = self.of(known[id], looks)
            return shared[id]

        return [_Asked(known, partial(_at, found, n)) for n in range(len(looks))]

    def of(self, field: Field, looks: Sequence[Look]) -> tuple[Cells, ...]:
        """The cells of a field as each look sees them; their values are the same."""
        key = (field.scope, field.id)
        each = [own.get(key, ()) for own in self._tests]
        tests = [each[n % len(each)] for n in range(len(looks))]
        if key not in self._values:
            named = [t for own in each for t in own]
            self._values[key] = tuple(dict.fromkeys(self._candidates(field, named)))
        values = self._values[key]
        columns = [
            self._column(n % len(each), test, values, look)
            for n, (own, look) in enumerate(zip(tests, looks, strict=True))
            for test in own
        ]
        lots: dict[tuple[Truth, ...], list[str]] = {}
        rows = zip(*columns, strict=True) if columns else iter([()] * len(values))
        for value, row in zip(values, rows, strict=True):
            lots.setdefault(row, []).append(value)
        members = tuple(map(tuple, lots.values()))
        first = tuple(lot[0] for lot in members)
        found, start = [], 0
        for own in tests:
            truths = {t: tuple(row[i] for row in lots) for i, t in enumerate(own, start)}
            found.append(Cells(first, truths, members))
            start += len(own)
        return tuple(found)

    def _column(
        self, rulebook: int, test: Test, values: Sequence[str], look: Look
    ) -> tuple[Truth, ...]:
        """What a test says of each value; read once for all that say it alike."""
        world, state = look
        groups = test.groups if isinstance(test, Member) else ()
        kept = (test, tuple((self.home(rulebook, g), state(g)) for g in groups))
        if kept not in self._columns:
            alone = replace(test, groups=()) if isinstance(test, Member) and groups else test
            column = tuple(leaf(alone, value, world) for value in values)
            for g in groups:
                key = (test.field.scope, test.field.id, self.home(rulebook, g), state(g))
                if key not in self._columns:
                    self._columns[key] = tuple(world.in_group(g, str(v)) for v in values)
                column = tuple(map(_ANY.__getitem__, zip(column, self._columns[key], strict=True)))
            self._columns[kept] = column
        return self._columns[kept]

    def home(self, rulebook: int, group: str) -> int:
        """The first rulebook in which the group has the same members: there it is read."""
        if (rulebook, group) not in self._homes:
            mine = self._groups[rulebook]
            self._homes[rulebook, group] = next(
                (n for n in range(rulebook) if same_members(self._groups[n], mine, group)), rulebook
            )
        return self._homes[rulebook, group]

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


class _Asked(Mapping[str, Cells]):
    """Cells by field, found as they are asked for."""

    def __init__(self, known: Mapping[str, Field], found: Callable[[str], Cells]) -> None:
        self._known, self._found = known, found

    def __getitem__(self, id: str) -> Cells:
        return self._found(id)

    def __contains__(self, id: object) -> bool:
        return id in self._known  # not found for this alone

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _at(found: Callable[[str], tuple[Cells, ...]], n: int, id: str) -> Cells:
    return found(id)[n]


_ANY = {(a, b): any_of((a, b)) for a in Truth for b in Truth}


def same_members(one: Mapping[str, Group], other: Mapping[str, Group], id: str) -> bool:
    """Whether a group has the same members in both, whatever the date."""
    return _closure(one, id) == _closure(other, id)


def _closure(groups: Mapping[str, Group], id: str) -> dict[str, Group]:
    """A group and all that it is made of."""
    found: dict[str, Group] = {}
    pending = [id]
    while pending:
        name = pending.pop()
        if name in groups and name not in found:
            found[name] = groups[name]
            pending += (*groups[name].include, *groups[name].exclude)
    return found


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
