"""Properties: sentences that must hold for every shipment, to be proved by the workbench."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from screening.conditions.context import Names
from screening.conditions.parse import parse_condition
from screening.decision import Finding, Verdict
from screening.problems import Place, Problem, nearest
from screening.rulebook import schema
from screening.rulebook.files import RuleFile
from screening.rulebook.model import Property, Rule

E = TypeVar("E", bound=StrEnum)

COMPLETE = "complete facts"


def property_of(
    spec: schema.Property, file: RuleFile, index: int, names: Names, rules: Mapping[str, Rule],
    layer: str, problems: list[Problem],
) -> Property:  # fmt: skip
    """A property; one that says what an answer *is* must say that it means complete facts."""
    path = ("properties", index)
    for_all = parse_condition(file.node(*path, "for_all"), names, problems)
    unless_node = file.node(*path, "unless")
    unless = parse_condition(unless_node, names, problems) if unless_node else None
    place = file.place(*path, "id")
    permits = _permitted(Finding, spec.finding, file.place(*path, "finding"), problems)
    verdicts = _permitted(Verdict, spec.verdict, file.place(*path, "verdict"), problems)
    if spec.finding is None and spec.verdict is None:
        problems.append(Problem("property-form", f"`{spec.id}` says nothing of the answer",
                                "write `finding: {none_of: [...]}` or `verdict: ...`",
                                place))  # fmt: skip
    if spec.for_ is not None and spec.for_ != COMPLETE:
        problems.append(Problem("property-form", f"`{spec.for_}` is not what a property is for",
                                f"write `for: {COMPLETE}`", file.place(*path, "for")))  # fmt: skip
    # What is missing makes a review of an undetermined finding; only complete facts settle more.
    open_ended = Finding.UNDETERMINED in permits and Verdict.REVIEW in verdicts
    if not open_ended and spec.for_ is None:
        problems.append(Problem(
            "property-complete", f"`{spec.id}` says what the answer is, which missing facts undo",
            f"write `for: {COMPLETE}`, or say with `none_of` what must not happen",
            place))  # fmt: skip
    overrides = {id for id, rule in rules.items() if rule.kind is not None}
    for id in spec.apart_from:
        if id not in overrides:
            problems.append(Problem(
                "property-form", f"`{id}` is not an override{nearest(id, overrides)}",
                "`apart_from` names the relaxations that the property leaves aside",
                file.place(*path, "apart_from")))  # fmt: skip
    return Property(spec.id, spec.title, for_all, unless, permits, verdicts,
                    spec.for_ == COMPLETE, layer, place, tuple(spec.apart_from))  # fmt: skip


def _permitted(
    kind: type[E], value: object, place: Place | None, problems: list[Problem]
) -> frozenset[E]:
    """The members that a value, a list, `any_of` or `none_of` lets happen; by default all."""
    if value is None:
        return frozenset(kind)
    negative = isinstance(value, dict) and set(value) == {"none_of"}
    if isinstance(value, dict) and len(value) == 1 and set(value) <= {"none_of", "any_of"}:
        value = next(iter(value.values()))
    items = value if isinstance(value, list) else [value]
    known = [str(member.value) for member in kind]
    for item in items:
        if not isinstance(item, str) or item not in known:
            what = kind.__name__.lower()
            said = f"`{item}` is not a {what}{nearest(item, known)}" if isinstance(item, str) else (
                f"this is not a {what}, a list of them, `any_of` or `none_of`")  # fmt: skip
            problems.append(Problem("property-form", said, "one of " + ", ".join(known),
                                    place))  # fmt: skip
            return frozenset(kind)
    named = frozenset(kind(str(item)) for item in items)
    return frozenset(kind) - named if negative else named
