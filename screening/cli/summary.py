"""What a table came to: verdicts and shares, the deciding rules, the facts that were missing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console

from screening.bulk.tally import Tally
from screening.cli.render import shown
from screening.decision import Verdict
from screening.english import count


def as_dict(tally: Tally) -> dict[str, Any]:
    """JSON form."""
    return {
        "rows": tally.verdicts.total(),
        "verdicts": {v.value: tally.verdicts[v.value] for v in Verdict},
        "deciding": dict(_most(tally.deciding, 5)),
        "missing": dict(_most(tally.missing, 3)),
        "settling": [{"supply": list(s.facts), "settled": s.settled} for s in tally.settling],
        "rest_on_assumptions": tally.resting,
        "with_problems": tally.unreadable,
    }


def show(tally: Tally, console: Console) -> None:
    """For people."""
    total = tally.verdicts.total()
    counts = ", ".join(
        f"{v.value} {tally.verdicts[v.value]} ({_share(tally.verdicts[v.value], total)})"
        for v in Verdict
    )
    console.print(shown(f"{count(total, 'row')}: {counts}", "bold"), soft_wrap=True)
    if tally.unreadable:
        console.print(
            f"{count(tally.unreadable, 'row has problems', 'rows have problems')}, "
            "told in the column `problems`"
        )
    if tally.by_itself:
        console.print(
            f"{count(tally.by_itself, 'row')} had to be decided one by one, which is slower"
        )
    if tally.resting:
        allowed = tally.verdicts[Verdict.ALLOW.value]
        console.print(
            f"{tally.resting} of {count(allowed, 'allow')} "
            f"{'rests' if tally.resting == 1 else 'rest'} on assumptions:"
        )
        _list(console, _most(tally.assumed, 5))
    if tally.deciding:
        console.print("rules that decided most rows:")
        _list(console, _most(tally.deciding, 5))
    if tally.missing:
        console.print("missing facts that cause most reviews:")
        _list(console, _most(tally.missing, 3))
    reviews = tally.verdicts[Verdict.REVIEW.value]
    said, of = "supply", count(reviews, "review")
    for step in tally.settling:
        facts = ", ".join(step.facts)
        console.print(f"{said} {facts} to settle {step.settled} of {of}", soft_wrap=True)
        said = "   and"


def _most(counts: Counter[str], n: int) -> list[tuple[str, int]]:
    """The largest counts; of equal ones the first by name, in whatever order they were met."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:n]


def _share(part: int, total: int) -> str:
    """Percent of all rows."""
    return f"{100 * part / total:.1f}%" if total else "0.0%"


def _list(console: Console, items: list[tuple[str, int]]) -> None:
    for text, n in items:
        console.print(shown(f"  {n:>6}  {text}"), soft_wrap=True)
