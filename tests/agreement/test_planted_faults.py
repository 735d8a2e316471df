"""Agreement is worth its time: with any one operator of the index broken, it is noticed.

A fault replaces one small piece of the *index* reading. Within a thousand shipments *explain* must
say something else than the broken index (`agreement`), and so must the referee, which knows
nothing of *explain* (`referee`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from pairs import generated
from readings import ENGINE, ByReferee, Reading, answers, disagreement

import screening.conditions.index.cells as cells
import screening.conditions.index.clauses as clauses
import screening.conditions.index.dated as dated
import screening.conditions.index.level as level
import screening.conditions.index.table as table
from screening.conditions.explain import Scope
from screening.conditions.index.clauses import Clause
from screening.conditions.index.dated import DatedIndex
from screening.conditions.index.level import LevelTables
from screening.conditions.index.signals import Asked
from screening.conditions.index.table import FieldTable, Masks, Parts
from screening.conditions.tree import (
    All,
    AnyOf,
    Compare,
    Elapsed,
    Expr,
    InClass,
    Known,
    Matches,
    Member,
    Ordering,
    Relate,
)
from screening.facts import PartyFacts
from screening.referee.referee import Referee, installed
from screening.truth import Truth, of

SHIPMENTS, PER_BOOK = 1_000, 25

Patch = Callable[[pytest.MonkeyPatch], None]


def _leaf(breaks: Callable[[Expr, Scope, Truth], Truth]) -> Patch:
    """A fault in how single tests are answered, wherever the index asks for one."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(expr: Expr, scope: Scope) -> Truth:
            return breaks(expr, scope, meant(expr, scope))

        meant = table.truth
        monkeypatch.setattr(table, "truth", broken)
        monkeypatch.setattr(dated, "truth", broken)

    return patch


def _ordering(ordering: Ordering, wrong: Ordering) -> Patch:
    """One way of comparing taken for its neighbor."""

    def breaks(expr: Expr, scope: Scope, answer: Truth) -> Truth:
        if isinstance(expr, Compare) and expr.ordering is ordering:
            return original(Compare(expr.field, wrong, expr.operand), scope)
        return answer

    original = table.truth
    return _leaf(breaks)


def _inverted(kind: type) -> Patch:
    return _leaf(lambda expr, scope, answer: ~answer if isinstance(expr, kind) else answer)


def _known_is_said(expr: Expr, scope: Scope, answer: Truth) -> Truth:
    """`known` of what nobody said is unknown, as other tests are."""
    return Truth.UNKNOWN if isinstance(expr, Known) and not answer.sure else answer


def _exact_member(expr: Expr, scope: Scope, answer: Truth) -> Truth:
    """A value must be named letter by letter: no paragraphs, no groups, no folding of text."""
    if not isinstance(expr, Member) or answer is Truth.UNKNOWN:
        return answer
    facts = scope.values.get(expr.field.id, ())
    return of(all(f.value in expr.values for f in facts))


def _no_groups(expr: Expr, scope: Scope, answer: Truth) -> Truth:
    """The groups that a test names are not looked at."""
    if isinstance(expr, Member) and expr.groups:
        return original_truth(Member(expr.field, expr.values), scope)
    return answer


original_truth = table.truth


def _days_one_off(expr: Expr, scope: Scope, answer: Truth) -> Truth:
    """One day more is asked of what has elapsed."""
    if isinstance(expr, Elapsed):
        return original_truth(Elapsed(expr.field, expr.ordering, expr.days + 1), scope)
    return answer


def _combined(node: type, breaks: Callable[[Sequence[Truth]], Truth]) -> Patch:
    """A fault in how the answers of tests of one field are joined, and clauses with them."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(expr: Expr, known: Any) -> Truth:
            if isinstance(expr, node):
                parts = getattr(expr, "parts", None) or (expr.part,)  # type: ignore[union-attr]
                return breaks([broken(p, known) for p in parts])
            return meant(expr, known)

        meant = table.combined
        monkeypatch.setattr(table, "combined", broken)

    return patch


def _all_means_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that must all hold become alternatives."""
    monkeypatch.setattr(clauses, "_both", clauses._either)


def _any_means_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alternatives must all hold."""
    monkeypatch.setattr(clauses, "_either", clauses._both)


def _not_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A negation is read as if it were not there."""
    meant = clauses._clauses
    monkeypatch.setattr(clauses, "_clauses", lambda expr, negated: meant(expr, False))


def _of_parties(breaks: Callable[[Asked], Asked]) -> Patch:
    """A fault in how the answers about single parties become one."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        meant = dated.of_parties
        monkeypatch.setattr(dated, "of_parties", lambda asked, said: meant(breaks(asked), said))

    return patch


def _unknown_party_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A role that nobody speaks of counts as a role that nobody has."""
    meant = dated.of_parties

    def broken(asked: Asked, said: list[Masks]) -> Masks:
        return meant(asked, [m for m in said if m.sure or not m.may])

    monkeypatch.setattr(dated, "of_parties", broken)


def _first_listing_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a party's list entries only the first is read."""
    meant = DatedIndex.read_party

    def broken(self: DatedIndex, party: PartyFacts, scope: Scope, classes: Masks) -> Masks:
        if party.listings:
            party = PartyFacts(party.roles, party.values, party.listings[:1])
        return meant(self, party, scope, classes)

    monkeypatch.setattr(DatedIndex, "read_party", broken)


def _unscreened_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A party of which nobody says whether it is listed is taken to be on no list."""
    meant = DatedIndex.read_party

    def broken(self: DatedIndex, party: PartyFacts, scope: Scope, classes: Masks) -> Masks:
        if party.listings is None:
            party = PartyFacts(party.roles, party.values, ())
        return meant(self, party, scope, classes)

    monkeypatch.setattr(DatedIndex, "read_party", broken)


def _cell_boundary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value at a mentioned point falls into the gap below it."""
    meant = cells.Points.at
    monkeypatch.setattr(
        cells.Points, "at", lambda self, whole, rest=0: meant(self, whole, rest) // 2 * 2
    )


def _fraction_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies just above a point is taken for the point."""
    meant = cells.Points.at
    monkeypatch.setattr(cells.Points, "at", lambda self, whole, rest=0: meant(self, whole, 0))


def _one_cell_for_all_currencies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Money in whatever currency has the cell of the first amount seen."""
    meant = cells.Cells.cell

    def broken(self: cells.Cells, value: Any) -> Any:
        return "$" if isinstance(value, cells.Money) else meant(self, value)

    monkeypatch.setattr(cells.Cells, "cell", broken)


def _clause_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last alternative of a condition is lost."""
    meant = level.clauses_of

    def broken(expr: Expr) -> tuple[Clause, ...]:
        found = meant(expr)
        return found[:-1] if len(found) > 1 else found

    monkeypatch.setattr(level, "clauses_of", broken)


def _masks_swapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """One field's two masks change places."""
    meant = FieldTable._fill

    def broken(self: FieldTable, cell: Any, facts: Any) -> Masks:
        return Masks(*reversed(meant(self, cell, facts)))

    monkeypatch.setattr(FieldTable, "_fill", broken)


def _missing_is_false(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field that is missing surely fails its tests."""
    meant = LevelTables.read

    def broken(self: LevelTables, *args: Any) -> Masks:
        for one in self.fields.values():
            one.missing = Masks(one.missing.sure, one.missing.sure)
        return meant(self, *args)

    monkeypatch.setattr(LevelTables, "read", broken)


def _conflict_takes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of values that contradict each other the first is believed."""
    meant = FieldTable.masks
    monkeypatch.setattr(FieldTable, "masks", lambda self, facts: meant(self, facts[:1]))


def _part_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of the goods' class is not asked."""
    meant = Parts.masks

    def broken(self: Parts, everything: int, test: Callable[[Expr], Truth]) -> Masks:
        def sure(leaf: Expr) -> Truth:
            return Truth.TRUE if isinstance(leaf, InClass) else test(leaf)

        return meant(self, everything, sure)

    monkeypatch.setattr(Parts, "masks", broken)


FAULTS: dict[str, Patch] = {
    "member: exact values only": _leaf(_exact_member),
    "member: groups not looked at": _leaf(_no_groups),
    "at_least read as more_than": _ordering(Ordering.AT_LEAST, Ordering.MORE_THAN),
    "at_most read as less_than": _ordering(Ordering.AT_MOST, Ordering.LESS_THAN),
    "more_than read as at_least": _ordering(Ordering.MORE_THAN, Ordering.AT_LEAST),
    "less_than read as at_most": _ordering(Ordering.LESS_THAN, Ordering.AT_MOST),
    "relate inverted": _inverted(Relate),
    "elapsed: one day off": _leaf(_days_one_off),
    "matches inverted": _inverted(Matches),
    "known: not said is unknown": _leaf(_known_is_said),
    "class: not asked": _part_forgotten,
    "all: alternatives": _all_means_any,
    "all: of tests of one field": _combined(All, table.any_of),
    "any: all must hold": _any_means_all,
    "any: of tests of one field": _combined(AnyOf, table.all_of),
    "not: lost": _not_is_lost,
    "some party: every": _of_parties(lambda a: Asked(True, a.roles, a.start, a.bodies)),
    "every party: some": _of_parties(lambda a: Asked(False, a.roles, a.start, a.bodies)),
    "party: a role not spoken of is empty": _unknown_party_forgotten,
    "listing: the first only": _first_listing_only,
    "listing: unscreened is clean": _unscreened_is_clean,
    "cell boundary: a point belongs to the gap below": _cell_boundary,
    "cell boundary: a fraction is dropped": _fraction_dropped,
    "cell: all currencies are one": _one_cell_for_all_currencies,
    "clause dropped": _clause_dropped,
    "sure and possible swapped": _masks_swapped,
    "missing is false": _missing_is_false,
    "conflict: the first value is believed": _conflict_takes_first,
}
"""Every operator of the index, and every place where its tables could go wrong."""


@pytest.fixture(scope="module")
def referee() -> Iterator[Reading]:
    """The other engine."""
    if not installed():
        pytest.skip("the referee runs on Python 3.8 to 3.12")
    with Referee(time_limit=30) as found:
        yield ByReferee(found)


def noticed_after(witness: dict[str, Reading]) -> int | None:
    """The number of shipments after which a witness and the index part ways."""
    readings = {"index": ENGINE["index"], **witness}
    for n, pair in enumerate(generated(1, SHIPMENTS // PER_BOOK, PER_BOOK), 1):
        if disagreement(pair, answers(pair, readings)) is not None:
            return n
    return None


def test_without_a_fault_nothing_is_noticed(referee: Reading) -> None:
    """What notices the faults does not cry wolf on the same shipments."""
    assert noticed_after({"explain": ENGINE["explain"], "rete": referee}) is None


@pytest.mark.parametrize("fault", FAULTS)
def test_agreement_notices(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """*Explain* contradicts the broken index within a thousand shipments."""
    FAULTS[fault](monkeypatch)
    assert noticed_after({"explain": ENGINE["explain"]}) is not None


@pytest.mark.parametrize("fault", FAULTS)
def test_the_referee_notices(fault: str, monkeypatch: pytest.MonkeyPatch, referee: Reading) -> None:
    """So does the other engine, which is asked in service."""
    FAULTS[fault](monkeypatch)
    assert noticed_after({"rete": referee}) is not None
