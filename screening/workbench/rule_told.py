"""A rule as it is told to people: what it says in plain English, and who overrides whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from screening.conditions.words import say
from screening.decision import FINDING_WORDS, OverrideKind, Verdict
from screening.engine import Rulebook
from screening.rulebook.model import Rule


@dataclass(frozen=True)
class ToldRule:
    """A rule, the rules it reaches beyond those it names, and those that reach it."""

    rule: Rule
    reaches_also: tuple[str, ...]
    overridden_by: tuple[str, ...]

    @property
    def says(self) -> str:
        """What it states, in the words of the rule file."""
        rule = self.rule
        if rule.from_listing:
            return "the listing's policy"
        return str(rule.exception or rule.verdict or rule.finding or rule.kind or "")

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        rule, place = self.rule, self.rule.place
        return {
            "rule": rule.id,
            "title": rule.title,
            "sentence": say(rule.when),
            "conditions": say(rule.conditions) if rule.conditions is not None else None,
            "in_force": [str(w) for w in rule.windows],
            "says": self.says,
            "kind": rule.kind.value if rule.kind else None,
            "authority": rule.authority.value,
            "cites": list(rule.cites),
            "overrides": list(rule.targets),
            "reaches": list(self.reaches_also),
            "overridden_by": list(self.overridden_by),
            "barred_by": sorted(rule.barred_tags),
            "protected": rule.protected,
            "tags": sorted(rule.tags),
            "because": rule.because,
            "verified_through": rule.verified_through.isoformat()
            if rule.verified_through
            else None,
            "layer": rule.layer or None,
            "file": f"{place.file}:{place.line}" if place else None,
        }


def told_rules(rulebook: Rulebook) -> dict[str, ToldRule]:
    """Every rule by id, with those that every rulebook has unwritten."""
    columns = rulebook.compiled(None).columns
    reaches: dict[str, dict[str, None]] = {c.rule.id: {} for c in columns}
    reached_by: dict[str, dict[str, None]] = {c.rule.id: {} for c in columns}
    for column in columns:
        for i in column.reached_by:
            reaches[columns[i].rule.id][column.rule.id] = None
            reached_by[column.rule.id][columns[i].rule.id] = None
    return {
        rule.id: ToldRule(
            rule,
            tuple(id for id in reaches[rule.id] if id not in rule.targets),
            tuple(reached_by[rule.id]),
        )
        for rule in {c.rule.id: c.rule for c in columns}.values()
    }


def consequence(rule: Rule) -> str:
    """What a rule states, as a clause of plain English."""
    if rule.exception:
        return f"License Exception {rule.exception} is available"
    if rule.verdict is not None:
        held = "held for review" if rule.verdict is Verdict.REVIEW else "denied"
        return f"the company's own policy has the line {held}"
    if rule.from_listing:
        return "a license is required, under the review policy that the list entry states"
    if rule.finding is not None:
        return FINDING_WORDS[rule.finding]
    if rule.kind is OverrideKind.SUSPENDING:
        return "the rules that it overrides are out of operation"
    return "the rules that it overrides do not apply"
