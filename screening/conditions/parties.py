"""Which party tests can be met together: any number of parties, none of them counted.

Parties are independent of each other, so a set of tests can be met, and another set not, exactly if
each test of the first set has one party that meets it and nothing of the second. What cannot be is
told to the solver as it comes up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import z3

from screening.conditions.formula import NO, Formula
from screening.conditions.formula import some as disjunction
from screening.conditions.models import Booleans, check
from screening.conditions.spaces import Space
from screening.conditions.tree import Expr


class Parties:
    """The party tests asked so far. `space` holds the facts of one party, whichever it is."""

    def __init__(self, space: Space, roles: tuple[str, ...], kinds: Mapping[int, Any]) -> None:
        self.space = space
        self._roles = roles
        self._kinds = kinds
        self._role = z3.BitVec("party.role", 4)
        self._asked: dict[tuple[tuple[str, ...], int], Any] = {}
        self._tests: list[tuple[Any, Any, tuple[str, ...]]] = []
        self._heads, self._bodies = Booleans(), Booleans()
        self._listings = Booleans([self.has_listing(k).z3 for k in kinds])
        self._meets_it: list[Any] = []
        self._misses: list[Any] = []
        self._solver = z3.Solver()
        # The fewer parts a contradiction has, the more it rules out at once.
        self._solver.set("core.minimize", True)
        self._told = 0
        self._such: dict[Expr, int] = {}
        self._bounds = 0
        self._shared: dict[int, Any] = {}
        self._named: dict[tuple[int, int], tuple[int, tuple[Any, Any]]] = {}
        self._seen: dict[tuple[int, ...], list[int]] = {}
        space.bounds.append(z3.ULT(self._role, len(roles)))

    @property
    def asked(self) -> list[Any]:
        """The propositions asked so far: that some party meets a test."""
        return [asked for asked, _, _ in self._tests]

    def has_listing(self, kind: int) -> Formula:
        """Whether the party has a listing of a kind."""
        return Formula(z3.Bool(f"party.listing[{kind}]"))

    def has_such(self, body: Expr) -> tuple[Formula, Formula]:
        """Whether the party surely has an entry of which only words are known, or possibly."""
        n = self._such.setdefault(body, len(self._such))
        return Formula(z3.Bool(f"party.such[{n}]")), Formula(z3.Bool(f"party.maybe such[{n}]"))

    def some(self, roles: tuple[str, ...], body: Formula) -> Formula:
        """Whether a party in one of the roles meets the body."""
        if body.term is False:
            return NO
        key = (tuple(sorted(roles)), body.z3.get_id())
        if key not in self._asked:
            n = len(self._tests)
            asked = z3.Bool(f"some[{n}]")
            in_role = disjunction(Formula(self._role == self._roles.index(r)) for r in roles)
            self._tests.append((asked, (in_role & body).z3, roles))
            self._asked[key] = asked
        return Formula(self._asked[key])

    def _prepare(self) -> None:
        for bound in self.space.bounds[self._bounds :]:
            self._solver.add(bound)
        self._bounds = len(self.space.bounds)
        for n, (asked, met, _) in enumerate(self._tests[self._told :], self._told):
            self._heads.add([asked])
            self._bodies.add([met])
            self._misses.append(z3.Bool(f"misses[{n}]"))
            self._meets_it.append(z3.Bool(f"meets[{n}]"))
            self._solver.add(z3.Implies(self._meets_it[n], met))
            self._solver.add(z3.Implies(self._misses[n], z3.Not(met)))
            for shared in _shipment_terms(met):
                self._shared[shared.get_id()] = shared
        if self._told < len(self._tests):
            self._seen.clear()  # of the tests that are new nothing is known of those parties
        self._told = len(self._tests)

    def contradictions(self, model: Any, only_asked: bool = False) -> list[Any]:
        """What the solver must be told, since the model's party tests cannot be met together.

        With `only_asked` the tests that the model says nothing of are left open.
        """
        self._prepare()
        found = self._checked(model, only_asked, again=False)
        return [lemma for lemma, _ in found if lemma is not None]

    def witnesses(self, model: Any) -> Iterator[tuple[str, Any, list[int]]]:
        """For each party test that is met, a party that meets it: its role, facts and listings."""
        self._prepare()
        for lemma, found in self._checked(model, False):
            assert lemma is None and found is not None
            role = found.eval(self._role, model_completion=True).as_long()
            has = self._listings.true(found)
            listings = [k for k, one in zip(self._kinds, has, strict=True) if one]
            yield self._roles[role], found, listings

    def _checked(
        self, model: Any, only_asked: bool, again: bool = True
    ) -> Iterator[tuple[Any, Any]]:
        """For each test that is met: what contradicts it, or a party. Unless `again`, one that was
        seen before is told by nothing at all."""
        said = self._heads.said(model)
        met = [n for n, value in enumerate(said) if value]
        missed = {
            n: self._misses[n]
            for n, value in enumerate(said)
            if value is False or (value is None and not only_asked)
        }
        if not met:
            return
        # Told as assumptions, so that the reason for a contradiction names only what it needs.
        names = dict(self._as_it_is(model, term) for term in self._shared.values())
        # A party that was seen beside the same goods, meets the test and misses the rest, will do.
        seen = self._seen.setdefault(tuple(names), [])
        without = sum(1 << n for n in missed)
        for n in met:
            if not again and any(one >> n & 1 and not one & without for one in seen):
                continue
            given = [
                self._meets_it[n],
                *missed.values(),
                *(name for name, _ in names.values()),
            ]
            answer = check(self._solver, given)
            if answer == z3.sat:
                found = self._solver.model()
                seen.append(self._meets(found))
                yield None, found
                continue
            if answer == z3.unknown:
                raise z3.Z3Exception("timeout")
            core = {c.get_id() for c in self._solver.unsat_core()}
            parts = [self._tests[m][0] for m, lit in missed.items() if lit.get_id() in core]
            parts += [z3.Not(term) for name, term in names.values() if name.get_id() in core]
            yield z3.Or(z3.Not(self._tests[n][0]), *parts), None

    def _meets(self, party: Any) -> int:
        """The tests that a party meets, as bits."""
        return sum(1 << n for n, met in enumerate(self._bodies.true(party)) if met)

    def _as_it_is(self, model: Any, shared: Any) -> tuple[int, tuple[Any, Any]]:
        """That the shipment is as the model has it, by name: the name's number, name and term."""
        value = model.eval(shared, model_completion=True)
        key = shared.get_id(), value.get_id()
        if key not in self._named:
            name = z3.Bool(f"shipment!{len(self._named)}")
            term = shared == value
            self._solver.add(z3.Implies(name, term))
            # The term is held, so that its parts' numbers are not given to others.
            self._named[key] = name.get_id(), (name, term)
        return self._named[key]


def _shipment_terms(term: Any) -> list[Any]:
    """What a party's test asks of the shipment: a class of goods, asked inside it.

    The largest propositions that speak of no party: what a party can be hangs on their truth alone,
    so a contradiction is told of all shipments for which they are so, not of one price or figure.
    """
    known: dict[int, frozenset[bool]] = {}
    found: dict[int, Any] = {}
    pending, seen = [term], set()
    while pending:
        one = pending.pop()
        if one.get_id() in seen:
            continue
        seen.add(one.get_id())
        speaks = _speaks_of_parties(one, known)
        if True in speaks:
            pending += one.children()
        elif speaks:
            found[one.get_id()] = one
    return list(found.values())


def _speaks_of_parties(term: Any, known: dict[int, frozenset[bool]]) -> frozenset[bool]:
    """Of each variable in a term whether it is of a party; nothing of a constant."""
    key = term.get_id()
    if key not in known:
        children = term.children()
        if not children and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            known[key] = frozenset([term.decl().name().startswith("party.")])
        else:
            empty: frozenset[bool] = frozenset()
            known[key] = empty.union(*(_speaks_of_parties(c, known) for c in children))
    return known[key]
