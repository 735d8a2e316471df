"""The search for a shipment that breaks a property; where there is none, the property is proved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import z3

from screening.conditions.cells import Partition
from screening.conditions.explain import scope_of, truth
from screening.conditions.formula import Formula, every, some
from screening.conditions.prove import Reading, reading_of
from screening.conditions.reads import reads_of
from screening.conditions.tree import Expr, SomeListing, walk
from screening.decide.compile import Compiled
from screening.decide.verdict import Ruling
from screening.decision import Finding, Verdict
from screening.engine import Rulebook
from screening.facts import Fact, Facts, LicenseFacts, Provenance
from screening.rulebook.model import Property
from screening.shipment import Shipment
from screening.truth import Truth
from screening.vocabulary import ROLES, FieldType, Scope
from screening.workbench.proofs.epochs import Epoch, GroupStates
from screening.workbench.proofs.verdicts import Acts, Decided, acts, apart, claim_of, decided


class Disagreement(Exception):
    """A counterexample that the engine decides otherwise: this reading or the engine is wrong."""


class TimedOut(Exception):
    """The solver gave up: nothing is known."""


@dataclass(frozen=True)
class Counterexample:
    """Complete facts that break a property, with the engine's own ruling of them."""

    facts: Facts
    ruling: Ruling


class Prover:
    """A rulebook made ready for proofs."""

    def __init__(self, rulebook: Rulebook, extra: Iterable[Expr] = ()) -> None:
        content = rulebook.content
        self.rulebook = rulebook
        self.compiled: Compiled = rulebook.compiled(None)
        trees = [c.when for c in self.compiled.columns]
        trees += [r.conditions for r in content.rules.values() if r.conditions is not None]
        trees += [d.when for c in content.classes.values() for d in c.definitions]
        trees += content.header.allow_requires
        for wanted in content.properties:
            trees += [wanted.for_all, *([wanted.unless] if wanted.unless is not None else [])]
        nodes = list(dict.fromkeys(n for tree in (*trees, *extra) for n in walk(tree)))
        self.reads = reads_of(nodes)
        self.listing_bodies = [n.body for n in nodes if isinstance(n, SomeListing)]
        known = {FieldType.PRODUCT: content.products, FieldType.PARTY: content.parties}
        tests = {key: read.tests for key, read in self.reads.items()}
        # Words that the table of policies lacks count as a presumption of denial.
        policies = {Finding.PRESUMPTION_OF_DENIAL, *content.header.policy_words.values()}
        choices = {"policy_finding": sorted(policies)}
        self.partition = Partition(content.groups, known, tests, choices)

    def at(self, epoch: Epoch, timeout: float) -> EpochProver:
        """The rulebook on the days of an epoch. `timeout` is for one question, in seconds."""
        return EpochProver(self, epoch, timeout)


class EpochProver:
    """Questions about the days of one epoch."""

    def __init__(self, prover: Prover, epoch: Epoch, timeout: float) -> None:
        self.day = epoch.first
        self.rulebook = prover.rulebook
        self.compiled = prover.compiled
        self.view = prover.rulebook.view(epoch.first)
        self.reading: Reading = reading_of(
            self.view, prover.rulebook.content.vocabulary, prover.partition,
            GroupStates(self.view), prover.reads, prover.listing_bodies, ROLES,
        )  # fmt: skip
        self.acts: Acts = acts()
        self.decided: Decided = decided(self.reading, self.compiled, self.view, self.acts)
        day = self.reading.shipment.law_date
        self._solver = z3.Solver()
        self._solver.set("timeout", int(timeout * 1000))
        exceptions = len(self.compiled.exceptions)
        self._solver.add(day >= epoch.first.toordinal(), day <= epoch.last.toordinal())
        self._solver.add(*self.acts.bounds, self.acts.claim >= 0, self.acts.claim < exceptions + 2)
        self._bounds = 0
        self._lemmas: list[Any] = []
        self._realism = self._realistic()

    def breaks(self, wanted: Property) -> Formula:
        """When a complete shipment breaks the property."""
        bad = [self.decided.finding(f) for f in Finding if f not in wanted.permits]
        bad += [self.decided.verdict(v) for v in Verdict if v not in wanted.verdicts]
        return self.described(wanted) & some(bad)

    def described(self, wanted: Property) -> Formula:
        """When the property speaks of a complete shipment."""
        described = self.reading.sides(wanted.for_all).sure
        if wanted.unless is not None:
            described = described & ~self.reading.sides(wanted.unless).sure
        if wanted.without_license:
            described = described & Formula(self.acts.license == 0)
        for id in wanted.apart_from:
            for i in self.compiled.by_rule[id]:
                described = described & ~self.decided.met[i].possible
        return described

    def vacuous(self, wanted: Property) -> bool:
        """Whether the property speaks of no shipment at all on these days."""
        return self.model(self.described(wanted)) is None

    def counterexample(self, wanted: Property) -> Counterexample | None:
        """A shipment that breaks the property, decided again by the engine; none if there is none.

        Raises `TimedOut` where the solver cannot say, `Disagreement` where the engine does not
        confirm what the solver found.
        """
        for facts in self.solutions(self.breaks(wanted)):
            found = self.check(facts, wanted)
            if found is None:
                raise Disagreement(f"`{wanted.id}`: the engine decides otherwise")
            return self._smaller(found, wanted)
        return None

    def check(self, facts: Facts, wanted: Property) -> Counterexample | None:
        """The facts as a counterexample, if the engine's ruling breaks the property."""
        scope = scope_of(facts, self.rulebook.view(facts.law_date))
        if truth(wanted.for_all, scope) is not Truth.TRUE:
            return None
        if wanted.without_license and facts.license is not None:
            return None
        if wanted.unless is not None and truth(wanted.unless, scope) is Truth.TRUE:
            return None
        ruling = self.rulebook.ruling(facts, self.rulebook.view(facts.law_date))
        if apart(wanted, ruling):
            return None
        broken = not wanted.holds(ruling.verdict, ruling.finding)
        return Counterexample(facts, ruling) if broken else None

    def _smaller(self, found: Counterexample, wanted: Property) -> Counterexample:
        """The same with fewer parties and listings, as far as it still breaks the property."""
        parties = list(found.facts.parties)
        for party in list(parties):
            tried = [p for p in parties if p is not party]
            smaller = self.check(replace(found.facts, parties=tuple(tried)), wanted)
            if smaller is not None:
                parties, found = tried, smaller
        for i, party in enumerate(parties):
            for listing in party.listings or ():
                fewer = tuple(x for x in parties[i].listings or () if x is not listing)
                tried = [*parties[:i], replace(parties[i], listings=fewer), *parties[i + 1 :]]
                smaller = self.check(replace(found.facts, parties=tuple(tried)), wanted)
                if smaller is not None:
                    parties, found = tried, smaller
        return found

    def solutions(self, wanted: Formula) -> Iterator[Facts]:
        """Complete facts for which the proposition holds; likely ones first. May go on for ever."""
        if wanted.term is False:
            return
        for likely in ([Formula(self._realism)], []):
            model = self.model(every([wanted, *likely]))
            if model is not None:
                yield self.facts(model)
                return

    def model(self, wanted: Formula) -> Any | None:
        """A model of the proposition whose parties can be; `None` where there is none."""
        self._solver.push()
        try:
            self._solver.add(wanted.z3)
            while True:
                self._add_bounds()
                answer = self._solver.check()
                if answer == z3.unsat:
                    return None
                if answer == z3.unknown:
                    raise TimedOut(self._solver.reason_unknown())
                model = self._solver.model()
                lemmas = self.reading.parties.contradictions(model)
                if not lemmas:
                    return model
                self._lemmas += lemmas
                self._solver.add(*lemmas)
        finally:
            self._solver.pop()
            self._bounds = 0
            self._solver.add(*self._lemmas)
            self._lemmas = []

    def _add_bounds(self) -> None:
        bounds = self.reading.shipment.bounds
        self._solver.add(*bounds[self._bounds :])
        self._bounds = len(bounds)

    def facts(self, model: Any) -> Facts:
        """The complete facts of a model, with the acts of the exporter."""
        facts = self.reading.facts(model)
        values = dict(facts.values)
        number = model.eval(self.acts.claim, model_completion=True).as_long()
        claim = claim_of(number, self.compiled.exceptions)
        if claim is not None:
            values["license_exception_claimed"] = (Fact(claim, Provenance.GIVEN),)
        else:
            values.pop("license_exception_claimed", None)
        license = None
        kind = model.eval(self.acts.license, model_completion=True).as_long()
        if kind and z3.is_true(model.eval(self.acts.runs, model_completion=True)):
            day = facts.law_date
            assert day is not None
            license = LicenseFacts("D000001", day, day.replace(year=day.year + 1, day=1),
                                   proved=kind == 2)  # fmt: skip
        return replace(facts, values=values, license=license)

    def _realistic(self) -> Any:
        """What holds of most real goods: one circuit a unit, and the catalogue's figures."""
        space, read = self.reading.shipment, self.reading.shipment.reads
        fields = self.rulebook.content.vocabulary.of(Scope.SHIPMENT)
        terms = []
        for id in read:
            if id.startswith("chip.") and id.removeprefix("chip.") in read:
                one, whole = fields[id], fields[id.removeprefix("chip.")]
                terms.append(space.number(one) == space.number(whole))
        if "product" in read:
            chosen = fields["product"]
            for i, product in enumerate(space.cells["product"].values):
                if product not in self.rulebook.content.products:
                    terms.append(z3.Not(space.has(chosen, i).z3))
                    continue
                said = self.rulebook.facts(
                    Shipment.model_validate(
                        {"product": product, "law_date": str(self.view.law_date)}
                    )
                ).values
                same = [
                    space.number(fields[id]) == z3.Q(v.numerator, v.denominator)
                    for id in read
                    if fields[id].type is FieldType.NUMBER
                    for v in [f.value for f in said.get(id, ())][:1]
                    if isinstance(v, Fraction)
                ] + [
                    space.holds(fields[id], bool(said[id][0].value)).z3
                    for id in read
                    if fields[id].type is FieldType.FLAG and said.get(id)
                    and id != "conflicting_facts"
                ]  # fmt: skip
                if same:
                    terms.append(z3.Implies(space.has(chosen, i).z3, z3.And(*same)))
        return z3.And(*terms) if terms else True
