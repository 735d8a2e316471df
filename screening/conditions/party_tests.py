"""What is known of party tests: which parties were seen to meet them, which tests imply which.

It hangs on the tests alone and not on the days, so that it serves all days on which the facts of
parties fall into the same cells. A party is one, whichever it is, and none is counted.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import z3

from screening.conditions.formula import Formula
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
class Test:
    """Whether a party in one of some roles meets a body."""

    asked: Any
    """The proposition that some party does."""
    met: Any
    """When the party does."""
    goods: tuple[Any, ...]
    """What it asks of the shipment: see `_shipment_terms`."""


class PartyTests:
    """The tests asked so far. `space` holds the facts of one party, whichever it is."""

    def __init__(self, space: Space, roles: tuple[str, ...], kinds: Iterable[int]) -> None:
        self.space = space
        self.tests: list[Test] = []
        self.implied: list[int] = []
        """For each test those that it implies, as bits."""
        self.lemmas: list[tuple[int, Any]] = []
        """What else cannot be together: the tests that it is about, as bits, and what holds."""
        self._roles = roles
        self._kinds = tuple(kinds)
        self._role = z3.BitVec("party.role", 4)
        self._numbers: dict[Hashable, int] = {}
        self._bodies = Booleans()
        self._listings = Booleans([self.has_listing(k).z3 for k in self._kinds])
        self._meets_it: list[Any] = []
        self._misses: list[Any] = []
        self._miss_ids: list[int] = []
        self._solver = z3.Solver()
        self._such: dict[Expr, int] = {}
        self._bounds = 0
        self._named: dict[tuple[int, int], tuple[int, tuple[Any, Any]]] = {}
        self._seen: dict[tuple[int, ...], list[Party]] = {}
        self._samples: list[Party] = []
        space.bounds.append(z3.ULT(self._role, len(roles)))

    def has_listing(self, kind: int) -> Formula:
        """Whether the party has a listing of a kind."""
        return Formula(z3.Bool(f"party.listing[{kind}]"))

    def has_such(self, body: Expr) -> tuple[Formula, Formula]:
        """Whether the party surely has an entry of which only words are known, or possibly."""
        n = self._such.setdefault(body, len(self._such))
        return Formula(z3.Bool(f"party.such[{n}]")), Formula(z3.Bool(f"party.maybe such[{n}]"))

    def number(self, roles: tuple[str, ...], body: Formula) -> int | None:
        """The number of a test; `None` of one that nothing meets."""
        if body.term is False:
            return None
        key = (tuple(sorted(roles)), body.z3.get_id())
        if key not in self._numbers:
            in_role = disjunction(Formula(self._role == self._roles.index(r)) for r in roles)
            met = (in_role & body).z3
            self._numbers[key] = len(self.tests)
            # The body is held, so that its number is not given to another.
            self.tests.append(
                Test(z3.Bool(f"some[{len(self.tests)}]"), met, tuple(_shipment_terms(met)))
            )
        return self._numbers[key]

    def look(self) -> None:
        """Learn of the tests that are new."""
        for bound in self.space.bounds[self._bounds :]:
            self._solver.add(bound)
        self._bounds = len(self.space.bounds)
        start = len(self._bodies)
        if start == len(self.tests):
            return
        for n, test in enumerate(self.tests[start:], start):
            self._bodies.add([test.met])
            self._misses.append(z3.Bool(f"misses[{n}]"))
            self._miss_ids.append(self._misses[n].get_id())
            self._meets_it.append(z3.Bool(f"meets[{n}]"))
            self._solver.add(z3.Implies(self._meets_it[n], test.met))
            self._solver.add(z3.Implies(self._misses[n], z3.Not(test.met)))
        self._seen.clear()  # of the tests that are new nothing is known of those parties
        self._find_laws(start)

    def _find_laws(self, start: int) -> None:
        """What the tests imply of each other, where the new ones have a part in it: each party
        that is seen takes away what it refutes, and what is left is shown."""
        self.implied += [0] * (len(self.tests) - start)
        self._samples = [replace(p, meets=p.meets | self._met_by(p.facts, start))
                         for p in self._samples]  # fmt: skip
        new = (1 << len(self.tests)) - (1 << start)
        for n in range(len(self.tests)):
            may = (new if n < start else (1 << len(self.tests)) - 1) & ~(1 << n)
            for party in self._samples:
                if party.meets >> n & 1:
                    may &= party.meets
            while may:
                met = self._refuting(n, may)
                if met is None:
                    break
                may &= met
            self.implied[n] |= may

    def _refuting(self, n: int, implied: int) -> int | None:
        """What a party meets that meets a test and misses one that it may imply; `None` where
        there is none."""
        self._solver.push()
        try:
            self._solver.add(z3.Or(*(self._misses[m] for m in _numbers(implied))))
            answer = check(self._solver, [self._meets_it[n]])
            if answer == z3.unsat:
                return None
            if answer == z3.unknown:
                return 0
            found = self._solver.model()
        finally:
            self._solver.pop()
        self._samples.append(self._party(found))
        return self._samples[-1].meets

    def law(self, n: int, implied: int) -> Any:
        """That a test implies others, as a proposition."""
        others = z3.And(*(self.tests[m].asked for m in _numbers(implied)))
        return z3.Implies(self.tests[n].asked, others)

    def sample(self, n: int, missed: int) -> Party | None:
        """A party that meets a test and as few of the others as is known to be possible."""
        own = (p for p in self._samples if p.meets >> n & 1)
        return min(own, key=lambda p: (p.meets & missed).bit_count(), default=None)

    def beside(self, model: Any, tests: Sequence[int]) -> Mapping[int, tuple[Any, Any]]:
        """What tests ask of a model's shipment, as the model has it, by name: so told, the reason
        for a contradiction names only what it needs."""
        terms = {t.get_id(): t for n in tests for t in self.tests[n].goods}
        return dict(self._as_it_is(model, term) for term in terms.values())

    def seen(self, goods: Mapping[int, Any], missed: int) -> list[Party]:
        """The parties that were seen beside these goods, and miss what they must."""
        return [p for p in self._seen.get(tuple(goods), ()) if not p.meets & missed]

    def find(
        self, n: int, missed: Sequence[int], goods: Mapping[int, tuple[Any, Any]]
    ) -> Party | None:
        """A party that meets a test and misses others; of none there is a lemma more."""
        names = [name for name, _ in goods.values()]
        given = [self._meets_it[n], *(self._misses[m] for m in missed), *names]
        answer = check(self._solver, given)
        if answer == z3.sat:
            party = self._party(self._solver.model())
            self._seen.setdefault(tuple(goods), []).append(party)
            return party
        if answer == z3.unknown:
            raise z3.Z3Exception("timeout")
        core = {c.get_id() for c in self._solver.unsat_core()}
        of = [m for m in missed if self._miss_ids[m] in core]
        parts = [self.tests[m].asked for m in of]
        parts += [z3.Not(term) for number, (_, term) in goods.items() if number in core]
        lemma = z3.Or(z3.Not(self.tests[n].asked), *parts)
        self.lemmas.append((sum(1 << m for m in of) | 1 << n, lemma))
        return None

    def _party(self, found: Any) -> Party:
        role = found.eval(self._role, model_completion=True).as_long()
        has = self._listings.true(found)
        listings = tuple(k for k, one in zip(self._kinds, has, strict=True) if one)
        return Party(self._roles[role], found, listings, self._met_by(found))

    def _met_by(self, party: Any, start: int = 0) -> int:
        """The tests that a party meets, of those from one on."""
        return sum(1 << n for n, met in enumerate(self._bodies.true(party, start), start) if met)

    def _as_it_is(self, model: Any, shared: Any) -> tuple[int, tuple[Any, Any]]:
        value = model.eval(shared, model_completion=True)
        key = shared.get_id(), value.get_id()
        if key not in self._named:
            name = z3.Bool(f"shipment!{len(self._named)}")
            term = shared == value
            self._solver.add(z3.Implies(name, term))
            # The term is held, so that its parts' numbers are not given to others.
            self._named[key] = name.get_id(), (name, term)
        return self._named[key]


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


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
