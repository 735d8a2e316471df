"""Mistakes of values: a figure written twice and not alike, a place that goes with another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from screening.casting import number_text
from screening.conditions.tree import All, Compare, Expr, Member, walk
from screening.problems import Place, Problem
from screening.rulebook.model import Content
from screening.vocabulary import FieldType

_ZEROS = tuple(Fraction(10) ** n for n in (1, 2, 3))


def value_mistakes(content: Content) -> Iterator[Problem]:
    """Thresholds that look like slips of each other, and lists of places with one left out."""
    trees = list(_trees(content))
    yield from _thresholds(trees)
    yield from _twice(trees)
    yield from _hong_kong(content)


def _trees(content: Content) -> Iterator[tuple[str, Expr, Place | None]]:
    for rule in content.rules.values():
        if "/" in rule.id:
            continue  # what a letter says of other firms is written once, with the letter
        yield rule.id, rule.when, rule.place
        if rule.conditions is not None:
            yield rule.id, rule.conditions, rule.place
    for goods in content.classes.values():
        for definition in goods.definitions:
            yield goods.id, definition.when, None


def _thresholds(trees: list[tuple[str, Expr, Place | None]]) -> Iterator[Problem]:
    counts: dict[str, Counter[Fraction]] = {}
    tests: list[tuple[str, str, Fraction, Place | None]] = []
    for id, tree, place in trees:
        for node in walk(tree):
            if isinstance(node, Compare) and isinstance(node.operand, Fraction):
                field = node.field.id.removeprefix("chip.")
                counts.setdefault(field, Counter())[node.operand] += 1
                tests.append((id, field, node.operand, place))
    for id, field, value, place in tests:
        usual = [
            v for v, n in counts[field].items() if n > counts[field][value] and _slip(v, value)
        ]
        if usual:
            yield Problem(
                "threshold-differs",
                f"`{id}` compares `{field}` with {number_text(value)}, and other rules with "
                f"{number_text(usual[0])}",
                "check the digits in the law",
                place,
            )


def _twice(trees: list[tuple[str, Expr, Place | None]]) -> Iterator[Problem]:
    """One condition that asks for two thresholds of a field, of which one says nothing."""
    for id, tree, place in trees:
        for node in (n for n in walk(tree) if isinstance(n, All)):
            seen: dict[tuple[str, object], Compare] = {}
            for part in node.parts:
                if not isinstance(part, Compare) or not isinstance(part.operand, Fraction):
                    continue
                other = seen.setdefault((part.field.id, part.ordering), part)
                if other.operand != part.operand and isinstance(other.operand, Fraction):
                    yield Problem(
                        "threshold-twice",
                        f"`{id}` compares `{part.field.id}` with {number_text(other.operand)} and "
                        f"with {number_text(part.operand)}, of which one says nothing",
                        "keep the one that is in the law",
                        place,
                    )


def _slip(a: Fraction, b: Fraction) -> bool:
    """Whether one number is the other with a zero too many, or with digits changed about."""
    if not a or not b:
        return False
    if a / b in _ZEROS or b / a in _ZEROS:
        return True
    one, two = number_text(a), number_text(b)
    return len(one) == len(two) and sorted(one) == sorted(two) and one != two


def _hong_kong(content: Content) -> Iterator[Problem]:
    """Hong Kong is treated as China since 2020-12-23; in a plain list it has to be named.

    Told only where the rulebook names the two together elsewhere: then it means to name both.
    """
    lists = [
        set(node.values)
        for _, tree, _ in _trees(content)
        for node in walk(tree)
        if isinstance(node, Member) and node.field.type is FieldType.PLACE
    ]
    if not any({"CN", "HK"} <= named for named in lists):
        return
    for rule in content.rules.values():
        if rule.layer != content.layers[-1]:
            continue
        for tree in (rule.when, rule.conditions):
            for node in walk(tree) if tree is not None else ():
                if not isinstance(node, Member) or node.field.type is not FieldType.PLACE:
                    continue
                if "CN" in node.values and "HK" not in node.values:
                    yield Problem(
                        "china-without-hong-kong",
                        f"`{rule.id}` names CN and not HK in a test of `{node.field.id}`",
                        "since 2020-12-23 Hong Kong is treated as China (85 FR 83765): name both, "
                        "or a group, which has Hong Kong by itself",
                        rule.place,
                    )
