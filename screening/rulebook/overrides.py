"""Who may relax what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from screening.decision import SUPPRESSING, Authority, Finding, OverrideKind
from screening.english import one
from screening.problems import Place, Problem, nearest
from screening.rulebook.model import Rule

MAX_CHAIN = 50
"""Longer chains of overrides of overrides are a mistake, and would exhaust the stack."""


Where = Callable[[Rule, str, str], Place | None]
"""Where a rule says a word under one of its keys."""


def _at_rule(rule: Rule, key: str, word: str) -> Place | None:
    return rule.place


def check_overrides(
    rules: Mapping[str, Rule], open_tags: frozenset[str], where: Where = _at_rule
) -> list[Problem]:
    """Every refusal of the language page that concerns overrides, all of them at once."""
    found: list[Problem] = []
    for rule in rules.values():
        if rule.kind is None:
            continue
        missing = [t for t in rule.targets if t not in rules]
        found += [
            Problem("unknown-target", f"`{rule.id}` overrides `{t}`, which is not a rule"
                    f"{nearest(t, set(rules) - {rule.id})}",
                    "an override names the ids of rules", where(rule, "overrides", t))
            for t in missing
        ]  # fmt: skip
        for target in (rules[t] for t in rule.targets if t in rules):
            found += _pair(rule, target, open_tags, where)
        if rule.by_tag is not None:
            found += _tag(rule, rules, where)
        found += _bars(rule, rules, where)
    return found or _cycles(rules)


def _pair(rule: Rule, target: Rule, open_tags: frozenset[str], where: Where) -> Iterable[Problem]:
    def refuse(code: str, message: str, help: str = "") -> Problem:
        return Problem(code, message, help, where(rule, "overrides", target.id))

    if target.id == rule.id:
        yield refuse(
            "override-cycle", f"`{rule.id}` overrides itself", "name the rule that gives way to it"
        )
        return
    if rule.kind is OverrideKind.REPLACING:
        if target.kind in SUPPRESSING or target.absent_unless_shown:
            what = f"`{Finding.NOT_SUBJECT}`"
            if target.exception is not None or target.kind in SUPPRESSING:
                what = one("license exception" if target.exception else f"{target.kind} override")
            yield refuse(
                "replacing-refused", f"`{target.id}` is {what} and cannot be replaced",
                "exempt or suspend it instead (15 CFR 740.2 restricts exceptions by exempting)",
            )  # fmt: skip
        elif target.verdict is not None:
            yield refuse("replacing-refused", f"`{target.id}` states a verdict, not a finding",
                         "suspend it or exempt from it")  # fmt: skip
        elif rule.finding and target.finding and rule.finding.rank > target.finding.rank:
            yield refuse(
                "replacing-stricter",
                f"`{rule.id}` would replace {target.finding} by the stricter {rule.finding}",
                "a tightening is another ground, without `overrides`",
            )
    yield from _authority(rule, target, open_tags, refuse)
    if target.protected and rule.by_tag is not None:
        yield refuse("protected-by-tag", f"`{target.id}` is protected and not reached by a tag",
                     "name it by id")  # fmt: skip


def _authority(
    rule: Rule, target: Rule, open_tags: frozenset[str], refuse: Callable[..., Problem]
) -> Iterable[Problem]:
    ok, help = True, ""
    match rule.authority:
        case Authority.STATUTE | Authority.REGULATION:
            ok = target.authority.rank >= rule.authority.rank
            help = "a regulation does not relax a statute"
        case Authority.GUIDANCE:
            ok = rule.kind is OverrideKind.REPLACING and rule.finding is Finding.NOT_ENFORCED
            help = "guidance relaxes only by replacing with `not_enforced`"
        case Authority.PRACTICE:
            ok = (
                rule.kind is OverrideKind.REPLACING
                and rule.finding is not None
                and rule.finding.rank >= Finding.PRESUMPTION_OF_APPROVAL.rank
            )
            help = "practice only replaces, and not below `presumption_of_approval`"
        case Authority.COMPANY:
            ok = target.authority is Authority.COMPANY or bool(target.tags & open_tags)
            help = "a company relaxes the law only where the law's rulebook opens a tag"
        case Authority.LETTER:
            ok = False
            help = "a letter binds its addressee and relaxes nothing"
    if not ok:
        message = f"`{rule.id}` ({rule.authority}) may not override `{target.id}`"
        yield refuse("may-not-relax", message, help)


def _tag(rule: Rule, rules: Mapping[str, Rule], where: Where) -> Iterable[Problem]:
    tagged = {r.id for r in rules.values() if rule.by_tag in r.tags and "/" not in r.id}
    reaches = set(rule.targets)
    apart = sorted(tagged ^ reaches)
    if apart:
        yield Problem(
            "tag-reaches-apart",
            f"`{rule.id}` reaches tag `{rule.by_tag}`, but its `reaches` differs in `{apart[0]}`",
            "list exactly the rules that bear the tag",
            where(rule, "overrides", apart[0]),
        )


def _bars(rule: Rule, rules: Mapping[str, Rule], where: Where) -> Iterable[Problem]:
    for tag in sorted(rule.barred_tags):
        bearing = [r for r in rules.values() if tag in r.tags]
        if not bearing:
            known = {t for r in rules.values() for t in r.tags}
            yield Problem("unknown-tag", f"`{rule.id}` is barred by tag `{tag}`, which no rule "
                          f"bears{nearest(tag, known)}",
                          "a tag is known by the rules that bear it",
                          where(rule, "barred_by", tag))  # fmt: skip
        for other in bearing:
            # An exception that nobody claims, or `not_subject` that nobody shows, counts as
            # absent, so it cannot stand in a way.
            if other.absent_unless_shown:
                what = "license exception" if other.exception else f"`{Finding.NOT_SUBJECT}` rule"
                yield Problem("exception-bars", f"`{rule.id}` is barred by tag `{tag}`, which the "
                              f"{what} `{other.id}` bears",
                              "a bar is a ground; take the tag off the other",
                              where(rule, "barred_by", tag))  # fmt: skip
    for id in sorted(rule.barred_except - set(rules)):
        yield Problem("unknown-rule", f"`{rule.id}` excepts `{id}`, which is not a rule"
                      f"{nearest(id, rules)}",
                      "`except` lists ids of rules", where(rule, "barred_by", id))  # fmt: skip


def _cycles(rules: Mapping[str, Rule]) -> list[Problem]:
    depth: dict[str, int] = {}

    def visit(id: str, trail: tuple[str, ...]) -> list[Problem]:
        if id in trail:
            circle = " overrides ".join((*trail[trail.index(id) :], id))
            return [Problem("override-cycle", f"overrides run in a circle: {circle}",
                            place=rules[id].place)]  # fmt: skip
        if id in depth:
            return []
        targets = rules[id].targets
        if len(trail) <= MAX_CHAIN:
            found = [p for t in targets for p in visit(t, (*trail, id))]
        else:
            found = []
        depth[id] = 1 + max((depth.get(t, MAX_CHAIN) for t in targets), default=0)
        if depth[id] > MAX_CHAIN and not found:
            found = [Problem("override-chain",
                             f"more than {MAX_CHAIN} overrides hang on each other",
                             place=rules[id].place)]  # fmt: skip
        return found

    return [p for id in rules for p in visit(id, ())]
