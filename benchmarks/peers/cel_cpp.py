"""CEL by `cel-expr-python` (Google's C++ runtime): one program that lists the rules that hold."""

from __future__ import annotations

from collections.abc import Callable

from cel_expr_python import cel

from benchmarks.peers.cel_text import expression, flat
from benchmarks.rules import BenchRule, Case

NAME = "CEL, cel-expr-python"
PACKAGE = "cel-expr-python"


def build(rules: tuple[BenchRule, ...]) -> Callable[[Case], frozenset[str]]:
    """One program a rule, all over one activation."""
    env = cel.NewEnv(variables={"f": cel.Type.Map(cel.Type.STRING, cel.Type.DYN)})
    programs = [(r.id, env.compile(expression(r))) for r in rules]

    def match(case: Case) -> frozenset[str]:
        activation = env.Activation({"f": flat(case)})
        return frozenset(id for id, p in programs if p.eval(activation).value())

    return match
