"""zen-engine: one decision table, a row for each rule, that collects every row that holds."""

from __future__ import annotations

import json
from collections.abc import Callable

from zen import ZenEngine

from benchmarks.peers.cel_text import flat, name
from benchmarks.rules import FIELDS, BenchRule, Case, Test

NAME = "zen-engine"
PACKAGE = "zen-engine"


def build(rules: tuple[BenchRule, ...]) -> Callable[[Case], frozenset[str]]:
    """The table compiled once."""
    decision = ZenEngine().create_decision(json.dumps(_graph(rules)))

    def match(case: Case) -> frozenset[str]:
        answer = decision.evaluate(flat(case))
        rows = answer["result"]
        return frozenset(row["rule"] for row in rows)

    return match


def _graph(rules: tuple[BenchRule, ...]) -> object:
    inputs = [{"id": name(f), "name": f, "field": name(f)} for f in FIELDS]
    table = {
        "hitPolicy": "collect",
        "inputs": inputs,
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": [
            {"_id": r.id, **{name(t.field): _cell(t) for t in r.tests}, "rule": json.dumps(r.id)}
            for r in rules
        ],
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return {"nodes": nodes, "edges": edges}


def _cell(test: Test) -> str:
    match test.operator:
        case "in":
            assert isinstance(test.operand, tuple)
            return ", ".join(json.dumps(v) for v in test.operand)
        case "is":
            return str(test.operand).lower()
        case "at_least":
            return f">= {test.operand}"
        case "less_than":
            return f"< {test.operand}"
