"""From a rule document to a rule; each rule by itself. What rules do to each other is elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from screening.conditions.context import Names
from screening.conditions.identities import other_spelling
from screening.conditions.parse import parse_condition
from screening.conditions.tree import Expr, Member, Not, SomeParty, conjunction
from screening.decision import Authority, Finding, OverrideKind, Verdict
from screening.english import one
from screening.problems import Place, Problem, nearest
from screening.rulebook import schema
from screening.rulebook.documents import windows
from screening.rulebook.files import RuleFile
from screening.rulebook.model import BUILT_IN_IDS, NamedPeriod, Rule
from screening.vocabulary import FieldType, Scope


def compile_rules(
    file: RuleFile, layer: str, names: Names, periods: Mapping[str, NamedPeriod],
    inherited: date | None, problems: list[Problem],
) -> Iterator[Rule]:  # fmt: skip
    """The rules of one file, each letter followed by its ground for exporters not addressed."""
    for index, spec in enumerate(file.content.rules):
        yield from _rule(spec, file, index, layer, names, periods, inherited, problems)


def _rule(
    spec: schema.Rule, file: RuleFile, index: int, layer: str, names: Names,
    periods: Mapping[str, NamedPeriod], inherited: date | None, problems: list[Problem],
) -> Iterator[Rule]:  # fmt: skip
    path = ("rules", index)
    place = file.place(*path, "id")

    def complain(code: str, message: str, key: str, help: str = "") -> None:
        problems.append(Problem(code, message, help, file.place(*path, key)))

    kind = spec.overrides.by if spec.overrides else None
    _check_shape(spec, kind, complain)
    # Only a ground that asks for a look may turn on words or on what is not said.
    is_flag = spec.finding is Finding.RED_FLAG or spec.verdict is not None
    when = parse_condition(file.node(*path, "when"), names, problems,
                           words_allowed=is_flag and kind is None)  # fmt: skip
    node = file.node(*path, "conditions")
    conditions = parse_condition(node, names, problems) if node is not None else None
    verified = spec.verified_through or inherited
    if verified is None:
        complain("missing-verified-through", f"nobody says through when `{spec.id}` was verified",
                 "id", "add `verified_through` to the rule, the file or the rulebook")  # fmt: skip
    finding, exception, from_listing = _finding(spec)
    targets: tuple[str, ...] = ()
    if spec.overrides is not None:
        named = [spec.overrides.rule] if spec.overrides.rule else spec.overrides.rules or []
        targets = tuple(named or spec.overrides.reaches or [])
    rule = Rule(
        id=spec.id,
        title=spec.title,
        cites=tuple(spec.cites),
        authority=spec.authority,
        windows=windows(spec.in_force, periods, file, (*path, "in_force"), problems),
        when=when,
        finding=finding,
        from_listing=from_listing,
        verdict=Verdict(spec.verdict) if spec.verdict else None,
        exception=exception,
        kind=kind,
        targets=targets,
        by_tag=spec.overrides.tag if spec.overrides else None,
        conditions=conditions,
        barred_tags=frozenset(spec.barred_by.tags) if spec.barred_by else frozenset(),
        barred_except=frozenset(spec.barred_by.except_) if spec.barred_by else frozenset(),
        tags=frozenset(spec.tags),
        protected=spec.protected,
        verified_through=verified,
        because=spec.because or "",
        todo=spec.todo or "",
        event=tuple(spec.event),
        succeeds=spec.succeeds,
        layer=layer,
        place=place,
    )
    if not spec.addressee:
        yield rule
        return
    sent = _addressees(spec.addressee, names, file.place(*path, "addressee"), problems)
    yield replace(rule, when=conjunction((rule.when, sent)))
    if spec.others is not None:
        yield replace(
            rule,
            id=f"{spec.id}/others",
            title=f"{spec.title} (sent to another firm)",
            when=conjunction((rule.when, Not(sent))),
            finding=spec.others,
            because="The exporter did not get this letter, but what it says of the goods stands.",
        )


def _addressees(ids: list[str], names: Names, place: Place | None, problems: list[Problem]) -> Expr:
    groups = tuple(i for i in ids if names.groups.get(i) == "parties")
    for id in ids:
        if id not in names.parties and id not in groups:
            spelled = other_spelling(FieldType.PARTY, id, names)
            near = "" if spelled else nearest(id, names.parties)
            help = spelled or "parties are named under `parties:`"
            problems.append(
                Problem("unknown-party", f"`{id}` is not a named party{near}", help, place)
            )
    field = names.vocabulary.of(Scope.PARTY)["party"]
    values = tuple(i for i in ids if i not in groups)
    return SomeParty(("exporter",), Member(field, values, groups))


def _finding(spec: schema.Rule) -> tuple[Finding | None, str | None, bool]:
    match spec.finding:
        case schema.LicenseException(license_exception=symbol):
            return Finding.LICENSE_EXCEPTION, symbol.upper(), False
        case schema.FromListing():
            return None, None, True
        case _:
            return spec.finding, None, False


def _check_shape(
    spec: schema.Rule, kind: OverrideKind | None, complain: Callable[..., None]
) -> None:
    suppresses = kind in (OverrideKind.SUSPENDING, OverrideKind.EXEMPTING)
    answers = [k for k in ("finding", "verdict") if getattr(spec, k) is not None]
    if suppresses and answers:
        what = one(f"{kind} override")
        complain("finding-not-needed", f"{what} has no `{answers[0]}` of its own", answers[0],
                  "leave it out: the target simply does not operate")  # fmt: skip
    if not suppresses and len(answers) != 1:
        complain("finding-missing" if not answers else "finding-twice",
                 "a rule states a `finding`, or a company's rule a `verdict`", "id",
                 "state what the rule finds")  # fmt: skip
    if spec.verdict is not None and spec.authority is not Authority.COMPANY:
        complain("verdict-not-company", "only a company's rule states a `verdict`", "verdict",
                 "state a `finding`; the verdict table turns it into a verdict")  # fmt: skip
    if kind is None:
        for key in ("conditions", "barred_by"):
            if getattr(spec, key) is not None:
                complain("not-an-override", f"`{key}` belongs to a relaxing override", key,
                         "put it into `when`, or add `overrides`")  # fmt: skip
        if isinstance(spec.finding, schema.LicenseException):
            complain("not-an-override", "a license exception names what it overrides", "finding",
                     "add `overrides: {rules: [...], by: replacing}`")  # fmt: skip
        if spec.finding is Finding.NOT_SUBJECT:
            complain("not-an-override", "what an item is not subject to is named: the rules that "
                     "`not_subject` replaces", "finding",
                     "add `overrides: {rules: [...], by: replacing}`")  # fmt: skip
    if spec.id in BUILT_IN_IDS or "/" in spec.id:
        complain("reserved-id", f"`{spec.id}` is an id that the engine keeps for itself", "id",
                 "give the rule another id")  # fmt: skip
    if kind is not None and isinstance(spec.finding, schema.FromListing):
        complain("replacing-stricter", "a listing's policy may be stricter than what it replaces",
                 "finding", "state the finding, or make it a ground of its own")  # fmt: skip
    if spec.others is not None and not spec.addressee:
        complain("others-without-addressee", "`others` belongs to a letter with an `addressee`",
                 "others")  # fmt: skip
    if spec.addressee and spec.authority is not Authority.LETTER:
        complain("addressee-not-letter", "only a letter has an `addressee`", "addressee",
                 "set `authority: letter`")  # fmt: skip
    if spec.authority is Authority.LETTER and not spec.addressee:
        complain("letter-without-addressee", "a letter binds its addressee; none is named", "id",
                 "add `addressee:`")  # fmt: skip
    if spec.overrides is not None:
        ways = [k for k in ("rule", "rules", "tag") if getattr(spec.overrides, k) is not None]
        if len(ways) != 1:
            complain("override-form", "an override names one rule, rules, or a tag", "overrides",
                     "write `{rule: ID, by: replacing}`")  # fmt: skip
        elif ways == ["rules"] and not spec.overrides.rules:
            complain("override-form", "an override of no rules relaxes nothing", "overrides",
                     "name the rules it reaches")  # fmt: skip
        elif ways == ["tag"] and not spec.overrides.reaches:
            complain("override-form", "an override by tag lists what it reaches", "overrides",
                     "add `reaches: [ids]`; the check compares it with the tag")  # fmt: skip
