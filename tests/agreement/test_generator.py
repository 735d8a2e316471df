"""What is generated is the whole language, and the same for the same seed."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any, get_args

from pairs import generated

from screening.conditions.tree import Compare, Elapsed, Expr, Known, Matches, Member, Relate, walk
from screening.decision import Authority, OverrideKind
from screening.engine import Rulebook
from screening.vocabulary import FieldType, Scope
from screening.workbench.generate import points_of, random_rulebook, random_shipment
from screening.workbench.generate.points import expressions
from screening.workbench.generate.shipments import HOSTILE

LEAVES = (Member, Compare, Relate, Elapsed, Matches, Known)


def _books(count: int) -> list[tuple[dict[str, Any], Rulebook]]:
    return [random_rulebook(Random(n)) for n in range(count)]


def test_one_seed_one_result() -> None:
    """Rulebook and shipments come out the same, byte by byte."""

    def once() -> str:
        rng = Random(11)
        document, book = random_rulebook(rng)
        points = points_of(book.content)
        made = [random_shipment(rng, points, [None, points.dates[0]]) for _ in range(20)]
        return json.dumps([document, made])

    assert once() == once()


def test_every_part_of_the_language_is_generated() -> None:
    """Every node of the tree, every type of field in every scope, every kind of rule."""
    nodes: Counter[type] = Counter()
    tested: Counter[tuple[Scope, FieldType]] = Counter()
    rules: Counter[object] = Counter()
    for _, book in _books(60):
        for expr in expressions(book.content):
            for node in walk(expr):
                nodes[type(node)] += 1
                if isinstance(node, LEAVES):
                    tested[node.field.scope, node.field.type] += 1
        for rule in book.rules.values():
            rules.update(
                [rule.authority, rule.kind, bool(rule.exception), bool(rule.verdict),
                 ("listing", rule.from_listing), ("barred", bool(rule.barred_tags)),
                 ("others", rule.id.endswith("/others")), ("protected", rule.protected),
                 ("conditions", rule.conditions is not None),
                 ("on_end", any(w.doubt_after for w in rule.windows)),
                 ("unverified", any(w.unverified for w in rule.windows))]
            )  # fmt: skip
    assert set(get_args(Expr)) <= set(nodes), set(get_args(Expr)) - set(nodes)
    shipment = set(FieldType) - {FieldType.PERCENT_RANGE}
    party = {FieldType.TEXT, FieldType.PARTY, FieldType.PLACE, FieldType.CHOICE, FieldType.FLAG,
             FieldType.PERCENT_RANGE}  # fmt: skip
    listing = {FieldType.TEXT, FieldType.CHOICE, FieldType.FLAG}
    wanted = {
        *((Scope.SHIPMENT, t) for t in shipment),
        *((Scope.PARTY, t) for t in party),
        *((Scope.LISTING, t) for t in listing),
    }
    assert wanted <= set(tested), wanted - set(tested)
    assert {*Authority, *OverrideKind, None} <= set(rules)
    for named in ("listing", "barred", "others", "protected", "conditions", "on_end", "unverified"):
        assert rules[named, True] >= 5, named


def test_rules_have_two_to_eight_tests() -> None:
    """Most of them: a class or an override that repeats its target may have some more."""
    sizes = [
        sum(not list(walk(node))[1:] for node in walk(rule.when))
        for _, book in _books(30)
        for rule in book.rules.values()
    ]
    assert sum(2 <= size <= 8 for size in sizes) / len(sizes) > 0.75


def test_shipments_are_partial_at_thresholds_and_hostile() -> None:
    """Facts are missing, lie on a mentioned threshold, contradict each other or fit no field."""
    seen: Counter[str] = Counter()
    for pair in generated(3, 20, 50):
        facts, _ = pair.read()
        seen["pairs"] += 1
        seen["conflict"] += bool(facts.conflicts)
        seen["unreadable"] += bool(facts.problems)
        seen["hostile"] += any(v in HOSTILE for v in pair.given.values() if isinstance(v, str))
        seen["no date"] += facts.law_date is None
        seen["nobody"] += not facts.parties
        seen["listed"] += any(p.listings for p in facts.parties)
        seen["claim"] += facts.exception_claimed is not None
        seen["license"] += facts.license is not None
    for name in ("conflict", "unreadable", "hostile", "no date", "nobody", "listed", "claim",
                 "license"):  # fmt: skip
        assert seen[name] >= seen["pairs"] / 100, (name, seen)
