"""The columns of the program: every ground and override, and what every rulebook has unwritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from screening.conditions.tree import (
    All,
    Always,
    AnyOf,
    EveryParty,
    Expr,
    Member,
    Not,
    SomeListing,
    SomeParty,
    classes_used,
    walk,
)
from screening.decision import LICENSE_STEPS, Authority, Finding, OverrideKind
from screening.rulebook.model import Content, Rule
from screening.rulebook.overrides import reach
from screening.rulebook.period import Period
from screening.vocabulary import Scope, Vocabulary

CONFLICT = "facts-conflict"
CLAIM_UNMET = "exception-claimed-not-met"
LICENSE_PROVED = "license-in-hand"
LICENSE_CLAIMED = "license-claimed"


@dataclass(frozen=True)
class Column:
    """One rule, or one finding of a rule whose finding is taken from the listings it matches."""

    rule: Rule
    finding: Finding | None
    when: Expr
    reached_by: tuple[int, ...] = ()
    replaces: tuple[int, ...] = ()
    barred_by: tuple[int, ...] = ()
    lapses: tuple[tuple[Period, date | None], ...] = ()
    verified_through: date | None = None


def columns_of(content: Content, authority: Authority | None) -> tuple[Column, ...]:
    """All columns in order. With `authority`, the text alone: see `_in_text`."""
    rules = {id: r for id, r in content.rules.items() if _in_text(r, authority)}
    rules |= _built_in(rules, content.vocabulary)
    reached = reach(rules, content.header.verdicts)
    columns: list[Column] = []
    of_rule: dict[str, list[int]] = {}
    for rule in rules.values():
        for finding, when in _variants(rule, content):
            of_rule.setdefault(rule.id, []).append(len(columns))
            columns.append(Column(rule, finding, when))

    def positions(ids: Iterable[str]) -> tuple[int, ...]:
        return tuple(i for id in ids for i in of_rule.get(id, ()))

    reached_by: dict[str, list[str]] = {}
    for override, ids in reached.items():
        for id in ids:
            reached_by.setdefault(id, []).append(override)
    return tuple(
        replace(
            column,
            reached_by=positions(reached_by.get(column.rule.id, ())),
            replaces=positions(column.rule.targets)
            if column.rule.kind is OverrideKind.REPLACING
            else (),
            barred_by=_barring(column.rule, columns),
            lapses=_lapses(column.rule, rules, reached_by),
            verified_through=_verified_through(column.rule, content),
        )
        for column in columns
    )


def _in_text(rule: Rule, authority: Authority | None) -> bool:
    """The text alone: overrides below the named rank are off, and so are grounds of practice and
    company; letters stay."""
    if authority is None:
        return True
    if rule.kind is not None:
        return rule.authority.rank <= authority.rank
    return rule.authority not in (Authority.PRACTICE, Authority.COMPANY)


def _built_in(rules: Mapping[str, Rule], vocabulary: Vocabulary) -> dict[str, Rule]:
    conflict = vocabulary.of(Scope.SHIPMENT)["conflicting_facts"]
    steps = set(LICENSE_STEPS)
    answered = [r for r in rules.values() if r.from_listing or r.finding in steps]
    denials = [
        r
        for r in answered
        if r.from_listing
        or (r.finding is not None and r.finding.rank > Finding.LICENSE_REQUIRED.rank)
    ]
    everywhere = (Period(),)

    def rule(id: str, title: str, finding: Finding, when: Expr, targets: list[Rule] | None) -> Rule:
        return Rule(
            id=id, title=title, cites=("The rule language of this engine",),
            authority=Authority.STATUTE, windows=everywhere, when=when, finding=finding,
            kind=None if targets is None else OverrideKind.REPLACING,
            targets=tuple(t.id for t in targets or ()), verified_through=date.max, built_in=True,
        )  # fmt: skip

    return {
        r.id: r
        for r in (
            rule(CONFLICT, "Given, catalogue and derived facts contradict each other",
                 Finding.RED_FLAG, Member(conflict, (True,)), None),
            rule(CLAIM_UNMET, "The license exception that is claimed is surely not met",
                 Finding.RED_FLAG, Always(), None),
            rule(LICENSE_PROVED, "A license in hand covers this line",
                 Finding.LICENSED, Always(), answered),
            rule(LICENSE_CLAIMED, "A license is said to cover this line: check that it does",
                 Finding.LICENSE_REQUIRED, Always(), denials),
        )
    }  # fmt: skip


def _variants(rule: Rule, content: Content) -> list[tuple[Finding | None, Expr]]:
    if not rule.from_listing:
        return [(rule.finding, rule.when)]
    if not any(isinstance(node, SomeListing) for node in walk(rule.when)):
        return [(Finding.PRESUMPTION_OF_DENIAL, rule.when)]
    field = content.vocabulary.of(Scope.LISTING)["policy_finding"]
    findings = {Finding.PRESUMPTION_OF_DENIAL, *content.header.policy_words.values()}
    return [
        (f, _listed_with(rule.when, Member(field, (f.value,))))
        for f in sorted(findings, key=lambda f: f.rank)
    ]


def _listed_with(expr: Expr, policy: Member) -> Expr:
    """The condition, every listing that it asks for bearing that policy."""
    match expr:
        case SomeListing(body):
            return SomeListing(All((body, policy)))
        case All(parts):
            return All(tuple(_listed_with(p, policy) for p in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_listed_with(p, policy) for p in parts))
        case SomeParty(roles, body):
            return SomeParty(roles, _listed_with(body, policy))
        case EveryParty(roles, body):
            return EveryParty(roles, _listed_with(body, policy))
        case Not():
            return expr  # a listing that must not be there has no policy to take
        case _:
            return expr


def _barring(rule: Rule, columns: list[Column]) -> tuple[int, ...]:
    return tuple(
        i
        for i, column in enumerate(columns)
        if column.rule.tags & rule.barred_tags and column.rule.id not in rule.barred_except
    )


def _lapses(
    rule: Rule, rules: Mapping[str, Rule], reached_by: Mapping[str, list[str]]
) -> tuple[tuple[Period, date | None], ...]:
    """Stays of this rule whose end nobody confirmed, each with when the doubt ends."""
    found = []
    for id in reached_by.get(rule.id, ()):
        stay = rules[id]
        if not stay.unverified_on_end or rule.id not in stay.targets:
            continue
        for window in stay.windows:
            if window.end is not None:
                end = window.end
                later = [w.start for w in rule.windows if w.start is not None and w.start >= end]
                found.append((window, min(later, default=None)))
    return tuple(found)


def _verified_through(rule: Rule, content: Content) -> date | None:
    """Through when the rule and every class it uses were verified."""
    days = [rule.verified_through]
    seen: set[str] = set()

    def visit(expr: Expr | None) -> None:
        for id in classes_used(expr) if expr is not None else ():
            if id not in seen:
                seen.add(id)
                days.append(content.classes[id].verified_through)
                for definition in content.classes[id].definitions:
                    visit(definition.when)

    if not rule.built_in:
        visit(rule.when)
        visit(rule.conditions)
    return None if None in days else min(d for d in days if d is not None)
