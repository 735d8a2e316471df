"""What `compare` takes over from other days, and what it looks at late or leaves out: all of it
must come to what looking at each run of days afresh comes to. Each check is shown to fail where a
fault is planted in what it checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import test_compare

pytest.importorskip("z3", reason="the optional extra `prove` is not installed")
import z3

from screening import Rulebook, load_rulebook
from screening.conditions.formula import YES, Formula
from screening.shipment import Shipment
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.proofs.solving import Frame
from screening.workbench.regions import moves as search_of_moves
from screening.workbench.regions.beside import Beside, changed, touched
from screening.workbench.regions.grow import Cube
from screening.workbench.regions.literals import Literal, Tier
from screening.workbench.regions.moves import moves, regions_of
from screening.workbench.regions.pair import Pair
from screening.workbench.regions.run import compare
from screening.workbench.regions.same import differing_epochs
from screening.workbench.regions.search import Comparer, Found
from screening.workbench.regions.span import Span
from screening.workbench.regions.standing import Standing
from screening.workbench.regions.told import Answer, Comparison, Region

HEADER = test_compare.HEADER + "rules:\n"


def rule(id: str, when: str, finding: str, since: str = "2020-01-01", more: str = "") -> str:
    """A rule in a few words."""
    return f"""\
  - id: {id}
    title: The rule {id}
    cites: [test]
    authority: regulation
    in_force: {{from: {since}}}
    when: {{{when}}}
    finding: {finding}
{more}"""


def relaxed(id: str, when: str, of: str, since: str) -> str:
    """A rule that replaces another."""
    return rule(id, when, "red_flag", since, f"    overrides: {{rule: {of}, by: replacing}}\n")


CHIPS = rule("chips", "destination: [CN, HK, MO]", "presumption_of_denial")
DENIED = rule("denied", "any_party: {listing: {list: EL}}", "policy_of_denial", "2021-06-01")
LATER = rule("later", "destination: RU", "case_by_case", "2022-03-01")
FLAGGED = rule("flagged", "destination: [HK, RU]", "license_required", "2023-01-01")
OLD = CHIPS + DENIED + LATER + FLAGGED
NEW = (
    OLD
    + relaxed("one", "destination: [CN, HK]", "chips", "2020-07-01")
    + relaxed("two", "destination: RU, quantity: {at_least: 5}", "later", "2022-09-01")
)


@pytest.fixture
def books(tmp_path: Path) -> tuple[Rulebook, Rulebook]:
    """The same rules before and after, with others that begin on days between."""
    found = []
    for name, text in (("old", OLD), ("new", NEW)):
        folder = tmp_path / name / "small"
        folder.mkdir(parents=True)
        (folder / "small.yaml").write_text(HEADER + text, encoding="utf-8")
        found.append(load_rulebook(folder))
    return found[0], found[1]


Books = tuple[Rulebook, Rulebook]
Moves = set[tuple[Answer, Answer]]


def by_days(books: Books, fresh: bool) -> Iterator[tuple[Epoch, list[Region]]]:
    """The regions of each run of days: by one comparer for all, or by a fresh one for each."""
    epochs = differing_epochs(*books)
    comparer = Comparer(*books, 30, epochs)
    for epoch in epochs:
        regions, doubts = (Comparer(*books, 30) if fresh else comparer).regions(epoch)
        assert not doubts
        yield epoch, regions


def moved(regions: list[Region]) -> Moves:
    """From which answer to which."""
    return {(r.old, r.new) for r in regions}


def check_days(books: Books) -> None:
    """What is carried over is what is found afresh, and each shipment is answered as is said."""
    for (epoch, mine), (_, theirs) in zip(by_days(books, False), by_days(books, True), strict=True):
        assert moved(mine) == moved(theirs), epoch
        for region in mine:
            for book, wanted in zip(books, (region.old, region.new), strict=True):
                shipment = Shipment.model_validate(region.shipment)
                decision = book.decide(shipment, assumptions=False)
                assert Answer(decision.verdict, decision.finding) == wanted, epoch


def always(_: Any, *given: Any) -> bool:
    """A fault: what was found holds on any days."""
    return True


def only_seen(pair: Pair, seen: Any) -> list[Any]:
    """A fault: what moved on other days is all that moves, where there is any."""
    known = list(seen)
    if not known:
        return moves(pair, known)
    answers = [(pair.old.decides(f), pair.new.decides(f), f) for f in known]
    return [search_of_moves.Move(old, new, f) for old, new, f in answers if old != new]


def on_all_days(span: Span, _: Any) -> Formula:
    """A fault: what holds on some days is taken to hold on all."""
    return YES


@pytest.mark.parametrize("few", [0, 1])
@pytest.mark.parametrize(
    ("fault", "where"),
    [(None, ""), (always, "Found.holds_on"), (only_seen, "moves"), (on_all_days, "when")],
)
def test_days_that_follow_are_told_as_if_looked_at_afresh(
    books: Books, monkeypatch: pytest.MonkeyPatch, few: int, fault: Any, where: str
) -> None:
    """Whether all rules are told to the solver at once, or one by one."""
    monkeypatch.setattr("screening.workbench.regions.search._FEW", few)
    if where == "moves":
        monkeypatch.setattr("screening.workbench.regions.search.moves", fault)
    elif where == "when":
        monkeypatch.setattr(Span, "when", fault)
    elif fault is not None:
        monkeypatch.setattr(Found, "holds_on", fault)
    with nullcontext() if fault is None else pytest.raises(AssertionError):
        check_days(books)


def test_days_on_which_nothing_else_is_otherwise_ask_the_solver_nothing(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A piece of days that begins for the sake of a rule beside the change is carried over."""
    comparer, first = Comparer(*books, 30), differing_epochs(*books)[0]
    found, _ = comparer.regions(first)
    monkeypatch.setattr(Comparer, "_sought", None)
    again, _ = comparer.regions(Epoch(first.last, first.last))
    assert [(r.old, r.new, r.words) for r in again] == [(r.old, r.new, r.words) for r in found]


def never_wrong(*_: Any) -> tuple[dict[Any, None], dict[int, Any]]:
    """A fault: whatever a rule beside the change is said to come to is believed."""
    return {}, {}


def said_to_be_met(self: Beside, keys: Any) -> Iterator[Any]:
    """A fault: a rule that is looked at late is told as one that all shipments meet."""
    for key in keys:
        self.read.add(key)
        yield from (n.z3 for n in (self._named[key][1].sure,) if not isinstance(n.term, bool))


@pytest.mark.parametrize(
    ("name", "fault"), [("", None), ("put_right", never_wrong), ("meanings", said_to_be_met)]
)
def test_rules_that_are_looked_at_late_mean_what_they_say(
    books: Books, monkeypatch: pytest.MonkeyPatch, name: str, fault: Callable[..., Any] | None
) -> None:
    """All moves are those of the engine on every shipment that the rules tell apart."""
    if fault is not None:
        monkeypatch.setattr(Beside, name, fault)
    with nullcontext() if fault is None else pytest.raises(AssertionError):
        for day in (e.first for e in differing_epochs(*books)):
            assert found_on(books, day) == decided_on(books, day), day


def found_on(books: Books, day: Any) -> Moves:
    """What the solver finds, told at first of the rules that changed alone, and without guesses."""
    frame = Frame(books)
    epoch = Epoch(day, day)
    span = Span(frame, Standing(books, frame.compiled), [epoch])
    pair = Pair(span, changed(frame.compiled, span.days[0]), 30)
    found: Moves = set()
    asked = z3.Bool("asked")
    pair.solver.tell(z3.Implies(asked, pair.differs.z3))
    while (shipment := pair.model(asked)) is not None:
        model, facts = shipment
        move = pair.old.answer(model), pair.new.answer(model)
        assert move == (pair.old.decides(facts), pair.new.decides(facts))
        found.add(move)
        pair.solver.tell(z3.Implies(asked, z3.Not(
            (pair.old.answers(move[0]) & pair.new.answers(move[1])).z3)))  # fmt: skip
    return found


def decided_on(books: Books, day: Any) -> Moves:
    """What the engine says of each shipment, one of each kind."""
    found: Moves = set()
    for destination in ("CN", "HK", "MO", "RU", "FR"):
        for quantity in ("1", "5"):
            for listings in ([], [{"list": "EL", "items": "all"}]):
                for license in (None, "proved", "claimed"):
                    given: dict[str, Any] = {
                        "law_date": str(day), "destination": destination, "quantity": quantity,
                        "parties_complete": True,
                        "parties": [{"name": "A", "roles": ["end_user"], "listings": listings}],
                    }  # fmt: skip
                    if license is not None:
                        given["license"] = {"number": "D1", "valid_from": str(day),
                                            "until": "2099-01-01", "covers": license}  # fmt: skip
                    for claim in ({}, {"license_exception_claimed": "XXX"}):
                        shipment = Shipment.model_validate(given | claim)
                        told = [b.decide(shipment, assumptions=False) for b in books]
                        old, new = (Answer(d.verdict, d.finding) for d in told)
                        found |= {(old, new)} if old != new else set()
    return found


def pair_on(books: Books, epoch: Epoch) -> Pair:
    """Both versions, all told on which the effect of the change hangs."""
    frame = Frame(books)
    span = Span(frame, Standing(books, frame.compiled), [epoch])
    return Pair(span, touched(frame.compiled, span.days[0]), 30)


def drops_the_last(pair: Pair, cubes: list[Cube]) -> list[Cube]:
    """A fault: a region is taken for needless that is not."""
    return cubes[:-1]


@pytest.mark.parametrize("fault", [None, drops_the_last])
def test_the_regions_that_are_kept_are_all_that_moves(
    books: Books, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    if fault is not None:
        monkeypatch.setattr(search_of_moves, "_without_needless", fault)
    epoch = differing_epochs(*books)[-1]
    pair = pair_on(books, epoch)
    cubes = regions_of(pair, moves(pair, ()), ())
    with nullcontext() if fault is None else pytest.raises(AssertionError):
        for cube in cubes:  # each is inside
            with pair.solver.given(cube.term, z3.Not(pair.differs.z3)):
                assert pair.model() is None
        with pair.solver.given(pair.differs.z3, *(z3.Not(c.term) for c in cubes)):
            assert pair.model() is None  # and none is outside


def test_a_region_that_others_cover_is_dropped_and_no_other(books: Books) -> None:
    pair = pair_on(books, differing_epochs(*books)[-1])
    move = moves(pair, ())[0]
    a, b = z3.Bools("a b")

    def told(*terms: Any) -> Cube:
        literals = tuple(Literal(Tier.TESTS, term, str(term)) for term in terms)
        return Cube(move.old, move.new, literals, (), move.facts)

    one, other, both = told(a), told(b), told(a, b)
    either = told(z3.Or(a, b), z3.BoolVal(True))
    drop = search_of_moves._without_needless
    assert drop(pair, [both, one, other]) == [one, other]
    assert drop(pair, [one, other, either]) == [one, other]
    assert drop(pair, [both, one]) == [one]
    assert drop(pair, [one, other]) == [one, other]


def test_the_digest_of_a_change_is_the_same_however_it_is_told(books: Books) -> None:
    """Days cut otherwise, regions cut otherwise, words otherwise, another order: the same moves."""
    regions = [r for _, found in by_days(books, False) for r in found]
    whole = Comparison("small", "a", "b", regions)
    pieces = [r for _, found in by_days(books, True) for r in reversed(found)]
    other = Comparison("small", "a", "b", [*pieces, pieces[0]]).sorted()
    assert whole.digest == other.digest
    assert whole.seen != other.seen
    fewer = [r for r in regions if (r.old, r.new) != (regions[0].old, regions[0].new)]
    assert Comparison("small", "a", "b", fewer).digest != whole.digest
    assert Comparison("small", "a", "c", regions).digest != whole.digest
    assert Comparison("small", "a", "b", regions, ["gave up"]).digest != whole.digest


def test_more_regions_than_are_read_stop_it_and_it_is_not_called_complete(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.workbench.regions.run.MOST", 1)
    found = compare(*books, jobs=1)
    assert len(found.regions) == 1
    assert found.unknown == ["stopped at 1 regions: there are more"] and not found.proved
