"""Generated order lines of 25 columns: skewed, with a stated share of unknown and damaged cells."""

from __future__ import annotations

from itertools import islice
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.rules import (
    CODES,
    COUNTRIES,
    SETS,
    THRESHOLDS,
    BenchRule,
    bench_rules,
    rulebook_document,
)
from screening.engine import Rulebook, load_rulebook
from screening.workbench.generate import text_of

PRODUCTS, PARTIES = 3_000, 30_000
UNKNOWN, DAMAGED = 0.30, 0.02
OVERRIDES = 2
"""One rule in so many relaxes another one."""
LEAST_TESTS = 6

_FIRST_DAY = np.datetime64("2024-01-01")
_BLANKED = ("country_of_origin", "eccn", "tpp", "memory_bandwidth_gbs", "transistor_count",
            "us_content_percent", "datacenter_marketed", "quantity")  # fmt: skip
_CHUNK = 500_000
_RULES_OF_A_FILE = 500


def grounds(count: int) -> tuple[BenchRule, ...]:
    """Rules about certain goods to certain places, with four more tests or up to six: as in the
    law few of them hold of any one row."""
    drawn = (rule for rule in bench_rules(80 * count) if len(rule.tests) >= LEAST_TESTS)
    narrow = (r for r in drawn if {"eccn", "destination"} <= {test.field for test in r.tests})
    return tuple(islice(narrow, count))


def _share(rule: BenchRule) -> float:
    """About which share of all lines a rule holds of."""
    return prod(
        len(test.operand) / len(SETS[test.field]) if isinstance(test.operand, tuple) else 0.5
        for test in rule.tests
    )


def rules(count: int) -> dict[str, Any]:
    """A rulebook of `count` rules: grounds, and overrides that ease the widest of them.

    An override asks for what its target asks for, but for the last two tests, so that it stands
    where the target is met.
    """
    easing = count // OVERRIDES
    found = grounds(count - easing)
    document = rulebook_document(found)
    widest = sorted(found, key=_share, reverse=True)[:easing]
    made = rulebook_document(tuple(BenchRule(f"eases-{r.id}", r.tests[:-2]) for r in widest))
    for target, rule in zip(widest, made["rules"], strict=True):
        rule["overrides"] = {"rule": target.id, "by": "replacing"}
        rule["finding"] = "presumption_of_approval"
    for n, rule in enumerate(document["rules"]):
        rule["finding"] = ("case_by_case", "license_required", "presumption_of_denial")[n % 3]
    document["rules"] += made["rules"]
    return document


def rulebook(document: dict[str, Any], folder: Path) -> Rulebook:
    """The rulebook, written into a folder so that other processes can read it; its rules in several
    files, since a file of a rulebook has a bound."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = document["rules"]
    parts = [{**document, "rules": rules[:_RULES_OF_A_FILE]}] + [
        {"rules": rules[at : at + _RULES_OF_A_FILE]}
        for at in range(_RULES_OF_A_FILE, len(rules), _RULES_OF_A_FILE)
    ]
    for n, part in enumerate(parts):
        (folder / f"rulebook{n or ''}.yaml").write_text(text_of(part), "utf-8")
    return load_rulebook(folder)


def write_rows(path: Path, rows: int, seed: int = 11) -> None:
    """The table as CSV."""
    rng = np.random.default_rng(seed)
    products = _products(rng)
    parties = rng.choice(COUNTRIES, PARTIES)
    with path.open("wb") as out:
        for start in range(0, rows, _CHUNK):
            frame = _rows(rng, start, min(_CHUNK, rows - start), products, parties)
            frame.write_csv(out, include_header=start == 0)


def _skewed(rng: np.random.Generator, of: int, count: int) -> npt.NDArray[np.int64]:
    """Numbers below `of`, small ones far more often, as with articles and customers."""
    return np.minimum((of ** rng.random(count) - 1).astype(np.int64), of - 1)


def _products(rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
    def near(field: str) -> npt.NDArray[Any]:
        picked = rng.choice(THRESHOLDS[field], PRODUCTS)
        return np.maximum(0, picked + rng.integers(-1, 2, PRODUCTS)).astype(str)

    return {
        "product": np.array([f"AX-{n:05d}" for n in range(PRODUCTS)]),
        "description": np.array([f"Article of series {n % 97}, type {n}" for n in range(PRODUCTS)]),
        "eccn": rng.choice(CODES, PRODUCTS),
        "country_of_origin": rng.choice(COUNTRIES, PRODUCTS),
        **{f: near(f) for f in ("tpp", "memory_bandwidth_gbs", "interconnect_bandwidth_gbs",
                                "transistor_count")},
        **{f: rng.choice(("true", "false"), PRODUCTS)
           for f in ("datacenter_marketed", "attributes.dual_use", "attributes.sealed",
                     "attributes.encrypted")},
    }  # fmt: skip


def _rows(
    rng: np.random.Generator, start: int, count: int, products: dict[str, npt.NDArray[Any]],
    parties: npt.NDArray[Any],
) -> pl.DataFrame:  # fmt: skip
    product = _skewed(rng, PRODUCTS, count)
    consignee = _skewed(rng, PARTIES, count)
    user = np.where(rng.random(count) < 0.7, consignee, _skewed(rng, PARTIES, count))
    days = _FIRST_DAY + rng.integers(0, 365, count)
    quantity = rng.choice((1, 2, 5, 10, 25, 50, 100, 1000, 1700), count) + rng.integers(0, 3, count)

    def names(of: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        return np.char.add("Party ", np.char.add(of.astype(str), " Trading Co."))

    columns: dict[str, npt.NDArray[Any]] = {
        "shipment_id": np.char.add("S-", (start + np.arange(count)).astype(str)),
        "line": np.full(count, "10"),
        "law_date": days.astype(str),
        "exporter": np.full(count, "Example Instruments Inc."),
        "exported_from": rng.choice(COUNTRIES[10:16], count),
        "destination": parties[consignee],
        "ultimate_consignee": names(consignee),
        "ultimate_consignee.country": parties[consignee],
        "end_user": names(user),
        "end_user.country": parties[user],
        **{name: values[product] for name, values in products.items()},
        "quantity": quantity.astype(str),
        "us_content_percent": rng.choice(("5", "10", "24", "25", "60", "100"), count),
        "line_value": np.round(quantity * rng.random(count) * 900, 2).astype(str),
    }  # fmt: skip
    blank = np.where(rng.random(count) < UNKNOWN, rng.integers(0, len(_BLANKED), count), -1)
    for n, name in enumerate(_BLANKED):
        columns[name] = np.where(blank == n, "", columns[name])
    damaged = rng.random(count) < DAMAGED
    columns["eccn"] = np.where(damaged, "3.00E+01", columns["eccn"])
    return pl.DataFrame({k: pl.Series(v.tolist(), dtype=pl.String) for k, v in columns.items()})
