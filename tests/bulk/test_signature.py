"""Rows are decided once for all that the rules which may hold of them say, and no more often."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from one_by_one import differences, prepared, told

from screening import load_rulebook
from screening.bulk.fast.alike import Alike
from screening.bulk.remembered import decided
from screening.engine import Rulebook

HEAD = """
rulebook:
  language: 1
  id: little
  title: Little
  covers: {from: 2024-01-01, verified_through: 2027-01-01}
  allow_requires: always
  assumable: [end_use]
rules:
"""

RULE = """
  - id: %s
    title: A rule
    cites: ["generated"]
    authority: regulation
    in_force: {from: 2024-01-01}
"""

TO_RUSSIA = (
    RULE % "to-russia"
    + """
    when: {destination: RU, quantity: {at_least: 10}}
    finding: presumption_of_denial
"""
)

EASED = (
    RULE % "eased"
    + """
    when: {country_of_origin: [FR, DE]}
    overrides: {rule: to-russia, by: replacing}
    finding: case_by_case
"""
)

HUNDRED = (
    RULE % "hundred"
    + """
    when: {quantity: {at_least: 100}, destination: KP}
    finding: case_by_case
"""
)


def book(folder: Path, text: str) -> Rulebook:
    folder.mkdir()
    (folder / "rulebook.yaml").write_text(HEAD + text, "utf-8")
    return load_rulebook(folder)


def times_asked(rulebook: Rulebook, path: Path, **footing: Any) -> int:
    """How often the engine is asked about a table, which comes out as row by row."""
    for one, other in differences(rulebook, prepared(path, rulebook), **footing):
        pytest.fail(f"line {one.line}\n{told(one, other)}")
    found = prepared(path, rulebook)
    alike = Alike(rulebook, found.reading, lambda s: decided(rulebook.decide(s, **footing)))
    for batch in found.table.batches(100):
        alike.answer(batch)
    assert alike.one_by_one == 0
    return alike.decided_once


@pytest.mark.parametrize(
    ("rules", "rows", "times", "why"),
    [
        (TO_RUSSIA + HUNDRED, "FR,2025-01-01,5,FR\nFR,2025-01-01,50,FR\nFR,2025-01-01,500,FR", 1,
         "no rule holds in France, so the quantity is no matter"),
        (TO_RUSSIA + HUNDRED, "RU,2025-01-01,50,FR\nRU,2025-01-01,500,FR", 1,
         "only the rule for Korea tells these quantities apart"),
        (TO_RUSSIA + HUNDRED, "RU,2025-01-01,5,FR\nRU,2025-01-01,50,FR", 2,
         "the rule for Russia holds of one alone"),
        (TO_RUSSIA + EASED, "FR,2025-01-01,5,FR\nFR,2025-01-01,5,JP\nFR,2025-01-01,5,", 1,
         "nothing stands that could be eased"),
        (TO_RUSSIA + EASED, "RU,2025-01-01,50,FR\nRU,2025-01-01,50,JP\nRU,2025-01-01,50,", 3,
         "eased, not eased, and not known"),
        (TO_RUSSIA + EASED, "RU,2025-01-01,,FR\nRU,2025-01-01,,JP", 2,
         "what may be eased is told"),
        (TO_RUSSIA + EASED, "FR,2025-01-01,5,FR\nFR,2030-01-01,5,FR", 2,
         "nobody verified the rulebook for the second date"),
    ],
)  # fmt: skip
def test_decided_once(tmp_path: Path, rules: str, rows: str, times: int, why: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"destination,law_date,quantity,country_of_origin\n{rows}\n", "utf-8")
    assert times_asked(book(tmp_path / "book", rules), path) == times, why


def test_what_is_assumed_counts_where_it_is_asked(tmp_path: Path) -> None:
    """Given: end use is assumed. A stated one and an assumed one are two answers where a rule asks
    for it, and one where no rule that may hold does."""
    rules = (
        RULE % "military"
        + """
    when: {destination: RU, end_use: military}
    finding: prohibited
assumptions:
  - id: civil
    title: The end use is civil
    assume: {end_use: civil}
    cost: end use not stated, taken as civil
    because: orders are civil
    accepted: {by: Nobody, on: 2025-01-01}
"""
    )
    path = tmp_path / "rows.csv"
    path.write_text("destination,law_date,end_use\nRU,2025-01-01,\nRU,2025-01-01,military\n"
                    "RU,2025-01-01,civil\n", "utf-8")  # fmt: skip
    rulebook = book(tmp_path / "book", rules)
    assert times_asked(rulebook, path) == 3
    assert times_asked(rulebook, path, assumptions=False) == 3
