"""Times taken side by side in one run, so that all contenders meet the same machine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from statistics import median, quantiles
from time import perf_counter_ns
from typing import Any


@dataclass(frozen=True)
class Spread:
    """Times of one contender in microseconds."""

    p10: float
    p50: float
    p90: float
    p99: float

    def __str__(self) -> str:
        return f"{_us(self.p50)} ({_us(self.p10)} to {_us(self.p90)})"


def _us(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def spread(times: Sequence[int]) -> Spread:
    """Median, tenth, ninetieth and ninety-ninth percentile of times in nanoseconds."""
    cuts = quantiles(times, n=100)
    return Spread(*(t / 1000 for t in (cuts[9], median(times), cuts[89], cuts[98])))


_WARMING = 5


def side_by_side(
    contenders: Mapping[str, Callable[[Any], object]], cases: Mapping[str, Sequence[Any]],
    rounds: int, block: int = 25,
) -> dict[str, Spread]:  # fmt: skip
    """Every contender on its own form of the same cases, block by block in turns.

    Within a block a contender runs undisturbed, as it would in service; the turns rotate. The
    collector of garbage is off while a block is timed and runs between blocks. It walks through all
    memory, which nothing does between two decisions of a service, so each contender decides a few
    cases that are not timed before its block.
    """
    times: dict[str, list[int]] = {name: [] for name in contenders}
    order = list(contenders)
    turn = count()
    size = min(len(c) for c in cases.values())
    for _ in range(rounds):
        for start in range(0, size, block):
            shift = next(turn) % len(order)
            for name in (*order[shift:], *order[:shift]):
                run, of = contenders[name], cases[name]
                part = of[start : start + block]
                gc.collect()
                gc.disable()
                for case in of[:start][-_WARMING:] or of[-_WARMING:]:
                    run(case)
                for case in part:
                    begin = perf_counter_ns()
                    run(case)
                    times[name].append(perf_counter_ns() - begin)
                gc.enable()
    return {name: spread(taken) for name, taken in times.items()}
