"""Two versions of a large generated rulebook compared: how long it takes, and how many regions.

Rules come in families of a dozen, as regimes do: overrides relax rules of their own family, and
each ground speaks of some goods to some places. With `tangled` all are one family, whose overrides
meet at the same targets. The changes are those that policy staff make. A test of a list entry that
the solver cannot express is made plain first: a comparison that meets one is never called complete.

    python -m benchmarks.compare_versions [RULES] [CHANGED] [SEED] [tangled]
"""

from __future__ import annotations

import copy
import os
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Any

from screening.engine import Rulebook
from screening.problems import ProblemsFound
from screening.workbench.generate import loaded, random_rulebook
from screening.workbench.regions.run import compare

_READABLE = {"list", "basis"}
_FAMILY = 12
_PLACES = ("CN", "HK", "RU", "IR", "AE", "IN", "FR", "VN")
Document = dict[str, Any]


def versions(
    rules: int, changed: int, seed: int, tangled: bool = False
) -> tuple[Rulebook, Rulebook]:
    """A rulebook of about so many rules, and the same with so many changes."""
    rng = Random(seed)
    while True:
        document = _generated(rng, rules, rules if tangled else _FAMILY)
        try:
            old = loaded(document)
            break
        except ProblemsFound:
            continue
    while True:
        again = copy.deepcopy(document)
        for n in range(changed):
            _change(again["rules"], rng, n)
        try:
            return old, loaded(again)
        except ProblemsFound:
            continue  # what the language refuses is drawn again


def _generated(rng: Random, rules: int, size: int) -> Document:
    found: Document = {}
    for n in range(0, rules, size):
        document = _plainer(random_rulebook(rng, min(size, rules - n))[0])
        for rule in document["rules"]:
            rule["id"] = f"f{n}-{rule['id']}"
            if "overrides" in rule:
                named = [f"f{n}-{id}" for id in rule["overrides"]["rules"]]
                rule["overrides"]["rules"] = named
            else:
                _narrow(rule, rng)
        if found:
            found["rules"] += document["rules"]
        else:
            found = document
    return found


def _narrow(rule: Document, rng: Random) -> None:
    """As real rules are, about some goods to some places: else all shipments meet the strictest."""
    goods = {
        "eccn": [f"{rng.choice('13456')}A{rng.randrange(201, 211)}" for _ in range(3)],
        "destination": rng.sample(_PLACES, 3),
    }
    rule["when"] = {"all": [rule["when"], goods]} if isinstance(rule["when"], dict) else goods


def _change(rules: list[Document], rng: Random, n: int) -> None:
    """One change, of the kinds in turn: so far as the rule drawn has what is to change."""
    grounds = [r for r in rules if "overrides" not in r]
    named = {id for r in rules if "overrides" in r for id in r["overrides"]["rules"]}
    rule = rng.choice(grounds)
    match n % 6:
        case 0:
            rule["in_force"] = {"from": "2024-03-01"}
        case 1:
            goods = rule["when"]["all"][-1] if "all" in rule["when"] else rule["when"]
            more = [*goods["destination"], *rng.sample(_PLACES, 2)]
            goods["destination"] = list(dict.fromkeys(more))
        case 2:
            operands = [o for r in grounds for o in _thresholds(r["when"])]
            operand = rng.choice(operands)
            operand["at_least"] = str(int(operand["at_least"]) * 2)
        case 3:
            rules.remove(rng.choice([r for r in grounds if r["id"] not in named]))
        case 4:
            new = {k: v for k, v in rule.items() if k not in ("addressee", "others", "verdict")}
            new |= {"id": f"added-{n}", "authority": "regulation", "finding": "license_required",
                    "when": {"eccn": f"{rng.choice('13456')}A{rng.randrange(201, 211)}",
                             "destination": rng.sample(_PLACES, 2)}}  # fmt: skip
            rules.append(new)
        case _:
            rules.append({
                "id": f"relaxed-{n}", "title": "Generated relaxation", "cites": ["generated"],
                "authority": "statute", "in_force": {"from": "2024-06-15"},
                "overrides": {"rules": [rule["id"]], "by": "suspending"},
                "when": {"destination": rng.sample(_PLACES, 2)},
            })  # fmt: skip


def _thresholds(node: Any) -> Iterator[Document]:
    if isinstance(node, dict):
        if str(node.get("at_least", "")).isdigit():
            yield node
        for value in node.values():
            yield from _thresholds(value)
    elif isinstance(node, list):
        for one in node:
            yield from _thresholds(one)


def _plainer(node: Any) -> Any:
    """The document with each test of a list entry that the solver cannot express made plain."""
    if isinstance(node, dict):
        return {
            key: {"list": "EL"}
            if key.split(".")[-1] == "listing" and not _readable(value)
            else _plainer(value)
            for key, value in node.items()
        }
    return [_plainer(n) for n in node] if isinstance(node, list) else node


def _readable(node: Any) -> bool:
    if isinstance(node, dict):
        plain = not ({"known", "like", "contains", "same_as", "differs_from"} & node.keys())
        named = all(k in _READABLE or k in ("any_of", "none_of") for k in node)
        return plain and named and all(map(_readable, node.values()))
    return all(map(_readable, node)) if isinstance(node, list) else True


def main() -> None:
    """Measure once and tell."""
    given = [a for a in sys.argv[1:] if a != "tangled"]
    rules, changed, seed = (*map(int, given), *(500, 6, 1)[len(given) :])
    old, new = versions(rules, changed, seed, "tangled" in sys.argv)
    start, before = time.perf_counter(), os.times()
    found = compare(old, new)
    spent, after = time.perf_counter() - start, os.times()
    # Of this process and of the children that did the work.
    used = sum(after[:4]) - sum(before[:4])
    whole = "proved to be all" if found.proved else f"not all: {found.unknown[0][:200]}"
    print(f"{len(old.rules)} rules, {changed} changes, seed {seed}: {len(found.regions)} regions "
          f"in {spent:.1f} s, {used:.1f} s of processor time; {whole}")  # fmt: skip


if __name__ == "__main__":
    main()
