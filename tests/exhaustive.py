"""All small rulebooks: up to four rules over three flags, every partial shipment at once.

A *shape* is a rulebook without its conditions: findings, kinds, targets and bars. Its program
depends on nothing else, so it is compiled once and run on integers whose bits are shipments: one
bit for each choice of conditions and each of the 27 partial shipments. Shapes are taken up to the
naming of rules, choices of conditions up to the naming of facts and of true and false.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from generate import (
    ALWAYS,
    FLAGS,
    Book,
    Case,
    Cond,
    Spec,
    content_of,
    facts_of,
    rule_of,
    rulebook_of,
    view_of,
)

from screening.decide.calendar import on_date
from screening.decide.columns import Column, columns_of
from screening.decide.compile import Compiled, compile_columns
from screening.decide.met import met_columns
from screening.decision import Finding
from screening.engine import Rulebook
from screening.problems import ProblemsFound

FACTS = FLAGS[:3]
UNKNOWN, TRUE, FALSE = 0, 1, 2
PARTIALS = tuple(itertools.product((UNKNOWN, TRUE, FALSE), repeat=3))
"""What is said of the three flags; the place in this tuple is the place of the bit."""

Choice = tuple[tuple[int, ...], tuple[int, ...] | None]
"""The literals of `when` and of `conditions`: for each flag 0 (not read), 1 (true), 2 (false)."""

PLAIN: tuple[Choice, ...] = tuple((c, None) for c in PARTIALS)
"""Every conjunction of literals, `always` included: 27."""

_ONE = tuple(c for c in PARTIALS if sum(1 for x in c if x) <= 1)
EXCEPTION: tuple[Choice, ...] = tuple((w, c) for w in _ONE for c in (None, *_ONE[1:]))
"""For a license exception at most one literal in each of its two parts: 49."""


def case_of(partial: Sequence[int], *, claimed: bool = False) -> Case:
    """The shipment that says so much of the three flags."""
    given = {f: v == TRUE for f, v in zip(FACTS, partial, strict=True) if v}
    return Case(given, claim="NAC" if claimed else None)


def condition_of(literals: Sequence[int]) -> Cond:
    """The conjunction of these literals."""
    parts = tuple(("is", f, v == TRUE) for f, v in zip(FACTS, literals, strict=True) if v)
    return ALWAYS if not parts else parts[0] if len(parts) == 1 else ("all", parts)


# --- shapes -----------------------------------------------------------------------------------

_GROUNDS = ("red_flag", "case_by_case", "presumption_of_denial")
_RANK = {"license_exception": 0, "red_flag": 1, "case_by_case": 2, "presumption_of_denial": 3}


@dataclass(frozen=True, order=True)
class Part:
    """One rule of a shape; `targets` and `barred` are places of other rules in it."""

    finding: str
    kind: str = ""
    targets: tuple[int, ...] = ()
    barred: tuple[int, ...] = ()


Shape = tuple[Part, ...]


def _next_parts(shape: Shape) -> Iterator[Part]:
    for finding in _GROUNDS:
        yield Part(finding)
    for size in range(1, len(shape) + 1):
        for targets in itertools.combinations(range(len(shape)), size):
            yield Part("", "suspending", targets)
            if any(shape[t].kind == "suspending" or shape[t].finding == "license_exception"
                   for t in targets):  # fmt: skip
                continue  # replacing these is refused
            limit = min(_RANK[shape[t].finding] for t in targets)
            for finding, rank in _RANK.items():
                if rank <= limit:
                    yield Part(finding, "replacing", targets)


def _unbarred(size: int) -> Iterator[Shape]:
    def grow(shape: Shape) -> Iterator[Shape]:
        if len(shape) == size:
            yield shape
            return
        for part in _next_parts(shape):
            yield from grow((*shape, part))

    return grow(())


def _barred(shape: Shape) -> Iterator[Shape]:
    """The shape, and with one of its overrides barred by one rule that is no exception."""
    yield shape
    for i, part in enumerate(shape):
        for bar in range(len(shape)) if part.kind else ():
            if bar != i and shape[bar].finding != "license_exception":
                yield (*shape[:i], replace(part, barred=(bar,)), *shape[i + 1 :])


def _canonical(shape: Shape) -> Shape:
    def renamed(order: tuple[int, ...]) -> Shape:
        new = {old: i for i, old in enumerate(order)}
        return tuple(
            replace(
                shape[old],
                targets=tuple(sorted(new[t] for t in shape[old].targets)),
                barred=tuple(new[b] for b in shape[old].barred),
            )
            for old in order
        )

    # Only orders that sort the rules by themselves are tried; the rest cannot be least.
    looks = [(p.kind, p.finding, len(p.targets), len(p.barred)) for p in shape]
    groups = [
        [i for i, look in enumerate(looks) if look == wanted] for wanted in sorted(set(looks))
    ]
    orders = itertools.product(*(itertools.permutations(g) for g in groups))
    return min(renamed(tuple(itertools.chain(*order))) for order in orders)


@cache
def shapes(size: int) -> tuple[Shape, ...]:
    """All shapes of so many rules, one for each class of shapes that differ in names only."""
    found = {_canonical(s) for plain in _unbarred(size) for s in _barred(plain)}
    return tuple(sorted(found))


def book_of(shape: Shape, choices: Sequence[Choice], *, exempting: bool = False) -> Book:
    """The rulebook of a shape with conditions put in."""
    rules = []
    bars = {b: f"t{b}" for part in shape for b in part.barred}
    for i, (part, (when, conditions)) in enumerate(zip(shape, choices, strict=True)):
        excepted = part.finding == "license_exception"
        kind = "exempting" if exempting and part.kind == "suspending" else part.kind
        rules.append(
            Spec(
                f"r{i}",
                authority="statute",
                when=condition_of(when),
                finding=None if excepted or not part.finding else part.finding,
                exception="NAC" if excepted else None,
                kind=kind or None,
                targets=tuple(f"r{t}" for t in part.targets),
                conditions=None if conditions is None else condition_of(conditions),
                tags=(bars[i],) if i in bars else (),
                barred_tags=tuple(bars[b] for b in part.barred),
            )
        )
    return Book(tuple(rules))


# --- choices of conditions, up to symmetry ----------------------------------------------------

_Symmetry = tuple[tuple[int, ...], tuple[int, ...]]
_SYMMETRIES: tuple[_Symmetry, ...] = tuple(
    itertools.product(itertools.permutations(range(3)), itertools.product((0, 1), repeat=3))
)


def _turn(symmetry: _Symmetry, choice: Choice) -> Choice:
    order, flips = symmetry

    def literals(old: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(
            3 - old[o] if old[o] and f else old[o] for o, f in zip(order, flips, strict=True)
        )

    when, conditions = choice
    return literals(when), None if conditions is None else literals(conditions)


@cache
def _images(choice: Choice) -> tuple[Choice, ...]:
    return tuple(_turn(s, choice) for s in _SYMMETRIES)


def _orbits(
    alphabets: Sequence[tuple[Choice, ...]], group: list[int]
) -> Iterator[tuple[Choice, ...]]:
    """One choice for each class: a first condition, then the rest up to what leaves it alone."""
    if not alphabets:
        yield ()
        return
    seen: set[Choice] = set()
    for choice in alphabets[0]:
        if choice in seen:
            continue
        images = _images(choice)
        seen |= {images[g] for g in group}
        rest = [g for g in group if images[g] == choice]
        for tail in _orbits(alphabets[1:], rest):
            yield (choice, *tail)


Pattern = tuple[bool, ...]
"""Which rules of a shape are license exceptions."""


@cache
def choices(pattern: Pattern) -> tuple[tuple[Choice, ...], ...]:
    """The choices of conditions for the rules of a shape."""
    alphabets = [EXCEPTION if excepted else PLAIN for excepted in pattern]
    return tuple(_orbits(alphabets, list(range(len(_SYMMETRIES)))))


# --- bits ---------------------------------------------------------------------------------------


@cache
def _blocks(choice: Choice, excepted: bool, claimed: bool) -> tuple[str, str]:
    """Of one rule the 27 bits `sure` and the 27 bits `possible`, from the engine's own `met`."""
    when, conditions = choice
    spec = Spec("r", when=condition_of(when), exception="NAC" if excepted else None,
                kind="replacing" if excepted else None, authority="statute",
                conditions=None if conditions is None else condition_of(conditions))  # fmt: skip
    rule = rule_of(spec)
    column = Column(rule, rule.finding, rule.when, verified_through=date(2030, 1, 1))
    view = _any_rulebook().view(Case({}).law_date)
    dates = on_date((column,), view.clocks)
    met = [
        met_columns((column,), dates, ("NAC",), facts_of(case_of(p, claimed=claimed)), view)[
            0
        ].value
        for p in PARTIALS
    ]
    # The first character of the text is the highest bit.
    sure = "".join(str(int(m.sure)) for m in reversed(met))
    possible = "".join(str(int(m.possible)) for m in reversed(met))
    return sure, possible


@cache
def _any_rulebook() -> Rulebook:
    return rulebook_of(Book((Spec("r0", finding="red_flag"),)))


@cache
def _inputs(pattern: Pattern, claimed: bool) -> tuple[tuple[int, ...], int]:
    """For each rule the sure and the possible bits of all shipments, and how many there are."""
    found = choices(pattern)
    values: list[int] = []
    for place, excepted in enumerate(pattern):
        blocks = [_blocks(choice[place], excepted, claimed) for choice in reversed(found)]
        values += [int("".join(b[part] for b in blocks), 2) for part in (0, 1)]
    return tuple(values), len(found) * len(PARTIALS)


def compile_shape(shape: Shape, *, exempting: bool = False) -> Compiled | None:
    """The program of a shape; `None` where a bar runs in a circle, which the language refuses."""
    blank: list[Choice] = [((0, 0, 0), None)] * len(shape)
    try:
        return compile_columns(
            columns_of(content_of(book_of(shape, blank, exempting=exempting)), None)
        )
    except ProblemsFound:
        return None


@dataclass(frozen=True)
class Outcome:
    """Of all shipments of a pattern at once: nothing but allow is possible; deny is certain."""

    harmless: int
    denied: int
    size: int

    @property
    def allowed(self) -> int:
        """The shipments whose verdict is allow."""
        return self.harmless & ~self.denied


def run(compiled: Compiled, pattern: Pattern, *, claimed: bool) -> Outcome:
    """The program on all choices of conditions and all partial shipments."""
    rules, size = _inputs(pattern, claimed)
    mask = (1 << size) - 1
    place_of = {f"r{i}": 2 * i for i in range(len(pattern))}
    values: list[int] = []
    for column in compiled.columns:
        place = place_of.get(column.rule.id)  # what nobody wrote is not met
        values += [0, 0] if place is None else rules[place : place + 2]
    for _ in compiled.exceptions:
        values += [mask, mask] if claimed else [0, 0]
    registers = compiled.program.run(values, 0, mask)
    review = registers[compiled.possible_at[Finding.RED_FLAG]]
    denied = registers[compiled.certain_at[Finding.PRESUMPTION_OF_DENIAL]]
    return Outcome(mask & ~review, denied, size)


@cache
def _open_bits(flag: int, size: int) -> int:
    """The shipments that do not say anything of one flag."""
    block = "".join("1" if p[flag] == UNKNOWN else "0" for p in reversed(PARTIALS))
    return int(block * (size // len(PARTIALS)), 2)


def first_lost(bits: int, size: int) -> int | None:
    """A shipment whose bit is set though with one more flag known it is not, or `None`."""
    for flag, step in enumerate((9, 3, 1)):
        open_ = bits & _open_bits(flag, size)
        wrong = open_ & ~((bits >> step) & (bits >> (2 * step)))
        if wrong:
            return wrong.bit_length() - 1
    return None


def pattern_of(shape: Shape) -> Pattern:
    """Which of the shape's rules are license exceptions."""
    return tuple(p.finding == "license_exception" for p in shape)


def verdicts_one_by_one(
    shape: Shape, chosen: Sequence[Choice], *, exempting: bool, claimed: bool
) -> str:
    """The same through the front door: `Rulebook.ruling` on facts, a 1 for each allow."""
    book = rulebook_of(book_of(shape, chosen, exempting=exempting))
    found = ""
    for partial in PARTIALS:
        case = case_of(partial, claimed=claimed)
        found += "1" if book.ruling(facts_of(case), view_of(book, case)).verdict == "allow" else "0"
    return found
