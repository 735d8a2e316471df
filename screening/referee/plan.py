"""What the referee is told of a rulebook on one day: every column as patterns, in order of asking.

Dates are shared with the engine (`OnDate`, the one meaning of in force); what else makes a rule met
is said here again, in patterns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from screening.conditions.rete.patterns import Atom, Either, Every, Pattern, atoms, either, every
from screening.conditions.rete.properties import Untranslatable, name_of, of_class, scales, token
from screening.conditions.rete.reading import Asked, Form, one_value, pattern, scopes_of, stands
from screening.conditions.tree import (
    EveryParty,
    Expr,
    SomeListing,
    SomeParty,
    classes_used,
    walk,
)
from screening.decide.calendar import OnDate
from screening.decide.columns import Column
from screening.decide.compile import Compiled
from screening.decide.view import View
from screening.rulebook.model import CLAIM_UNMET, LICENSE_CLAIMED, LICENSE_PROVED, Content
from screening.truth import Truth
from screening.vocabulary import Scope

REQUIRED = "allow_requires"
"""The key of what an allow needs besides rules."""

CLAIMED, LICENSE, LICENSE_RUNS = "claimed", "license", "license:runs"
"""Properties of a shipment that no field holds: the exception claimed, the license, if it runs."""


@dataclass(frozen=True, slots=True)
class Body:
    """One thing to find out of a fact, in both readings."""

    id: str
    sure: Pattern
    possible: Pattern


@dataclass(frozen=True, slots=True)
class OverParties:
    """How the answers of single parties make one of the shipment."""

    id: str
    roles: tuple[str, ...]
    every: bool


@dataclass(frozen=True)
class Plan:
    """Everything the referee must know to answer for one day."""

    asked: Asked
    members: tuple[Body, ...]
    """Tests of single values."""
    classes: tuple[tuple[Body, ...], ...]
    """Classes in stages: each uses only classes of the stages before it."""
    late_classes: tuple[tuple[Body, ...], ...]
    """Those that speak of parties, to be asked after these."""
    listings: tuple[Body, ...]
    parties: tuple[Body, ...]
    rules: tuple[Body, ...]
    over_parties: tuple[OverParties, ...]


def key_of(column: Column) -> str:
    """How the two engines speak of a column: by its rule, and its finding if the rule has many."""
    rule = column.rule
    return f"{rule.id}/{column.finding}" if rule.from_listing else rule.id


def conditions_of(content: Content) -> Iterator[Expr]:
    """Every condition of the rulebook."""
    for rule in content.rules.values():
        yield rule.when
        if rule.conditions is not None:
            yield rule.conditions
    for goods in content.classes.values():
        yield from (definition.when for definition in goods.definitions)
    yield from content.header.allow_requires


def epoch_of(compiled: Compiled, view: View) -> tuple[object, ...]:
    """All that a plan is made of, as a key: days with the same epoch have the same plan."""
    content = view.content
    meanings = tuple(view.class_meaning(id) for id in sorted(content.classes))
    required = tuple(content.header.allow_requires)
    dated = view.law_date is not None
    return compiled.columns, compiled.exceptions, view.dates(compiled), meanings, required, dated


def plan_of(compiled: Compiled, view: View) -> Plan:
    """The plan for the view's day. Raises `Untranslatable`, naming the rule."""
    asked = Asked(scales(conditions_of(view.content)))
    rules: dict[str, Body] = {}
    used: set[str] = set()
    required = view.content.header.allow_requires
    for column, dated in zip(compiled.columns, view.dates(compiled), strict=True):
        key = key_of(column)
        if key in rules or (dated.outside and not column.rule.built_in):
            continue
        parts = [column.when, *([column.rule.conditions] if column.rule.conditions else ())]
        try:
            rules[key] = _rule(key, column, parts, dated, compiled.exceptions, asked)
        except Untranslatable as error:
            raise Untranslatable(f"rule `{key}`: {error}") from None
        used |= {id for part in parts for id in classes_used(part)}
    rules[REQUIRED] = _required(required if view.law_date is not None else (), asked)
    used |= {c for e in required for c in classes_used(e)}
    stages = _classes(used, view, asked)
    late = {of_class(id) for id in view.content.classes if _of_parties(id, view)}
    early_classes = tuple(tuple(b for b in stage if b.id not in late) for stage in stages)
    late_classes = tuple(tuple(b for b in stage if b.id in late) for stage in stages)
    listings, parties, over = _quantified(asked)
    if any(atom.property in late for b in (*listings, *parties) for p in (b.sure, b.possible)
           for atom in atoms(p)):  # fmt: skip
        raise Untranslatable("a test of parties uses a class that speaks of parties")
    # By field, so that those of one field are asked together.
    tests = sorted(asked.members.items(), key=lambda item: name_of(item[0].field))
    members = tuple(
        Body(id, one_value(test, Form.SURE, asked), one_value(test, Form.POSSIBLE, asked))
        for test, id in tests
    )
    return Plan(
        asked,
        members,
        tuple(filter(None, early_classes)),
        tuple(filter(None, late_classes)),
        listings,
        parties,
        tuple(rules.values()),
        over,
    )


def _rule(
    key: str,
    column: Column,
    parts: list[Expr],
    dated: OnDate,
    exceptions: tuple[str, ...],
    asked: Asked,
) -> Body:
    rule = column.rule
    if rule.id == CLAIM_UNMET:
        # Compared with what no claim is, so that something is asked where no rule grants any.
        unknown = [Atom(CLAIMED, "$neq", token(symbol)) for symbol in (None, *exceptions)]
        return Body(key, every(unknown), every(unknown))
    if rule.id in (LICENSE_PROVED, LICENSE_CLAIMED):
        return _license(key, proved=rule.id == LICENSE_PROVED)
    for part in parts:
        _stays_in(Scope.SHIPMENT, part)
    sure = every(pattern(e, Form.SURE, asked) for e in parts)
    possible = every(pattern(e, Form.POSSIBLE, asked) for e in parts)
    if rule.absent_unless_shown:
        # Neither claimed nor known to apply: it counts as absent.
        applies = pattern(parts[0], Form.SURE, asked)
        if rule.exception is not None:
            applies = either((applies, Atom(CLAIMED, "$eq", token(rule.exception))))
        possible = every((possible, applies))
    doubtful = dated.unverified or (dated.stale and rule.kind is not None)
    if dated.now is not Truth.TRUE or doubtful:
        sure = Either(())
    return Body(key, sure, possible if dated.now is not Truth.FALSE else Either(()))


def _required(required: tuple[Expr, ...], asked: Asked) -> Body:
    """What an allow needs; where nothing is asked for, or on no day, it is unknown."""
    if not required:
        return Body(REQUIRED, Either(()), Every(()))
    return Body(
        REQUIRED,
        every(pattern(e, Form.SURE, asked) for e in required),
        every(pattern(e, Form.POSSIBLE, asked) for e in required),
    )


def _license(key: str, *, proved: bool) -> Body:
    """A license in hand: proved it must run, claimed it must not surely have ended."""
    may_run = stands(LICENSE_RUNS, Form.POSSIBLE)
    if not proved:
        return Body(key, may_run, may_run)
    kind = Atom(LICENSE, "$eq", token("proved"))
    return Body(key, every((kind, stands(LICENSE_RUNS, Form.SURE))), every((kind, may_run)))


def _of_parties(id: str, view: View) -> bool:
    """Whether the class speaks of parties, be it by a class that it uses."""
    meaning = view.class_meaning(id)
    if isinstance(meaning, Truth):
        return False
    speaks = any(isinstance(n, SomeParty | EveryParty | SomeListing) for n in walk(meaning))
    return speaks or any(_of_parties(other, view) for other in classes_used(meaning))


def _classes(used: Iterable[str], view: View, asked: Asked) -> tuple[tuple[Body, ...], ...]:
    depth: dict[str, int] = {}
    bodies: dict[str, Body] = {}

    def visit(id: str) -> int:
        if id not in depth:
            meaning = view.class_meaning(id)
            try:
                if isinstance(meaning, Truth):
                    sure: Pattern = Every(()) if meaning.sure else Either(())
                    possible: Pattern = Every(()) if meaning.possible else Either(())
                    below: set[str] = set()
                else:
                    _stays_in(Scope.SHIPMENT, meaning)
                    sure = pattern(meaning, Form.SURE, asked)
                    possible = pattern(meaning, Form.POSSIBLE, asked)
                    below = classes_used(meaning)
            except Untranslatable as error:
                raise Untranslatable(f"class `{id}`: {error}") from None
            bodies[id] = Body(of_class(id), sure, possible)
            depth[id] = 1 + max((visit(other) for other in sorted(below)), default=-1)
        return depth[id]

    for id in sorted(used):
        visit(id)
    stages = range(max(depth.values(), default=-1) + 1)
    return tuple(tuple(bodies[id] for id in depth if depth[id] == stage) for stage in stages)


def _quantified(asked: Asked) -> tuple[tuple[Body, ...], tuple[Body, ...], tuple[OverParties, ...]]:
    listings: list[Body] = []
    parties: list[Body] = []
    over: list[OverParties] = []
    done: set[str] = set()
    # Reading the body of one may bring up another: a listing of a party.
    while pending := [(q, id) for q, id in asked.quantified.items() if id not in done]:
        for quantifier, id in pending:
            done.add(id)
            read = {form: pattern(quantifier.body, form, asked) for form in Form}
            body = Body(id, read[Form.SURE], read[Form.POSSIBLE])
            match quantifier:
                case SomeListing(inside):
                    _stays_in(Scope.LISTING, inside, (SomeParty, EveryParty, SomeListing))
                    listings.append(body)
                case SomeParty(roles, inside) | EveryParty(roles, inside):
                    _stays_in(Scope.PARTY, inside, (SomeParty, EveryParty))
                    parties.append(body)
                    over.append(OverParties(id, roles, isinstance(quantifier, EveryParty)))
                case _:
                    assert_never(quantifier)
    return tuple(listings), tuple(parties), tuple(over)


def _stays_in(scope: Scope, expr: Expr, barred: tuple[type[Expr], ...] = ()) -> None:
    """Raises `Untranslatable` where a condition reads or asks what its fact does not tell."""
    if scopes_of(expr) - {scope} or any(isinstance(node, barred) for node in walk(expr)):
        raise Untranslatable(f"a test of another scope stands in a test of a {scope.value}")
