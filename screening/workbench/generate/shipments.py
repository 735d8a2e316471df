"""Shipments at random for one rulebook, as a shipper would send them: partial, at thresholds, odd.

A shipment drawn blindly meets no rule of eight tests. So most aim at a few rules: their tests are
fulfilled one by one, and then a fact or two is moved, dropped or spoiled again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

from screening.rulebook.model import Rule
from screening.rulebook.period import in_force
from screening.truth import Truth
from screening.vocabulary import LISTS, ROLES, Field, FieldType, Scope
from screening.workbench.generate.aim import Draft, fulfil
from screening.workbench.generate.points import Points

Given = dict[str, Any]
"""A shipment as JSON has it."""

HOSTILE = (
    "", "N/A", "-", "none", "not a number", "-5", "1.200", "NaN", "1e30", "9" * 30, "0x10", "٣",
    "nul\x00byte", "x" * 4_001, "\u202eesrever", "\uff23\uff2e", "3A090\u200b", "'; drop", "true ",
)  # fmt: skip
"""Values that fit no field, or look as if they did."""


def random_shipment(rng: Random, points: Points, days: Sequence[date | None]) -> Given:
    """One shipment for the rulebook of `points`, on one of `days` (`None`: it does not say)."""
    day = rng.choice(days)
    draft = Draft(rng, points, day)
    known = rng.choice((0.2, 0.5, 0.9))
    for field, values in points.values[Scope.SHIPMENT].items():
        if rng.random() < known and not field.derived and field.type is not FieldType.PARTY:
            draft.fields[field.id] = _value(rng, field, values)
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        draft.party(rng.choice(ROLES))
    rules = list(points.content.rules.values())
    living = [r for r in rules if _may_apply(r, day)]
    rules = living if living and rng.random() < 0.9 else rules
    overrides = [r for r in rules if r.targets]
    for _ in range(rng.choice((0, 1, 1, 1, 2)) if rules else 0):
        _aim(draft, rng.choice(overrides if overrides and rng.random() < 0.75 else rules))
    _disturb(rng, draft)
    return _finished(rng, draft, points)


def _may_apply(rule: Rule, day: date | None) -> bool:
    return any(in_force(window, day) is not Truth.FALSE for window in rule.windows)


def _value(rng: Random, field: Field, values: Sequence[str]) -> Any:
    if field.many:
        return rng.sample(list(values), min(len(values), rng.choice((0, 1, 1, 2, 3))))
    return rng.choice(values)


def _aim(draft: Draft, rule: Rule) -> None:
    """Meet the rule; of an override first what it overrides, so that there is something to do."""
    rules = draft.points.content.rules
    if rule.targets and draft.rng.random() < 0.9:
        target = rules.get(draft.rng.choice(rule.targets))
        if target is not None:
            others = [r for r in rules.values() if target.id in r.targets and r is not rule]
            _aim(draft, target)
            for other in others:
                if draft.rng.random() < 0.5:
                    _meet(draft, other)
    _meet(draft, rule)


def _meet(draft: Draft, rule: Rule) -> None:
    fulfil(rule.when, draft, True)
    if rule.conditions is not None and draft.rng.random() < 0.8:
        fulfil(rule.conditions, draft, True)


def _disturb(rng: Random, draft: Draft) -> None:
    """Drop, move or spoil a fact or two of what was aimed at."""
    fields = draft.fields
    by_id = draft.points.content.vocabulary.of(Scope.SHIPMENT)
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        if not fields:
            return
        id = rng.choice(list(fields))
        values = draft.points.values[Scope.SHIPMENT].get(by_id[id], ())
        roll = rng.random()
        if roll < 0.45:
            del fields[id]
        elif roll < 0.9 and values:
            fields[id] = _value(rng, by_id[id], values)
        elif roll > 0.96:
            fields[id] = rng.choice(HOSTILE)


def _finished(rng: Random, draft: Draft, points: Points) -> Given:
    given: Given = dict(draft.fields)
    if draft.day is not None:
        given["law_date"] = str(draft.day)
    parties = [p for p in draft.parties if p["roles"]]
    for party in parties:
        if "listings" not in party and rng.random() < 0.3:
            party["listings"] = rng.choice(([], [{"list": rng.choice(LISTS)}]))
        if len(party) > 1 and rng.random() < 0.1:
            del party[rng.choice([k for k in party if k != "roles"])]
    if parties:
        given["parties"] = parties
    for role in ROLES:
        if rng.random() < 0.05 and not any(role in p["roles"] for p in parties):
            given[role] = "none"
    if draft.complete or rng.random() < 0.25:
        given["parties_complete"] = "true"
    if points.exceptions and rng.random() < 0.25:
        given["license_exception_claimed"] = rng.choice((*points.exceptions, "XYZ"))
    if rng.random() < 0.08:
        given["license"] = {"number": "D1", "valid_from": "2019-01-01", "until": "2029-01-01",
                            "covers": rng.choice(("proved", "claimed"))}  # fmt: skip
    return given
