"""What can be said of one shipment in a model: facts that a region keeps, or lets go."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import z3

from screening.conditions.models import holds as holds_in
from screening.conditions.spaces import Space
from screening.conditions.tree import Compare, Elapsed, Expr, InClass, Member, Not, Relate
from screening.conditions.words import say
from screening.decision import Finding
from screening.vocabulary import Field, FieldType, Scope
from screening.workbench.regions.pair import Pair
from screening.workbench.regions.told import Answer

STATED = " is stated"
_NONE, _NONE_PROVED = "without a license", "without a license proved to cover the line"
WEAKER = {_NONE: (_NONE_PROVED,)}
"""What says less than something else, by words."""

_APPLIES, _MAY_APPLY = "` applies (", "` may apply ("


def weaker_than(words: str) -> tuple[str, ...]:
    """What says less, by words: what goes without saying beside them."""
    return WEAKER.get(words, (words.replace(_APPLIES, _MAY_APPLY),) if _APPLIES in words else ())


_LINES = (FieldType.NUMBER, FieldType.PERCENT_RANGE, FieldType.DATE, FieldType.MONEY)


class Tier(IntEnum):
    """What a region is told by, the words that people use first."""

    OTHERS = 0  # what rules that did not change ask for
    GOODS = 1  # classes, and the fields with a value out of many
    TESTS = 2  # flags, lists, parties
    FIGURES = 3  # numbers, dates, texts, and what else a test reads
    RULES = 4  # that a rule that changed applies, whatever it asks for in its turn
    ALL = 5  # that both answers are given, whatever the facts


@dataclass(frozen=True)
class Choice:
    """A field that has one of some values: which of its cells."""

    members: tuple[tuple[str, ...], ...]
    field: Field
    variable: Any
    cell: int = 0

    @property
    def count(self) -> int:
        """How many cells there are."""
        return len(self.members)

    def among(self, cells: frozenset[int]) -> Any:
        """That the value lies in one of the cells."""
        return z3.Or(*(self.variable == i for i in sorted(cells)))


@dataclass(frozen=True)
class Literal:
    """Something that holds of the shipment, in words."""

    tier: Tier
    term: Any
    words: str
    otherwise: str = ""
    choice: Choice | None = None

    @property
    def negation(self) -> Literal:
        """That it does not hold."""
        return Literal(self.tier, z3.Not(self.term), self.otherwise, self.words)


def literals(pair: Pair, model: Any, old: Answer, new: Answer) -> list[Literal]:
    """All that a region with this shipment may be told by."""
    told, seen = [], set()
    for literal in (*offered(pair, old, new), *_chosen(pair, model)):
        if literal.term.get_id() in seen:
            continue
        seen.add(literal.term.get_id())
        holds = holds_in(model, literal.term)
        if not holds and literal.tier is Tier.OTHERS:
            continue
        told.append(literal if holds else literal.negation)
    return told


def offered(pair: Pair, old: Answer, new: Answer) -> Iterator[Literal]:
    """What may be said of a shipment of these answers, whichever it is, but for chosen values."""
    yield from _once(pair, (old, new), lambda: _others(pair, old, new))
    yield from _once(pair, "facts", lambda: (*_classes(pair), *_tests(pair), *_figures(pair)))


def in_common(pair: Pair) -> Iterator[Literal]:
    """What may be said of all shipments of a change: which rules apply to which goods."""
    yield from _once(pair, "common", lambda: (*_rules(pair), *_classes(pair)))


def _once(pair: Pair, key: Hashable, made: Callable[[], Iterable[Literal]]) -> Iterator[Literal]:
    if key not in pair.offers:
        pair.offers[key] = [x for x in made() if pair.matters(x.term)]
    yield from pair.offers[key]


def choice_of(space: Space, of: Field) -> Choice | None:
    """The field as one with a value out of many, if rules of these days read it so."""
    if of.many or of.id not in space.cells or len(space.cells[of.id].values) < 2:
        return None
    variable = space.variable(of.id)
    return None if variable is None else Choice(space.cells[of.id].members, of, variable)


def _either_way(tier: Tier, term: Any, expr: Expr, more: str = "") -> Literal:
    return Literal(tier, term, say(expr) + more, say(Not(expr)) + more)


def _others(pair: Pair, old: Answer, new: Answer) -> Iterator[Literal]:
    for side, answer, when in ((pair.old, old, "before"), (pair.new, new, "now")):
        free = side.nothing_else_asks_more(answer)
        if not isinstance(free.term, bool):
            words = "nothing else is in the way" if answer.verdict == "allow" else (
                f"nothing else asks for more than {answer.finding}")  # fmt: skip
            yield Literal(Tier.OTHERS, free.term, words)
        asked = side.something_else_asks(answer)
        if not isinstance(asked.term, bool):
            yield Literal(Tier.OTHERS, asked.term,
                          f"other rules ask for {answer.finding} ({when})")  # fmt: skip
        in_doubt = side.firm_in_doubt()
        if answer.finding is Finding.UNDETERMINED and not isinstance(in_doubt.term, bool):
            yield Literal(Tier.OTHERS, in_doubt.term,
                          f"other rules of the firm may ask for a review ({when})")  # fmt: skip
    if old.finding is new.finding:
        # The firm changed its verdict and the law says what it said.
        term = pair.old.findings[old.finding] & pair.new.findings[new.finding]
        if not isinstance(term.term, bool):
            yield Literal(Tier.OTHERS, term.term, f"the finding is {old.finding} before and now")


def _rules(pair: Pair) -> Iterator[Literal]:
    for side, when in ((pair.old, "before"), (pair.new, "now")):
        for id, active in side.changed:
            for formula, applies in ((active.sure, "applies"), (active.possible, "may apply")):
                if not isinstance(formula.term, bool):
                    does = "does not apply" if applies == "applies" else "surely does not apply"
                    yield Literal(Tier.RULES, formula.term, f"`{id}` {applies} ({when})",
                                  f"`{id}` {does} ({when})")  # fmt: skip


def _classes(pair: Pair) -> Iterator[Literal]:
    seen: dict[str, Any] = {}
    for version, id, sides in pair.span.classes(pair.run):
        if isinstance(sides.sure.term, bool):
            continue
        other = seen.setdefault(id, sides.sure.term)
        more = "" if other.eq(sides.sure.term) else " (as now defined)"
        if version == 0 or more:
            yield _either_way(Tier.GOODS, sides.sure.term, InClass((id,)), more)


def _chosen(pair: Pair, model: Any) -> Iterator[Literal]:
    space = pair.readings[0].shipment
    for of in pair.frame.vocabulary.of(Scope.SHIPMENT).values():
        choice = choice_of(space, of)
        if choice is not None:
            cell = model.eval(choice.variable, model_completion=True).as_long()
            term = choice.variable == cell
            if not pair.matters(term):
                continue
            yield Literal(Tier.GOODS, term, "", choice=replace(choice, cell=cell))


def _tests(pair: Pair) -> Iterator[Literal]:
    space = pair.readings[0].shipment
    for of in pair.frame.vocabulary.of(Scope.SHIPMENT).values():
        name = field_name(of)
        if of.type is FieldType.FLAG and (flag := space.variable(of.id)) is not None:
            yield _either_way(Tier.TESTS, flag, Member(of, (True,)))
        if of.many and of.id in space.cells:
            for i, value in enumerate(space.cells[of.id].values):
                if (one := space.variable(f"{of.id}[{i}]")) is not None:
                    yield Literal(Tier.TESTS, one, f"{name} includes {value}",
                                 f"{name} does not include {value}")  # fmt: skip
        if (given := space.variable(f"{of.id}?")) is not None:
            yield Literal(Tier.TESTS, given, f"{name}{STATED}", f"{name} is not stated")
    told = {key: expr for reading in reversed(pair.readings) for key, expr in reading.told.items()}
    for asked in pair.readings[0].parties.asked:
        expr = told.get(asked.get_id())
        if expr is not None:
            yield _either_way(Tier.TESTS, asked, expr)
    acts = pair.solver.acts
    yield Literal(Tier.TESTS, acts.claim == 0, "no exception is claimed", "an exception is claimed")
    for symbol in acts.exceptions:
        yield Literal(Tier.TESTS, acts.claims(symbol).term, f"{symbol} is claimed",
                     f"{symbol} is not claimed")  # fmt: skip
    held = z3.And(acts.license == 2, acts.runs)
    yield Literal(Tier.TESTS, held, "with a license proved to cover the line", _NONE_PROVED)
    said = z3.And(acts.license >= 1, acts.runs)
    yield Literal(Tier.TESTS, said, "with a license", _NONE)


def _figures(pair: Pair) -> Iterator[Literal]:
    reading = pair.readings[0]
    space = reading.shipment
    for node in pair.frame.leaves:
        of = node.field
        if of.scope is not Scope.SHIPMENT:
            continue
        if isinstance(node, Relate | Elapsed) or of.type in _LINES:
            names = {of.id, *([node.other.id] if isinstance(node, Relate) else [])}
            if not all(n == "law_date" or space.variable(n) is not None for n in names):
                continue  # no rule of these days reads it
            sides = _raw(space, node)
            if not isinstance(sides.term, bool):
                yield _either_way(Tier.FIGURES, sides.term, node)
    for name, words in space.texts:
        variable = space.variable(name)
        if variable is not None:
            yield Literal(Tier.FIGURES, variable, f"{words} is found", f"{words} is not found")


def field_name(of: Field) -> str:
    """What people call the field."""
    return (of.title or of.id).replace("_", " ").lower() if not of.id.isupper() else of.id


def _raw(space: Space, node: Any) -> Any:
    match node:
        case Relate():
            return space.relate(node).sure
        case Elapsed(of, ordering, days):
            return space.elapsed(of, ordering, days).sure
        case Member() | Compare():
            return space.test(node).sure
    raise TypeError(node)
