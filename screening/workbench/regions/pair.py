"""Two versions of a rulebook over the same variables, on the days of one epoch."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from screening.conditions.formula import YES, Formula, Sides, every, some
from screening.conditions.models import Variables
from screening.conditions.prove import Reading
from screening.decide.columns import Column
from screening.decision import Finding, Verdict
from screening.engine import Rulebook
from screening.facts import Facts
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.proofs.solving import Frame, Solver
from screening.workbench.proofs.verdicts import Decided, Key, Mets, decided, each_met
from screening.workbench.regions.beside import Beside, links
from screening.workbench.regions.told import Answer


@dataclass
class Side:
    """One version: what it decides, and which of its rules stand exactly as in the other."""

    rulebook: Rulebook
    decided: Decided
    findings: dict[Finding, Formula]
    verdicts: dict[Verdict, Formula]
    unchanged: frozenset[int] = frozenset()
    requires: Formula = YES

    def answer(self, model: Any) -> Answer:
        """What a model is answered."""
        return Answer(_true_one(self.verdicts, model), _true_one(self.findings, model))

    def decides(self, facts: Facts) -> Answer:
        """What the engine answers a shipment."""
        ruling = self.rulebook.ruling(facts, self.rulebook.view(facts.law_date))
        return Answer(ruling.verdict, ruling.finding)

    def answers(self, answer: Answer) -> Formula:
        """When this is the answer."""
        return self.verdicts[answer.verdict] & self.findings[answer.finding]

    def nothing_else_asks_more(self, answer: Answer) -> Formula:
        """When none of the rules that did not change asks for more than this answer."""
        table = self.rulebook.content.header.verdicts
        none = answer.finding in (Finding.NO_LICENSE_REQUIRED, Finding.UNDETERMINED)
        rank = 0 if none else answer.finding.rank
        # That no license is required is said only where the law is settled, be it that the firm
        # objects.
        settled = answer.verdict is Verdict.ALLOW or answer.finding is Finding.NO_LICENSE_REQUIRED
        parts = []
        for i in self.unchanged:
            column, active = self._column(i)
            stricter = column.finding is not None and column.finding.rank > rank
            company = column.rule.verdict is not None
            if stricter or (company and column.rule.verdict is not answer.verdict):
                parts.append(~active.sure)
            blocks = (company and answer.verdict is Verdict.ALLOW) or (
                column.finding is not None and table[column.finding] is not Verdict.ALLOW
            )
            if settled and blocks:
                parts.append(~active.possible)
        if settled:
            parts += [self.requires, ~self.decided.stale]
        return every(parts)

    def something_else_asks(self, answer: Answer) -> Formula:
        """When one of the rules that did not change asks for at least this answer's finding."""
        return some(
            active.sure
            for column, active in map(self._column, self.unchanged)
            if column.finding is not None and column.finding.rank >= answer.finding.rank
        )

    def firm_in_doubt(self) -> Formula:
        """When rules of the firm that did not change may object, and none surely does."""
        asked = [active for column, active in map(self._column, self.unchanged)
                 if column.rule.verdict is not None]  # fmt: skip
        return some(a.possible for a in asked) & every(~a.sure for a in asked)

    @property
    def changed(self) -> Iterator[tuple[str, Sides]]:
        """The rules that do not stand as in the other version, and when each applies."""
        for i in range(len(self.decided.compiled.columns)):
            if i not in self.unchanged:
                column, active = self._column(i)
                yield column.rule.id, active

    def _column(self, i: int) -> tuple[Column, Any]:
        compiled = self.decided.compiled
        return compiled.columns[i], self.decided.truth(compiled.active[i])


class Pair:
    """Both versions on the days of an epoch."""

    def __init__(
        self, frame: Frame, epoch: Epoch, readings: tuple[Reading, ...], keep: frozenset[Key],
        timeout: float, on_any_day: bool = False,
    ) -> None:  # fmt: skip
        """`keep` are the rules that are told by what they say; the changed ones have to be. Of the
        others it is left open `on_any_day` whether they are in force."""
        self.frame, self.epoch, self.readings = frame, epoch, readings
        self.solver = Solver(frame, epoch, self.readings[0], timeout)
        views = [book.view(epoch.first) for book in frame.rulebooks]
        looks = list(zip(self.readings, frame.compiled, views, strict=True))
        self.beside = Beside(keep, on_any_day)
        self._links = links(frame.compiled)
        mets = [self.beside.mets(each_met(*look, self.solver.acts)) for look in looks]
        self.old, self.new = (
            self._side(book, look, met)
            for book, look, met in zip(frame.rulebooks, looks, mets, strict=True)
        )
        # To grow regions nothing need be known of the rules beside the change.
        self.wide = Solver(frame, epoch, self.readings[0], timeout)
        for solver in (self.wide, self.solver):
            solver.tell(*self.beside.laws)
        self._mark_unchanged()
        self.offers: dict[Hashable, list[Any]] = {}
        """What can be said of shipments, once it was asked for: see `literals.offered`."""
        self._variables = Variables()

    def model(self, *names: Any) -> tuple[Any, Facts] | None:
        """A model of what the solver was given and its shipment, where rules beside the change are
        met as the engine says; `None` where there is none. Raises `TimedOut`."""
        while (model := self.solver.proposed(*names)) is not None:
            facts = self._stated(model, names)
            if facts is not None:
                return model, facts
        return None

    def shipment(
        self, wanted: Callable[[Facts], bool], *names: Any
    ) -> tuple[Any | None, Facts] | None:
        """A shipment that is as wanted, tried before the model that proposed it is looked at
        closely; or one with its model, as the solver was given. `None` where the solver shows that
        there is none. Raises `TimedOut`."""
        while (model := self.solver.proposed(*names)) is not None:
            guess = self.solver.facts(model, likely=True)
            if wanted(guess):
                return None, guess
            facts = self._stated(model, names)
            if facts is not None:
                return model, facts
        return None

    def _stated(self, model: Any, names: Sequence[Any]) -> Facts | None:
        """The shipment of a model, unless the solver has to be told why it is none."""
        if self.readings[0].parties.contradicted(model):
            return None
        facts = self.solver.facts(model)
        view = self.old.rulebook.view(facts.law_date)
        ruling = self.old.rulebook.ruling(facts, view)
        wrong, right = self.beside.put_right(model, ruling.compiled, ruling.met)
        if not wrong or self.solver.stands(model, names):
            return facts
        # Of the rules that came to something else first those next to the ones that were told,
        # then as many as suffice to exclude the model.
        near = {k for key in self.beside.read for k in self._links.get(key, ())} & wrong.keys()
        if near:
            wrong = dict.fromkeys(sorted(near, key=str))
        elif self.solver.excluded(*names, *(literal for _, literal in right.values())):
            core = self.solver.core()
            wrong = {key: None for id, (key, _) in right.items() if id in core and key in wrong
                     } or wrong  # fmt: skip
        self.solver.learn(list(self.beside.meanings(wrong)))
        return None

    def differing(self) -> Facts | None:
        """A shipment that is answered differently, if any. Raises `TimedOut`."""
        if self.differs.term is False:
            return None
        with self.solver.given(self.differs.z3):
            found = self.shipment(lambda f: self.old.decides(f) != self.new.decides(f))
        return None if found is None else found[1]

    def matters(self, term: Any) -> bool:
        """Whether what the term speaks of has to do with the change at all."""
        return not self._speaks_of.isdisjoint(self._variables.of(term))

    @cached_property
    def _speaks_of(self) -> frozenset[int]:
        return self._variables.of(self.differs.z3)

    def _side(self, rulebook: Rulebook, look: Any, known: Mets) -> Side:
        reading, compiled, view = look
        done = decided(reading, compiled, view, self.solver.acts, known)
        requires = every(reading.sides(e).sure for e in rulebook.content.header.allow_requires)
        return Side(rulebook, done, {f: done.finding(f) for f in Finding},
                    {v: done.verdict(v) for v in Verdict}, requires=requires)  # fmt: skip

    def _mark_unchanged(self) -> None:
        def terms(side: Side) -> dict[tuple[str, int], int]:
            compiled = side.decided.compiled
            seen: dict[str, int] = {}
            found = {}
            for i, column in enumerate(compiled.columns):
                name = f"{column.rule.id} {column.finding} {column.rule.verdict}"
                seen[name] = seen.get(name, -1) + 1  # a replacement has a column for each target
                found[name, seen[name]] = i
            return found

        old, new = terms(self.old), terms(self.new)
        same = [
            (i, new[key])
            for key, i in old.items()
            if key in new and _alike(self.old, i, self.new, new[key])
        ]
        self.old.unchanged = frozenset(i for i, _ in same)
        self.new.unchanged = frozenset(j for _, j in same)

    @cached_property
    def differs(self) -> Formula:
        """When the answers differ."""
        parts = [
            one ^ other
            for mine, theirs in ((self.old.findings, self.new.findings),
                                 (self.old.verdicts, self.new.verdicts))
            for one, other in zip(mine.values(), theirs.values(), strict=True)
            if not _equal(one, other)
        ]  # fmt: skip
        return some(parts)


def _alike(old: Side, i: int, new: Side, j: int) -> bool:
    one = old.decided.truth(old.decided.compiled.active[i])
    other = new.decided.truth(new.decided.compiled.active[j])
    return _equal(one.sure, other.sure) and _equal(one.possible, other.possible)


def _equal(a: Formula, b: Formula) -> bool:
    return bool(a.z3.eq(b.z3))


def _true_one(formulas: dict[Any, Formula], model: Any) -> Any:
    return next(k for k, f in formulas.items()
                if z3.is_true(model.eval(f.z3, model_completion=True)))  # fmt: skip
