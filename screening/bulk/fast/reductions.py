"""Cells that cannot come to anything different share one that stands for them all before they are
read: a number between two that the rulebook mentions, a name that no record has.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import chain

import numpy as np
import polars as pl

from screening.bulk.fast.asked import AskedOf
from screening.bulk.fast.factors import CLAIM, GOODS, Factor
from screening.bulk.fast.numbers import Codes
from screening.casting import MAX_TEXT, Money, is_missing, unreadable
from screening.conditions.tree import Compare, Expr, Known, Member
from screening.rulebook.model import Content
from screening.vocabulary import ROLES, Field, FieldType, Scope

_PLAIN = r"^[0-9]{1,12}(\.[0-9]{1,2})?$"
_HUNDREDTHS = 100
_MOST = 1 << 62


class Reduction:
    """From the cells of one column to fewer that stand for them. What it keeps grows with the
    numbers that the rulebook mentions, not with the rows."""

    def of(self, cells: Sequence[str]) -> list[str]:
        """For each cell the one that stands for it."""
        raise NotImplementedError

    def at_once(self, column: pl.Series, many: bool) -> tuple[list[str], Codes] | None:
        """Cells that stand for others, and for each row which one; -1 where it has to be looked at.

        Nothing where it is better to look at the distinct cells, of which there are `many` or not.
        """
        del column, many
        return None


class Unread(Reduction):
    """A text that no test reads: what can be read of it says nothing."""

    def of(self, cells: Sequence[str]) -> list[str]:
        """Those that cannot be read stand for themselves."""
        return [cell if unreadable(cell) else "" for cell in cells]

    def at_once(self, column: pl.Series, many: bool) -> tuple[list[str], Codes] | None:
        """All that can be read are one."""
        del many
        odd = (column.str.len_chars() > MAX_TEXT) | column.str.contains("[\x00#]")
        return [""], np.where(odd.to_numpy(), -1, 0)


class Nameless(Reduction):
    """Names of which only counts that there are any: those of no record are all one."""

    def __init__(self, content: Content, field: Field) -> None:
        self._find = content.party_index.find
        self._field = field
        self._one = ""

    def of(self, cells: Sequence[str]) -> list[str]:
        """Those of a record stand for themselves."""
        return list(map(self._reduced, cells))

    def _reduced(self, cell: str) -> str:
        # Of letters beyond ASCII it may count how they look.
        plain = cell.isascii() and not unreadable(cell)
        if not plain or is_missing(cell, self._field) or self._find(cell) is not None:
            return cell
        self._one = self._one or cell
        return self._one


class Numbers(Reduction):
    """Amounts by the gaps between those that the rulebook mentions, each mentioned one by itself.

    Only plain ones of which nobody could say that they are written in an unusual way.
    """

    def __init__(self, points: Sequence[int]) -> None:
        self._points = np.array(sorted({0, *points}), np.int64)
        self._one: dict[int, str] = {}

    def of(self, cells: Sequence[str]) -> list[str]:
        """Those that are not plain stand for themselves."""
        stands, codes = self._gaps(pl.Series(cells, dtype=pl.String))
        return [cell if at < 0 else stands[at]
                for cell, at in zip(cells, codes.tolist(), strict=True)]  # fmt: skip

    def at_once(self, column: pl.Series, many: bool) -> tuple[list[str], Codes] | None:
        """Amounts that hardly ever come again are not worth being told apart first."""
        return self._gaps(column) if many else None

    def _gaps(self, cells: pl.Series) -> tuple[list[str], Codes]:
        plain = cells.str.contains(_PLAIN)
        found = np.full(len(cells), -1, np.int64)
        numbers = cells.filter(plain)
        if numbers.is_empty():
            return [], found
        amounts = (numbers.cast(pl.Float64) * _HUNDREDTHS).round().cast(pl.Int64).to_numpy()
        below = np.searchsorted(self._points, amounts, "left")
        gaps = below + np.searchsorted(self._points, amounts, "right")
        counts = np.bincount(gaps)
        used = np.flatnonzero(counts)
        for gap in used.tolist():
            if gap not in self._one:
                self._one[gap] = numbers[int(np.argmax(gaps == gap))]
        found[np.flatnonzero(plain.to_numpy())] = (np.cumsum(counts > 0) - 1)[gaps]
        return [self._one[gap] for gap in used.tolist()], found


def numbers_for(tests: Sequence[Expr]) -> Numbers | None:
    """The reduction under these tests; none where a test tells amounts apart in another way."""
    points = []
    for test in tests:
        match test:
            case Compare(_, _, operand):
                mentioned: tuple[object, ...] = (operand,)
            case Member(_, values, groups) if not groups:
                mentioned = values
            case Known():
                mentioned = ()
            case _:
                return None
        for value in mentioned:
            amount = value.amount if isinstance(value, Money) else value
            if not isinstance(amount, Fraction) or (amount * _HUNDREDTHS).denominator != 1:
                return None
            points.append(int(amount * _HUNDREDTHS))
    return Numbers(points) if all(p < _MOST for p in points) else None


_MULTIPLIED = {"quantity", "unit_value"}
"""Together they say what the line is worth (`enrich.goods.add_line`)."""


def reduction_of(factor: Factor, k: int, asks: AskedOf, content: Content) -> Reduction | None:
    """Which cells of a column can stand for others."""
    refs = factor.columns.holds[k]
    fields = content.vocabulary.of(Scope.SHIPMENT)
    if len(refs) != 1:
        return None
    (ref,) = refs
    if ref in ROLES:
        named = asks.party
        if "name" in named.whole or not all(isinstance(t, Known) for t in named.of("name")):
            return None
        return Nameless(content,
                        content.vocabulary.of(Scope.PARTY)["name"])  # fmt: skip
    if ref not in fields or factor.name == GOODS or ref in asks.shipment.whole:
        return None
    if ref in _MULTIPLIED and {*factor.given, *chain(*factor.columns.holds)} >= _MULTIPLIED:
        return None  # tests may tell apart what comes of them that are one to tests of either
    asked = asks.shipment
    # An item number that is read by itself can be that of no product.
    text = fields[ref].type in (FieldType.TEXT, FieldType.PRODUCT)
    if text and factor.name == ref and ref not in asked.tests:
        # A claim is read by the decision itself, not by a test.
        return None if ref == CLAIM else Unread()
    # A share in percent has refusals of its own, and few values.
    if fields[ref].type in (FieldType.NUMBER, FieldType.MONEY) and not (
        fields[ref].many or fields[ref].unit == "percent"
    ):
        return numbers_for(asked.of(ref))
    return None
