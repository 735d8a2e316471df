"""The scalar reader of a level: one look-up and one AND a field, as straight-line code.

The two masks of a cell stand in one integer, what may hold above what surely holds. A value met
before is found under itself; any other is asked of its field's table, which sorts it into a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, cast

from screening.conditions.index.table import FieldTable, Masks
from screening.facts import Fact, Values
from screening.memory import Room
from screening.vocabulary import FieldType

Read = Callable[[Values, int], int]
"""From the values, and what the signals leave, to what all fields leave."""

FEWEST_TOGETHER = 8
"""Fields of one kind, such as certifications, are passed over together if none is given."""

_FOUND = {
    # Whole numbers stand under their integer.
    FieldType.NUMBER: (
        "if type(v) is F:",
        " v, q = v.as_integer_ratio()",
        " one = d{n}.get(v) if q == 1 else None",
        "else: one = None",
    ),
    # To Python `True` is 1.
    FieldType.FLAG: ("one = d{n}.get(v) if v is True or v is False else None",),
}
_ELSE = (
    "one = d{n}.get(v)",
)  # texts, sets and dates stand under themselves, and nothing equals them


class Packing:
    """Two masks of a level as one integer: what may hold from bit `width` on."""

    __slots__ = ("low", "width")

    def __init__(self, everything: int) -> None:
        self.width = everything.bit_length()
        self.low = (1 << self.width) - 1

    def packed(self, masks: Masks) -> int:
        """What surely holds, and above it what may."""
        return masks.sure | masks.may << self.width


class _Remembered:
    """The values of one field that were met, each with what it leaves."""

    __slots__ = ("_packing", "_room", "_table", "found")

    def __init__(self, table: FieldTable, packing: Packing, room: Room) -> None:
        self._room = room
        self._table = table
        self._packing = packing
        self.found: dict[Hashable, int] = {}

    def ask(self, facts: Sequence[Fact]) -> int:
        """What these facts leave, remembered where one value stands alone."""
        packed = self._packing.packed(self._table.masks(facts))
        if len(facts) == 1:
            value = facts[0].value
            kind = type(value)
            # To Python 1 and `True` are one key: only one of the two stands in a table.
            if kind is Fraction:
                whole = value.denominator == 1  # type: ignore[union-attr]  # by its exact type
                if not whole or self._table.kind is not FieldType.NUMBER:
                    return packed
                value = value.numerator  # type: ignore[union-attr, assignment]  # likewise
            elif kind is bool:
                if self._table.kind is not FieldType.FLAG:
                    return packed
            elif kind not in (str, frozenset, date):
                return packed
            self._room.put(self.found, value, packed)
        return packed


def plain_reader(tables: Sequence[FieldTable], packing: Packing) -> Read:
    """What `reader` makes, without code of its own: for levels that are read a few times."""
    fields = [(table.field, table.masks, packing.packed(table.missing)) for table in tables]

    def read(values: Values, left: int) -> int:
        for id, masks, missing in fields:
            facts = values.get(id)
            left &= packing.packed(masks(facts)) if facts else missing
        return left

    return read


def reader(tables: Sequence[FieldTable], packing: Packing, room: Room) -> Read:
    """The code for these fields.

    Its source is made of numbers alone; no text of a rule or a shipment ever enters it.
    """
    size = range(len(tables))
    lines: list[str] = []
    for name, given in (("k", "ids"), ("d", "remembered"), ("s", "asked"), ("n", "missing")):
        lines += [f" {name}{n} = {given}[{n}]" for n in size]
    lines += [" def read(values, m):", "  get = values.get"]
    together: list[tuple[frozenset[str], int]] = []
    for group in _groups([table.field for table in tables]):
        inset = "  "
        if len(group) >= FEWEST_TOGETHER:
            none = -1
            for n in group:
                none &= packing.packed(tables[n].missing)
            lines += [f"  if t{len(together)}(values): m &= u{len(together)}", "  else:"]
            together.append((frozenset(tables[n].field for n in group), none))
            inset = "   "
        for n in group:
            lines += [inset + line for line in _of_field(n, tables[n].kind)]
    lines += ["  return m", " return read"]
    heads = [f" t{n}, u{n} = together[{n}]" for n in range(len(together))]
    lines = ["def made(ids, remembered, asked, missing, together, F):", *heads, *lines]
    scope: dict[str, Any] = {}
    exec(compile("\n".join(lines), "<reader>", "exec"), scope)  # numbers only, see above
    remembered = [_Remembered(table, packing, room) for table in tables]
    made = scope["made"](
        [table.field for table in tables],
        [one.found for one in remembered],
        [one.ask for one in remembered],
        [packing.packed(table.missing) for table in tables],
        [(fields.isdisjoint, none) for fields, none in together],
        Fraction,
    )
    return cast(Read, made)


def _of_field(n: int, kind: FieldType) -> list[str]:
    """The lines for field `n`."""
    return [
        f"f = get(k{n})",
        "if f:",
        " if len(f) == 1:",
        "  v = f[0].value",
        *(f"  {line.format(n=n)}" for line in _FOUND.get(kind, _ELSE)),
        f"  m &= s{n}(f) if one is None else one",
        f" else: m &= s{n}(f)",
        f"else: m &= n{n}",
    ]


def _groups(ids: Sequence[str]) -> list[list[int]]:
    """The numbers of the fields that are of one kind by the first part of their names."""
    found: dict[str, list[int]] = {}
    for n, id in enumerate(ids):
        found.setdefault(id.rpartition(".")[0], []).append(n)
    # Plain fields are of no kind.
    plain = found.pop("", [])
    return [*([n] for n in plain), *found.values()]
