"""What each reading says of a pair, in one form, so that they can be held against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pairs import Pair

from screening.conditions.words import say
from screening.decide.columns import Column
from screening.decide.indexed import IndexedMet
from screening.decide.verdict import Ruling, rule_on
from screening.decide.view import View
from screening.engine import Rulebook
from screening.facts import Facts
from screening.truth import Truth

_WORDS = {Truth.TRUE: "surely met", Truth.UNKNOWN: "possibly met", Truth.FALSE: "surely not met"}


@dataclass(frozen=True)
class Said:
    """One reading's answer: of every column whether it is met, and the decision."""

    met: tuple[Truth, ...]
    verdict: str = ""
    finding: str = ""
    ruling: Ruling | None = field(default=None, compare=False, repr=False)


Reading = Callable[[Rulebook, Facts, View], Said | None]
"""`None` where the reading has nothing to say."""


def by_explain(book: Rulebook, facts: Facts, view: View) -> Said:
    """The meaning."""
    return _said(rule_on(book.compiled(None), book.content, facts, view, None))


def by_index(book: Rulebook, facts: Facts, view: View) -> Said | None:
    """The masks; nothing where a test fails, for then the engine asks *explain* as well."""
    ruling = rule_on(book.compiled(None), book.content, facts, view, book.units)
    return _said(ruling) if isinstance(ruling.met, IndexedMet) else None


def _said(ruling: Ruling) -> Said:
    met = tuple(m.value for m in ruling.met)
    return Said(met, ruling.verdict.value, ruling.finding.value, ruling)


READINGS: dict[str, Reading] = {"explain": by_explain, "index": by_index}


@dataclass(frozen=True)
class Disagreement:
    """A pair of which two readings do not say the same."""

    pair: Pair
    said: dict[str, Said]

    def report(self) -> str:
        """For a person: the rules in plain English, the shipment, what each reading says."""
        columns = self.pair.book.compiled(None).columns
        first = next(iter(self.said.values()))
        apart = [
            i for i in range(len(columns)) if any(s.met[i] != first.met[i] for s in
                                                  self.said.values())
        ]  # fmt: skip
        lines = ["the readings disagree"]
        lines += [line for i in apart for line in _told(columns[i], i, self.said)]
        lines += [f"  {name}: {s.verdict}, {s.finding}" for name, s in self.said.items()]
        lines.append(f"shipment: {self.pair.given}")
        if self.pair.document:
            lines.append(f"rulebook: {self.pair.document}")
        return "\n".join(lines)


def _told(column: Column, at: int, said: dict[str, Said]) -> Sequence[str]:
    rule = column.rule
    finding = f" ({column.finding})" if column.finding else ""
    told = [f"rule `{rule.id}`{finding}: {say(column.when)}"]
    if rule.conditions is not None:
        told.append(f"  provided: {say(rule.conditions)}")
    return [*told, *(f"  {name}: {_WORDS[s.met[at]]}" for name, s in said.items())]


def answers(pair: Pair, readings: Mapping[str, Reading] | None = None) -> dict[str, Said]:
    """What every reading that has an answer says of the pair."""
    facts, view = pair.read()
    asked = READINGS if readings is None else readings
    told = {name: read(pair.book, facts, view) for name, read in asked.items()}
    return {name: answer for name, answer in told.items() if answer is not None}


def disagreement(pair: Pair, said: dict[str, Said] | None = None) -> Disagreement | None:
    """Where the readings part ways on this pair, or nothing."""
    said = answers(pair) if said is None else said
    return None if len(set(said.values())) < 2 else Disagreement(pair, said)
