"""Several sources for one value: agreement keeps the most exact, contradiction keeps all."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from screening.conditions.codes import within
from screening.facts import Fact
from screening.truth import Truth


def merge(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The distinct values among `facts`; numbers that agree as far as printed are one.

    Two codes of which one is a paragraph of the other agree on the more exact one. More than one
    fact in the answer is a conflict.
    """
    facts = tuple(facts)
    if len(facts) < 2:
        return facts
    kept: list[Fact] = []
    for fact in facts:
        for i, other in enumerate(kept):
            better = _agreed(other, fact)
            if better is not None:
                kept[i] = better
                break
        else:
            kept.append(fact)
    return tuple(kept)


def _agreed(a: Fact, b: Fact) -> Fact | None:
    if a.value == b.value:
        return a
    if isinstance(a.value, Fraction) and isinstance(b.value, Fraction):
        unit = max(a.unit, b.unit)
        if abs(a.value - b.value) * 2 <= unit:
            return a if a.unit <= b.unit else b
    if _is_code(a) and _is_code(b):
        if within(str(a.value), str(b.value)) is Truth.TRUE:
            return a
        if within(str(b.value), str(a.value)) is Truth.TRUE:
            return b
    return None


def _is_code(fact: Fact) -> bool:
    text = fact.value
    return isinstance(text, str) and len(text) >= 5 and text[0].isdigit() and text[2:5].isdigit()
