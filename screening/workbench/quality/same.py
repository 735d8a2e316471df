"""Mutants that no example kills: shown to answer alike, or the shipment that tells them apart.

What is shown is of complete shipments, and of verdict and finding: as `compare` does it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import z3
from pydantic import ValidationError

from screening.conditions.prove import Unreadable
from screening.conditions.tree import Always, Not
from screening.engine import Rulebook
from screening.facts import Facts
from screening.shipment import Shipment
from screening.workbench.proofs.mock import smallest
from screening.workbench.proofs.solving import Frame, TimedOut
from screening.workbench.quality.mutants import Mutant
from screening.workbench.regions.beside import changed
from screening.workbench.regions.pair import Pair
from screening.workbench.regions.same import differing_epochs
from screening.workbench.regions.span import Span
from screening.workbench.regions.standing import Standing


def told_apart(rb: Rulebook, mutant: Mutant, seconds: float) -> dict[str, Any] | bool | None:
    """An example that the mutant answers otherwise; `True` where there is one that cannot be
    written down, `False` where there is none, `None` where that is not known in time."""
    until = time.monotonic() + seconds
    other = _with(rb, mutant)
    epochs = differing_epochs(rb, other)
    frame = Frame((rb, other)) if epochs else None
    standing = Standing((rb, other), frame.compiled) if frame is not None else None
    for epoch in epochs:
        left = until - time.monotonic()
        if left <= 0 or frame is None or standing is None:
            return None
        try:
            span = Span(frame, standing, [epoch])
            keep = changed(frame.compiled, span.days[0])
            pair = Pair(span, keep, left, on_any_day=True)
            shipment = pair.differing()
            if shipment is not None:
                return _example(rb, other, mutant, shipment) or True
        except (TimedOut, Unreadable, z3.Z3Exception):
            return None
    return False


def _with(rb: Rulebook, mutant: Mutant) -> Rulebook:
    """The rulebook with the mistake; a rule that is taken out stays as one that nothing meets, so
    that what names it still does."""
    never = replace(mutant.rule, when=Not(Always()), conditions=None)
    changed = mutant.changed if mutant.changed is not None else never
    return Rulebook(replace(rb.content, rules={**rb.content.rules, changed.id: changed}))


def _example(rb: Rulebook, other: Rulebook, mutant: Mutant, facts: Facts) -> dict[str, Any] | None:
    """The shipment as an example, with as few facts as still tell the two apart."""

    def apart(document: dict[str, Any]) -> tuple[Any, Any] | None:
        try:
            shipment = Shipment.model_validate(document)
            before, now = (b.decide(shipment, assumptions=False) for b in (rb, other))
        except ValidationError:
            return None
        differ = (before.verdict, before.finding) != (now.verdict, now.finding)
        return (before, now) if differ and not before.problems else None

    found = smallest(rb, facts, apart)
    if found is None:
        return None
    document, (right, _) = found
    given = {k: v for k, v in document.items() if k != "law_date"}
    return {
        "title": f"{mutant.rule.title} (on {facts.law_date})",
        "given": given,
        "assumptions": False,
        "expect": [{"law_date": str(facts.law_date), "verdict": right.verdict.value,
                    "finding": right.finding.value}],
    }  # fmt: skip
