"""The theorems of docs/semantics.md as checks that take a seed and a number of rulebooks.

Each raises AssertionError with the rulebook and the case at which it fails. Tests call them on
the engine as it is; `test_engine_mutations.py` calls them on engines broken on purpose.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from generate import (
    FLAGS,
    VOCABULARY,
    Book,
    Case,
    Spec,
    Window,
    authority_of,
    completions,
    content_of,
    facts_of,
    fields_read,
    random_case,
    random_compiled,
    random_condition,
    rule_of,
    rulebook_of,
    view_of,
)
from reference import Reference
from reference import decide as reference_decide

from screening.conditions.tree import Member
from screening.decide.verdict import Ruling
from screening.decision import FOUND_BY_RULES, Finding, Verdict
from screening.engine import Rulebook
from screening.problems import ProblemsFound
from screening.rulebook.model import CLAIM_UNMET, LICENSE_CLAIMED, LICENSE_PROVED
from screening.rulebook.overrides import check_overrides
from screening.truth import Truth, any_of
from screening.vocabulary import Scope

_STATED = [
    f
    for f in FOUND_BY_RULES
    if f.rank >= Finding.LICENSED.rank and f is not Finding.LICENSE_EXCEPTION
]
_UNWRITTEN = {CLAIM_UNMET: "*claim", LICENSE_PROVED: "*licensed", LICENSE_CLAIMED: "*license"}


def rule_on(rulebook: Rulebook, case: Case) -> Ruling:
    """The engine's ruling of a case."""
    return rulebook.ruling(facts_of(case), view_of(rulebook, case), authority_of(case))


def actives(ruling: Ruling) -> dict[str, Truth]:
    """`active` of every rule."""
    columns = ruling.compiled.columns
    found: dict[str, Truth] = {}
    for i, column in enumerate(columns):
        value = ruling.truth_of(ruling.compiled.active[i])
        found[column.rule.id] = any_of([value, found.get(column.rule.id, Truth.FALSE)])
    return found


def summary(rulebook: Rulebook, case: Case) -> tuple[Any, ...]:
    """What must not change: the verdict, what is certain, what is possible, every status."""
    ruling = rule_on(rulebook, case)
    statuses = rulebook.statuses(ruling)
    return ruling.verdict, ruling.finding, ruling.possible, statuses


def show(book: Book, *cases: Case) -> str:
    """A counterexample, for the message of a failure."""
    return "\n".join(["", *(f"  {c}" for c in cases), *(f"    {r}" for r in book.rules)])


def differs_from_the_reference(book: Book, rulebook: Rulebook, case: Case) -> str:
    """What the reference says otherwise: met, defeats, active, certain, possible, verdict."""
    ruling, said = rule_on(rulebook, case), reference_decide(book, case)
    compiled = ruling.compiled
    found: dict[str, Any] = {}
    wanted: dict[str, Any] = {}
    for i, column in enumerate(compiled.columns):
        id = _UNWRITTEN.get(column.rule.id, column.rule.id)
        if id not in said.met:
            continue  # conflicts between facts: the cases have none
        registers = {"met": compiled.met[i], "active": compiled.active[i]}
        if column.rule.kind is not None:
            registers["defeats"] = compiled.defeats[i]
        for what, value in registers.items():
            key = f"{what} {id}"
            found[key] = max(found.get(key, 0), ruling.truth_of(value).value)
            wanted[f"{what} {id}"] = getattr(said, what)[id]
    found |= {
        "certain": _step(ruling.finding),
        "possible": _step(ruling.possible),
        "verdict": ruling.verdict.value,
    }
    wanted |= {"certain": said.certain, "possible": said.possible, "verdict": said.verdict}
    wrong = {k: (found[k], v) for k, v in wanted.items() if found[k] != v}
    return f"engine, page: {wrong}{show(book, case)}" if wrong else ""


def _step(finding: Finding) -> int:
    """The reference's place on the ladder: it counts `licensed` and the exceptions as one."""
    if finding in (Finding.NO_LICENSE_REQUIRED, Finding.UNDETERMINED):
        return -1
    return finding.rank - (1 if finding.rank <= Finding.LICENSED.rank else 2)


def agrees_with_the_reference(seed: int, books: int, cases: int = 1) -> None:
    """The engine says of every rule, and of the shipment, what the language page says."""
    rng = Random(seed)
    for _ in range(books):
        book, rulebook = random_compiled(rng)
        for _ in range(cases):
            differs = differs_from_the_reference(book, rulebook, random_case(rng))
            assert not differs, differs


def allow_is_sound(seed: int, books: int) -> int:
    """If partial facts are allowed, so is every completion; returns how many allows there were.

    On the way the reference is asked as well, for the partial facts.
    """
    rng = Random(seed)
    allows = 0
    for _ in range(books):
        book, rulebook = random_compiled(rng)
        case = random_case(rng)
        differs = differs_from_the_reference(book, rulebook, case)
        assert not differs, differs
        if rule_on(rulebook, case).verdict is not Verdict.ALLOW:
            continue
        allows += 1
        for full in completions(case, fields_read(book)):
            assert rule_on(rulebook, full).verdict is Verdict.ALLOW, show(book, case, full)
    return allows


def removing_a_fact_never_allows(seed: int, books: int) -> None:
    """Without one of its facts, a case that is not allowed is still not allowed."""
    rng = Random(seed)
    for _ in range(books):
        book, rulebook = random_compiled(rng)
        case = random_case(rng, known=0.85)
        if rule_on(rulebook, case).verdict is Verdict.ALLOW:
            continue
        for field in case.given:
            less = replace(case, given={k: v for k, v in case.given.items() if k != field})
            assert rule_on(rulebook, less).verdict is not Verdict.ALLOW, show(book, case, less)
        undated = replace(case, law_date=None)
        assert rule_on(rulebook, undated).verdict is not Verdict.ALLOW, show(book, case)


def order_does_not_matter(seed: int, books: int) -> None:
    """Rules in any order give the same answer."""
    rng = Random(seed)
    for _ in range(books):
        book, rulebook = random_compiled(rng)
        mixed = replace(book, rules=tuple(rng.sample(book.rules, len(book.rules))))
        other = rulebook_of(mixed)
        for _ in range(4):
            case = random_case(rng)
            assert summary(rulebook, case) == summary(other, case), show(book, case)


def twice(book: Book, id: str) -> Book:
    """The book with a rule written again under another id, named wherever the rule is named."""

    def naming(ids: tuple[str, ...]) -> tuple[str, ...]:
        return (*ids, f"{id}-again") if id in ids else ids

    rules = [
        replace(r, targets=naming(r.targets), barred_except=naming(r.barred_except))
        for r in book.rules
    ]
    again = next(replace(r, id=f"{id}-again") for r in rules if r.id == id)
    return replace(book, rules=(*rules, again))


def twice_is_once(seed: int, books: int) -> None:
    """A rule written twice, under two ids, changes nothing, and both have the same status."""
    rng = Random(seed)
    for _ in range(books):
        book, rulebook = random_compiled(rng)
        id = rng.choice(book.rules).id
        other = rulebook_of(twice(book, id))
        for _ in range(4):
            case = random_case(rng)
            *before, statuses = summary(rulebook, case)
            *after, more = summary(other, case)
            copied = more.pop(f"{id}-again", None)  # with the text alone both may be off
            assert before == after and statuses == more, show(book, case) + f"\n  twice: {id}"
            assert copied == more.get(id), show(book, case) + f"\n  twice: {id}"


def a_ground_never_relaxes(seed: int, books: int) -> None:
    """One more ground never makes the verdict, or what is possible, milder."""
    rng = Random(seed)
    for _ in range(books):
        book, rulebook = random_compiled(rng)
        finding = rng.choice(_STATED)
        tags = tuple(t for t in ("t0", "t1") if rng.random() < 0.4)
        ground = Spec("new", when=random_condition(rng), finding=finding.value, tags=tags)
        if rng.random() < 0.15:
            ground = replace(ground, authority="company", finding=None, verdict="review")
        other = rulebook_of(replace(book, rules=(*book.rules, ground)))
        for _ in range(4):
            case = random_case(rng)
            before, after = rule_on(rulebook, case), rule_on(other, case)
            assert after.verdict.rank >= before.verdict.rank, show(book, case) + f"\n  {ground}"
            assert after.possible.rank >= before.possible.rank, show(book, case) + f"\n  {ground}"


def _touched(book: Book, case: Case, override: str) -> set[str]:
    """What an override can touch: what it reaches, and what hangs on that in turn."""
    reference = Reference(book, case)
    touched: set[str] = set()
    pending = [id for id, origin in reference.origin.items() if origin == override]
    while pending:
        id = pending.pop()
        if id in touched:
            continue
        touched.add(id)
        rule = reference.rules[id]
        if rule.kind:
            pending += reference.reach(rule)
        pending += [r.id for r in reference.replacements(id)]  # they stand on it
        pending += [r.id for r in reference.rules.values() if set(r.barred_tags) & set(rule.tags)]
        if rule.exception:
            pending.append("*claim")
    return {reference.origin[id] for id in touched}


def _without(book: Book, id: str) -> Book:
    """The book without a rule, and without bars that only this rule gave a meaning."""
    rules = [r for r in book.rules if r.id != id]
    tags = {t for r in rules for t in r.tags}
    kept = tuple(
        replace(
            r,
            barred_tags=tuple(t for t in r.barred_tags if t in tags),
            barred_except=tuple(e for e in r.barred_except if e != id),
        )
        for r in rules
    )
    return replace(book, rules=kept)


def nothing_outside_its_reach(seed: int, books: int) -> int:
    """Without an override, `active` of every rule that does not hang on its reach is the same."""
    rng = Random(seed)
    untouched = 0
    for _ in range(books):
        book, rulebook = random_compiled(rng)
        named = {t for r in book.rules for t in r.targets}
        free = [r for r in book.rules if r.kind and r.id not in named]
        if not free:
            continue
        override = rng.choice(free).id
        without = _without(book, override)
        other = rulebook_of(without)
        for _ in range(4):
            case = random_case(rng)
            before, after = actives(rule_on(rulebook, case)), actives(rule_on(other, case))
            touched = _touched(book, case, override)
            for id, value in after.items():
                if _UNWRITTEN.get(id, id) not in touched:
                    untouched += 1
                    assert before[id] is value, show(book, case) + f"\n  {override} touched {id}"
    return untouched


def an_override_of_grounds_changes_only_them() -> None:
    """The plain case, spelled out: two grounds, an override of one; the other is as it was."""
    for kind in ("suspending", "exempting", "replacing"):
        finding = "case_by_case" if kind == "replacing" else None
        book = Book((
            Spec("embargo", finding="prohibited", tags=("t0",)),
            Spec("chips", finding="presumption_of_denial", tags=("t0",)),
            Spec("relief", kind=kind, targets=("chips",), finding=finding),
        ))  # fmt: skip
        found = actives(rule_on(rulebook_of(book), Case({})))
        assert found["embargo"] is Truth.TRUE, kind
        assert found["chips"] is Truth.FALSE, kind


def a_rule_that_fails_never_allows() -> None:
    """A rule whose evaluation fails may be met: it is shown as an error, and nothing is allowed."""
    book = Book((Spec("broken", finding="red_flag"),))
    content = content_of(book)
    rule = rule_of(book.rules[0])
    unknown_group = Member(VOCABULARY.of(Scope.SHIPMENT)["destination"], (), ("no-such-group",))
    rulebook = Rulebook(replace(content, rules={"broken": replace(rule, when=unknown_group)}))
    ruling = rule_on(rulebook, Case({"destination": "FR"}))
    assert ruling.verdict is Verdict.REVIEW
    assert rulebook.statuses(ruling)["broken"] == "error"


def until_is_the_first_day_out_of_force() -> None:
    """A rule in force until a day holds on the day before and not on that day."""
    last, until = date(2024, 5, 31), date(2024, 6, 1)
    book = Book((
        Spec("stay", kind="suspending", targets=("ground",), windows=(Window(end=until),)),
        Spec("ground", finding="prohibited"),
        Spec("old", finding="case_by_case", windows=(Window(end=until),)),
    ))  # fmt: skip
    rulebook = rulebook_of(book)
    before = rule_on(rulebook, Case({}, law_date=last))
    after = rule_on(rulebook, Case({}, law_date=until))
    assert (before.verdict, before.finding) == (Verdict.REVIEW, Finding.CASE_BY_CASE)
    assert (after.verdict, after.finding) == (Verdict.DENY, Finding.PROHIBITED)
    assert actives(after)["old"] is Truth.FALSE


def lesser_authority_is_off_in_the_text_alone() -> None:
    """Guidance and practice relax; asked for the regulation alone, they do not."""
    book = Book((
        Spec("required", finding="presumption_of_denial"),
        Spec("promised", authority="practice", finding="case_by_case", kind="replacing",
             targets=("required",)),
        Spec("announced", authority="guidance", finding="not_enforced", kind="replacing",
             targets=("required",), when=("is", FLAGS[0], True)),
        Spec("custom", authority="practice", finding="policy_of_denial",
             when=("is", FLAGS[1], True)),
        Spec("exempted", authority="statute", kind="exempting", targets=("custom",),
             when=("is", FLAGS[2], True)),
    ))  # fmt: skip
    rulebook = rulebook_of(book)
    for flag, verdict in ((False, Verdict.REVIEW), (True, Verdict.ALLOW)):
        case = Case({FLAGS[0]: flag, FLAGS[1]: False, FLAGS[2]: False})
        assert rule_on(rulebook, case).verdict is verdict
        alone = rule_on(rulebook, replace(case, authority="regulation"))
        assert (alone.verdict, alone.finding) == (Verdict.DENY, Finding.PRESUMPTION_OF_DENIAL)
        guided = rule_on(rulebook, replace(case, authority="guidance"))
        assert guided.verdict is (Verdict.ALLOW if flag else Verdict.DENY)


def who_may_relax() -> None:
    """Statute and regulation, what is not above them; guidance and practice within limits."""
    may = {
        ("statute", "statute"): True, ("statute", "regulation"): True,
        ("regulation", "statute"): False, ("regulation", "regulation"): True,
        ("regulation", "letter"): True, ("guidance", "regulation"): False,
        ("practice", "regulation"): False, ("letter", "regulation"): False,
    }  # fmt: skip
    for (over, under), allowed in may.items():
        relief = Spec("relief", over, kind="exempting", targets=("ground",))
        ground = Spec("ground", under, finding="presumption_of_denial")
        problems = check_overrides({s.id: rule_of(s) for s in (ground, relief)}, frozenset())
        assert (not problems) is allowed, (over, under)
        assert all(p.code == "may-not-relax" for p in problems)
    steps = {
        ("guidance", "not_enforced"): True,
        ("guidance", "case_by_case"): False,
        ("practice", "presumption_of_approval"): True,
        ("practice", "not_enforced"): False,
    }
    for (over, finding), allowed in steps.items():
        relief = Spec("relief", over, kind="replacing", targets=("ground",), finding=finding)
        ground = Spec("ground", "statute", finding="presumption_of_denial")
        try:
            rulebook_of(Book((ground, relief)))
            found = True
        except ProblemsFound:
            found = False
        assert found is allowed, (over, finding)
