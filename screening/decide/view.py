"""The rulebook as conditions see it: at one law date, as known on one day."""

from __future__ import annotations

from datetime import date

from screening.conditions.tree import Expr
from screening.decide.calendar import OnDate, on_date
from screening.decide.compile import Compiled
from screening.decision import Authority
from screening.rulebook.groups import Clocks, is_member
from screening.rulebook.model import Content
from screening.rulebook.period import as_known, in_force
from screening.truth import Truth


class View:
    """Answers for groups and classes, remembered: most shipments ask the same."""

    def __init__(self, content: Content, law_date: date | None, known_as_of: date | None) -> None:
        self.content = content
        self.law_date = law_date
        self.known_as_of = known_as_of
        self.clocks = Clocks(law_date, known_as_of, content.header.grace)
        self._members: dict[tuple[str, str], Truth] = {}
        self._classes: dict[str, Expr | Truth] = {}
        self._dates: dict[Authority | None, tuple[OnDate, ...]] = {}

    def dates(self, compiled: Compiled) -> tuple[OnDate, ...]:
        """What the dates alone say of the program's columns."""
        if compiled.authority not in self._dates:
            self._dates[compiled.authority] = on_date(compiled.columns, self.clocks)
        return self._dates[compiled.authority]

    def in_group(self, group: str, value: str) -> Truth:
        """Whether `value` is a member at the law date."""
        key = (group, value)
        if key not in self._members:
            self._members[key] = is_member(self.content.groups, group, value, self.clocks)
        return self._members[key]

    def class_meaning(self, class_id: str) -> Expr | Truth:
        """The definition in force; a class not yet or no longer defined has no members."""
        if class_id not in self._classes:
            self._classes[class_id] = self._meaning(class_id)
        return self._classes[class_id]

    def _meaning(self, class_id: str) -> Expr | Truth:
        doubtful = False
        for definition in self.content.classes[class_id].definitions:
            for window in definition.windows:
                period = as_known(window, self.known_as_of)
                if period is None:
                    continue
                now = in_force(period, self.law_date)
                if now is Truth.TRUE and not period.unverified:
                    return definition.when
                doubtful = doubtful or now is not Truth.FALSE
        return Truth.UNKNOWN if doubtful else Truth.FALSE
