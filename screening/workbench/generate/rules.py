"""Rules at random, of every kind; an override relaxes only what the language lets it relax."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from screening.decision import FOUND_BY_RULES, Authority, Finding
from screening.workbench.generate.conditions import Writer
from screening.workbench.generate.world import (
    DAY,
    EVERYWHERE,
    KEY_DATES,
    SYMBOLS,
    Document,
    Palette,
    interval,
    some,
)

_STEPS = tuple(f for f in FOUND_BY_RULES if f.rank > Finding.LICENSED.rank)
BAR_TAGS = ("bars-0", "bars-1")
"""Tags that only grounds bear; overrides are barred by them."""


def random_rules(rng: Random, palette: Palette, size: int) -> list[Document]:
    """`size` rules, later ones overriding earlier ones."""
    found: list[Document] = []
    for n in range(size):
        grounds = sum("overrides" not in r for r in found)
        if grounds < 2 or rng.random() < 0.4:
            found.append(_ground(rng, palette, f"ground-{n}"))
        else:
            found.append(_override(rng, palette, f"override-{n}", found))
    borne = {t for r in found for t in r.get("tags", ())}
    for rule in found:
        tags = [t for t in BAR_TAGS if t in borne]
        if "overrides" in rule and tags and rng.random() < 0.25:
            rule["barred_by"] = {"tags": [rng.choice(tags)]}
    return found


def _written(
    rng: Random, palette: Palette, id: str, authority: str, tests: int, *, words: bool = False
) -> Document:
    when: Any = Writer(rng, palette, words=words).condition(tests)
    if rng.random() < 0.03:
        when = "always"
    rule: Document = {
        "id": id, "title": f"Rule {id} as generated", "cites": ["generated"],
        "authority": authority, "in_force": _in_force(rng), "when": when,
    }  # fmt: skip
    if rng.random() < 0.05:
        rule["verified_through"] = str(rng.choice(KEY_DATES))
    return rule


def _in_force(rng: Random) -> Any:
    roll = rng.random()
    if roll < 0.7:
        return dict(EVERYWHERE)
    if roll < 0.78:
        return {"period": "truce"}
    if roll < 0.84:
        return [{"from": "2020-01-01", "until": str(KEY_DATES[0])}, {"from": str(KEY_DATES[1])}]
    if roll < 0.9:
        return {"from": "2020-01-01", "status": "unverified"}
    return interval(rng)


def _tests(rng: Random) -> int:
    return rng.choice((2, 2, 3, 3, 4, 5, 6, 8))


def _ground(rng: Random, palette: Palette, id: str) -> Document:
    roll = rng.random()
    if roll < 0.1:
        rule = _written(rng, palette, id, "company", _tests(rng), words=True)
        rule["verdict"] = rng.choice(("review", "deny"))
    elif roll < 0.2:
        rule = _written(rng, palette, id, "letter", _tests(rng))
        rule |= {"addressee": some(rng, (*palette.parties, "parties-0"), 2),
                 "finding": "presumption_of_denial"}  # fmt: skip
        if rng.random() < 0.5:
            rule["others"] = "red_flag"
    elif roll < 0.3:
        rule = _written(rng, palette, id, "regulation", 2)
        listing = Writer(rng, palette, negatives=False)
        rule["when"] = {"any_party": {"listing": {"list": some(rng, ("EL", "MEU", "UVL"), 2)}},
                        **listing.condition(1, 0)}  # fmt: skip
        rule["finding"] = {"from": "listing.policy"}
    elif roll < 0.45:
        rule = _written(rng, palette, id, "guidance", _tests(rng), words=True)
        rule["finding"] = "red_flag"
    else:
        authority = rng.choice(("statute", "regulation", "regulation", "practice"))
        rule = _written(rng, palette, id, authority, _tests(rng))
        rule["finding"] = rng.choice(_STEPS).value
    tags = [t for t in BAR_TAGS if rng.random() < 0.1]
    if tags:
        rule["tags"] = tags
    if rng.random() < 0.1:
        rule["protected"] = "true"
    return rule


def _override(rng: Random, palette: Palette, id: str, earlier: Sequence[Document]) -> Document:
    """An override of one to three earlier rules, its authority high enough for all of them."""
    kind = rng.choice(("replacing", "replacing", "replacing", "suspending", "exempting"))
    may = [r for r in earlier if kind != "replacing" or _replaceable(r)]
    if kind == "replacing" and not may:
        kind, may = "suspending", list(earlier)
    named = {id for r in earlier if "overrides" in r for id in r["overrides"]["rules"]}
    again = [r for r in may if r["id"] in named]
    if again and rng.random() < 0.85:
        may = again  # overrides that meet at one target are where mistakes hide
    targets = rng.sample(may, min(len(may), rng.choice((1, 1, 2, 3))))
    ranks = [Authority(t["authority"]) for t in targets]
    authority = "statute" if Authority.STATUTE in ranks else rng.choice(("statute", "regulation"))
    if kind != "replacing" and set(ranks) == {Authority.COMPANY} and rng.random() < 0.6:
        authority = "company"
    rule = _written(rng, palette, id, authority, rng.choice((2, 2, 2, 3, 4)))
    first = targets[0]["when"]
    words = targets[0].get("finding") == "red_flag" or "verdict" in targets[0]
    if (
        isinstance(first, dict) and not words and rng.random() < 0.85
    ):  # most relaxations narrow what they relax
        kept = rng.sample(list(first), rng.randint(1, len(first)))
        rule["when"] = {key: first[key] for key in first if key in kept}
        if rng.random() < 0.3:
            rule["when"] |= Writer(rng, palette).condition(1, 0)
    rule["overrides"] = {"rules": [t["id"] for t in targets], "by": kind}
    if kind == "replacing":
        _replacement(rng, rule, targets)
    elif kind == "suspending" and rng.random() < 0.25:
        day = rng.choice(KEY_DATES)
        rule["in_force"] = {"from": "2020-01-01", "until": str(day - DAY), "on_end": "unverified"}
    if rng.random() < 0.3:
        rule["conditions"] = Writer(rng, palette).condition(rng.choice((1, 2)), 1)
    return rule


def _replaceable(rule: Document) -> bool:
    exception = isinstance(rule.get("finding"), dict) and "license_exception" in rule["finding"]
    suppresses = rule.get("overrides", {}).get("by") in ("suspending", "exempting")
    outside = rule.get("finding") == Finding.NOT_SUBJECT.value
    return not exception and not outside and not suppresses and "verdict" not in rule


def _replacement(rng: Random, rule: Document, targets: Sequence[Document]) -> None:
    """A finding that is not stricter than any target's."""
    known = [Finding(t["finding"]) for t in targets if isinstance(t["finding"], str)]
    highest = min((f.rank for f in known), default=Finding.PROHIBITED.rank)
    milder = [f for f in _STEPS if f.rank <= highest]
    roll = rng.random()
    if roll < 0.1:
        rule["finding"] = Finding.NOT_SUBJECT.value
        return
    if roll < 0.4 or not milder:
        rule["finding"] = {"license_exception": rng.choice(SYMBOLS)}
        return
    rule["finding"] = rng.choice(milder).value
    if Finding(rule["finding"]) is Finding.NOT_ENFORCED and rng.random() < 0.5:
        rule["authority"] = "guidance"
    elif Finding(rule["finding"]).rank >= Finding.PRESUMPTION_OF_APPROVAL.rank and roll < 0.6:
        rule["authority"] = "practice"
