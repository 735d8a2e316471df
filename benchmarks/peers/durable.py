"""durable_rules: one ruleset, one fact asserted and retracted for each case.

It knows no set and no negation: a set is an anchored pattern, which is faster than equalities. A
fact may satisfy no more than 64 conditions of one ruleset, so the rules are split into several.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from durable import engine

from benchmarks.peers.cel_text import flat, name
from benchmarks.rules import BenchRule, Case, Test

NAME = "durable_rules"
PACKAGE = "durable-rules"
PER_SET = 200


def build(rules: tuple[BenchRule, ...]) -> Callable[[Case], frozenset[str]]:
    """The network built once, in as many rulesets as its limits ask for."""
    host = engine.Host()
    fired: list[str] = []
    sets = [rules[i : i + PER_SET] for i in range(0, len(rules), PER_SET)]
    names = []
    for n, part in enumerate(sets):
        names.append(f"set{n}")
        host.register_rulesets({f"set{n}": {r.id: _rule(r, fired) for r in part}})

    def match(case: Case) -> frozenset[str]:
        fired.clear()
        fact = {**flat(case), "id": 1, "sid": "0"}
        for set_name in names:
            with suppress(engine.MessageNotHandledException):  # no rule of the set holds
                host.assert_fact(set_name, fact)
            with suppress(engine.MessageNotHandledException):
                host.retract_fact(set_name, fact)
        return frozenset(fired)

    return match


def _rule(rule: BenchRule, fired: list[str]) -> Any:
    tests = [_test(t) for t in rule.tests]
    condition = tests[0] if len(tests) == 1 else {"$and": tests}
    return {"all": [{"m": condition}], "run": lambda _: fired.append(rule.id)}


def _test(test: Test) -> Any:
    field = name(test.field)
    match test.operator:
        case "in":
            assert isinstance(test.operand, tuple)
            return {"$mt": {field: f"({'|'.join(test.operand)})"}}
        case "is":
            return {field: test.operand}
        case "at_least":
            return {"$gte": {field: test.operand}}
        case "less_than":
            return {"$lt": {field: test.operand}}
