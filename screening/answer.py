"""The decision as it is handed out: verdict, finding, the facts, the trace, what to ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from orjson import OPT_SORT_KEYS, Fragment, dumps

from screening.conditions.reasons import Explained
from screening.conditions.words import value_text
from screening.contradictions import contradictions
from screening.decision import FINDING_WORDS, Authority, Finding, Verdict
from screening.facts import Fact, Facts, PartyFacts, Values
from screening.memory import Memory
from screening.opinion import SecondOpinion
from screening.problems import Problem
from screening.rulebook.model import CONFLICT
from screening.telling import Traces
from screening.trace import RuleTrace
from screening.written import kept_part

Coverage = tuple[Mapping[str, str], ...]
"""What was checked, partly, not at all, as the rulebook says it."""

TRACE_VERSION = 1
"""Version of the JSON form below; it changes when a key's meaning does."""


@dataclass(frozen=True)
class Clocks:
    """Which day's law, as known on which day, on whose authority."""

    law_date: date | None
    known_as_of: date | None = None
    authority: Authority | None = None


@dataclass(frozen=True)
class Decision:
    """The answer for one shipment line.

    `finding` is what is certain, `possible` the most restrictive that may hold. `relied_on` are
    the assumptions without which an allow would not stand. `text_alone` is the answer of the text
    without lesser authority, where that differs. `second_opinion` is there if one was asked.
    """

    verdict: Verdict
    finding: Finding
    possible: Finding
    company_verdict: Verdict | None
    decisive: tuple[str, ...]
    rules: Traces
    facts: Facts
    clocks: Clocks
    ask: tuple[str, ...]
    relied_on: tuple[tuple[str, str], ...]
    text_alone: tuple[Verdict, Finding] | None
    stale: bool
    covered: bool
    problems: tuple[Problem, ...]
    coverage: Coverage
    rulebook: str
    digest: str
    second_opinion: SecondOpinion | None = None

    @property
    def trace(self) -> tuple[RuleTrace, ...]:
        """The rules that matter; `rules` holds every one."""
        return self.rules.that_matter

    @property
    def requires(self) -> tuple[Explained, ...]:
        """What an allow needs, explained."""
        return self.rules.requires

    @property
    def could_help(self) -> tuple[RuleTrace, ...]:
        """License exceptions nobody claimed, which more facts might open."""
        return tuple(t.of_parties(self.rules.names) for t in self.rules.telling.could_help)

    @property
    def offered(self) -> tuple[str, ...]:
        """License exceptions for which the line is eligible, and whose conditions are not shown."""
        return self.rules.telling.offered

    def status(self, rule_id: str) -> str:
        """The status of one rule. Raises `KeyError` for a rule the rulebook does not have."""
        return self.rules.of(rule_id).status.value

    def summary(self) -> str:
        """One sentence for a business reader."""
        return _summary(self)

    def as_dict(self, *, every_rule: bool = False) -> dict[str, Any]:
        """JSON form, the same bytes for the same rulebook, facts and clocks."""
        return self._form([t.as_dict() for t in (self.rules if every_rule else self.trace)], _PLAIN)

    def as_summary(self) -> dict[str, Any]:
        """`as_dict` without rules, the needs of an allow, and facts, which are long."""
        return self._form([], _NOT_TOLD)

    def to_bytes(self, *, every_rule: bool = False) -> bytes:
        """`as_dict` as canonical text, put together from parts written before.

        Raises `TypeError` for half a character, which UTF-8 cannot say.
        """
        return dumps(self.in_parts(every_rule=every_rule), option=OPT_SORT_KEYS)

    def in_parts(self, *, every_rule: bool = False) -> dict[str, Any]:
        """`as_dict` with its larger parts as canonical text. Raises `TypeError` likewise."""
        rules = [t.written for t in self.rules] if every_rule else self.rules.written
        return self._form(rules, _WRITTEN)

    def to_json(self, *, every_rule: bool = False) -> str:
        """`as_dict` as text."""
        return json.dumps(self.as_dict(every_rule=every_rule), ensure_ascii=False, indent=2)

    def _form(self, rules: Any, parts: _Parts) -> dict[str, Any]:
        found: dict[str, Any] = {
            "version": TRACE_VERSION,
            "verdict": self.verdict.value,
            "finding": self.finding.value,
            "possible": self.possible.value,
            "summary": self.summary(),
            "decisive": list(self.decisive),
            "law_date": _day(self.clocks.law_date),
            "known_as_of": _day(self.clocks.known_as_of),
            "authority": self.clocks.authority.value if self.clocks.authority else None,
            "rulebook": self.rulebook,
            "digest": self.digest,
            "stale": self.stale,
            "company_verdict": self.company_verdict.value if self.company_verdict else None,
            "text_alone": None if self.text_alone is None else
            {"verdict": self.text_alone[0].value, "finding": self.text_alone[1].value},
            "ask": list(self.ask),
            "could_help": [{"rule": t.rule.id, "license_exception": t.rule.exception,
                            "finding": t.rule.finding.value if t.rule.finding else None,
                            "supply": list(t.missing)} for t in self.rules.telling.could_help],
            "assumptions": [{"id": id, "cost": cost} for id, cost in self.relied_on],
            "problems": [p.as_dict() for p in self.problems],
            "notes": list(self.facts.notes),
            "rules": rules,
            "requires": parts.requires(self.rules),
            "facts": parts.facts(self.facts),
            "coverage": parts.coverage(self.coverage),
        }  # fmt: skip
        if self.second_opinion is not None:
            found["second_opinion"] = self.second_opinion.as_dict()
        return found


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


@dataclass(frozen=True, slots=True)
class _Parts:
    """How the larger parts of the JSON form are told: as they are, or as text written before."""

    requires: Callable[[Traces], Any]
    facts: Callable[[Facts], Any]
    coverage: Callable[[Coverage], Any]


def facts_dict(facts: Facts) -> dict[str, Any]:
    """The facts in JSON form, each with where it comes from."""
    return _facts(facts, _field, _party)


def _facts(
    facts: Facts, field: Callable[[tuple[Fact, ...]], Any], party: Callable[[PartyFacts], Any]
) -> dict[str, Any]:
    return {
        "shipment": {id: field(found) for id, found in facts.values.items()},
        "parties": [party(p) for p in facts.parties],
        "roles_absent": sorted(facts.roles_absent),
    }


def _field(facts: tuple[Fact, ...]) -> list[dict[str, str]]:
    return [
        {"value": value_text(f.value), "from": f.provenance.value, "note": f.note} for f in facts
    ]


def _values(values: Values) -> dict[str, list[dict[str, str]]]:
    return {id: _field(facts) for id, facts in values.items()}


def _party(party: PartyFacts) -> dict[str, Any]:
    listings = party.listings
    return {
        "roles": sorted(party.roles),
        "facts": _values(party.values),
        "listings": None if listings is None else [_values(x.values) for x in listings],
    }


_fields_written: Memory[tuple[Fact, ...], Fragment] = Memory(8_192)
_parties_written: Memory[PartyFacts, Fragment] = Memory(2_048)
_coverage_written: Memory[int, tuple[Coverage, Fragment]] = Memory(16)


def _facts_written(facts: Facts) -> dict[str, Any]:
    return _facts(facts, _field_written, _party_written)


def _field_written(facts: tuple[Fact, ...]) -> Fragment:
    known = _fields_written.get(facts)
    if known is None:
        known = _fields_written.put(facts, kept_part(_field(facts)))
    return known


def _party_written(party: PartyFacts) -> Fragment:
    return _parties_written.of(party, lambda: kept_part(_party(party)))


def _coverage(coverage: Coverage) -> list[dict[str, str]]:
    return [dict(c) for c in coverage]


def _coverage_text(coverage: Coverage) -> Fragment:
    # By identity, for it is the rulebook's own; the entry holds it, so the identity stays its own.
    known = _coverage_written.get(id(coverage))
    if known is None or known[0] is not coverage:
        known = (coverage, kept_part(_coverage(coverage)))
        _coverage_written.put(id(coverage), known)
    return known[1]


_PLAIN = _Parts(lambda rules: [c.as_dict() for c in rules.requires], facts_dict, _coverage)
_NOT_TOLD = _Parts(lambda rules: [None] * len(rules.requires), lambda f: {}, _coverage)
_WRITTEN = _Parts(lambda rules: rules.requires_written, _facts_written, _coverage_text)


def _summary(d: Decision) -> str:
    told = FINDING_WORDS[d.finding]
    if d.verdict is Verdict.REVIEW and d.finding.rank < Finding.RED_FLAG.rank:
        told = "it is not settled"
    text = f"{d.verdict.value.capitalize()}: {told}"
    exceptions: list[str] = []
    if d.verdict is Verdict.ALLOW:
        exceptions = sorted({t.rule.exception for t in d.rules.telling.traces
                             if t.rule.exception and t.rule.id in d.decisive})  # fmt: skip
    if exceptions:
        text += f" (only under {' or '.join(exceptions)}; enter it in the filing)"
    if d.verdict is Verdict.ALLOW and d.relied_on:
        text += f", assuming: {'; '.join(cost for _, cost in d.relied_on)}"
    if d.verdict is Verdict.REVIEW and CONFLICT in d.decisive:
        text += f", since facts contradict each other: {'; '.join(contradictions(d.facts))}"
    if d.verdict is Verdict.REVIEW and d.possible.rank > d.finding.rank % _TOP:
        text += f"; it may come to this: {FINDING_WORDS[d.possible]}"
    if d.company_verdict is not None:
        text += f"; the company's own rules say {d.company_verdict.value}"
    if d.verdict is Verdict.REVIEW and d.offered:
        text += f"; License Exception {' or '.join(d.offered)} may allow it"
    if d.ask:
        text += f". Supply {', '.join(d.ask)}"
    if not d.covered:
        text += ". The rulebook was not verified for this date"
    elif d.stale and d.verdict is Verdict.REVIEW:
        text += ". Rules that may apply here were not verified for this date"
    opinion = d.second_opinion.sentence() if d.second_opinion is not None else ""
    return f"{text}. {opinion}".removesuffix(" ")


_TOP = Finding.UNDETERMINED.rank
