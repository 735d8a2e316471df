"""The rules in CEL's language; a field that is absent holds no test."""

from __future__ import annotations

from benchmarks.rules import BenchRule, Case, Test, Value


def name(field: str) -> str:
    """The field's name without a dot."""
    return field.replace(".", "_")


def flat(case: Case) -> dict[str, Value]:
    """The case with such names."""
    return {name(field): value for field, value in case.items()}


def expression(rule: BenchRule) -> str:
    """One rule."""
    return "(" + " && ".join(_test(t) for t in rule.tests) + ")"


def _test(test: Test) -> str:
    field = f"f.{name(test.field)}"
    match test.operator:
        case "in":
            assert isinstance(test.operand, tuple)
            listed = ", ".join(f'"{v}"' for v in test.operand)
            said = f"{field} in [{listed}]"
        case "is":
            said = field if test.operand else f"!{field}"
        case "at_least":
            said = f"{field} >= {test.operand}"
        case "less_than":
            said = f"{field} < {test.operand}"
    return f"has({field}) && {said}"
