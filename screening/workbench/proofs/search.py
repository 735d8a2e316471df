"""The search for a shipment that breaks a property; where there is none, the property is proved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import z3

from screening.conditions.explain import scope_of, truth
from screening.conditions.formula import Formula, some
from screening.conditions.tree import Expr
from screening.decide.compile import Compiled
from screening.decide.verdict import Ruling
from screening.decision import Finding, Verdict
from screening.engine import Rulebook
from screening.facts import Facts
from screening.rulebook.model import Property
from screening.shipment import Shipment
from screening.truth import Truth
from screening.vocabulary import FieldType, Scope
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.proofs.solving import Frame, Solver, TimedOut
from screening.workbench.proofs.verdicts import Acts, Decided, apart, decided

__all__ = ["Counterexample", "Disagreement", "EpochProver", "Prover", "TimedOut"]


class Disagreement(Exception):
    """A counterexample that the engine decides otherwise: this reading or the engine is wrong."""


@dataclass(frozen=True)
class Counterexample:
    """Complete facts that break a property, with the engine's own ruling of them."""

    facts: Facts
    ruling: Ruling


class Prover:
    """A rulebook made ready for proofs."""

    def __init__(self, rulebook: Rulebook, extra: Iterable[Expr] = ()) -> None:
        self.rulebook = rulebook
        self.frame = Frame((rulebook,), extra)
        self.compiled: Compiled = self.frame.compiled[0]
        self._last: tuple[Epoch, EpochProver] | None = None

    def at(self, epoch: Epoch, timeout: float) -> EpochProver:
        """The rulebook on the days of an epoch. `timeout` is for one question, in seconds."""
        if self._last is None or self._last[0] != epoch:
            self._last = epoch, EpochProver(self, epoch, timeout)
        return self._last[1]


class EpochProver:
    """Questions about the days of one epoch."""

    def __init__(self, prover: Prover, epoch: Epoch, timeout: float) -> None:
        self.day = epoch.first
        self.rulebook = prover.rulebook
        self.compiled = prover.compiled
        self.view = prover.rulebook.view(epoch.first)
        (self.reading,) = prover.frame.readings(epoch)
        self.solver = Solver(prover.frame, epoch, self.reading, timeout)
        self.acts: Acts = self.solver.acts
        self.decided: Decided = decided(self.reading, self.compiled, self.view, self.acts)

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
        breaks = self.breaks(wanted)
        if self.model(breaks) is None:
            return None
        for facts in self.solutions(breaks):
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
        for likely in (self._realism, z3.BoolVal(True)):
            with self.solver.given(wanted.z3, likely):
                model = self.solver.model()
            if model is not None:
                yield self.facts(model)
                return

    def model(self, wanted: Formula) -> Any | None:
        """A model of the proposition whose parties can be; `None` where there is none."""
        if wanted.term is False:
            return None
        with self.solver.given(wanted.z3):
            return self.solver.model()

    def facts(self, model: Any) -> Facts:
        """The complete facts of a model, with the acts of the exporter."""
        return self.solver.facts(model)

    @cached_property
    def _realism(self) -> Any:
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
        return z3.And(*terms) if terms else z3.BoolVal(True)
