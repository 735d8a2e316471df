"""Tests whose answer the engine is told: what it cannot compare by itself.

Words in text, for its regular expressions know too little of Unicode; two fields with each other,
for they have no common scale; sums of money, which say nothing in another currency. Written here
anew all the same.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

from screening.casting import Money, PercentRange, Value, normalize_text
from screening.conditions.rete.properties import MAYBE, NO, YES, Untranslatable, items
from screening.conditions.rete.reading import Told
from screening.conditions.tree import Known, Matches, Member, Relate
from screening.facts import Values


def told(test: Told, values: Values) -> int:
    """Whether the test holds of the values. Raises `Untranslatable`."""
    facts = [f.value for f in values.get(test.field.id, ())]
    match test:
        case Known():
            return YES if facts else NO
        case Matches():
            found = [YES if _has_words(test, value) else NO for value in facts]
        case Relate():
            others = [f.value for f in values.get(test.other.id, ())]
            relation = _at_most if test.at_most else _same
            found = [relation(a, b) for a in facts for b in others]
        case Member():
            found = [
                max((_same_sum(v, w) for v in items(value) for w in test.values), default=NO)
                for value in facts
            ]
    return found[0] if found and len(set(found)) == 1 else MAYBE


def _has_words(test: Matches, value: Value) -> bool:
    text, wanted = normalize_text(str(value)), normalize_text(test.pattern)
    if not test.like:
        return text.find(wanted) >= 0
    if "[" in wanted:
        raise Untranslatable(f"`{test.pattern}` has a bracket")
    signs = {"*": ".*", "?": "."}
    source = "".join(signs.get(letter, re.escape(letter)) for letter in wanted)
    return re.fullmatch(source, text, re.DOTALL) is not None


def _same(left: Value, right: Value) -> int:
    match left, right:
        case Money(), _:
            return _same_sum(left, right)
        case str(), str():
            return YES if normalize_text(left) == normalize_text(right) else NO
        case _:
            return YES if left == right else NO


def _same_sum(left: Value, right: Value) -> int:
    match left, right:
        case Money(amount, str() as currency), Money(other, same) if currency == same:
            return YES if amount == other else NO
        case _:
            return MAYBE


def _at_most(left: Value, right: Value) -> int:
    match left, right:
        case PercentRange(low, high), PercentRange(limit, _):
            ends = [low <= limit, high <= limit]
        case PercentRange(low, high), Fraction():
            ends = [low <= right, high <= right]
        case Money(amount, str() as currency), Money(limit, other) if currency == other:
            ends = [amount <= limit]
        case Fraction(), Fraction():
            ends = [left <= right]
        case date(), date():
            ends = [left <= right]
        case _:
            return MAYBE
    return YES if all(ends) else MAYBE if any(ends) else NO
