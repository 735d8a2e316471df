"""The whole way of a shipment under the shipped law: JSON in, decided and traced, JSON out."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from time import perf_counter, perf_counter_ns
from typing import Any

from benchmarks.timing import Spread, side_by_side, spread
from screening.answer import Decision
from screening.engine import Rulebook, load_rulebook
from screening.shipment import Shipment
from screening.workbench.generate import points_of, random_shipment

STAGES = ("read JSON", "enrich", "assume", "match and decide", "trace and ask", "write JSON")


ORDERS = Path(__file__).parent.parent / "seeds" / "erp_year.csv"


@dataclass(frozen=True)
class Whole:
    """What one decision takes, and where.

    `orders` are lines of a year's order book, each decided once, after other lines of the book.
    """

    examples: Spread
    orders: Spread
    generated: Spread
    stages: dict[str, Spread]
    load_seconds: float
    rules: int


def measure(rounds: int = 2, generated: int = 50) -> Whole:
    """Load the shipped law, then decide its examples, an order book and generated shipments."""
    begin = perf_counter()
    book = load_rulebook()
    load_seconds = perf_counter() - begin
    examples, made = example_texts(book), generated_texts(book, generated)
    for text in (*examples, *made):
        _whole(book, text)  # the views of all law dates are there, as in service
    orders = order_texts()
    for text in orders[::2]:
        _whole(book, text)
    unseen = side_by_side({"orders": lambda t: _whole(book, t)}, {"orders": orders[1::2]}, 1)
    examples = Random(1).sample(examples, min(len(examples), 100))
    stages = _stages(book, examples, rounds)
    times = side_by_side(
        {"examples": lambda t: _whole(book, t), "generated": lambda t: _whole(book, t)},
        {"examples": examples, "generated": made}, rounds,
    )  # fmt: skip
    return Whole(times["examples"], unseen["orders"], times["generated"], stages, load_seconds,
                 len(book.rules))  # fmt: skip


def example_texts(book: Rulebook) -> list[str]:
    """The examples of policy staff, each on the dates it speaks of, as JSON."""
    found = []
    for example in book.content.examples:
        for expected in example.expect:
            given = example.given
            if expected.law_date is not None:
                given = given.with_field("law_date", str(expected.law_date))
            found.append(given.model_dump_json())
    return found


def generated_texts(book: Rulebook, count: int) -> list[str]:
    """Shipments at the thresholds of the shipped law."""
    rng = Random(7)
    points = points_of(book.content)
    days: list[date | None] = [*rng.sample(points.dates, 10), None]
    return [json.dumps(random_shipment(rng, points, days)) for _ in range(count)]


def order_texts() -> list[str]:
    """The lines of the order book as JSON."""
    with ORDERS.open(newline="", encoding="utf-8") as stream:
        return [json.dumps(_order(row)) for row in csv.DictReader(stream)]


def _order(row: dict[str, str]) -> dict[str, Any]:
    """One line, with what `erp_year.given.yaml` says of its columns."""
    return {
        "exporter": "Example Instruments Inc.", "exported_from": "US",
        "shipment_id": row["Order No"], "line": row["Line No"], "law_date": row["Order Date"],
        "ultimate_consignee": {"name": row["Ship-to Name"], "country": row["Ship-to Country"]},
        "destination": row["Ship-to Country"],
        "purchaser": {"name": row["Bill-to Name"], "country": row["Bill-to Country"]},
        "product": row["Item Number"], "description": row["Item Description"],
        "eccn": row["ECCN"], "quantity": row["Qty"], "line_value": row["Value"],
        "currency": row["Currency"],
    }  # fmt: skip


def _whole(book: Rulebook, text: str) -> bytes:
    return _written(book.decide(Shipment.model_validate(json.loads(text))))


def _written(decision: Decision) -> bytes:
    """The rules that matter, without spaces for people."""
    return decision.to_bytes()


def _stages(book: Rulebook, texts: list[str], rounds: int) -> dict[str, Spread]:
    """The same way taken step by step; what `decide` does besides its steps is telling."""
    times: dict[str, list[int]] = {name: [] for name in STAGES}
    for text in texts * rounds:
        marks = [perf_counter_ns()]

        def mark(value: Any, marks: list[int] = marks) -> Any:
            marks.append(perf_counter_ns())
            return value

        line = mark(Shipment.model_validate(json.loads(text)))
        given = mark(book.facts(line))
        view = book.view(given.law_date)
        facts = mark(book.assumed(given, view))
        mark(book.ruling(facts, view))
        begin = perf_counter_ns()
        decision = book.decide(line)
        decided = perf_counter_ns() - begin
        begin = perf_counter_ns()
        _written(decision)
        written = perf_counter_ns() - begin
        steps = [b - a for a, b in pairwise(marks)]
        telling = max(0, decided - sum(steps[1:]))
        for name, taken in zip(STAGES, (*steps, telling, written), strict=True):
            times[name].append(taken)
    return {name: spread(taken) for name, taken in times.items()}
