"""What a model says of many propositions at once.

Proofs and comparisons ask each model of hundreds of propositions, and the solver's own Python
wrappers take ten times as long as the question. Only the truth of Booleans is read here, and the
solver has one `true` and one `false`, so that the answers are compared by identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3

_TRUE = z3.BoolVal(True)


class Booleans:
    """Propositions that models are asked of again and again; more can be added."""

    def __init__(self, terms: Sequence[Any] = ()) -> None:
        self._terms: list[Any] = []  # held, so that the solver keeps them
        self._asts: list[Any] = []
        self._decls: list[Any] = []
        self.add(terms)

    def __len__(self) -> int:
        return len(self._terms)

    def add(self, terms: Sequence[Any]) -> None:
        """More of them."""
        for term in terms:
            self._terms.append(term)
            self._asts.append(term.as_ast())
            self._decls.append(term.decl().ast if z3.is_const(term) else None)

    def said(self, model: Any) -> list[bool | None]:
        """Of each variable what the model says; nothing of those that it leaves open."""
        ask, context, true = z3.Z3_model_get_const_interp, model.ctx.ref(), _TRUE.as_ast().value
        found = (ask(context, model.model, decl).value for decl in self._decls)
        return [None if one is None else one == true for one in found]

    def true(self, model: Any, start: int = 0) -> list[bool]:
        """Which of them hold, from one on; what is left open taken as the solver completes it."""
        return [is_true(model, ast) for ast in self._asts[start:]]


def is_true(model: Any, ast: Any) -> bool:
    """Whether a proposition, by the solver's handle, holds in the model."""
    found = (z3.Ast * 1)()
    z3.Z3_model_eval(model.ctx.ref(), model.model, ast, True, found)
    return bool(found[0].value == _TRUE.as_ast().value)


def holds(model: Any, term: Any) -> bool:
    """Whether a proposition holds in the model."""
    return is_true(model, term.as_ast())


def check(solver: Any, assumed: Sequence[Any]) -> Any:
    """The solver's answer where all these variables hold, which are booleans already."""
    handles = (z3.Ast * len(assumed))(*(term.ast for term in assumed))
    found = z3.Z3_solver_check_assumptions(solver.ctx.ref(), solver.solver, len(assumed), handles)
    return z3.CheckSatResult(found)


class Variables:
    """The variables in terms, by the solver's number; what was looked at is not looked at again.

    The terms are held: the number of one that is gone is given to another.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, frozenset[int]]] = {}

    def of(self, term: Any) -> frozenset[int]:
        """Those of a term."""
        pending = [term]
        while pending:
            one = pending[-1]
            if one.get_id() in self._known:
                pending.pop()
                continue
            children = one.children()
            if missing := [c for c in children if c.get_id() not in self._known]:
                pending += missing
                continue
            found: frozenset[int] = frozenset()
            if children:
                found = found.union(*(self._known[c.get_id()][1] for c in children))
            elif z3.is_const(one) and one.decl().kind() == z3.Z3_OP_UNINTERPRETED:
                found = frozenset([one.get_id()])
            self._known[one.get_id()] = one, found
            pending.pop()
        return self._known[term.get_id()][1]
