"""Two readings side by side: by the index, and rule by rule as *explain* means it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from generate import authority_of, facts_of, random_case, random_compiled, view_of

from screening.decide.case import case_of
from screening.decide.indexed import gate_of, read_index
from screening.decide.met import met_columns
from screening.decide.verdict import rule_on
from screening.decide.view import View
from screening.decision import Authority
from screening.engine import Rulebook
from screening.facts import Facts

RULED = ("verdict", "finding", "possible", "requires", "covered", "stale", "blocked_by", "company")


def differs(
    rulebook: Rulebook, facts: Facts, view: View, authority: Authority | None = None
) -> dict[str, Any]:
    """What the two readings say differently: of every column, and of the ruling."""
    compiled = rulebook.compiled(authority)
    meant = met_columns(compiled.columns, view.dates(compiled), compiled.exceptions, facts, view)
    conditions = read_index(rulebook.units, facts, view)
    gate = gate_of(rulebook.units, compiled, view.epoch)
    found = case_of(gate, compiled, conditions, facts).met
    wrong: dict[str, Any] = {
        column.rule.id: (said, means)
        for column, said, means in zip(compiled.columns, found, meant, strict=True)
        if said != means
    }
    slow = rule_on(compiled, rulebook.content, facts, view)
    fast = rule_on(compiled, rulebook.content, facts, view, rulebook.units)
    for what in RULED:
        if getattr(slow, what) != getattr(fast, what):
            wrong[what] = (getattr(fast, what), getattr(slow, what))
    for what in ("met", "active"):
        for a, b, column in zip(getattr(slow.compiled, what), getattr(fast.compiled, what),
                                compiled.columns, strict=True):  # fmt: skip
            if slow.truth_of(a) is not fast.truth_of(b):
                wrong[f"{what} {column.rule.id}"] = (fast.truth_of(b), slow.truth_of(a))
    return wrong


def on_random_books(seed: int, books: int, cases: int = 10) -> Callable[[], None]:
    """A check that both readings agree on generated rulebooks, drawn anew each time."""

    def check() -> None:
        rng = Random(seed)
        for _ in range(books):
            book, rulebook = random_compiled(rng)
            for _ in range(cases):
                case = random_case(rng)
                facts, view = facts_of(case), view_of(rulebook, case)
                wrong = differs(rulebook, facts, view, authority_of(case))
                assert not wrong, f"{wrong}\n{case}\n{book.rules}"

    return check
