"""Propositions for the solver, with constants folded: what the program's registers hold in proofs.

This module and `cells`, `spaces` and `prove` are the only ones that know the solver (Z3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import z3


class Formula:
    """A proposition: a plain bool, or a Z3 expression where it depends on the shipment."""

    __slots__ = ("term",)

    def __init__(self, term: bool | z3.BoolRef) -> None:
        self.term = term

    def __and__(self, other: Formula) -> Formula:
        if self.term is False or other.term is True or self is other:
            return self
        if other.term is False or self.term is True:
            return other
        return Formula(_conjunction((self.term, other.term)))

    def __or__(self, other: Formula) -> Formula:
        if self.term is True or other.term is False or self is other:
            return self
        if other.term is True or self.term is False:
            return other
        return Formula(_disjunction((self.term, other.term)))

    def __xor__(self, other: Formula) -> Formula:
        if isinstance(other.term, bool):
            return ~self if other.term else self
        if isinstance(self.term, bool):
            return ~other if self.term else other
        return Formula(z3.Xor(self.term, other.term))

    def __invert__(self) -> Formula:
        if isinstance(self.term, bool):
            return NO if self.term else YES
        return Formula(_negation(self.term))

    @property
    def z3(self) -> z3.BoolRef:
        """As the solver takes it."""
        return z3.BoolVal(self.term) if isinstance(self.term, bool) else self.term


# A rulebook has tens of thousands of connectives, and every operand is a proposition already: the
# solver's own functions are called without the checks and coercions of its Python operators, which
# take ten times as long.


def _conjunction(terms: Sequence[Any]) -> Any:
    ctx = terms[0].ctx
    return z3.BoolRef(z3.Z3_mk_and(ctx.ref(), len(terms), _array(terms)), ctx)


def _disjunction(terms: Sequence[Any]) -> Any:
    ctx = terms[0].ctx
    return z3.BoolRef(z3.Z3_mk_or(ctx.ref(), len(terms), _array(terms)), ctx)


def _negation(term: Any) -> Any:
    return z3.BoolRef(z3.Z3_mk_not(term.ctx.ref(), term.ast), term.ctx)


def _array(terms: Sequence[Any]) -> Any:
    return (z3.Ast * len(terms))(*(t.ast for t in terms))


YES = Formula(True)
NO = Formula(False)


def every(parts: Iterable[Formula]) -> Formula:
    """Conjunction; true of nothing."""
    terms = [p.term for p in parts if p.term is not True]
    if any(t is False for t in terms):
        return NO
    return YES if not terms else Formula(terms[0] if len(terms) == 1 else _conjunction(terms))


def some(parts: Iterable[Formula]) -> Formula:
    """Disjunction; false of nothing."""
    terms = [p.term for p in parts if p.term is not False]
    if any(t is True for t in terms):
        return YES
    return NO if not terms else Formula(terms[0] if len(terms) == 1 else _disjunction(terms))


@dataclass(frozen=True, slots=True)
class Sides:
    """A three-valued proposition: when it surely holds, and when it possibly does."""

    sure: Formula
    possible: Formula

    def __invert__(self) -> Sides:
        return Sides(~self.possible, ~self.sure)


def plain(formula: Formula) -> Sides:
    """A proposition that is never unknown."""
    return Sides(formula, formula)


def either(parts: Iterable[Sides]) -> Sides:
    """Disjunction of three-valued propositions; false of nothing."""
    found = list(parts)
    return Sides(some(p.sure for p in found), some(p.possible for p in found))
