"""The columns of the program: every ground and override, and what every rulebook has unwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    shared,
    walk,
)
from screening.decision import (
    DEFAULT_VERDICTS,
    LICENSE_STEPS,
    Authority,
    Finding,
    OverrideKind,
    Verdict,
)
from screening.rulebook.model import (
    CLAIM_UNMET,
    CONFLICT,
    LICENSE_CLAIMED,
    LICENSE_PROVED,
    Content,
    Rule,
)
from screening.rulebook.period import Period
from screening.vocabulary import Scope, Vocabulary

# What the rules that every rulebook has unwritten rest on.
_RED_FLAGS = "15 CFR part 732 Supp. No. 3"  # facts that contradict each other are a red flag
_LICENSE = "the license given with the shipment"


@dataclass(frozen=True)
class Column:
    """One rule as it stands in one place.

    A rule that takes its finding from the listings it matches has a column for each finding. A
    replacement has one for each thing it replaces: relaxing two rules is two relaxations, and what
    defeats the one leaves the other as it was.
    """

    rule: Rule
    finding: Finding | None
    when: Expr
    replaces: tuple[int, ...] = ()
    reached_by: tuple[int, ...] = ()
    barred_by: tuple[int, ...] = ()
    lapses: tuple[tuple[Period, date | None], ...] = ()
    verified_through: date | None = None


def columns_of(content: Content, authority: Authority | None) -> tuple[Column, ...]:
    """All columns in order. With `authority`, the text alone: see `_in_text`."""
    rules = {id: r for id, r in content.rules.items() if _in_text(r, authority)}
    rules |= _built_in(rules, content.vocabulary)
    columns, of_rule = _laid_out(rules, content)
    reached_by: dict[int, list[int]] = {}
    for o, reached in reach(columns, of_rule, content.header.verdicts).items():
        for i in reached:
            reached_by.setdefault(i, []).append(o)
    return tuple(
        replace(
            column,
            reached_by=tuple(sorted(reached_by.get(i, ()))),
            barred_by=_barring(column.rule, columns),
            lapses=_lapses(column.rule, rules),
            verified_through=_verified_through(column.rule, content),
        )
        for i, column in enumerate(columns)
    )


def _laid_out(
    rules: Mapping[str, Rule], content: Content
) -> tuple[list[Column], dict[str, list[int]]]:
    columns: list[Column] = []
    of_rule: dict[str, list[int]] = {}

    known: dict[object, Expr] = {}

    def lay_out(rule: Rule) -> list[int]:
        if rule.id in of_rule:
            return of_rule[rule.id]
        own: list[int] = []
        replaced: list[tuple[int, ...]] = [()]
        if rule.kind is OverrideKind.REPLACING:
            targets = [t for id in rule.targets if id in rules for t in lay_out(rules[id])]
            answered = [t for t in targets if _answers(rule.id, columns[t].finding)]
            replaced = [(t,) for t in dict.fromkeys(answered)] or replaced
        for finding, condition in _variants(rule, content):
            when = shared(condition, known)
            for targets_ in replaced:
                own.append(len(columns))
                columns.append(Column(rule, finding, when, targets_))
        of_rule[rule.id] = own
        return own

    for rule in rules.values():
        lay_out(rule)
    return columns, of_rule


def reach(
    columns: Sequence[Column],
    of_rule: Mapping[str, Sequence[int]],
    verdicts: Mapping[Finding, Verdict] = DEFAULT_VERDICTS,
) -> dict[int, frozenset[int]]:
    """For every override, the columns it reaches.

    Beyond what it names, a replacement whose finding allows reaches those whose findings do not,
    and theirs. The replacements of what is suspended or exempted need no reaching: what they
    stand on does not stand. None reaches itself or an override that names it.
    """
    replacements: dict[int, list[int]] = {}
    for i, column in enumerate(columns):
        for t in column.replaces:
            replacements.setdefault(t, []).append(i)

    def allows(column: Column) -> bool:
        return column.finding is not None and verdicts[column.finding] is Verdict.ALLOW

    found: dict[int, frozenset[int]] = {}
    for i, column in enumerate(columns):
        rule = column.rule
        if rule.kind is None:
            continue
        replacing = rule.kind is OverrideKind.REPLACING
        named = column.replaces if replacing else [t for id in rule.targets
                                                   for t in of_rule.get(id, ())]  # fmt: skip
        reached = set(named)
        pending = list(named) if replacing and allows(column) else []
        while pending:
            for other in replacements.get(pending.pop(), ()):
                if other not in reached and not allows(columns[other]):
                    reached.add(other)
                    pending.append(other)
        found[i] = frozenset(
            t
            for t in reached
            if columns[t].rule.id != rule.id and rule.id not in columns[t].rule.targets
        )
    return found


def _answers(override: str, finding: Finding | None) -> bool:
    """Whether the override reaches this finding: a license answers no prohibition."""
    if override == LICENSE_PROVED:
        return finding in LICENSE_STEPS
    if override == LICENSE_CLAIMED:
        return finding in LICENSE_STEPS and finding.rank > Finding.LICENSE_REQUIRED.rank
    return True


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
            id=id, title=title, cites=(_RED_FLAGS if targets is None else _LICENSE,),
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


def _barring(rule: Rule, columns: Sequence[Column]) -> tuple[int, ...]:
    if not rule.barred_tags:
        return ()  # nearly every rule; asking all columns takes the square of the rules
    return tuple(
        i
        for i, column in enumerate(columns)
        if column.rule.tags & rule.barred_tags and column.rule.id not in rule.barred_except
    )


def _lapses(rule: Rule, rules: Mapping[str, Rule]) -> tuple[tuple[Period, date | None], ...]:
    """Stays of this rule whose end nobody confirmed, each with when the doubt ends."""
    found = []
    for stay in rules.values():
        for window in stay.windows if rule.id in stay.targets else ():
            if window.doubt_after and window.end is not None:
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
