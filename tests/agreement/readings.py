"""What each reading says of a pair, in one form, so that they can be held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pairs import Pair
from shrink import smallest

from screening.conditions.words import say
from screening.decide.columns import Column
from screening.decide.indexed import IndexedMet
from screening.decide.verdict import Ruling, rule_on
from screening.decide.view import View
from screening.engine import Rulebook
from screening.facts import Facts
from screening.referee.confirm import told_by
from screening.referee.plan import key_of
from screening.referee.process import Unavailable
from screening.referee.referee import Answer, Referee
from screening.truth import Truth

_WORDS = {Truth.TRUE: "surely met", Truth.UNKNOWN: "possibly met", Truth.FALSE: "surely not met"}


@dataclass(frozen=True)
class Said:
    """One reading's answer: which columns are met, and the decision if the reading makes one."""

    met: Answer
    decision: tuple[str, str] | None = None
    ruling: Ruling | None = field(default=None, repr=False)

    def truth(self, key: str) -> Truth:
        """Whether a column is met."""
        if key in self.met.sure:
            return Truth.TRUE
        return Truth.UNKNOWN if key in self.met.possible else Truth.FALSE


Reading = Callable[[Rulebook, Facts, View], Said | None]
"""`None` where the reading has nothing to say."""


def by_explain(book: Rulebook, facts: Facts, view: View) -> Said:
    """The meaning."""
    return _said(rule_on(book.compiled(None), book.content, facts, view, None))


def by_index(book: Rulebook, facts: Facts, view: View) -> Said | None:
    """The masks; nothing where a test fails, for then the engine asks *explain* as well."""
    ruling = rule_on(book.compiled(None), book.content, facts, view, book.units)
    return _said(ruling) if isinstance(ruling.met, IndexedMet) else None


@dataclass
class ByReferee:
    """The other engine, in its process; it says which rules are met and decides nothing."""

    referee: Referee
    why_not: Counter[str] = field(default_factory=Counter)

    def __call__(self, book: Rulebook, facts: Facts, view: View) -> Said | None:
        """Nothing where it is not available; `why_not` counts the reasons."""
        try:
            return Said(self.referee.answer(book.compiled(None), facts, view))
        except Unavailable as error:
            self.why_not[str(error)] += 1
            return None


def _said(ruling: Ruling) -> Said:
    return Said(told_by(ruling), (ruling.verdict.value, ruling.finding.value), ruling)


ENGINE: Mapping[str, Reading] = {"explain": by_explain, "index": by_index}


@dataclass(frozen=True)
class Disagreement:
    """A pair of which two readings do not say the same."""

    pair: Pair
    said: Mapping[str, Said]

    def report(self) -> str:
        """For a person: the rules in plain English, the shipment, what each reading says."""
        told = [s.met for s in self.said.values()]
        keys = {
            k for a in told for b in told for k in (a.sure ^ b.sure) | (a.possible ^ b.possible)
        }
        lines = ["the readings disagree"]
        columns = {key_of(c): c for c in self.pair.book.compiled(None).columns}
        for key in sorted(keys):
            lines += _rule(key, columns.get(key))
            lines += [f"  {name}: {_WORDS[s.truth(key)]}" for name, s in self.said.items()]
        lines += [f"decided by {name}: {', '.join(s.decision)}"
                  for name, s in self.said.items() if s.decision]  # fmt: skip
        lines.append(f"shipment: {self.pair.given}")
        if self.pair.document:
            lines.append(f"rulebook: {self.pair.document}")
        return "\n".join(lines)


def _rule(key: str, column: Column | None) -> list[str]:
    if column is None:
        return ["what an allow needs"]
    told = [f"rule `{key}`: {say(column.when)}"]
    if column.rule.conditions is not None:
        told.append(f"  provided: {say(column.rule.conditions)}")
    return told


def answers(pair: Pair, readings: Mapping[str, Reading] = ENGINE) -> dict[str, Said]:
    """What every reading that has an answer says of the pair."""
    facts, view = pair.read()
    told = {name: read(pair.book, facts, view) for name, read in readings.items()}
    return {name: answer for name, answer in told.items() if answer is not None}


def disagreement(pair: Pair, said: Mapping[str, Said]) -> Disagreement | None:
    """Where the readings part ways on this pair, or nothing."""
    met = {s.met for s in said.values()}
    decided = {s.decision for s in said.values() if s.decision is not None}
    return Disagreement(pair, said) if len(met) > 1 or len(decided) > 1 else None


def smallest_disagreement(
    pair: Pair, said: Mapping[str, Said], readings: Mapping[str, Reading] = ENGINE
) -> Disagreement | None:
    """The smallest rulebook and shipment on which they still part ways, if they do on the pair."""
    found = disagreement(pair, said)
    if found is None:
        return None
    # Those that agree with *explain* need not be asked again and again.
    first = said.get("explain", next(iter(said.values())))
    apart = {n: r for n, r in readings.items() if n in said and said[n].met != first.met}
    asked = {"explain": by_explain, **(apart or readings)}
    small = smallest(pair, lambda p: disagreement(p, answers(p, asked)) is not None)
    return disagreement(small, answers(small, readings)) or found
