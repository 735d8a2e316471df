"""CEL by `common-expression-language` (Rust): one program that lists the rules that hold."""

from __future__ import annotations

from collections.abc import Callable

import cel

from benchmarks.peers.cel_text import expression, flat
from benchmarks.rules import BenchRule, Case

NAME = "CEL, common-expression-language"
PACKAGE = "common-expression-language"


def build(rules: tuple[BenchRule, ...]) -> Callable[[Case], frozenset[str]]:
    """All rules as one list of answers: the context is converted once."""
    program = cel.compile("[" + ", ".join(expression(r) for r in rules) + "]")
    ids = [r.id for r in rules]

    def match(case: Case) -> frozenset[str]:
        answers = program.execute({"f": flat(case)})
        return frozenset(id for id, holds in zip(ids, answers, strict=True) if holds)

    return match
