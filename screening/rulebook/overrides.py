"""Who may relax what, and how far an override reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from screening.decision import DEFAULT_VERDICTS, Authority, Finding, OverrideKind, Verdict
from screening.problems import Problem, nearest
from screening.rulebook.model import Rule

_SUPPRESSING = (OverrideKind.SUSPENDING, OverrideKind.EXEMPTING)


def check_overrides(rules: Mapping[str, Rule], open_tags: frozenset[str]) -> list[Problem]:
    """Every refusal of the language page that concerns overrides, all of them at once."""
    found: list[Problem] = []
    for rule in rules.values():
        if rule.kind is None:
            continue
        missing = [t for t in rule.targets if t not in rules]
        found += [
            Problem("unknown-target", f"`{rule.id}` overrides `{t}`, which is not a rule"
                    f"{nearest(t, rules)}", place=rule.place)
            for t in missing
        ]  # fmt: skip
        for target in (rules[t] for t in rule.targets if t in rules):
            found += _pair(rule, target, open_tags)
        if rule.by_tag is not None:
            found += _tag(rule, rules)
    return found or _cycles(rules)


def _pair(rule: Rule, target: Rule, open_tags: frozenset[str]) -> Iterable[Problem]:
    def refuse(code: str, message: str, help: str = "") -> Problem:
        return Problem(code, message, help, rule.place)

    if target.id == rule.id:
        yield refuse("override-cycle", f"`{rule.id}` overrides itself")
        return
    if rule.kind is OverrideKind.REPLACING:
        if target.kind in _SUPPRESSING or target.exception is not None:
            what = "a license exception" if target.exception else f"{target.kind} override"
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
            ok = target.layer == rule.layer or bool(target.tags & open_tags)
            help = "a company relaxes the law only where the law's rulebook opens a tag"
        case Authority.LETTER:
            ok = False
            help = "a letter binds its addressee and relaxes nothing"
    if not ok:
        message = f"`{rule.id}` ({rule.authority}) may not override `{target.id}`"
        yield refuse("may-not-relax", message, help)


def _tag(rule: Rule, rules: Mapping[str, Rule]) -> Iterable[Problem]:
    tagged = {r.id for r in rules.values() if rule.by_tag in r.tags and "/" not in r.id}
    reaches = set(rule.targets)
    apart = sorted(tagged ^ reaches)
    if apart:
        yield Problem(
            "tag-reaches-apart",
            f"`{rule.id}` reaches tag `{rule.by_tag}`, but its `reaches` differs in `{apart[0]}`",
            "list exactly the rules that bear the tag",
            rule.place,
        )


def _cycles(rules: Mapping[str, Rule]) -> list[Problem]:
    done: set[str] = set()

    def visit(id: str, trail: tuple[str, ...]) -> list[Problem]:
        if id in trail:
            circle = " overrides ".join((*trail[trail.index(id) :], id))
            return [Problem("override-cycle", f"overrides run in a circle: {circle}",
                            place=rules[id].place)]  # fmt: skip
        if id in done:
            return []
        found = [p for t in rules[id].targets for p in visit(t, (*trail, id))]
        done.add(id)
        return found

    return [p for id in rules for p in visit(id, ())]


def reach(
    rules: Mapping[str, Rule], verdicts: Mapping[Finding, Verdict] = DEFAULT_VERDICTS
) -> dict[str, frozenset[str]]:
    """For every override, the ids of the rules it reaches.

    Beyond the rules it names, a suspending or exempting override reaches every replacement of
    them, and theirs; a replacement whose finding allows reaches the replacements whose findings
    do not. None reaches itself or an override that names it.
    """
    replacements: dict[str, list[Rule]] = {}
    for rule in rules.values():
        if rule.kind is OverrideKind.REPLACING:
            for target in rule.targets:
                replacements.setdefault(target, []).append(rule)

    def allows(rule: Rule) -> bool:
        return rule.finding is not None and verdicts[rule.finding] is Verdict.ALLOW

    found: dict[str, frozenset[str]] = {}
    for rule in rules.values():
        if rule.kind is None:
            continue
        reached = set(rule.targets)
        if rule.kind in _SUPPRESSING:
            pending = list(rule.targets)
            while pending:
                for other in replacements.get(pending.pop(), ()):
                    if other.id not in reached:
                        reached.add(other.id)
                        pending.append(other.id)
        elif allows(rule):
            reached |= {
                other.id
                for target in rule.targets
                for other in replacements.get(target, ())
                if not allows(other)
            }
        found[rule.id] = frozenset(
            id
            for id in reached
            if id != rule.id and id in rules and rule.id not in rules[id].targets
        )
    return found
