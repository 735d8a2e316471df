"""What conditions can come to in many worlds at once is what they come to in each by itself."""

from __future__ import annotations

from itertools import product
from random import Random

from screening.attainable import Conditions
from screening.conditions.reasons import Explained, Fold
from screening.truth import Truth, all_of, any_of

FACTS = "abcdef"


def random_tree(rng: Random, depth: int) -> Explained:
    """A condition with tests that are true, false, or unknown for want of facts."""
    if depth == 0 or rng.random() < 0.2:
        truth = rng.choice(tuple(Truth))
        lacking = truth is Truth.UNKNOWN or rng.random() < 0.3  # that a fact is there is a test too
        missing = tuple(rng.sample(FACTS, rng.choice((1, 1, 2)))) if lacking else ()
        return Explained("test", truth, missing=missing)
    fold: Fold = rng.choice(("all", "any", "not"))
    count = 1 if fold == "not" else rng.choice((1, 2, 3))
    parts = tuple(random_tree(rng, depth - 1) for _ in range(count))
    return Explained("parts", folded(fold, [p.truth for p in parts]), parts=parts, fold=fold)


def folded(fold: Fold, parts: list[Truth]) -> Truth:
    if fold == "not":
        return ~parts[0]
    return all_of(parts) if fold == "all" else any_of(parts)


def attainable(tree: Explained, supplied: set[str]) -> set[Truth]:
    """Every test whose facts are all supplied may come out true or false, whatever others do."""
    if not tree.parts:
        if tree.missing and supplied.issuperset(tree.missing):
            return {Truth.TRUE, Truth.FALSE}
        return {tree.truth}
    inner = [attainable(part, supplied) for part in tree.parts]
    return {folded(tree.fold, list(chosen)) for chosen in product(*inner)}


def test_every_world_is_what_it_would_be_alone() -> None:
    rng = Random(5)
    changed = 0
    for _ in range(400):
        trees = [random_tree(rng, 3) for _ in range(3)]
        worlds = [set(rng.sample(FACTS, rng.randint(0, len(FACTS)))) for _ in range(20)]
        every = (1 << len(worlds)) - 1
        supplied = [sum(1 << j for j, w in enumerate(worlds) if fact in w) for fact in FACTS]
        conditions = Conditions(trees, {fact: n for n, fact in enumerate(FACTS)})
        reach = conditions.reaches(supplied, every)
        for tree in trees:
            found = reach[conditions.of(tree)]
            for j, world in enumerate(worlds):
                named = zip((Truth.TRUE, Truth.UNKNOWN, Truth.FALSE), found, strict=True)
                said = {truth for truth, bits in named if bits >> j & 1}
                assert said == attainable(tree, world), (tree, world)
                changed += said != {tree.truth}
    assert changed > 1_000


def test_a_fact_that_nobody_can_be_asked_for_leaves_the_test_open() -> None:
    tree = Explained("test", Truth.UNKNOWN, missing=("a", "out of reach"))
    conditions = Conditions([tree], {"a": 0})
    assert conditions.reaches([1], 1)[conditions.of(tree)] == (0, 1, 0)
