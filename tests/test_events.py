"""Every event of the founding article is in the rulebook, and names the rules it touches."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from screening import Rulebook, load_rulebook

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = ["EV16", "EV21", "EV22", "EV23", "EV24", "EV25", "EV33", "T01", "T01b", "T01c", "X01"]
"""The events that section 5.4 of the fact sheet lists for the article of 28 July 2025."""

EVENTS = yaml.load((ROOT / "seeds/events.yaml").read_text("utf-8"), yaml.BaseLoader)["events"]


@pytest.fixture(scope="module")
def law() -> Rulebook:
    return load_rulebook()


def homes(law: Rulebook, event: str) -> set[str]:
    """The rules and periods that bear the event's id."""
    content = law.content
    return {r.id for r in content.rules.values() if event in r.event} | {
        p.id for p in content.periods.values() if event in p.event
    }


@pytest.mark.parametrize("event", ARTICLE)
def test_no_event_of_the_article_is_missing(law: Rulebook, event: str) -> None:
    assert homes(law, event), f"{event} is neither a rule nor a period"
    assert event in {e["id"] for e in EVENTS}


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e["id"])
def test_an_event_touches_what_the_rulebook_has(law: Rulebook, event: dict[str, object]) -> None:
    touched = set(event["touches"])  # type: ignore[call-overload]  # a list of ids
    known = set(law.content.rules) | set(law.content.periods)
    assert touched, f"{event['id']} touches nothing"
    assert touched <= known
    assert touched & homes(law, str(event["id"]))
