"""What the index is asked of a rulebook: the conditions of every rule, each once."""

from __future__ import annotations

from collections.abc import Sequence

from screening.conditions.index import Index
from screening.conditions.tree import Always
from screening.decide.columns import Column
from screening.decide.compile import Compiled, compile_columns
from screening.decision import Authority, Finding
from screening.rulebook.model import Content


class Units:
    """A unit is a rule, or its variant for one finding: columns that are met alike are one unit.

    In an answer of the index unit `n` has bit `n` for its `when`, and the same bit of the part
    above for its `conditions`; above these stand the conditions that every allow needs.
    """

    def __init__(self, content: Content, columns: Sequence[Column]) -> None:
        self.every_column = tuple(columns)
        self.of: dict[tuple[str, Finding | None], int] = {}
        self.columns: list[Column] = []  # the first of each unit
        for column in columns:
            key = (column.rule.id, column.finding)
            if key not in self.of:
                self.of[key] = len(self.columns)
                self.columns.append(column)
        self.count = len(self.columns)
        self.failures = 0
        """How often a test failed, so that *explain* was asked instead of the index."""
        self._programs: dict[tuple[Authority | None, int], Compiled] = {}
        self.all = (1 << self.count) - 1
        self.requires = (1 << len(content.header.allow_requires)) - 1
        self.index = Index(
            [
                *(column.when for column in self.columns),
                *(column.rule.conditions or Always() for column in self.columns),
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
        return units | units << self.count | self.requires << 2 * self.count
