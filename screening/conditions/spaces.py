"""Variables for every fact of a complete shipment, of a party and of a listing.

Each field that some test reads has exactly one value. Whether it is *given* is left open where a
`known` test asks for it: such tests read what was said, not what is, so both are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import z3

from screening.casting import Money, PercentRange, Value
from screening.conditions.cells import Cells
from screening.conditions.formula import NO, YES, Formula, Sides, either, plain, some
from screening.conditions.reads import Read
from screening.conditions.tree import Compare, Matches, Member, Ordering, Relate
from screening.facts import Fact, Provenance
from screening.truth import Truth
from screening.vocabulary import Field, FieldType

_FIRST_DAY, _LAST_DAY = date(1980, 1, 1), date(2100, 1, 1)
_NUMBERS = (FieldType.NUMBER, FieldType.PERCENT_RANGE)


@dataclass
class Space:
    """The variables of one scope, made as they are asked for; `rules_out` bounds them."""

    prefix: str
    cells: Mapping[str, Cells]
    reads: Mapping[str, Read]
    law_date: Any
    bounds: list[Any] = field(default_factory=list)
    fixed: Mapping[str, bool] = field(default_factory=dict)
    _made: dict[str, Any] = field(default_factory=dict)
    _has: dict[str, Formula] = field(default_factory=dict)
    _open: dict[tuple[str, str], tuple[Field, Field, Formula]] = field(default_factory=dict)
    """Fields compared whose cells do not say whether their values are the same."""

    def _var(self, name: str, make: Any) -> Any:
        if name not in self._made:
            self._made[name] = make(f"{self.prefix}.{name}")
        return self._made[name]

    def variable(self, name: str) -> Any | None:
        """A variable, if one was made: of a field, of `FIELD[cell]` of a list, of `FIELD?`."""
        return self._made.get(name)

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        """The variables of words in texts, and what each says."""
        for id, read in self.reads.items():
            for test in read.tests:
                if isinstance(test, Matches):
                    yield f"{id}~{test.like}{test.pattern}", f"“{test.pattern}” in {id}"

    def given(self, of: Field) -> Formula:
        """Whether the field is given; it always is where no `known` test asks."""
        read = self.reads.get(of.id)
        if read is None or not read.known:
            return YES
        return Formula(self._var(f"{of.id}?", z3.Bool))

    def test(self, test: Member | Compare | Matches) -> Sides:
        """A test of one field."""
        return self._if_given(test.field, self._sides(test))

    def _if_given(self, of: Field, sides: Sides) -> Sides:
        given = self.given(of)
        return sides if given is YES else Sides(given & sides.sure, ~given | sides.possible)

    def _sides(self, test: Member | Compare | Matches) -> Sides:
        of = test.field
        match test:
            case Matches():
                return plain(self._matches(test))
            case Compare(_, ordering, operand):
                return self._compare(of, ordering, operand)
        match of.type:
            case FieldType.FLAG:
                return plain(some(self.holds(of, v is True) for v in test.values))
            case FieldType.NUMBER | FieldType.PERCENT_RANGE | FieldType.DATE:
                number = self.number(of)
                return plain(some(Formula(number == _plain(v)) for v in test.values))
            case FieldType.MONEY:
                return either(self._money(of, v, lambda a, b: a == b) for v in test.values)
            case _:
                truths = self.cells[of.id].truths[test]
                return Sides(
                    some(self.has(of, i) for i, t in enumerate(truths) if t is Truth.TRUE),
                    some(self.has(of, i) for i, t in enumerate(truths) if t is not Truth.FALSE),
                )

    def holds(self, of: Field, wanted: bool) -> Formula:
        """Whether a flag is set so."""
        if of.id in self.fixed:
            return YES if self.fixed[of.id] is wanted else NO
        held = Formula(self._var(of.id, z3.Bool))
        return held if wanted else ~held

    def has(self, of: Field, cell: int) -> Formula:
        """Whether the value lies in the cell; of a list, whether one of its values does."""
        cells = self.cells[of.id]
        if of.many:
            return Formula(self._var(f"{of.id}[{cell}]", z3.Bool))
        if len(cells.values) == 1:
            return YES
        name = f"{of.id}={cell}"
        if name not in self._has:
            self._has[name] = Formula(self._choice(of) == cell)
        return self._has[name]

    def _choice(self, of: Field) -> Any:
        if of.id not in self._made:
            count = len(self.cells[of.id].values)
            width = max(1, (count - 1).bit_length())
            self._made[of.id] = z3.BitVec(f"{self.prefix}.{of.id}", width)
            if count < 2**width:
                self.bounds.append(z3.ULT(self._made[of.id], count))
        return self._made[of.id]

    def number(self, of: Field) -> Any:
        """The variable of a number, a share or a date."""
        if of.id == "law_date":
            return self.law_date
        if of.id not in self._made:
            make = z3.Int if of.type is FieldType.DATE else z3.Real
            number = self._made[of.id] = make(f"{self.prefix}.{of.id}")
            low = _FIRST_DAY.toordinal() if of.type is FieldType.DATE else 0
            self.bounds.append(number >= low)
            if of.type is FieldType.PERCENT_RANGE:
                self.bounds.append(number <= 100)
            elif of.type is FieldType.DATE:
                self.bounds.append(number <= _LAST_DAY.toordinal())
        return self._made[of.id]

    def _compare(self, of: Field, ordering: Ordering, operand: Value) -> Sides:
        if isinstance(operand, Money):
            return self._money(of, operand, lambda a, b: _ordered(ordering, a, b))
        return plain(Formula(_ordered(ordering, self.number(of), _plain(operand))))

    def _money(self, of: Field, operand: Value, holds: Any) -> Sides:
        if not isinstance(operand, Money):
            return Sides(NO, YES)
        currencies = self.reads[of.id].currencies
        same = Formula(self._currency(of) == currencies.index(str(operand.currency)))
        held = Formula(holds(self._amount(of), _plain(operand.amount)))
        return Sides(same & held, ~same | held)  # in another currency the test says nothing

    def _amount(self, of: Field) -> Any:
        if of.id not in self._made:
            self._made[of.id] = z3.Real(f"{self.prefix}.{of.id}")
            self.bounds.append(self._made[of.id] >= 0)
        return self._made[of.id]

    def _currency(self, of: Field) -> Any:
        name = f"{of.id}$"
        if name not in self._made:
            self._made[name] = z3.Int(f"{self.prefix}.{name}")
            count = len(self.reads[of.id].currencies)
            self.bounds.append(z3.And(self._made[name] >= 0, self._made[name] <= count))
        return self._made[name]

    def _matches(self, test: Matches) -> Formula:
        """Words in a text: of a text that rules name, as it is; of any other, either way."""
        cells = self.cells[test.field.id]
        truths = cells.truths[test]
        free = Formula(self._var(f"{test.field.id}~{test.like}{test.pattern}", z3.Bool))
        return some(
            self.has(test.field, i) & (free if cells.is_open(i) else YES)
            for i, t in enumerate(truths)
            if t is Truth.TRUE or cells.is_open(i)
        )

    def elapsed(self, of: Field, ordering: Ordering, days: int) -> Sides:
        """Days from the field's date to the law date."""
        passed = Formula(_ordered(ordering, self.law_date - self.number(of), days))
        return self._if_given(of, plain(passed))

    def relate(self, test: Relate) -> Sides:
        """Two fields compared. INVARIANT: they have the same type (checked at load)."""
        both = self.given(test.field) & self.given(test.other)
        sides = self._related(test)
        return Sides(both & sides.sure, ~both | sides.possible)

    def _related(self, test: Relate) -> Sides:
        a, b = test.field, test.other
        if a.type in _NUMBERS or a.type is FieldType.DATE:
            left, right = self.number(a), self.number(b)
            return plain(Formula(left <= right if test.at_most else left == right))
        if a.type is FieldType.FLAG:
            return plain(~(self.holds(a, True) ^ self.holds(b, True)))
        # Amounts, lists, and values of which only the cell is known are left open: that proves no
        # less.
        open_ = Formula(self._var(f"{a.id}={b.id}", z3.Bool))
        celled = a.id in self.cells and b.id in self.cells and a.type is not FieldType.TEXT
        if a.many or b.many or not celled:
            return plain(open_)
        self._open[a.id, b.id] = a, b, open_
        homes = {v: j for j, lot in enumerate(self.cells[b.id].members) for v in lot}
        pairs = {(i, homes[v]) for i, lot in enumerate(self.cells[a.id].members) for v in lot
                 if v in homes}  # fmt: skip
        return plain(some(
            self.has(a, i) & self.has(b, j)
            & (YES if self.cells[a.id].is_one(i) and self.cells[b.id].is_one(j) else open_)
            for i, j in sorted(pairs)
        ))  # fmt: skip

    # ---- Back to facts ----

    def facts(self, model: Any, fields: Iterable[Field]) -> Iterator[tuple[str, tuple[Fact, ...]]]:
        """The values that a model gives to the fields."""
        related = dict(self._alike_or_not(model))
        for of in fields:
            if of.id not in self.reads and of.id not in self.fixed:
                continue
            given = self.given(of)
            if given is not YES and not _true(model, given.z3):
                continue
            value = related.get(of.id) or self._value(model, of)
            if value is not None:
                yield of.id, (Fact(value, Provenance.GIVEN),)

    def _value(self, model: Any, of: Field) -> Value | None:
        if of.id in self.fixed:
            return self.fixed[of.id]
        match of.type:
            case FieldType.FLAG:
                return _true(model, self.holds(of, True).z3)
            case FieldType.NUMBER:
                return _fraction(model, self.number(of))
            case FieldType.PERCENT_RANGE:
                share = _fraction(model, self.number(of))
                return PercentRange(share, share)
            case FieldType.DATE:
                # What no test reads on this date is unbounded, and any day will do.
                day = int(_fraction(model, self.number(of)))
                return date.fromordinal(max(day, _FIRST_DAY.toordinal()))
            case FieldType.MONEY:
                named = (*self.reads[of.id].currencies, "XXX")
                currency = named[int(_fraction(model, self._currency(of)))]
                return Money(_fraction(model, self._amount(of)), currency)
        cells = self.cells[of.id]
        if of.many:
            return frozenset(
                v for i, v in enumerate(cells.values) if _true(model, self.has(of, i).z3)
            )
        if len(cells.values) == 1:
            return self._text(model, of, 0)
        index = model.eval(self._choice(of), model_completion=True).as_long()
        return self._text(model, of, index)

    def _alike_or_not(self, model: Any) -> Iterator[tuple[str, Value]]:
        """Values of compared fields that are the same, or not, as the model has it."""
        chosen: dict[str, Value] = {}
        for a, b, same in self._open.values():
            mine, theirs = (self._lot(model, of) for of in (a, b))
            wanted = _true(model, same.z3)
            fits = ((v, w) for v in mine for w in theirs
                    if (v == w) is wanted and chosen.get(a.id, v) == v
                    and chosen.get(b.id, w) == w)  # fmt: skip
            pair = next(fits, None)
            if pair is not None:
                chosen[a.id], chosen[b.id] = pair
        yield from chosen.items()

    def _lot(self, model: Any, of: Field) -> tuple[str, ...]:
        """The values that the field may have in a model."""
        members = self.cells[of.id].members
        if len(members) == 1:
            return members[0]
        return members[model.eval(self._choice(of), model_completion=True).as_long()]

    def _text(self, model: Any, of: Field, cell: int) -> str:
        """A text that holds the words it must."""
        cells = self.cells[of.id]
        words = [
            test.pattern.replace("*", "").replace("?", "x")
            for test in self.reads[of.id].tests
            if isinstance(test, Matches) and cells.is_open(cell)
            and _true(model, self._var(f"{of.id}~{test.like}{test.pattern}", z3.Bool))
        ]  # fmt: skip
        return " ".join(words) if words else cells.values[cell]


def _ordered(ordering: Ordering, left: Any, right: Any) -> Any:
    match ordering:
        case Ordering.AT_LEAST:
            return left >= right
        case Ordering.AT_MOST:
            return left <= right
        case Ordering.MORE_THAN:
            return left > right
        case Ordering.LESS_THAN:
            return left < right


def _plain(value: Value) -> Any:
    """An operand as the solver takes it."""
    if isinstance(value, PercentRange):
        value = value.low
    if isinstance(value, Fraction):
        return z3.Q(value.numerator, value.denominator)
    if isinstance(value, date):
        return value.toordinal()
    raise TypeError(f"no number: {value!r}")


def _true(model: Any, term: Any) -> bool:
    return bool(z3.is_true(model.eval(term, model_completion=True)))


def _fraction(model: Any, term: Any) -> Fraction:
    value = model.eval(term, model_completion=True)
    return Fraction(value.as_long()) if z3.is_int_value(value) else value.as_fraction()
