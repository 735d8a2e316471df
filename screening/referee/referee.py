"""The referee: which rules are met, by another engine, or that it cannot say."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

from screening.conditions.rete.properties import Untranslatable
from screening.decide.compile import Compiled
from screening.decide.view import View
from screening.decision import Authority
from screening.facts import Facts
from screening.referee.plan import epoch_of, plan_of
from screening.referee.process import Process, Unavailable
from screening.referee.rows import Sheets, nobody, question, sheets
from screening.referee.wire import PlanForm, plan_form

MAX_PLANS = 12
"""Plans that one worker holds; then a new one is started, for rulesets are not given back."""

NOT_INSTALLED = (
    "the referee needs the package durable-rules, which can be installed on Python 3.8 to 3.12"
)


def installed() -> bool:
    """Whether the second engine is there."""
    return importlib.util.find_spec("durable_rules_engine") is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """Keys of the columns that are surely met, and of those that are possibly met."""

    sure: frozenset[str]
    possible: frozenset[str]


def _read(found: dict[str, Any]) -> Answer:
    sets = [found.get("sure"), found.get("possible")]
    if not all(isinstance(s, list) and all(isinstance(id, str) for id in s) for s in sets):
        raise Unavailable("the referee answered what cannot be read")
    sure, possible = (frozenset(s or ()) for s in sets)
    return Answer(sure, possible)


@dataclass
class Counts:
    """What became of the questions; for metrics."""

    asked: int = 0
    unavailable: int = 0
    restarts: int = 0


@dataclass(frozen=True)
class _Known:
    """A plan by name: how it is asked, and its form for the worker; or why there is none."""

    name: str
    sheets: Sheets | None = None
    form: PlanForm | None = None
    roles: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(eq=False)
class Referee:
    """Asks the worker. Safe for several threads: they take turns.

    `time_limit` is for one question, `load_limit` for making a plan known, in seconds.
    """

    time_limit: float = 2.0
    load_limit: float = 30.0
    process: Process = field(default_factory=Process)
    counts: Counts = field(default_factory=Counts)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _serial: Iterator[int] = field(default_factory=count, repr=False)
    _starting: bool = field(default=False, repr=False)
    _loaded: set[str] = field(default_factory=set, repr=False)
    _plans: dict[tuple[Any, ...], _Known] = field(default_factory=dict, repr=False)
    _of_view: WeakKeyDictionary[View, dict[Authority | None, _Known]] = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    def answer(self, compiled: Compiled, facts: Facts, view: View) -> Answer:
        """Which columns are met. Raises `Unavailable`, and then has said nothing."""
        self.counts.asked += 1
        try:
            return self._answer(compiled, facts, view)
        except Unavailable:
            self.counts.unavailable += 1
            raise

    def prepare(self, compiled: Compiled, view: View) -> None:
        """Start the worker with the plan of this view, so that no question has to wait for it.

        Raises `Unavailable`.
        """
        if not installed():
            raise Unavailable(NOT_INSTALLED)
        with self._lock:
            known = self._known(compiled, view)
            if known.sheets is None:
                raise Unavailable(known.why_not)
            self._make_known(known)

    def _answer(self, compiled: Compiled, facts: Facts, view: View) -> Answer:
        if not installed():
            raise Unavailable(NOT_INSTALLED)
        # Who comes while the worker starts waits as long as a start may take.
        if not self._lock.acquire(timeout=self.load_limit if self._starting else self.time_limit):
            raise Unavailable("the referee is busy")
        try:
            known = self._known(compiled, view)
            if known.sheets is None:
                raise Unavailable(known.why_not)
            try:
                asked = question(facts, known.sheets, view, known.roles)
            except Untranslatable as error:
                raise Unavailable(str(error)) from None
            self._make_known(known)
            found = self.process.ask({"epoch": known.name, "question": asked}, self.time_limit)
            return _read(found)
        finally:
            self._lock.release()

    def _known(self, compiled: Compiled, view: View) -> _Known:
        of_view = self._of_view.setdefault(view, {})
        if compiled.authority not in of_view:
            epoch = epoch_of(compiled, view)
            if epoch not in self._plans:
                if len(self._plans) > 16 * MAX_PLANS:
                    self._plans.clear()
                self._plans[epoch] = self._made(compiled, view)
            of_view[compiled.authority] = self._plans[epoch]
        return of_view[compiled.authority]

    def _made(self, compiled: Compiled, view: View) -> _Known:
        try:
            plan = plan_of(compiled, view)
            on = sheets(plan.asked)
            form = plan_form(plan, nobody(on, view))
        except Untranslatable as error:
            return _Known("", why_not=str(error))
        roles = tuple(sorted({role for over in plan.over_parties for role in over.roles}))
        return _Known(str(next(self._serial)), on, form, roles)

    def _make_known(self, known: _Known) -> None:
        """A running worker that has the plan."""
        if len(self._loaded) >= MAX_PLANS and known.name not in self._loaded:
            self.process.stop()
        if self.process.ready():
            self._loaded.clear()
            self.counts.restarts = self.process.starts - 1
        if known.name not in self._loaded:
            self._starting = True
            try:
                self.process.ask({"epoch": known.name, "plan": known.form}, self.load_limit)
            finally:
                self._starting = False
            self._loaded.add(known.name)

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self.process.stop()
            self._loaded.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
