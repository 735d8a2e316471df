"""The rules that all engines are given: conjunctions that every one of them can express.

A rule is two to eight tests over sets of countries, sets of codes, thresholds and flags, drawn
from one seed; a case is one shipment's facts. The same rules are written in each engine's own
language by `benchmarks.peers` and, for ours, as a rulebook.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Literal

Operator = Literal["in", "at_least", "less_than", "is"]
Value = str | int | bool
Case = dict[str, Value]
"""Field to value; an absent field is not known."""

COUNTRIES = (
    "CN", "HK", "MO", "RU", "BY", "IR", "KP", "SY", "CU", "VE", "FR", "DE", "GB", "JP", "KR", "TW",
    "SG", "MY", "TH", "VN", "IN", "PK", "AE", "SA", "IL", "TR", "EG", "ZA", "BR", "MX", "CA", "AU",
    "NZ", "NO", "SE", "FI", "PL", "UA", "KZ", "UZ",
)  # fmt: skip
CODES = tuple(f"{n}{g}{i:03d}" for n in range(10) for g in "ABCDE" for i in (1, 90, 991))
SETS: dict[str, tuple[str, ...]] = {
    "destination": COUNTRIES,
    "country_of_origin": COUNTRIES,
    "exported_from": COUNTRIES,
    "eccn": CODES,
}
THRESHOLDS: dict[str, tuple[int, ...]] = {
    "tpp": (600, 1600, 2400, 4800, 9600),
    "memory_bandwidth_gbs": (600, 1400, 4100),
    "interconnect_bandwidth_gbs": (300, 600, 1100),
    "quantity": (10, 50, 1000, 1700),
    "transistor_count": (30_000_000_000, 40_000_000_000),
    "us_content_percent": (10, 25),
}
FLAGS = ("datacenter_marketed", "attributes.dual_use", "attributes.sealed", "attributes.encrypted")
FIELDS = (*SETS, *THRESHOLDS, *FLAGS)


@dataclass(frozen=True)
class Test:
    """One test of one field."""

    __test__ = False  # for pytest: this is no test case

    field: str
    operator: Operator
    operand: tuple[str, ...] | int | bool

    def holds(self, case: Case) -> bool:
        """Whether it holds; what is not known does not."""
        value = case.get(self.field)
        if value is None:
            return False
        match self.operator:
            case "in":
                return isinstance(self.operand, tuple) and value in self.operand
            case "at_least":
                return isinstance(value, int) and value >= int(self.operand)  # type: ignore[arg-type]  # by the operator
            case "less_than":
                return isinstance(value, int) and value < int(self.operand)  # type: ignore[arg-type]  # by the operator
            case "is":
                return value is self.operand


@dataclass(frozen=True)
class BenchRule:
    """One rule: all of its tests must hold."""

    id: str
    tests: tuple[Test, ...]


def bench_rules(count: int, seed: int = 1) -> tuple[BenchRule, ...]:
    """`count` rules of two to eight tests, no field twice in one rule."""
    rng = Random(seed)
    return tuple(_rule(rng, f"rule-{n:04d}") for n in range(count))


def _rule(rng: Random, id: str) -> BenchRule:
    fields = rng.sample(FIELDS, rng.randint(2, 8))
    return BenchRule(id, tuple(_test(rng, field) for field in fields))


def _test(rng: Random, field: str) -> Test:
    if field in SETS:
        size = rng.randint(6, 25) if field != "eccn" else rng.randint(20, 60)
        return Test(field, "in", tuple(sorted(rng.sample(SETS[field], size))))
    if field in THRESHOLDS:
        operator: Operator = rng.choice(("at_least", "less_than"))
        return Test(field, operator, rng.choice(THRESHOLDS[field]))
    return Test(field, "is", rng.random() < 0.5)


def bench_cases(count: int, missing: float, seed: int = 2) -> list[Case]:
    """`count` cases with all facts but a share that is `missing`."""
    rng = Random(seed)
    return [_case(rng, missing) for _ in range(count)]


def _case(rng: Random, missing: float) -> Case:
    found: Case = {}
    for field in FIELDS:
        if field in SETS:
            value: Value = rng.choice(SETS[field])
        elif field in THRESHOLDS:
            value = rng.choice(THRESHOLDS[field]) + rng.choice((-1, 0, 1))
        else:
            value = rng.random() < 0.5
        if rng.random() >= missing:
            found[field] = value
    return found


def matched(rules: tuple[BenchRule, ...], case: Case) -> frozenset[str]:
    """The ids of all rules that surely hold, by the plainest reading of them."""
    return frozenset(r.id for r in rules if all(t.holds(case) for t in r.tests))


def rulebook_document(rules: tuple[BenchRule, ...]) -> dict[str, Any]:
    """The rules as one of our rulebooks: each a ground that asks for a look."""
    own = [f for f in FIELDS if f.startswith("attributes.")]
    return {
        "rulebook": {
            "language": "1", "id": "bench", "title": "Benchmark",
            "covers": {"from": "2020-01-01", "verified_through": "2030-01-01"},
            "allow_requires": "always",
        },
        "fields": [{"id": f, "type": "flag", "title": f} for f in own],
        "rules": [
            {"id": r.id, "title": f"Rule {r.id}", "cites": ["generated"],
             "authority": "regulation", "in_force": {"from": "2020-01-01"},
             "when": {t.field: _written(t) for t in r.tests}, "finding": "case_by_case"}
            for r in rules
        ],
    }  # fmt: skip


def _written(test: Test) -> Any:
    match test.operator:
        case "in":
            assert isinstance(test.operand, tuple)
            return list(test.operand)
        case "is":
            return str(test.operand).lower()
        case _:
            return {test.operator: str(test.operand)}
