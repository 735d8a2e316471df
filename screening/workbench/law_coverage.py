"""How much of the Commerce Control List the rulebook determines: `screening coverage --law`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from screening.engine import Rulebook
from screening.rulebook.groups import Clocks, Group, is_member
from screening.truth import Truth

CHART_FREE = "chart-free"
DETERMINED = "ccl-determined"
ELSEWHERE = "CCL elsewhere"
IN_WORDS = " in words"


class Degree(StrEnum):
    """How far the license requirements of an entry are read."""

    EXACT = "exact"  # every requirement, for every paragraph
    STATED = (
        "exact-if-stated"  # so, once the classification says which of the controls in words apply
    )
    ELSEWHERE = "elsewhere"  # holds nothing of its own: under the ITAR, or in another entry
    PARTLY = "partly"  # some requirements; others only in the list's own words
    NOT = "not"  # none


def law_coverage(rulebook: Rulebook) -> list[tuple[str, Degree]]:
    """Every entry of the list, in order, with how far it is determined.

    Empty for a rulebook that has no table of the list.
    """
    groups = rulebook.content.groups
    tables = {id: g for id, g in groups.items() if g.of == "codes" and g.listed is not None}
    by_entry: dict[str, list[str]] = {}
    for code in sorted({code for g in tables.values() for code in g.listed or ()}):
        by_entry.setdefault(code.partition(".")[0], []).append(code)
    return [
        (entry, Degree.EXACT if _free(groups.get(CHART_FREE), rulebook, entry)
         else _degree(entry, codes, tables))
        for entry, codes in by_entry.items()
    ]  # fmt: skip


def totals(coverage: Iterable[tuple[str, Degree]]) -> dict[Degree, int]:
    """How many entries there are of each degree."""
    counts = Counter(degree for _, degree in coverage)
    return {degree: counts[degree] for degree in Degree}


def words_about(rulebook: Rulebook, entry: str) -> tuple[str, ...]:
    """What the list says of an entry in words that no column stands for."""
    said = (g.words[entry] for g in rulebook.content.groups.values() if entry in g.words)
    return tuple(dict.fromkeys(said))


def _free(group: Group | None, rulebook: Rulebook, entry: str) -> bool:
    """Whether the entry is determined without the tables."""
    if group is None:
        return False
    return is_member(rulebook.content.groups, group.id, entry, Clocks(None)) is Truth.TRUE


def _degree(entry: str, codes: list[str], tables: dict[str, Group]) -> Degree:
    worded = {id for id, group in tables.items() if entry in group.words}
    if not worded:
        return Degree.EXACT
    if ELSEWHERE in worded:
        return Degree.ELSEWHERE
    if all(id.endswith(IN_WORDS) for id in worded):
        return Degree.STATED
    read = (g for id, g in tables.items() if id != DETERMINED)
    some = any(code in d.members for g in read for d in g.dated
               if not d.period.unverified for code in codes)  # fmt: skip
    return Degree.PARTLY if some else Degree.NOT
