"""What the index is asked of a rulebook: the conditions of every rule, each once."""

from __future__ import annotations

from collections.abc import Sequence

from screening.conditions.index import Index
from screening.decide.columns import Column
from screening.decide.compile import Compiled, compile_columns
from screening.decision import Authority, Finding
from screening.rulebook.model import Content


class Units:
    """A unit is a rule, or its variant for one finding: columns that are met alike are one unit.

    In an answer of the index unit `n` has bit `n` for its `when`. The units of rules with
    `conditions` of their own come first, and have the same bit of the part above for them; above
    these stand the conditions that every allow needs.
    """

    def __init__(self, content: Content, columns: Sequence[Column]) -> None:
        self.every_column = tuple(columns)
        first: dict[tuple[str, Finding | None], Column] = {}
        for column in columns:
            first.setdefault((column.rule.id, column.finding), column)
        self.columns = sorted(first.values(), key=lambda c: c.rule.conditions is None)
        """The first of each unit."""
        self.of = {(c.rule.id, c.finding): unit for unit, c in enumerate(self.columns)}
        self.count = len(self.columns)
        own = [c.rule.conditions for c in self.columns if c.rule.conditions is not None]
        self.conditioned = len(own)
        """How many units have conditions of their own."""
        self.failures = 0
        """How often a test failed, so that *explain* was asked instead of the index."""
        self._programs: dict[tuple[Authority | None, int], Compiled] = {}
        self.all = (1 << self.count) - 1
        self._own = (1 << self.conditioned) - 1
        self.requires = (1 << len(content.header.allow_requires)) - 1
        self.index = Index(
            [
                *(column.when for column in self.columns),
                *own,
                *content.header.allow_requires,
            ],
            {id: [d.when for d in goods.definitions] for id, goods in content.classes.items()},
        )

    def unit(self, column: Column) -> int:
        """The unit of a column, be it of the text alone."""
        return self.of[column.rule.id, column.finding]

    def program(self, general: Compiled, may_be: int) -> Compiled:
        """The decision program with only the units that may be met; any other is surely not met."""
        key = (general.authority, may_be)
        if key not in self._programs:
            unit_of = [
                self.unit(column) if may_be >> self.unit(column) & 1 else None
                for column in general.columns
            ]
            if len(self._programs) >= 256:
                self._programs.clear()
            self._programs[key] = compile_columns(general.columns, general.authority, unit_of)
        return self._programs[key]

    def asked(self, units: int) -> int:
        """The conditions of the index that these units and every allow need."""
        own, above = units & self._own, self.count + self.conditioned
        return units | own << self.count | self.requires << above

    def parts(self, holds: int) -> tuple[int, int, int]:
        """Of an answer the units whose `when` holds, those whose `conditions` do, what an allow
        needs. A rule without conditions has none that fails."""
        own = holds >> self.count & self._own
        above = holds >> self.count + self.conditioned
        return holds & self.all, own | self.all ^ self._own, above


def units_in(some: int) -> list[int]:
    """The units of a set, in order."""
    found = []
    while some:
        bit = some & -some
        some ^= bit
        found.append(bit.bit_length() - 1)
    return found
