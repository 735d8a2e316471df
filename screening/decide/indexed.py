"""Which rules are met, by the index: the same states that `met` finds rule by rule."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import overload

from screening.conditions.index import DatedIndex, Masks
from screening.decide.compile import Compiled
from screening.decide.gate import Gate
from screening.decide.met import Met
from screening.decide.units import Units, units_in
from screening.decide.view import Epoch, View
from screening.facts import Facts
from screening.rulebook.model import CLAIM_UNMET
from screening.truth import Truth


class IndexedMet(Sequence[Met]):
    """The state of every column, kept as bits of units and told column by column on demand."""

    def __init__(
        self, gate: Gate, conditions: Masks, claimed: str | None, special: Mapping[str, Truth]
    ) -> None:
        """`claimed` is the exception that the shipment claims, `special` tells of those rules."""
        units = gate.units
        sure, may = units.parts(conditions.sure), units.parts(conditions.may)
        self.gate = gate
        self.when, self.conditions, self.requires = zip(sure, may, strict=True)
        met = self.when[0] & self.conditions[0] & gate.live & ~gate.not_sure
        possible = self.when[1] & self.conditions[1] & gate.live
        # Not claimed and not known to apply: it neither relaxes nor holds back a denial.
        at_hand = gate.exceptions.get(claimed or "", 0)
        self.absent = gate.all_exceptions & ~at_hand & ~self.when[0] & possible
        possible &= ~self.absent
        met &= ~gate.doubtful
        for id, bit in gate.special.items():
            met |= bit if special[id].sure else 0
            possible |= bit if special[id].possible else 0
        self.sure, self.possible = met, possible
        self._told: dict[int, Met] = {}

    def run(self, compiled: Compiled, claimed: str | None) -> tuple[Compiled, Sequence[int]]:
        """The program that fits these facts best, and all its registers."""
        fitted = self.gate.fitted(compiled, self.possible)
        return fitted.compiled, fitted.run(self.sure, self.possible, claimed)

    def inputs(self, compiled: Compiled) -> tuple[Sequence[int], Mapping[Hashable, list[int]]]:
        """The inputs of a program as bits, and which of them each unit is."""
        fitted = self.gate.fit(compiled)
        return fitted.inputs(self.sure, self.possible), fitted.inputs_of

    def undecided(self) -> list[int]:
        """One column of each unit of which it is unknown whether it is met."""
        first = self.gate.first_column
        return sorted(first[unit] for unit in units_in(self.possible & ~self.sure | self.absent))

    def may_matter(self) -> list[str]:
        """The rules, in order, that are not surely off."""
        # A claim may also be unmet because the rules that grant it are not.
        units = self.possible | self.absent | self.gate.special.get(CLAIM_UNMET, 0)
        first, columns = self.gate.first_column, self.gate.columns
        # Columns of one rule stand together, so that the first of each unit tells their order.
        return list(dict.fromkeys(
            columns[i].rule.id for i in sorted(first[unit] for unit in units_in(units))
        ))  # fmt: skip

    def required(self, facts: Facts) -> Truth:
        """Whether what an allow needs is there; a rulebook that asks for nothing allows nothing."""
        every = self.gate.units.requires
        if not every or facts.law_date is None:
            return Truth.UNKNOWN
        sure, may = self.requires
        if sure == every:
            return Truth.TRUE
        return Truth.UNKNOWN if may == every else Truth.FALSE

    def __len__(self) -> int:
        return len(self.gate.columns)

    @overload
    def __getitem__(self, at: int) -> Met: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Met]: ...
    def __getitem__(self, at: int | slice) -> Met | Sequence[Met]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        unit = self.gate.of_column[at]
        if unit not in self._told:
            self._told[unit] = self._tell(at, unit)
        return self._told[unit]

    def __iter__(self) -> Iterator[Met]:
        return (self[i] for i in range(len(self)))

    def _tell(self, at: int, unit: int) -> Met:
        rule, dated = self.gate.columns[at].rule, self.gate.dates[at]
        value = _truth(self.sure, self.possible, unit)
        if rule.id in self.gate.special:
            return Met(value, value)
        if dated.outside:
            return Met(Truth.FALSE, Truth.FALSE, outside=dated.outside)
        return Met(
            value, _truth(*self.when, unit),
            None if rule.conditions is None else _truth(*self.conditions, unit),
            stale=dated.stale, unverified=dated.unverified, absent=bool(self.absent >> unit & 1),
        )  # fmt: skip


def _truth(sure: int, may: int, bit: int) -> Truth:
    if sure >> bit & 1:
        return Truth.TRUE
    return Truth.UNKNOWN if may >> bit & 1 else Truth.FALSE


def read_index(units: Units, facts: Facts, view: View) -> Masks:
    """The conditions that surely, and that possibly, hold of these facts.

    Raises `conditions.index.TestFailed` if a test fails: then `met_columns` says of which rules.
    """
    epoch = view.epoch
    index = epoch.index or _index(units, epoch, view)
    return index.read(facts, view)


def tables(units: Units, compiled: Compiled, view: View) -> tuple[DatedIndex, Gate]:
    """The tables of the index, and what the dates make of them, in the view's span of dates."""
    epoch = view.epoch
    return epoch.index or _index(units, epoch, view), gate_of(units, compiled, epoch)


def gate_of(units: Units, compiled: Compiled, epoch: Epoch) -> Gate:
    """What the dates of the epoch make of the conditions."""
    return epoch.gates.get(compiled.authority) or _gate(units, compiled, epoch)


def _index(units: Units, epoch: Epoch, view: View) -> DatedIndex:
    # The text alone has no rule in force that the whole rulebook has not.
    dates = epoch.dates(units.every_column, None)
    live = 0
    for column, dated in zip(units.every_column, dates, strict=True):
        if not dated.outside:
            live |= 1 << units.unit(column)
    epoch.index = units.index.at(view, units.asked(live))
    return epoch.index


def _gate(units: Units, compiled: Compiled, epoch: Epoch) -> Gate:
    dates = epoch.dates(compiled.columns, compiled.authority)
    gate = epoch.gates[compiled.authority] = Gate(units, compiled.columns, dates, epoch.cases)
    return gate
