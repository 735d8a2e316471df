"""Why a rule is as it is: the sentence that its writer gave it, with what is known filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from screening.conditions.tree import Member, walk
from screening.conditions.words import value_text
from screening.decide.view import View
from screening.facts import Facts
from screening.places import CODES
from screening.rulebook.model import Rule

_HOLE = re.compile(r"\{([a-z_.]+)\}")


def words_of(rule: Rule, facts: Facts, view: View) -> str:
    """What the tables behind a rule's groups say in words of the codes given."""
    if "{words}" not in rule.because:
        return ""
    said: dict[str, None] = {}
    for node in walk(rule.when):
        if not isinstance(node, Member):
            continue
        for words in _tables(node.groups, view):
            for fact in facts.values.get(node.field.id, ()):
                parts = str(fact.value).split(".")
                above = (".".join(parts[:depth]) for depth in range(len(parts), 0, -1))
                said |= {words[code]: None for code in above if code in words}
    return "; ".join(said)


def _tables(ids: Iterable[str], view: View) -> Iterator[Mapping[str, str]]:
    for id in ids:
        group = view.content.groups.get(id)
        if group is not None:
            yield group.words
            yield from _tables((*group.include, *group.exclude), view)


def holes(text: str) -> set[str]:
    """The fields that a sentence may speak of."""
    found = set(_HOLE.findall(text))
    return found | {hole.removesuffix(".name") for hole in found}


def fill(text: str, facts: Facts, words: str = "") -> str:
    """A sentence with `{field}` and `{field.name}` replaced by what is known; never evaluated.

    `{words}` is what a table says of a code in its own words, where it says anything.
    """

    def value(match: re.Match[str]) -> str:
        if match.group(1) == "words":
            return words
        id, _, part = match.group(1).rpartition(".")
        field = id if part == "name" and id else match.group(1)
        found = facts.values.get(field)
        if not found:
            return "an unknown " + field.replace("_", " ")
        texts = dict.fromkeys(value_text(f.value) for f in found)
        return " or ".join(CODES.get(t, t) if part == "name" else t for t in texts)

    return _HOLE.sub(value, text).strip()
