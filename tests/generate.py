"""Random rulebooks and partial facts, in a form of their own that knows nothing of the engine.

A `Book` is what a policy writer would have written; a `Case` is what a shipper would have said.
Both are turned into the engine's objects here (`rulebook_of`, `facts_of`), or into YAML text
(`yaml_of`) for the loader. The reference (`reference.py`) reads the books themselves.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from screening.conditions.tree import (
    All,
    Always,
    AnyOf,
    Compare,
    Expr,
    Member,
    Not,
    Ordering,
)
from screening.decide.view import View
from screening.decision import DEFAULT_VERDICTS, LADDER, Authority, Finding, OverrideKind, Verdict
from screening.engine import Rulebook
from screening.facts import Fact, Facts, LicenseFacts, Provenance
from screening.goods.aliases import AliasIndex
from screening.problems import ProblemsFound
from screening.rulebook.model import Content, Header, Rule
from screening.rulebook.overrides import check_overrides
from screening.rulebook.period import Period
from screening.vocabulary import BASE, Field, FieldType, Scope

Cond = tuple[Any, ...]
"""`("always",)`, `("is", field, value)`, `("in", field, values)`, `("least", field, number)`,
`("all", parts)`, `("any", parts)`, `("not", part)`."""

ALWAYS: Cond = ("always",)
FLAGS = tuple(f"attributes.{letter}" for letter in "abcd")
NUMBER = "attributes.n"
DOMAINS: Mapping[str, tuple[Any, ...]] = {
    **dict.fromkeys(FLAGS, (True, False)),
    NUMBER: (1, 5, 9),
    "destination": ("CN", "HK", "FR"),
}
"""Every value that the generated tests tell apart."""

VOCABULARY = BASE.extended(
    [*(Field(f, FieldType.FLAG, f) for f in FLAGS), Field(NUMBER, FieldType.NUMBER, NUMBER)]
)
SHIPMENT = VOCABULARY.of(Scope.SHIPMENT)
COVERS = (date(2020, 1, 1), date(2025, 1, 1))


@dataclass(frozen=True)
class Window:
    """One interval of a rule, half-open."""

    start: date = date(2020, 1, 1)
    end: date | None = None
    published: date | None = None
    end_published: date | None = None
    unverified: bool = False
    doubt_after: bool = False


@dataclass(frozen=True)
class Spec:
    """One rule as written."""

    id: str
    authority: str = "regulation"
    when: Cond = ALWAYS
    finding: str | None = None
    exception: str | None = None
    verdict: str | None = None
    kind: str | None = None
    targets: tuple[str, ...] = ()
    conditions: Cond | None = None
    tags: tuple[str, ...] = ()
    barred_tags: tuple[str, ...] = ()
    barred_except: tuple[str, ...] = ()
    windows: tuple[Window, ...] = (Window(),)
    verified_through: date = date(2030, 1, 1)


@dataclass(frozen=True)
class Book:
    """One rulebook as written."""

    rules: tuple[Spec, ...]
    requires: Cond = ALWAYS
    verdicts: Mapping[str, str] = field(default_factory=dict)
    grace_days: int = 30


@dataclass(frozen=True)
class Case:
    """What is said of one shipment; a field that is not in `given` is unknown."""

    given: Mapping[str, Any]
    law_date: date | None = date(2024, 6, 15)
    known_as_of: date | None = None
    authority: str | None = None
    claim: str | None = None
    license: str | None = None


# --- to the engine's objects ------------------------------------------------------------------


def expr_of(cond: Cond) -> Expr:
    """The condition as the engine's tree."""
    match cond:
        case ("always",):
            return Always()
        case ("is", name, value):
            return Member(SHIPMENT[name], (value,))
        case ("in", name, values):
            return Member(SHIPMENT[name], values)
        case ("least", name, number):
            return Compare(SHIPMENT[name], Ordering.AT_LEAST, Fraction(number))
        case ("all", parts):
            return All(tuple(expr_of(p) for p in parts))
        case ("any", parts):
            return AnyOf(tuple(expr_of(p) for p in parts))
        case ("not", part):
            return Not(AnyOf((expr_of(part),)))  # as the loader reads `none: [...]`
    raise AssertionError(cond)


def rule_of(spec: Spec) -> Rule:
    """The rule as the loader would have made it."""
    finding = Finding.LICENSE_EXCEPTION if spec.exception else None
    return Rule(
        id=spec.id,
        title=f"Rule {spec.id}",
        cites=("generated",),
        authority=Authority(spec.authority),
        windows=tuple(
            Period(w.start, w.end, w.published, w.end_published, w.unverified, w.doubt_after)
            for w in spec.windows
        ),
        when=expr_of(spec.when),
        finding=Finding(spec.finding) if spec.finding else finding,
        exception=spec.exception,
        verdict=Verdict(spec.verdict) if spec.verdict else None,
        kind=OverrideKind(spec.kind) if spec.kind else None,
        targets=spec.targets,
        conditions=None if spec.conditions is None else expr_of(spec.conditions),
        tags=frozenset(spec.tags),
        barred_tags=frozenset(spec.barred_tags),
        barred_except=frozenset(spec.barred_except),
        verified_through=spec.verified_through,
        layer="book",
    )


_NO_ALIASES = AliasIndex([])


def content_of(book: Book) -> Content:
    """The checked rulebook, built without YAML: a thousand times faster than loading."""
    rules = {spec.id: rule_of(spec) for spec in book.rules}
    problems = check_overrides(rules, frozenset())
    if problems:
        raise ProblemsFound(problems)
    verdicts = dict(DEFAULT_VERDICTS)
    verdicts |= {Finding(f): Verdict(v) for f, v in book.verdicts.items()}
    header = Header(
        id="book", title="Generated", covers_from=COVERS[0], verified_through=COVERS[1],
        grace=timedelta(days=book.grace_days), allow_requires=(expr_of(book.requires),),
        verdicts=verdicts, policy_words={}, open_tags=frozenset(), assumable=frozenset(),
    )  # fmt: skip
    return Content(
        header=header, vocabulary=VOCABULARY, groups={}, classes={}, products={}, parties={},
        periods={}, rules=rules, assumptions=(), examples=(), properties=(), topics=(), digest="",
        layers=("book",), files=(), product_index=_NO_ALIASES, party_index=_NO_ALIASES,
    )  # fmt: skip


def rulebook_of(book: Book) -> Rulebook:
    """The compiled rulebook. Raises `ProblemsFound` where the language refuses the book."""
    return Rulebook(content_of(book))


def facts_of(case: Case) -> Facts:
    """What enrichment would make of the case."""

    def fact(value: Any) -> tuple[Fact, ...]:
        number = isinstance(value, int) and not isinstance(value, bool)
        return (Fact(Fraction(value) if number else value, Provenance.GIVEN),)

    values = {name: fact(value) for name, value in case.given.items()}
    values["conflicting_facts"] = fact(False)
    if case.law_date is not None:
        values["law_date"] = fact(case.law_date)
    if case.claim is not None:
        values["license_exception_claimed"] = fact(case.claim)
    license = None
    if case.license is not None:
        years = (date(2019, 1, 1), date(2029, 1, 1))
        license = LicenseFacts("D1", *years, proved=case.license == "proved")
    return Facts(values=values, license=license)


def view_of(book: Rulebook, case: Case) -> View:
    """The rulebook at the case's dates."""
    return book.view(case.law_date, case.known_as_of)


def authority_of(case: Case) -> Authority | None:
    """The authority that the case asks for."""
    return Authority(case.authority) if case.authority else None


# --- to YAML ----------------------------------------------------------------------------------


def _condition_document(cond: Cond) -> Any:
    match cond:
        case ("always",):
            return "always"
        case ("is", name, value):
            return {name: str(value).lower()}
        case ("in", name, values):
            return {name: list(values)}
        case ("least", name, number):
            return {name: {"at_least": str(number)}}
        case ("all" | "any", parts):
            return {cond[0]: [_condition_document(p) for p in parts]}
        case ("not", part):
            return {"none": [_condition_document(part)]}
    raise AssertionError(cond)


def _window_document(window: Window) -> dict[str, str]:
    found = {"from": str(window.start)}
    named = {
        "until": window.end,
        "published": window.published,
        "until_published": window.end_published,
    }
    found |= {key: str(value) for key, value in named.items() if value is not None}
    if window.unverified:
        found["status"] = "unverified"
    if window.doubt_after:
        found["on_end"] = "unverified"
    return found


def _rule_document(spec: Spec) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": spec.id,
        "title": f"Rule {spec.id}",
        "cites": ["generated"],
        "authority": spec.authority,
        "in_force": [_window_document(w) for w in spec.windows],
        "when": _condition_document(spec.when),
        "verified_through": str(spec.verified_through),
    }
    if spec.exception:
        found["finding"] = {"license_exception": spec.exception}
    elif spec.finding:
        found["finding"] = spec.finding
    if spec.verdict:
        found["verdict"] = spec.verdict
    if spec.kind:
        found["overrides"] = {"rules": list(spec.targets), "by": spec.kind}
    if spec.conditions is not None:
        found["conditions"] = _condition_document(spec.conditions)
    if spec.tags:
        found["tags"] = list(spec.tags)
    if spec.barred_tags:
        found["barred_by"] = {"tags": list(spec.barred_tags), "except": list(spec.barred_except)}
    return found


def yaml_of(book: Book) -> str:
    """The book as the text of a rule file (JSON is YAML)."""
    header = {
        "language": "1", "id": "book", "title": "Generated",
        "covers": {"from": str(COVERS[0]), "verified_through": str(COVERS[1])},
        "grace_days": str(book.grace_days), "verdicts": dict(book.verdicts),
        "allow_requires": _condition_document(book.requires),
    }  # fmt: skip
    fields = [{"id": f, "type": "flag", "title": f} for f in FLAGS]
    fields.append({"id": NUMBER, "type": "number", "title": NUMBER})
    document = {
        "rulebook": header,
        "fields": fields,
        "rules": [_rule_document(s) for s in book.rules],
    }
    return json.dumps(document, indent=1)


# --- at random --------------------------------------------------------------------------------

_STEPS = [f.value for f in LADDER[2:] if f is not Finding.LICENSE_EXCEPTION]
_WINDOWS = (
    (Window(date(2024, 3, 1)),),
    (Window(end=date(2024, 3, 1)),),
    (Window(end=date(2024, 6, 15)),),  # ends on the law date
    (Window(date(2024, 6, 15)),),  # begins on it
    (Window(end=date(2024, 2, 1)), Window(date(2024, 5, 1))),
    (Window(date(2024, 1, 1), published=date(2024, 4, 1)),),
    (Window(end=date(2024, 5, 1), end_published=date(2024, 4, 1)),),
    (Window(unverified=True),),
)


def random_condition(rng: Random, depth: int = 2) -> Cond:
    """A condition over the generated fields."""
    roll = rng.random()
    if depth and roll < 0.45:
        parts = tuple(random_condition(rng, depth - 1) for _ in range(rng.randint(2, 3)))
        return (rng.choice(("all", "all", "any")), parts)
    if depth and roll < 0.55:
        return ("not", random_condition(rng, depth - 1))
    if roll < 0.62:
        return ALWAYS
    if roll < 0.70:
        return ("least", NUMBER, rng.choice((3, 7)))
    if roll < 0.80:
        return ("in", "destination", rng.choice((("CN",), ("CN", "HK"), ("FR",))))
    return ("is", rng.choice(FLAGS), rng.random() < 0.6)


def _random_rule(rng: Random, id: str, earlier: Sequence[Spec], *, dated: bool) -> Spec:
    """One rule that may override earlier ones."""
    spec = Spec(id, when=random_condition(rng))
    tags = tuple(t for t in ("t0", "t1") if rng.random() < 0.12)
    spec = replace(spec, tags=tags)
    if dated and rng.random() < 0.25:
        spec = replace(spec, windows=rng.choice(_WINDOWS))
    if dated and rng.random() < 0.06:
        spec = replace(spec, verified_through=date(2024, 5, 20))
    roll = rng.random()
    if not earlier or roll < 0.42:
        if rng.random() < 0.08:
            return replace(spec, authority="company", verdict=rng.choice(("review", "deny")))
        authority = rng.choice(("statute", "regulation", "regulation", "guidance", "practice"))
        return replace(spec, authority=authority, finding=rng.choice(_STEPS))
    count = min(len(earlier), rng.choice((1, 1, 2, 3)))
    targets = tuple(s.id for s in rng.sample(list(earlier), count))
    authority = rng.choice(("statute", "regulation", "statute", "guidance", "practice", "company"))
    spec = replace(spec, authority=authority, targets=targets)
    if rng.random() < 0.4:
        spec = replace(spec, conditions=random_condition(rng, 1))
    if roll < 0.68:
        kind = rng.choice(("suspending", "exempting"))
        if dated and kind == "suspending" and rng.random() < 0.4:
            spec = replace(
                spec,
                windows=tuple(
                    replace(w, doubt_after=w.end is not None and rng.random() < 0.7)
                    for w in rng.choice(_WINDOWS)
                ),
            )
        return replace(spec, kind=kind)
    spec = replace(spec, kind="replacing")
    if roll < 0.82:
        return replace(spec, exception=rng.choice(("NAC", "TMP")))
    if roll < 0.86:
        return replace(spec, finding="not_subject")
    if authority == "guidance":
        return replace(spec, finding="not_enforced")
    return replace(spec, finding=rng.choice(_STEPS))


def _with_bars(rng: Random, specs: list[Spec]) -> list[Spec]:
    """Some overrides barred by tags that rules bear; license exceptions bear none."""
    specs = [replace(s, tags=()) if s.exception or s.finding == "not_subject" else s for s in specs]
    tags = sorted({t for s in specs for t in s.tags})
    barred = []
    for spec in specs:
        if spec.kind and tags and rng.random() < 0.3:
            excepted = (rng.choice(specs).id,) if rng.random() < 0.2 else ()
            spec = replace(spec, barred_tags=(rng.choice(tags),), barred_except=excepted)
        barred.append(spec)
    return barred


def random_book(rng: Random, size: int | None = None, *, dated: bool = True) -> Book:
    """A rulebook that the language accepts; what it refuses is drawn again."""
    size = rng.randint(2, 9) if size is None else size
    specs: list[Spec] = []
    rules: dict[str, Rule] = {}
    while len(specs) < size:
        new = _random_rule(rng, f"r{len(specs)}", specs, dated=dated)
        tried = {id: rules[id] for id in new.targets} | {new.id: rule_of(new)}
        # The targets by themselves, so that only what the new rule does is judged again.
        alone = {id: replace(r, targets=()) for id, r in tried.items()}
        if not check_overrides({**alone, new.id: tried[new.id]}, frozenset()):
            specs.append(new)
            rules |= tried
    verdicts: dict[str, str] = {"not_enforced": "review"} if rng.random() < 0.1 else {}
    if rng.random() < 0.04:
        allowing = ("not_subject", "license_exception", "licensed", "not_enforced")
        verdicts |= dict.fromkeys(allowing, "review")
    specs = _with_bars(rng, specs)
    requires = ALWAYS if rng.random() < 0.8 else random_condition(rng, 1)
    rng.shuffle(specs)
    return Book(tuple(specs), requires, verdicts)


def random_compiled(
    rng: Random, size: int | None = None, *, dated: bool = True
) -> tuple[Book, Rulebook]:
    """A random book that compiles: bars that run in a circle are refused and drawn again."""
    while True:
        book = random_book(rng, size, dated=dated)
        try:
            return book, rulebook_of(book)
        except ProblemsFound:
            continue


def random_case(rng: Random, known: float = 0.55, *, dated: bool = True) -> Case:
    """Partial facts: each field is known with probability `known`."""
    given = {f: rng.choice(d) for f, d in DOMAINS.items() if rng.random() < known}
    case = Case(given)
    if dated and rng.random() < 0.4:
        days = (date(2024, 1, 15), date(2024, 6, 14), date(2024, 7, 1), date(2025, 1, 31), None)
        case = replace(case, law_date=rng.choice(days))
    if dated and rng.random() < 0.15:
        case = replace(case, known_as_of=rng.choice((date(2024, 2, 1), date(2024, 6, 1))))
    if rng.random() < 0.12:
        case = replace(case, authority="regulation")
    if rng.random() < 0.15:
        case = replace(case, claim=rng.choice(("NAC", "TMP", "LVS")))
    if rng.random() < 0.12:
        case = replace(case, license=rng.choice(("proved", "claimed")))
    return case


def completions(case: Case, fields: Sequence[str] = tuple(DOMAINS)) -> Iterator[Case]:
    """The case with every unknown field given, in every way that the tests tell apart."""
    open_fields = [f for f in fields if f not in case.given]
    for values in itertools.product(*(DOMAINS[f] for f in open_fields)):
        filled = dict(zip(open_fields, values, strict=True))
        yield replace(case, given={**case.given, **filled})


def fields_of(cond: Cond | None) -> set[str]:
    """The fields that a condition reads."""
    match cond:
        case ("all" | "any", parts):
            return {f for p in parts for f in fields_of(p)}
        case ("not", part):
            return fields_of(part)
        case ("is" | "in" | "least", name, _):
            return {name}
    return set()


def fields_read(book: Book) -> tuple[str, ...]:
    """The fields that decide anything in the book, in vocabulary order."""
    conditions = [book.requires, *(c for r in book.rules for c in (r.when, r.conditions))]
    read = {f for c in conditions for f in fields_of(c)}
    return tuple(f for f in DOMAINS if f in read)
