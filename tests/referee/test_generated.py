"""Random rulebooks and partial facts: the referee meets the same rules as *explain*."""

from __future__ import annotations

from random import Random

import pytest
from asked import differences
from generate import authority_of, facts_of, random_case, random_compiled, view_of

from screening.referee.referee import Referee


def run(referee: Referee, seed: int, books: int, cases: int) -> None:
    rng = Random(seed)
    for _ in range(books):
        book, rulebook = random_compiled(rng)
        for _ in range(cases):
            case = random_case(rng, known=rng.choice((0.2, 0.55, 0.9)))
            found = differences(
                referee, rulebook, facts_of(case), view_of(rulebook, case), authority_of(case)
            )
            assert not found, f"{'; '.join(map(str, found))}\n{case}\n{book}"


def test_random_rulebooks(referee: Referee) -> None:
    run(referee, seed=41, books=25, cases=5)


@pytest.mark.slow
def test_many_random_rulebooks(referee: Referee) -> None:
    run(referee, seed=42, books=1_000, cases=10)
