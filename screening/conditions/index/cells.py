"""Cells: what a field may hold, sorted into lots within which no test tells two values apart.

Numbers and dates fall on a mentioned value or into a gap between two; whatever else a field holds
is a cell of its own. A cell is a hashable key, and has a representative.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import lcm

from screening.casting import Money, PercentRange, Value
from screening.conditions.tree import Compare, Elapsed, Expr, Known, Member

Cell = Hashable

_YES, _NO = ("flag", True), ("flag", False)


class Points:
    """The mentioned points of a line of numbers: cell `2i+1` is point `i`, cell `2i` the gap below.

    Kept over one denominator, so that a value is placed with integers alone, exactly.
    """

    __slots__ = ("_all", "_scale")

    def __init__(self, points: Iterable[Fraction]) -> None:
        exact = sorted(set(points))
        self._scale = lcm(*(p.denominator for p in exact))
        self._all = [int(p * self._scale) for p in exact]

    def cell(self, value: Fraction) -> int:
        """The cell in which `value` lies."""
        return self.at(*divmod(value.numerator * self._scale, value.denominator))

    def at(self, whole: int, rest: int = 0) -> int:
        """The cell of a whole number of steps of the scale, and whether something is left over."""
        at = bisect_left(self._all, whole)
        if at < len(self._all) and self._all[at] == whole:
            return 2 * at + (2 if rest else 1)
        return 2 * at

    def representative(self, cell: int) -> Fraction:
        """A value that lies in the cell."""
        points, at = self._all, cell // 2
        if cell % 2:
            return Fraction(points[at], self._scale)
        if not points:
            return Fraction(2)  # a day as well; not 1, which Python takes for True
        if at == 0:
            return Fraction(points[0], self._scale) - 1
        if at == len(points):
            return Fraction(points[-1], self._scale) + 1
        return Fraction(points[at - 1] + points[at], 2 * self._scale)

    def __len__(self) -> int:
        return 2 * len(self._all) + 1


class Cells:
    """The cells of one field under the tests that are made of it."""

    __slots__ = ("_amounts", "_dates", "_numbers")

    def __init__(self, tests: Sequence[Expr]) -> None:
        self._numbers: Points | None = None
        self._dates = Points(())
        self._amounts: dict[str | None, Points] = {}
        # Only these tell values apart by their order and by equality with what is mentioned.
        if all(isinstance(t, Compare | Known) or (isinstance(t, Member) and not t.groups)
               for t in tests):  # fmt: skip
            self._divide([v for t in tests for v in _mentioned(t)])

    def _divide(self, mentioned: list[Value]) -> None:
        # A number in a field of flags equals one of them: to Python `True` is 1.
        numbers = [Fraction(v) for v in mentioned if isinstance(v, Fraction | bool)]
        for v in mentioned:
            numbers += [v.low, v.high] if isinstance(v, PercentRange) else []
        amounts: dict[str | None, list[Fraction]] = {}
        for v in mentioned:
            if isinstance(v, Money):
                amounts.setdefault(v.currency, []).append(v.amount)
        self._numbers = Points(numbers)
        self._dates = Points(Fraction(v.toordinal()) for v in mentioned if isinstance(v, date))
        self._amounts = {currency: Points(found) for currency, found in amounts.items()}

    def cell(self, value: Value) -> Cell:
        """The cell of one value."""
        kind = type(value)
        if kind is str:
            return value
        if kind is bool:
            return _YES if value else _NO  # not the value itself: to Python `True` is 1
        if self._numbers is not None:
            if kind is Fraction:
                return self._numbers.cell(value)  # type: ignore[arg-type]  # by its exact type
            if isinstance(value, PercentRange):
                return ("%", self._numbers.cell(value.low), self._numbers.cell(value.high))
            if isinstance(value, Money):
                points = self._amounts.get(value.currency)
                if points is None:
                    return ("$", None, 0)  # a currency that no test mentions
                return ("$", value.currency, points.cell(value.amount))
            if kind is date:
                day: date = value  # type: ignore[assignment]  # by its exact type
                return ("d", self._dates.at(day.toordinal()))
        return (kind, value)

    def representative(self, cell: Cell, value: Value) -> Value:
        """A value of the cell that `value` lies in: always the same, whichever came first."""
        numbers = self._numbers
        if numbers is None or isinstance(value, str | bool):
            return value
        match cell:
            case int():
                return numbers.representative(cell)
            case ("%", int(low), int(high)):
                ends = (numbers.representative(low), numbers.representative(high))
                return PercentRange(*ends)
            case ("$", str(currency), int(at)):
                return Money(self._amounts[currency].representative(at), currency)
            case ("d", int(at)):
                return date.fromordinal(_upwards(self._dates.representative(at)))
            case _:
                return value


class DayCells:
    """The cells of a date under tests of how many days it lies before the law date."""

    __slots__ = ("_points",)

    def __init__(self, tests: Sequence[Expr]) -> None:
        self._points = Points(Fraction(t.days) for t in tests if isinstance(t, Elapsed))

    def cell(self, value: Value, law_date: date | None) -> Cell:
        """The cell of one date as seen from the law date; anything else is unknown."""
        if law_date is None or not isinstance(value, date):
            return None
        return self._points.cell(Fraction((law_date - value).days))

    def representative(self, cell: Cell) -> tuple[Value, date | None]:
        """A date and a law date that lie so far apart."""
        if not isinstance(cell, int):
            return date.min, None
        days = self._points.representative(cell)
        law_date = date(5000, 1, 1)
        return law_date - timedelta(days=_upwards(days)), law_date


def _upwards(days: Fraction) -> int:
    """A whole number in the same gap. A gap without one is the cell of no date at all."""
    return -(-days.numerator // days.denominator)


def _mentioned(test: Expr) -> tuple[Value, ...]:
    match test:
        case Member(_, values):
            return values
        case Compare(_, _, operand):
            return (operand,)
        case _:
            return ()
