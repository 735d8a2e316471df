"""Two versions of a rulebook over the same variables, on one run of days after another."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from screening.conditions.formula import YES, Formula, Sides, every, some
from screening.conditions.models import Variables, holds
from screening.decide.columns import Column
from screening.decision import Finding, Verdict
from screening.engine import Rulebook
from screening.facts import Facts
from screening.workbench.proofs.solving import Solver
from screening.workbench.proofs.verdicts import Decided, Key, decided_by
from screening.workbench.regions.beside import Beside, links, unaffected
from screening.workbench.regions.span import Span
from screening.workbench.regions.told import Answer


@dataclass
class Side:
    """One version: what it decides, and which of its rules stand exactly as in the other."""

    rulebook: Rulebook
    decided: Decided
    findings: dict[Finding, Formula]
    verdicts: dict[Verdict, Formula]
    named: dict[Finding | Verdict, Formula]
    """A name for each finding and verdict: a question that speaks of them is then a short one."""
    unchanged: frozenset[int] = frozenset()
    requires: Formula = YES

    @property
    def parts(self) -> Iterator[tuple[Formula, Formula]]:
        """Each name with what it stands for."""
        for part, name in self.named.items():
            yield name, (self.findings if isinstance(part, Finding) else self.verdicts)[part]  # type: ignore[index]

    def answer(self, model: Any) -> Answer:
        """What a model is answered."""
        return Answer(_true_one(self.verdicts, model), _true_one(self.findings, model))

    def decides(self, facts: Facts) -> Answer:
        """What the engine answers a shipment."""
        ruling = self.rulebook.ruling(facts, self.rulebook.view(facts.law_date))
        return Answer(ruling.verdict, ruling.finding)

    def answers(self, answer: Answer) -> Formula:
        """When this is the answer."""
        return self.named[answer.verdict] & self.named[answer.finding]

    def means(self, answer: Answer) -> Formula:
        """The same without names: what a changed model comes to can be read off it."""
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

    def active(self, i: int) -> Sides:
        """When a column applies."""
        return self.decided.truth(self.decided.compiled.active[i])

    def _column(self, i: int) -> tuple[Column, Sides]:
        return self.decided.compiled.columns[i], self.active(i)


class Pair:
    """Both versions on the days of a span, one run of days at a time."""

    def __init__(
        self, span: Span, keep: frozenset[Key], timeout: float, on_any_day: bool = False
    ) -> None:
        """`keep` are the rules that are told by what they say; those that change on any of the days
        have to be. Of the others it is left open `on_any_day` whether they are in force."""
        self.frame, self.span = span.frame, span
        self.run, self.readings = 0, span.readings[0]
        # To grow regions nothing need be known of the rules beside the change.
        self.solver, self.wide = (
            Solver(self.frame, span.whole, self.readings[0], timeout) for _ in range(2)
        )
        self.beside = Beside(keep, on_any_day)
        self._links = links(self.frame.compiled)
        self.old, self.new = (self._side(n, book) for n, book in enumerate(self.frame.rulebooks))
        for solver in (self.wide, self.solver):
            solver.tell(*self.beside.laws)
            for side in (self.old, self.new):
                solver.tell(*(name.z3 == meaning.z3 for name, meaning in side.parts
                              if name is not meaning))  # fmt: skip
        self.offers: dict[Hashable, list[Any]] = {}
        """What can be said of shipments on these days, once asked for: see `literals.offered`."""
        self._variables = Variables()
        self._turn(0)

    @contextmanager
    def on(self, n: int) -> Iterator[None]:
        """What is asked within is asked of one run of days; what is learnt stays."""
        self._turn(n)
        days = self.span.on(n)
        with self.solver.given(*days), self.wide.given(*days):
            yield

    def _turn(self, n: int) -> None:
        self.run, self.readings = n, self.span.readings[n]
        self.offers.clear()
        each = unaffected(self.frame.compiled, self.span.days[n])
        for side, alike, free in zip((self.old, self.new), self._alike, each, strict=True):
            side.unchanged = alike | free

    @cached_property
    def _alike(self) -> tuple[frozenset[int], frozenset[int]]:
        """The columns of each version that apply exactly when one of the other does, on any day."""

        def terms(side: Side) -> dict[tuple[str, int], int]:
            seen: dict[str, int] = {}
            found = {}
            for i, column in enumerate(side.decided.compiled.columns):
                name = f"{column.rule.id} {column.finding} {column.rule.verdict}"
                seen[name] = seen.get(name, -1) + 1  # a replacement has a column for each target
                found[name, seen[name]] = i
            return found

        old, new = terms(self.old), terms(self.new)
        both = [(i, new[key]) for key, i in old.items() if key in new]
        same = [(i, j) for i, j in both if _same(self.old.active(i), self.new.active(j))]
        return frozenset(i for i, _ in same), frozenset(j for _, j in same)

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
        if not wrong:
            return facts
        for side in (self.old, self.new):
            for name, meaning in side.parts:
                if name is not meaning:
                    model.update_value(name.z3, z3.BoolVal(holds(model, meaning.z3)))
        if self.solver.stands(model, names):
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
        days = {flag.get_id() for flag in self.span.flags}
        meanings = (f for _, *both in self._unlike for f in both)
        return frozenset().union(*(self._variables.of(f.z3) for f in meanings)) - days

    def _side(self, n: int, rulebook: Rulebook) -> Side:
        acts, around = self.solver.acts, self.span.settled(n)
        known = self.beside.mets(self.span.mets(n, acts))
        table = rulebook.content.header.verdicts
        done = decided_by(self.frame.compiled[n], table, acts, known, around)
        findings = {f: done.finding(f) for f in Finding}
        verdicts = {v: done.verdict(v) for v in Verdict}
        named = {
            part: Formula(z3.Bool(f"answer {n}: {kind} {part}"))
            if not isinstance(meaning.term, bool)
            else meaning
            for kind, parts in (("finding", findings), ("verdict", verdicts))
            for part, meaning in parts.items()
        }
        return Side(rulebook, done, findings, verdicts, named, requires=every(around.requires))

    @cached_property
    def differs(self) -> Formula:
        """When the answers differ."""
        return some(names for names, _, _ in self._unlike)

    @cached_property
    def _unlike(self) -> list[tuple[Formula, Formula, Formula]]:
        """Each part of the answers that may differ: that it does by its names, and what it means
        before and now."""
        each = zip(self.old.parts, self.new.parts, strict=True)
        return [(mine ^ theirs, one, other) for (mine, one), (theirs, other) in each
                if not _equal(one, other)]  # fmt: skip


def _same(one: Sides, other: Sides) -> bool:
    return _equal(one.sure, other.sure) and _equal(one.possible, other.possible)


def _equal(a: Formula, b: Formula) -> bool:
    return bool(a.z3.eq(b.z3))


def _true_one(formulas: dict[Any, Formula], model: Any) -> Any:
    return next(k for k, f in formulas.items()
                if z3.is_true(model.eval(f.z3, model_completion=True)))  # fmt: skip
