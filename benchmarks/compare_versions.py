"""Two versions of a large generated rulebook compared: how long it takes, and how many regions.

A test of a list entry that the solver cannot express is made plain first (a comparison that meets
one says so, and is never called complete), and each ground is made to speak of some goods to some
places, as real ones do.

    python -m benchmarks.compare_versions [RULES] [CHANGED] [SEED]
"""

from __future__ import annotations

import copy
import sys
import time
from random import Random
from typing import Any

from screening.engine import Rulebook
from screening.problems import ProblemsFound
from screening.workbench.generate import loaded, random_rulebook
from screening.workbench.regions.run import compare

_READABLE = {"list", "basis"}


def versions(rules: int, changed: int, seed: int) -> tuple[Rulebook, Rulebook]:
    """A rulebook of about so many rules, and the same with some rules changed."""
    rng = Random(seed)
    document, _ = random_rulebook(rng, rules)
    document = _plainer(document)
    for rule in document["rules"]:
        if "overrides" not in rule:
            _narrow(rule, rng)
    old = loaded(document)
    while True:
        again = copy.deepcopy(document)
        for rule in rng.sample([r for r in again["rules"] if "overrides" not in r], changed):
            _change(rule, rng)
        try:
            return old, loaded(again)
        except ProblemsFound:
            continue  # what the language refuses is drawn again


def _narrow(rule: dict[str, Any], rng: Random) -> None:
    """As real rules are, about some goods to some places: else all shipments meet the strictest."""
    goods = {
        "eccn": [f"{rng.choice('13456')}A{rng.randrange(201, 211)}" for _ in range(3)],
        "destination": rng.sample(["CN", "HK", "RU", "IR", "AE", "IN", "FR", "VN"], 3),
    }
    rule["when"] = {"all": [rule["when"], goods]} if isinstance(rule["when"], dict) else goods


def _change(rule: dict[str, Any], rng: Random) -> None:
    match rng.randrange(3):
        case 0 if isinstance(rule.get("finding"), str):
            rule["finding"] = rng.choice(["case_by_case", "presumption_of_denial", "red_flag"])
        case 1:
            rule["in_force"] = {"from": "2024-03-01"}
        case _ if isinstance(rule["when"], dict):
            rule["when"] = {"all": [rule["when"], {"destination": ["CN", "HK"]}]}


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
    rules, changed, seed = (*(int(a) for a in sys.argv[1:]), *(500, 3, 1)[len(sys.argv) - 1 :])
    old, new = versions(rules, changed, seed)
    start = time.perf_counter()
    found = compare(old, new)
    spent = time.perf_counter() - start
    whole = "proved to be all" if found.proved else found.unknown[0]
    print(f"{len(old.rules)} rules, {changed} changed, seed {seed}: ", end="")
    print(f"{len(found.regions)} regions in {spent:.1f} s; {whole}")


if __name__ == "__main__":
    main()
