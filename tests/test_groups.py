"""Groups: dated, of tables, of codes, combined; Hong Kong inherits China's, Macau nobody's."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest

from screening.rulebook.groups import Clocks, Dated, Group, is_member
from screening.rulebook.load import load
from screening.rulebook.period import Period
from screening.truth import Truth

F, U, T = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE
TODAY = Clocks(date(2024, 6, 1))
INHERITED = date(2020, 12, 23)


def group(
    id: str,
    *members: str,
    of: str = "places",
    period: Period | None = None,
    any_of: tuple[str, ...] = (),
    none_of: tuple[str, ...] = (),
    listed: tuple[str, ...] | None = None,
    blank: tuple[str, ...] = (),
    holds: tuple[date, date] | None = None,
) -> Group:
    return Group(
        id,
        of,
        id,
        (),
        dated=(Dated(frozenset(members), period or Period()),) if members else (),
        include=any_of,
        exclude=none_of,
        listed=None if listed is None else frozenset(listed),
        blank=frozenset(blank),
        holds_from=holds[0] if holds else None,
        verified_through=holds[1] if holds else None,
    )


def ask(value: str, *groups: Group, clocks: Clocks = TODAY) -> Truth:
    """Whether `value` is in the last of the groups."""
    return is_member({g.id: g for g in groups}, groups[-1].id, value, clocks)


# --- dates ----------------------------------------------------------------------------------------


def test_membership_is_dated() -> None:
    d5 = group("D:5", "KH", period=Period(date(2021, 12, 9)))
    assert ask("KH", d5, clocks=Clocks(date(2021, 12, 8))) is F
    assert ask("KH", d5, clocks=Clocks(date(2021, 12, 9))) is T
    assert ask("KH", d5, clocks=Clocks(None)) is U
    assert ask("FR", d5, clocks=Clocks(None)) is F


def test_membership_is_known_when_it_is_published() -> None:
    d5 = group("D:5", "KH", period=Period(date(2021, 12, 9), published=date(2021, 12, 20)))
    day = date(2022, 1, 1)
    assert ask("KH", d5, clocks=Clocks(day, date(2021, 12, 19))) is F
    assert ask("KH", d5, clocks=Clocks(day, date(2021, 12, 20))) is T


def test_an_unverified_membership_is_unknown() -> None:
    assert ask("KH", group("D:5", "KH", period=Period(unverified=True))) is U


def test_outside_what_a_group_holds_for_everything_is_unknown() -> None:
    held = group("D:5", "CN", holds=(date(2023, 1, 1), date(2024, 1, 1)))
    for day, wanted in (
        (date(2022, 12, 31), U),
        (date(2023, 1, 1), T),
        (date(2024, 1, 1), T),
        (date(2024, 1, 2), U),
    ):
        assert ask("CN", held, clocks=Clocks(day)) is wanted, day
        assert ask("FR", held, clocks=Clocks(day)) is (F if wanted is T else U), day
    assert ask("CN", held, clocks=Clocks(None)) is U


def test_grace_and_the_day_of_knowledge_move_the_end_of_what_holds() -> None:
    held = group("D:5", "CN", holds=(date(2023, 1, 1), date(2024, 1, 1)))
    month = timedelta(days=30)
    assert ask("CN", held, clocks=Clocks(date(2024, 1, 31), None, month)) is T
    assert ask("CN", held, clocks=Clocks(date(2024, 2, 1), None, month)) is U
    # Nothing counts as verified past the day of knowledge.
    assert ask("CN", held, clocks=Clocks(date(2023, 7, 1), date(2023, 6, 1), month)) is T
    assert ask("CN", held, clocks=Clocks(date(2023, 7, 2), date(2023, 6, 1), month)) is U


# --- Hong Kong and Macau --------------------------------------------------------------------------


def test_hong_kong_has_chinas_groups_from_its_day() -> None:
    d5 = group("D:5", "CN")
    assert ask("HK", d5, clocks=Clocks(INHERITED - timedelta(days=1))) is F
    assert ask("HK", d5, clocks=Clocks(INHERITED)) is T
    assert ask("HK", d5, clocks=Clocks(None)) is U


def test_hong_kong_has_the_absence_of_china_too() -> None:
    assert ask("HK", group("A:1", "FR")) is F


def test_a_group_that_names_hong_kong_means_it() -> None:
    assert ask("HK", group("hk", "HK", period=Period(date(2030, 1, 1)))) is F
    table = group("chart", "CN", listed=("CN", "HK"))
    assert ask("HK", table) is F
    assert ask("CN", table) is T


def test_a_combination_that_names_hong_kong_means_it() -> None:
    assert ask("HK", group("D:5", "CN"), group("but-hk", any_of=("D:5",), none_of=("HK",))) is F
    assert ask("CN", group("D:5", "CN"), group("but-hk", any_of=("D:5",), none_of=("HK",))) is T


def test_hong_kong_inherits_through_a_combination() -> None:
    parts = (group("D:1", "CN", "RU"), group("D:5", "CN"), group("A:5", "FR"))
    assert ask("HK", *parts, group("d", any_of=("D:1",), none_of=("A:5",))) is T
    assert ask("HK", *parts, group("not-d5", any_of=("D:1",), none_of=("D:5",))) is F


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        (group("part", "HK"), T),
        (group("part", "CN", listed=("CN", "HK")), F),
    ],
    ids=["a part with HK alone", "a table that lists HK without a mark"],
)
def test_a_part_that_names_hong_kong_means_it(part: Group, wanted: Truth) -> None:
    assert ask("HK", part) is wanted
    assert ask("HK", part, group("whole", any_of=("part",))) is wanted


def test_macau_never_inherits() -> None:
    for clocks in (TODAY, Clocks(INHERITED), Clocks(date(2026, 1, 1))):
        assert ask("MO", group("D:5", "CN"), clocks=clocks) is F
    assert ask("MO", group("D:5", "CN", "MO")) is T


# --- tables ---------------------------------------------------------------------------------------


def test_a_row_that_a_table_lacks_is_unknown_never_outside() -> None:
    chart = group("NS 2", "CN", listed=("CN", "FR"))
    assert ask("CN", chart) is T
    assert ask("FR", chart) is F
    assert ask("AQ", chart) is U


def test_a_row_that_points_to_an_embargo_is_unknown() -> None:
    assert ask("IR", group("NS 2", "CN", listed=("CN", "IR"), blank=("IR",))) is U


def test_an_unknown_row_stays_unknown_in_a_combination() -> None:
    chart = group("NS 2", "CN", listed=("CN", "IR", "FR"), blank=("IR",))
    either = group("either", any_of=("NS 2", "FR"))
    neither = group("neither", any_of=("FR", "IR"), none_of=("NS 2",))
    assert ask("IR", chart, either) is U
    assert ask("IR", chart, neither) is U
    assert ask("FR", chart, either) is T
    assert ask("FR", chart, neither) is T


HEADER = """
rulebook:
  language: "1"
  id: small
  title: A table and no rules
  covers: {from: 2020-01-01, verified_through: 2025-01-01}
groups:
  - id: "NS 2"
    of: places
    title: Column NS 2
    holds: {from: 2021-01-01, verified_through: 2024-12-31}
    members_from: {table: chart.csv, column: "NS 2"}
"""
CHART = "place,name,NS 1,NS 2,embargo_pointer\nCN,China,X,X,\nFR,France,X,,\nIR,Iran,,,746.7\n"


def test_a_table_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(HEADER, encoding="utf-8")
    (tmp_path / "chart.csv").write_text(CHART, encoding="utf-8")
    groups = load(tmp_path).groups
    wanted = {"CN": T, "HK": T, "FR": F, "IR": U, "MO": U, "NA": U}
    assert {p: is_member(groups, "NS 2", p, TODAY) for p in wanted} == wanted
    assert {is_member(groups, "NS 2", p, Clocks(date(2020, 12, 31))) for p in wanted} == {U}


# --- combinations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("inside", "outside"), list(itertools.product(Truth, repeat=2)))
def test_in_any_of_and_in_none_of(inside: Truth, outside: Truth) -> None:
    def part(id: str, truth: Truth) -> Group:
        period = Period(unverified=truth is U)
        return group(id, "FR" if truth is not F else "DE", period=period)

    whole = group("whole", any_of=("in",), none_of=("out",))
    wanted = F if inside is F or outside is T else T if (inside, outside) == (T, F) else U
    assert ask("FR", part("in", inside), part("out", outside), whole) is wanted


def test_a_part_that_does_not_hold_makes_the_whole_unknown() -> None:
    old = group("old", "FR", holds=(date(2019, 1, 1), date(2020, 1, 1)))
    assert ask("FR", old, group("whole", any_of=("old",))) is U
    assert ask("FR", old, group("whole", any_of=("old", "FR"))) is T
    assert ask("FR", old, group("whole", any_of=("FR",), none_of=("old",))) is U


# --- codes ----------------------------------------------------------------------------------------


def codes(
    id: str, *members: str, any_of: tuple[str, ...] = (), none_of: tuple[str, ...] = ()
) -> Group:
    return group(id, *members, of="codes", any_of=any_of, none_of=none_of)


def test_the_most_specific_paragraph_decides() -> None:
    some = codes("some", any_of=("3A001",), none_of=("3A001.a.5",))
    assert ask("3A001.b", some) is T
    assert ask("3A001.a.5.b", some) is F
    assert ask("3A001.a.50", some) is T
    assert ask("3A001", some) is U
    assert ask("5A992", some) is F


def test_code_groups_combine() -> None:
    parts = (codes("a", "3A001", "4A003"), codes("b", "3A001.a"))
    whole = codes("whole", any_of=("a",), none_of=("b",))
    assert ask("3A001.b", *parts, whole) is T
    assert ask("3A001.a.1", *parts, whole) is F
    assert ask("4A003", *parts, whole) is T


def test_a_doubtful_code_is_unknown() -> None:
    doubtful = group("doubtful", "3A001", of="codes", period=Period(unverified=True))
    assert ask("3A001.a", doubtful) is U
    assert ask("4A003", doubtful) is F


def test_a_code_that_a_table_lacks_is_unknown_never_outside() -> None:
    table = group("table", "3A001", of="codes", listed=("3A001", "3A002"))
    assert ask("3A002", table) is F
    assert ask("5A992", table) is U


def test_a_part_of_a_code_group_that_does_not_hold_makes_it_unknown() -> None:
    years = (date(2019, 1, 1), date(2020, 1, 1))
    old = group("old", "3A001", of="codes", holds=years)
    assert ask("3A001", old) is U
    assert ask("3A001", old, codes("whole", any_of=("old",))) is U


def test_what_one_part_excludes_another_may_include() -> None:
    part = codes("part", any_of=("3A001",), none_of=("3A001.a",))
    other = codes("other", "3A001.a")
    assert ask("3A001.a.1", part) is F
    assert ask("3A001.a.1", other) is T
    assert ask("3A001.a.1", part, other, codes("whole", any_of=("part", "other"))) is T


def test_what_an_excluded_group_leaves_out_is_not_excluded() -> None:
    part = codes("part", any_of=("3A001",), none_of=("3A001.a",))
    whole = codes("whole", any_of=("3A001",), none_of=("part",))
    assert ask("3A001.a.1", part) is F
    assert ask("3A001.a.1", part, whole) is T


def test_two_doubts_do_not_settle_each_other() -> None:
    unverified = Period(unverified=True)
    maybe_in = group("maybe-in", "3A001", of="codes", period=unverified)
    maybe_out = group("maybe-out", "3A001.a", of="codes", period=unverified)
    whole = codes("whole", any_of=("maybe-in",), none_of=("maybe-out",))
    assert ask("3A001.a.1", maybe_in, maybe_out, whole) is U
