"""Which party tests can be met together: any number of parties, none of them counted.

Parties are independent of each other, so a set of tests can be met, and another set not, exactly if
each test of the first set has one party that meets it and nothing of the second. What cannot be is
told to the solver as it comes up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from screening.conditions.formula import NO, Formula
from screening.conditions.formula import some as disjunction
from screening.conditions.models import Booleans, check
from screening.conditions.spaces import Space
from screening.conditions.tree import Expr


@dataclass(frozen=True, eq=False)
class Party:
    """One that can be: its role, its facts as the solver has them, its listings."""

    role: str
    facts: Any
    listings: tuple[int, ...]
    meets: int
    """The tests that it meets, as bits."""


@dataclass(frozen=True)
class _Goods:
    """What a party is looked for beside: what tests ask of the shipment, by name, the tests that it
    must miss, and the parties that were seen beside the same."""

    names: Mapping[int, tuple[Any, Any]]
    missed: Sequence[int]
    seen: list[Party]

    def fitting(self) -> Iterator[Party]:
        """Those that miss what they must."""
        without = sum(1 << n for n in self.missed)
        return (party for party in self.seen if not party.meets & without)


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
        self._seen: dict[tuple[int, ...], list[Party]] = {}
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
        met, goods = self._asked_of(model, only_asked)
        found = []
        for n in met:
            # A party that was seen beside the same goods, meets the test and misses the rest, will
            # do.
            if not any(party.meets >> n & 1 for party in goods.fitting()):
                lemma = self._met_by_someone(n, goods)
                if lemma is not None:
                    found.append(lemma)
        return found

    def witnesses(self, model: Any) -> Iterator[Party]:
        """Parties that meet the tests that are met and none that is not: few of them, since one
        meets many."""
        met, goods = self._asked_of(model, False)
        wanted = sum(1 << n for n in met)
        while wanted:
            party = max(goods.fitting(), key=lambda p: (p.meets & wanted).bit_count(), default=None)
            if party is None or not party.meets & wanted:
                n = (wanted & -wanted).bit_length() - 1
                lemma = self._met_by_someone(n, goods)
                assert lemma is None
                party = goods.seen[-1]
            wanted &= ~party.meets
            yield party

    def _asked_of(self, model: Any, only_asked: bool) -> tuple[list[int], _Goods]:
        """The tests that are met, and beside which goods, and without which others."""
        self._prepare()
        said = self._heads.said(model)
        met = [n for n, value in enumerate(said) if value]
        missed = [n for n, value in enumerate(said)
                  if value is False or (value is None and not only_asked)]  # fmt: skip
        # Told as assumptions, so that the reason for a contradiction names only what it needs.
        names = dict(self._as_it_is(model, term) for term in self._shared.values()) if met else {}
        return met, _Goods(names, missed, self._seen.setdefault(tuple(names), []))

    def _met_by_someone(self, n: int, goods: _Goods) -> Any | None:
        """A party more that meets the test is seen; or, where none can be, what contradicts it."""
        misses = {self._misses[m].get_id(): self._tests[m][0] for m in goods.missed}
        given = [
            self._meets_it[n],
            *(self._misses[m] for m in goods.missed),
            *(name for name, _ in goods.names.values()),
        ]
        answer = check(self._solver, given)
        if answer == z3.sat:
            goods.seen.append(self._party(self._solver.model()))
            return None
        if answer == z3.unknown:
            raise z3.Z3Exception("timeout")
        core = {c.get_id() for c in self._solver.unsat_core()}
        parts = [test for id, test in misses.items() if id in core]
        parts += [z3.Not(term) for name, term in goods.names.values() if name.get_id() in core]
        return z3.Or(z3.Not(self._tests[n][0]), *parts)

    def _party(self, found: Any) -> Party:
        role = found.eval(self._role, model_completion=True).as_long()
        has = self._listings.true(found)
        listings = tuple(k for k, one in zip(self._kinds, has, strict=True) if one)
        return Party(self._roles[role], found, listings, self._meets(found))

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
