"""Cedar by `cedarpy`: every rule a `permit` with its id; the answer names all that hold."""

from __future__ import annotations

import json
from collections.abc import Callable

import cedarpy

from benchmarks.peers.cel_text import flat, name
from benchmarks.rules import BenchRule, Case, Test

NAME = "Cedar, cedarpy"
PACKAGE = "cedarpy"


def build(rules: tuple[BenchRule, ...]) -> Callable[[Case], frozenset[str]]:
    """The policies parsed once; the facts are the context of a request."""
    policies = cedarpy.PolicySet.from_str("\n".join(_policy(r) for r in rules))
    entities = cedarpy.Entities.from_json_str("[]")

    def match(case: Case) -> frozenset[str]:
        request = {
            "principal": 'User::"u"',
            "action": 'Action::"ship"',
            "resource": 'Item::"i"',
            "context": flat(case),
        }
        answer = cedarpy.is_authorized(request, policies, entities)
        return frozenset(answer.diagnostics.id_annotations_by_reason.values())

    return match


def _policy(rule: BenchRule) -> str:
    tests = " && ".join(_test(t) for t in rule.tests)
    return f'@id("{rule.id}") permit(principal, action, resource) when {{ {tests} }};'


def _test(test: Test) -> str:
    field = f"context.{name(test.field)}"
    match test.operator:
        case "in":
            said = f"{json.dumps(test.operand)}.contains({field})"
        case "is":
            said = field if test.operand else f"!{field}"
        case "at_least":
            said = f"{field} >= {test.operand}"
        case "less_than":
            said = f"{field} < {test.operand}"
    return f"context has {name(test.field)} && {said}"
