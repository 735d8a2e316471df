"""Two versions of a large generated rulebook compared: how long it takes, and how many regions.

Rules with a test of a list entry that the solver cannot express are left out; a comparison that
meets one says so, and is never called complete.

    python -m benchmarks.compare_versions [RULES] [CHANGED] [SEED]
"""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Any

from screening.engine import Rulebook
from screening.problems import ProblemsFound
from screening.workbench.generate import loaded, random_rulebook
from screening.workbench.regions.run import compare

_READABLE = {"list", "policy", "policy_finding", "entry", "footnotes", "basis", "covers_item",
             "all", "any", "none", "not_all"}  # fmt: skip


def versions(rules: int, changed: int, seed: int) -> tuple[Rulebook, Rulebook]:
    """A rulebook of about so many rules, and the same with some rules changed."""
    rng = Random(seed)
    document, _ = random_rulebook(rng, rules)
    document["rules"] = [r for r in document["rules"] if all(map(_readable, _listings(r)))]
    known = {r["id"] for r in document["rules"]}
    document["rules"] = [r for r in document["rules"] if _targets(r) <= known]
    old = loaded(document)
    while True:
        again = copy.deepcopy(document)
        for rule in rng.sample([r for r in again["rules"] if "overrides" not in r], changed):
            _change(rule, rng)
        try:
            return old, loaded(again)
        except ProblemsFound:
            continue  # what the language refuses is drawn again


def _change(rule: dict[str, Any], rng: Random) -> None:
    match rng.randrange(3):
        case 0 if isinstance(rule.get("finding"), str):
            rule["finding"] = rng.choice(["case_by_case", "presumption_of_denial", "red_flag"])
        case 1:
            rule["in_force"] = {"from": "2024-03-01"}
        case _ if isinstance(rule["when"], dict):
            rule["when"] = {"all": [rule["when"], {"destination": ["CN", "HK"]}]}


def _listings(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "listing" or key.endswith(".listing"):
                yield value
            yield from _listings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _listings(value)


def _readable(node: Any) -> bool:
    if isinstance(node, dict):
        plain = not ({"known", "like", "contains", "same_as", "differs_from"} & node.keys())
        named = all(k in _READABLE or k in ("any_of", "none_of", "unless") for k in node)
        return plain and named and all(map(_readable, node.values()))
    return all(map(_readable, node)) if isinstance(node, list) else True


def _targets(rule: dict[str, Any]) -> set[str]:
    named = rule.get("overrides") or {}
    found = [named.get("rule"), *named.get("rules", ()), *named.get("reaches", ())]
    found += (rule.get("barred_by") or {}).get("except", ())
    return {f for f in found if f} | ({rule["succeeds"]} if rule.get("succeeds") else set())


def main() -> None:
    """Measure once and tell."""
    rules, changed, seed = (*(int(a) for a in sys.argv[1:]), *(500, 3, 1)[len(sys.argv) - 1 :])
    old, new = versions(rules, changed, seed)
    start = time.perf_counter()
    found = compare(old, new)
    spent = time.perf_counter() - start
    print(f"{len(old.rules)} rules, {changed} changed, seed {seed}: {len(found.regions)} regions "
          f"in {spent:.1f} s; {'proved to be all' if found.proved else found.unknown[0]}")  # fmt: skip


if __name__ == "__main__":
    main()
