"""The examples of a rulebook, run: what policy staff expect against what the engine answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.answer import Decision
from screening.engine import Rulebook
from screening.problems import Place
from screening.rulebook.model import Example, Expectation


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing expected that came out otherwise."""

    what: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, got {self.got}"


@dataclass(frozen=True)
class Outcome:
    """One expectation of one example, and how the answer differs from it."""

    example: Example
    expectation: Expectation
    decision: Decision
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        """Whether the answer is as expected."""
        return not self.differences

    @property
    def place(self) -> Place | None:
        """Where the expectation stands."""
        return self.expectation.place or self.example.place

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        place = self.place
        day = self.decision.clocks.law_date
        return {
            "title": self.example.title,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "law_date": day.isoformat() if day else None,
            "ok": self.ok,
            "differences": [
                {"what": d.what, "expected": d.expected, "got": d.got} for d in self.differences
            ],
        }


def run_examples(rulebook: Rulebook, folder: Path | None = None) -> list[Outcome]:
    """Every expectation of every example, in order.

    With `folder`, only the examples of files below it: an upper layer may well be stricter than
    the examples of the layer it stands over.
    """
    return [
        run_expectation(rulebook, example, expectation)
        for example in rulebook.content.examples
        if folder is None or _below(example.place, folder)
        for expectation in example.expect
    ]


def run_expectation(rulebook: Rulebook, example: Example, expected: Expectation) -> Outcome:
    """One expectation against the engine."""
    decision = rulebook.decide(
        example.given,
        law_date=expected.law_date,
        known_as_of=expected.known_as_of,
        authority=example.authority,
        assumptions=example.assumptions,
    )
    return Outcome(example, expected, decision, tuple(_compare(expected, decision)))


def _compare(expected: Expectation, got: Decision) -> list[Difference]:
    found = []
    if expected.verdict is not None and got.verdict is not expected.verdict:
        found.append(Difference("verdict", expected.verdict, got.verdict))
    if expected.finding is not None and got.finding is not expected.finding:
        found.append(Difference("finding", expected.finding, got.finding))
    for what, wanted, given in (
        ("decisive", expected.decisive, got.decisive), ("ask", expected.ask, got.ask),
    ):  # fmt: skip
        # Which rules and facts, not in which order the files name them.
        if wanted is not None and sorted(set(wanted)) != sorted(set(given)):
            found.append(Difference(what, _list(wanted), _list(given)))
    for id, status in expected.statuses.items():
        actual = _status(got, id)
        if actual != status:
            found.append(Difference(f"status of {id}", status, actual))
    return found


def _status(decision: Decision, id: str) -> str:
    try:
        return decision.status(id)
    except KeyError:
        return "not in this rulebook"


def _list(items: tuple[str, ...]) -> str:
    return ", ".join(items) or "none"


def _below(place: Place | None, folder: Path) -> bool:
    if place is None or place.file is None:
        return False
    return Path(place.file).resolve().is_relative_to(folder.resolve())
