"""Questions to the solver about the days of one epoch, and facts from its answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import z3

from screening.conditions.cells import Partition
from screening.conditions.listings import ListingKinds
from screening.conditions.models import check, holds
from screening.conditions.prove import Reading, Readings
from screening.conditions.reads import reads_of
from screening.conditions.tree import Compare, Elapsed, Expr, Member, Relate, SomeListing, walk
from screening.decide.compile import Compiled
from screening.decision import Finding
from screening.engine import Rulebook
from screening.facts import Fact, Facts, LicenseFacts, Provenance
from screening.vocabulary import ROLES, FieldType, Vocabulary
from screening.workbench.proofs.epochs import Epoch, GroupStates
from screening.workbench.proofs.verdicts import Acts, acts, claim_of


class TimedOut(Exception):
    """The solver gave up: nothing is known."""


class Frame:
    """The variables that rulebooks need in common, and what their tests ask of each."""

    def __init__(self, rulebooks: Sequence[Rulebook], extra: Iterable[Expr] = ()) -> None:
        self.rulebooks = tuple(rulebooks)
        self.compiled: tuple[Compiled, ...] = tuple(b.compiled(None) for b in rulebooks)
        nodes = [_nodes(b, c, extra) for b, c in zip(rulebooks, self.compiled, strict=True)]
        contents = [b.content for b in rulebooks]
        self.vocabulary: Vocabulary = contents[0].vocabulary
        for content in contents[1:]:
            own = {f.id for f in self.vocabulary.fields}
            self.vocabulary = self.vocabulary.extended(
                f for f in content.vocabulary.fields if f.id not in own
            )
        self.leaves = list(dict.fromkeys(
            n for own in nodes for n in own if isinstance(n, Member | Compare | Relate | Elapsed)
        ))  # fmt: skip
        self.reads = reads_of(n for own in nodes for n in own)
        known = {
            FieldType.PRODUCT: [id for c in contents for id in c.products],
            FieldType.PARTY: [id for c in contents for id in c.parties],
        }
        tests = [{key: read.tests for key, read in reads_of(own).items()} for own in nodes]
        # Words that the table of policies lacks count as a presumption of denial.
        words = {f for c in contents for f in c.header.policy_words.values()}
        choices = {"policy_finding": sorted({Finding.PRESUMPTION_OF_DENIAL, *words})}
        self.partition = Partition([c.groups for c in contents], known, tests, choices)
        bodies = [[n.body for n in own if isinstance(n, SomeListing)] for own in nodes]
        kinds = ListingKinds(bodies, self.reads, self.vocabulary, self.partition)
        self._readings = Readings(self.vocabulary, self.partition, self.reads, kinds, ROLES)
        self.exceptions = tuple(sorted({e for c in self.compiled for e in c.exceptions}))

    def readings(self, epoch: Epoch) -> tuple[Reading, ...]:
        """How each rulebook reads shipments on the days of the epoch. Raises `Unreadable`."""
        return self.readings_on([epoch])[0]

    def readings_on(self, epochs: Sequence[Epoch]) -> list[tuple[Reading, ...]]:
        """The same on the days of each of several epochs, over the same variables."""
        views = [b.view(epoch.first) for epoch in epochs for b in self.rulebooks]
        found = self._readings.on([(view, GroupStates(view)) for view in views])
        size = len(self.rulebooks)
        return [found[i : i + size] for i in range(0, len(found), size)]


def _nodes(rulebook: Rulebook, compiled: Compiled, extra: Iterable[Expr]) -> list[Expr]:
    """Everything that is asked of a shipment, once each."""
    content = rulebook.content
    trees = [c.when for c in compiled.columns]
    trees += [r.conditions for r in content.rules.values() if r.conditions is not None]
    trees += [d.when for c in content.classes.values() for d in c.definitions]
    trees += content.header.allow_requires
    for wanted in content.properties:
        trees += [wanted.for_all, *([wanted.unless] if wanted.unless is not None else [])]
    return list(dict.fromkeys(n for tree in (*trees, *extra) for n in walk(tree)))


class Solver:
    """The solver for one epoch; what it learns of parties serves all later questions."""

    def __init__(self, frame: Frame, epoch: Epoch, reading: Reading, timeout: float) -> None:
        """`epoch` is all days that can be asked about."""
        self.reading = reading
        self.acts: Acts = acts(frame.exceptions)
        self._solver = z3.Solver()
        self._solver.set("timeout", int(timeout * 1000))
        day = reading.shipment.law_date
        self._solver.add(day >= epoch.first.toordinal(), day <= epoch.last.toordinal())
        self._solver.add(*self.acts.bounds)
        self._bounds = self._laws = 0
        self._lemmas: list[Any] = []
        self._fresh = 0

    @contextmanager
    def given(self, *terms: Any) -> Iterator[None]:
        """What holds for the questions asked within; only what they speak of is looked at."""
        kept, self._lemmas = self._lemmas, []
        self._solver.push()
        try:
            self._solver.add(*terms)
            yield
        finally:
            self._solver.pop()
            # What was learnt holds whatever was given.
            self._solver.add(*self._lemmas)
            self._lemmas = [*kept, *self._lemmas]

    def can_be(self, *names: Any) -> Any | None:
        """A model of what is given and of the names, or `None`; its parties are looked at only as
        far as the questions speak of them, so it is good for no more than asking on."""
        return self._model(names, True)

    def excluded(self, *names: Any) -> bool:
        """Whether what is given and the names exclude each other, by what is known of parties.

        `False` may mean that more would have to be learnt of them.
        """
        self._add_bounds()
        answer = check(self._solver, names)
        if answer == z3.unknown:
            raise TimedOut(self._solver.reason_unknown())
        return bool(answer == z3.unsat)

    def found(self) -> Any:
        """After `excluded` said no, what shows it."""
        return self._solver.model()

    def model(self, *names: Any) -> Any | None:
        """A model whose parties can be, of what is given and of the names (or their negations);
        `None` where there is none. Raises `TimedOut`."""
        return self._model(names, False)

    def _model(self, names: Sequence[Any], only_asked: bool) -> Any | None:
        while (model := self.proposed(*names)) is not None:
            if not self.reading.parties.contradicted(model, only_asked):
                return model
        return None

    def proposed(self, *names: Any) -> Any | None:
        """A model of what is given and of the names, whether or not its parties can be."""
        self._add_bounds()
        answer = check(self._solver, names)
        if answer == z3.unknown:
            raise TimedOut(self._solver.reason_unknown())
        return None if answer == z3.unsat else self._solver.model()

    def stands(self, model: Any, names: Sequence[Any] = ()) -> bool:
        """Whether all that the solver was told holds in a model, which was changed since."""
        return all(holds(model, term) for term in (*names, *self._solver.assertions()))

    def learn(self, lemmas: Sequence[Any]) -> None:
        """What holds of shipments whatever is given."""
        if lemmas:
            self._lemmas += lemmas
            self._solver.add(*lemmas)

    def named(self, term: Any) -> Any:
        """A name for the term, for as long as what is given is: to ask with it and without."""
        self._fresh += 1
        name = z3.Bool(f"name!{self._fresh}")
        self._solver.add(z3.Implies(name, term))
        return name

    def tell(self, *terms: Any) -> None:
        """What is taken to hold from now on."""
        self._add_bounds()
        self._solver.add(*terms)

    def core(self) -> set[int]:
        """After `None`, the names that sufficed, by the solver's number."""
        return {term.get_id() for term in self._solver.unsat_core()}

    def _add_bounds(self) -> None:
        bounds = self.reading.shipment.bounds
        laws = self.reading.parties.laws
        self.learn([*bounds[self._bounds :], *laws[self._laws :]])
        self._bounds, self._laws = len(bounds), len(laws)

    def facts(self, model: Any, likely: bool = False) -> Facts:
        """The complete facts of a model, with the acts of the exporter: see `Reading.facts`."""
        facts = self.reading.facts(model, likely)
        values = dict(facts.values)
        number = model.eval(self.acts.claim, model_completion=True).as_long()
        claim = claim_of(number, self.acts.exceptions)
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
