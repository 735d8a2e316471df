"""The rulebook as its users hold it: load it, hand it a shipment, get a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from screening.answer import Clocks, Decision
from screening.decide.columns import columns_of
from screening.decide.compile import Compiled, compile_columns
from screening.decide.status import decisive_ids, statuses
from screening.decide.units import Units
from screening.decide.verdict import Reading, Ruling, rule_on
from screening.decide.view import Epochs, View
from screening.decision import Authority, Status, Verdict
from screening.enrich import apply_assumptions, enrich
from screening.enrich.remembered import Remembered
from screening.facts import Facts
from screening.reasoning import Reasons
from screening.rulebook.layers import shipped_root
from screening.rulebook.load import load
from screening.rulebook.model import Content, Rule
from screening.shipment import Shipment
from screening.telling import Traces, tell


class Confirms(Protocol):
    """What a second opinion makes of a decision; see `screening.referee.policy`."""

    def __call__(self, decision: Decision, ruling: Ruling, facts: Facts, view: View) -> Decision:
        """The decision with the second opinion, if one was asked."""
        ...


@dataclass
class Rulebook:
    """A checked rulebook with its compiled decision program."""

    content: Content
    _compiled: dict[Authority | None, Compiled] = field(default_factory=dict, repr=False)
    _views: dict[tuple[date | None, date | None], View] = field(default_factory=dict, repr=False)
    reading: Reading = Reading.INDEX
    """How it is found which rules are met; every reading gives the same decision."""
    folder: Path | None = None
    """Where it was read from, for other processes to read it as well."""

    def __post_init__(self) -> None:
        self.compiled(None)
        self._epochs = Epochs(self.content)
        self._remembered = Remembered()

    @cached_property
    def units(self) -> Units:
        """What the index is asked; made when first needed."""
        return Units(self.content, self.compiled(None).columns)

    @property
    def id(self) -> str:
        """The id of the uppermost layer."""
        return self.content.header.id

    @property
    def digest(self) -> str:
        """SHA-256 of everything the rulebook was read from."""
        return self.content.digest

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules by id."""
        return self.content.rules

    def compiled(self, authority: Authority | None) -> Compiled:
        """The decision program, for the whole rulebook or for the text alone."""
        if authority not in self._compiled:
            self._compiled[authority] = compile_columns(
                columns_of(self.content, authority), authority
            )
        return self._compiled[authority]

    def decide(
        self,
        shipment: Shipment | Mapping[str, Any] | Facts,
        *,
        law_date: date | str | None = None,
        known_as_of: date | None = None,
        authority: Authority | None = None,
        assumptions: bool = True,
        full: bool = False,
        confirms: Confirms | None = None,
    ) -> Decision:
        """The decision for one line.

        Instead of the shipment it takes all that is known of it, as `facts` finds it. `law_date`
        overrides the shipment's own, while facts have theirs. `authority` asks for the text alone:
        overrides below that rank are off. `full` tells the tests of every rule, also of those that
        do not matter. `confirms` has the last word: a second opinion. Raises
        `pydantic.ValidationError` for a mapping that is no shipment, `ValueError` for facts of
        another law date; a value that does not fit its field is a problem of the decision.
        """
        given = self._given(shipment, law_date, known_as_of)
        view = self.view(given.law_date, known_as_of)
        facts = self.assumed(given, view) if assumptions else given
        ruling = self.ruling(facts, view, authority)
        relied_on: tuple[str, ...] = ()
        if ruling.verdict is Verdict.ALLOW and facts.assumed:
            relied_on = self._relied_on(given, facts.assumed, view, authority)
        decision = self._tell(ruling, facts, view, authority, relied_on, full)
        return decision if confirms is None else confirms(decision, ruling, facts, view)

    def _given(
        self, shipment: Shipment | Mapping[str, Any] | Facts, law_date: date | str | None,
        known_as_of: date | None,
    ) -> Facts:  # fmt: skip
        if isinstance(shipment, Facts):
            if law_date is not None and str(law_date) != str(shipment.law_date):
                raise ValueError(f"the facts are those of {shipment.law_date}, not of {law_date}")
            return shipment
        line = shipment if isinstance(shipment, Shipment) else Shipment.model_validate(shipment)
        if law_date is not None:
            line = line.with_field("law_date", str(law_date))
        return self.facts(line, known_as_of)

    def facts(self, shipment: Shipment, known_as_of: date | None = None) -> Facts:
        """What is known of a line without any assumption."""
        return enrich(shipment, self.content, known_as_of, self._remembered)

    def assumed(self, facts: Facts, view: View, skip: frozenset[str] = frozenset()) -> Facts:
        """The facts with the rulebook's assumptions, but those to `skip`."""
        if not self.content.assumptions:
            return facts
        return apply_assumptions(facts, self.content, view, skip)

    def view(self, law_date: date | None, known_as_of: date | None = None) -> View:
        """The rulebook at a law date as known on a day."""
        key = (law_date, known_as_of)
        if key not in self._views:
            if len(self._views) > 4096:
                self._views.clear()
            self._views[key] = View(self._epochs.at(*key), law_date)
        return self._views[key]

    def ruling(self, facts: Facts, view: View, authority: Authority | None = None) -> Ruling:
        """Verdict and finding without the telling: what bulk work and comparisons need."""
        return self._ruling(facts, view, authority)

    def _ruling(
        self, facts: Facts, view: View, authority: Authority | None, before: Ruling | None = None
    ) -> Ruling:
        """The ruling; `before` is one of the same facts in the same view on another footing."""
        units = self.units if self.reading is Reading.INDEX else None
        conditions = before.case.conditions if before and before.case else None
        compiled = self.compiled(authority)
        return rule_on(compiled, self.content, facts, view, units, conditions)

    def statuses(self, ruling: Ruling) -> dict[str, Status]:
        """Every rule's status in a ruling."""
        return statuses(ruling)

    def _relied_on(
        self, given: Facts, applied: tuple[str, ...], view: View, authority: Authority | None
    ) -> tuple[str, ...]:
        """The assumptions that an allow needs: drop each in turn and keep what cannot go."""
        dropped: frozenset[str] = frozenset()
        for id in applied:
            trial = dropped | {id}
            facts = self.assumed(given, view, trial)
            if self.ruling(facts, view, authority).verdict is Verdict.ALLOW:
                dropped = trial
        return tuple(id for id in applied if id not in dropped)

    def _tell(
        self, ruling: Ruling, facts: Facts, view: View, authority: Authority | None,
        relied_on: tuple[str, ...], full: bool,
    ) -> Decision:  # fmt: skip
        reasons = Reasons(ruling, facts, view)
        told = tell(ruling, self.content, reasons)
        text_alone = None
        if authority is None and _rests_on_less(ruling):
            alone = self._ruling(facts, view, Authority.REGULATION, ruling)
            if (alone.verdict, alone.finding) != (ruling.verdict, ruling.finding):
                text_alone = (alone.verdict, alone.finding)
        costs = {a.id: a.cost for a in self.content.assumptions} if relied_on else {}
        return Decision(
            verdict=ruling.verdict,
            finding=ruling.finding,
            possible=ruling.possible,
            company_verdict=ruling.company,
            decisive=decisive_ids(ruling),
            rules=Traces(reasons, told, full=full),
            facts=facts,
            clocks=Clocks(facts.law_date, view.known_as_of, authority),
            ask=told.ask,
            relied_on=tuple((id, costs[id]) for id in relied_on),
            text_alone=text_alone,
            stale=ruling.stale,
            covered=ruling.covered,
            problems=facts.problems,
            coverage=self.content.header.coverage,
            rulebook=self.id,
            digest=self.digest,
        )


def _rests_on_less(ruling: Ruling) -> bool:
    """Whether a rule that the text alone would not know may matter here."""
    if ruling.case is not None:
        met = ruling.case.met
        return bool(met.possible & met.gate.lesser)
    lesser = (Authority.GUIDANCE, Authority.PRACTICE, Authority.COMPANY)
    return any(
        column.rule.authority in lesser and met.value.possible
        for column, met in zip(ruling.compiled.columns, ruling.met, strict=True)
    )


def load_rulebook(path: Path | str | None = None) -> Rulebook:
    """The rulebook in a folder, with the layers beneath it; the shipped US EAR one by default.

    Raises `ProblemsFound` with every problem of every file.
    """
    folder = Path(path) if path is not None else shipped_root() / "us-ear"
    return Rulebook(load(folder), folder=folder)
