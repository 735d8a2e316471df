"""All benchmarks in one run: prints the tables and writes them to `benchmarks/RESULTS.md`."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import decide, match
from benchmarks.decide import Whole
from benchmarks.match import OURS, Row

RESULTS = Path(__file__).with_name("RESULTS.md")
TIMES_FASTER, GROWTH = 20, 2
DECISION_US, TIMES_BELOW_PEER = 300, 5


def report(rows: list[Row], whole: Whole) -> str:
    """Everything that was measured, beside what was aimed at."""
    names = list(rows[0].times)
    shape = [f"{r.rules:,} rules, {_facts(r)}" for r in rows]
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {datetime.now(UTC).date()}: {os.cpu_count()} cores, "
        f"{platform.machine()}, Python {platform.python_version()}. "
        f"The machine's load was {os.getloadavg()[0]:.1f} when it was done. "
        "Times are microseconds: the median, and in brackets the tenth and ninetieth percentile; "
        "every contender takes turns of 25 cases, each after five that are not timed.",
        "",
        "## Matching one shipment, all rules that hold",
        "",
        "The same rules (two to eight tests over sets of countries and codes, thresholds and "
        "flags) in every engine; the sets of rules found are checked to be equal, and equal to "
        "what the rules say, before anything is timed. Ours finds beside the rules that surely "
        "hold those that may hold; the others find the first only.",
        "",
        "| engine | " + " | ".join(shape) + " |",
        "|---|" + "---|" * len(rows),
        *(f"| {n} | " + " | ".join(str(r.times[n]) for r in rows) + " |" for n in names),
        "| rules that hold, on average | "
        + " | ".join(f"{r.average_matched:.1f}" for r in rows) + " |",
        "",
        *_targets(rows, whole),
        "",
        "## One whole decision under the shipped law",
        "",
        f"JSON in, enriched, matched, decided, default trace, JSON out; {whole.rules} rules. "
        f"Loaded and compiled in {whole.load_seconds:.2f} s.",
        "",
        "| | p50 | p10 to p90 | p99 |",
        "|---|---|---|---|",
        *(f"| {name} | {s.p50:,.0f} | {s.p10:,.0f} to {s.p90:,.0f} | {s.p99:,.0f} |"
          for name, s in (
              ("examples of the rulebook, each decided before", whole.examples),
              ("order book, lines not seen before", whole.orders),
              ("generated shipments, each decided before", whole.generated))),
        *(f"| of the examples: {name} | {s.p50:,.0f} | {s.p10:,.0f} to {s.p90:,.0f} | "
          f"{s.p99:,.0f} |" for name, s in whole.stages.items()),
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _facts(row: Row) -> str:
    return "facts complete" if not row.missing else f"{row.missing:.0%} of facts missing"


def _targets(rows: list[Row], whole: Whole) -> list[str]:
    found = ["| aimed at | measured | |", "|---|---|---|"]

    def say(aim: str, measured: str, met: bool) -> None:
        found.append(f"| {aim} | {measured} | {'met' if met else 'missed'} |")

    for row in rows:
        if row.rules == 200:
            say(f"{TIMES_FASTER} times as fast as the fastest other engine at 200 rules, "
                f"{_facts(row)}", f"{row.ratio:.1f} times ({row.fastest_peer})",
                row.ratio >= TIMES_FASTER)  # fmt: skip
    for missing in match.MISSING:
        few, many = (next(r for r in rows if (r.rules, r.missing) == (n, missing))
                     for n in match.SIZES)  # fmt: skip
        growth = many.times[OURS].p50 / few.times[OURS].p50
        say(f"from 200 to 1,000 rules at most {GROWTH} times slower, {_facts(few)}",
            f"{growth:.1f} times", growth <= GROWTH)  # fmt: skip
    took = whole.examples.p50
    say(f"a whole decision below {DECISION_US} us", f"{took:,.0f} us", took < DECISION_US)
    peer = rows[0].times[rows[0].fastest_peer].p50
    say(f"a whole decision {TIMES_BELOW_PEER} times as fast as the fastest other engine matches "
        "200 rules", f"{peer / took:.1f} times", peer / took >= TIMES_BELOW_PEER)  # fmt: skip
    say("the shipped law loaded and compiled below 2 s", f"{whole.load_seconds:.2f} s",
        whole.load_seconds < 2)  # fmt: skip
    return found


def main() -> None:
    """Measure, print, write."""
    whole = decide.measure()
    text = report(match.measure(), whole)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
