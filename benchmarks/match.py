"""Matching one case with the full set of rules that hold: ours beside other engines."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from benchmarks import ours
from benchmarks.rules import bench_cases, bench_rules, matched
from benchmarks.timing import Spread, side_by_side

PEERS = ("durable", "cel_rust", "cel_cpp", "cedar", "zen")
OURS = "this engine"
SIZES = (200, 1_000)
MISSING = (0.0, 0.3)


@dataclass(frozen=True)
class Row:
    """One number of rules with one share of missing facts."""

    rules: int
    missing: float
    average_matched: float
    times: dict[str, Spread]

    @property
    def fastest_peer(self) -> str:
        """Of the other engines."""
        return min((n for n in self.times if n != OURS), key=lambda n: self.times[n].p50)

    @property
    def ratio(self) -> float:
        """How many times the fastest other engine takes what ours takes."""
        return self.times[self.fastest_peer].p50 / self.times[OURS].p50


def measure(cases: int = 200, rounds: int = 3) -> list[Row]:
    """All rows. Raises `AssertionError` if any engine finds other rules than the rules say."""
    return [_row(size, missing, cases, rounds) for size in SIZES for missing in MISSING]


def _row(size: int, missing: float, count: int, rounds: int) -> Row:
    rules = bench_rules(size)
    cases = bench_cases(count, missing)
    wanted = [matched(rules, case) for case in cases]
    book = ours.rulebook(rules)
    forms: dict[str, Sequence[Any]] = {OURS: ours.facts_of(book, cases)}
    contenders: dict[str, Callable[[Any], object]] = {OURS: ours.matcher(book)}
    for peer in PEERS:
        module = importlib.import_module(f"benchmarks.peers.{peer}")
        name = f"{module.NAME} {version(module.PACKAGE)}"
        contenders[name], forms[name] = module.build(rules), cases
    for name, match in contenders.items():
        for case, found in zip(forms[name], wanted, strict=True):
            assert match(case) == found, (name, size, missing, case)
    times = side_by_side(contenders, forms, rounds)
    return Row(size, missing, sum(map(len, wanted)) / count, times)
