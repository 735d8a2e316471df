"""By batches and one by one every row is decided alike: verdict, reasons, trace, problems."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from one_by_one import differences, prepared, rows_of, spoiled, told, write

from screening import load_rulebook
from screening.bulk.batches import batched
from screening.bulk.fast.alike import Alike
from screening.bulk.fast.arrays import Arrays
from screening.bulk.fast.ruling import FINDINGS, VERDICTS
from screening.bulk.given import GivenFile, read_given
from screening.bulk.remembered import decided
from screening.decision import Authority
from screening.engine import Rulebook
from screening.rulebook.boundaries import epochs
from screening.workbench.generate import points_of, random_rulebook

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def company() -> Rulebook:
    return load_rulebook(ROOT / "rules/example-company")


def agree(rulebook: Rulebook, path: Path, given: GivenFile | None = None, **footing: Any) -> None:
    found = prepared(path, rulebook, given)
    for one, other in differences(rulebook, found, **footing):
        pytest.fail(f"line {one.line}\n{told(one, other)}\n{one.cells}")


@pytest.mark.parametrize("name", ["shipments.csv", "erp_year.csv"])
def test_the_sample_tables(company: Rulebook, name: str, tmp_path: Path) -> None:
    given = None
    if name == "erp_year.csv":
        given = read_given(ROOT / "seeds/erp_year.given.yaml", company.content.vocabulary)
    lines = (ROOT / "seeds" / name).read_text("utf-8").splitlines(keepends=True)
    path = tmp_path / name
    path.write_text("".join([lines[0], *lines[1 :: 25 if name == "erp_year.csv" else 4]]), "utf-8")
    agree(company, path, given)
    agree(company, path, given, assumptions=False)


SLOW = pytest.mark.slow
SEEDS = [0, 1, *(pytest.param(n, marks=SLOW) for n in range(2, 24))]
"""Two seeds for every run, more for the long suites."""


def law_rows(rng: Random, company: Rulebook, count: int, share: float) -> list[dict[str, str]]:
    # Days of lately: each span of dates has tables of its own, which take their time to fill.
    days = [None, *epochs(company.content, None)[-9:-4]]
    return spoiled(rng, rows_of(rng, points_of(company.content), days, count), share)


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_for_the_shipped_law(company: Rulebook, seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    rows = law_rows(rng, company, 40, 0.08)
    footing: dict[str, Any] = [
        {}, {"assumptions": False}, {"authority": Authority.REGULATION},
        {"known_as_of": date(2026, 3, 1)}, {"law_date": date(2026, 3, 1)},
    ][seed % 5]  # fmt: skip
    agree(company, write(tmp_path / "t.csv", rows, company, rng), **footing)


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(n, marks=SLOW) for n in range(6, 60))])
def test_rows_for_rulebooks_at_random(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    _, rulebook = random_rulebook(rng)
    rows = rows_of(rng, points_of(rulebook.content), [None, *epochs(rulebook.content, None)], 60)
    rows = spoiled(rng, rows, rng.choice((0.0, 0.1, 0.4)))
    agree(rulebook, write(tmp_path / "t.csv", rows, rulebook, rng))


@pytest.mark.parametrize(
    "bound", ["decisions.MOST", "alike.MOST_COMBINED", "alike.MOST_MATCHED", "alike._MOST_MARKED"]
)
def test_what_was_forgotten_is_found_again(
    bound: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given: so little room that after each batch all is forgotten that has this bound."""
    monkeypatch.setattr(f"screening.bulk.fast.{bound}", 1)
    rng = Random(7)
    _, rulebook = random_rulebook(rng)
    rows = rows_of(rng, points_of(rulebook.content), [None, *epochs(rulebook.content, None)], 40)
    rows = spoiled(rng, [*rows, *map(dict, rows)], 0.1)
    path = write(tmp_path / "t.csv", rows, rulebook, rng)
    for one, other in differences(rulebook, prepared(path, rulebook), size=11):
        pytest.fail(f"line {one.line}\n{told(one, other)}\n{one.cells}")


def test_what_is_asked_for_again_is_kept(
    company: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given: room for the answers of two batches. Expected: what comes in every batch is decided
    once, and what does not come again is forgotten."""
    monkeypatch.setattr("screening.bulk.fast.decisions.MOST", 12_000)
    header, *lines = (ROOT / "seeds/shipments.csv").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "t.csv").write_text(header + "".join(lines[:1] * 2 + [
        line for other in lines[1:40] for line in (other, lines[0])]), "utf-8")  # fmt: skip
    found = prepared(tmp_path / "t.csv", company)
    alike = Alike(company, found.reading, lambda s: decided(company.decide(s)))
    for batch in batched(found.table.rows(), len(found.table.header), 2):
        before = alike.decided_once
        alike.answer(batch)
        assert alike.decided_once <= before + 1, "the first line is remembered"
    assert len(alike._decisions) < 20 < alike.decided_once


def test_rows_that_are_alike_are_decided_once(company: Rulebook, tmp_path: Path) -> None:
    """Else the fast path is a slow one that nobody notices."""
    lines = (ROOT / "seeds/erp_year.csv").read_text("utf-8").splitlines(keepends=True)
    given = read_given(ROOT / "seeds/erp_year.given.yaml", company.content.vocabulary)
    (tmp_path / "t.csv").write_text("".join(lines[:61]), "utf-8")
    found = prepared(tmp_path / "t.csv", company, given)
    alike = Alike(company, found.reading, lambda s: decided(company.decide(s)))
    for batch in batched(found.table.rows(), len(found.table.header), 100):
        alike.answer(batch)
    assert alike.decided_once < 60
    assert alike.one_by_one <= 2, "only rows of which several things are wrong"


def by_arrays(rulebook: Rulebook, path: Path, least: float, **footing: Any) -> None:
    """What arrays say of the rows of a table is what the engine says of each."""
    found = prepared(path, rulebook)
    reading = replace(found.reading, known_as_of=footing.get("known_as_of"))
    alike = Alike(rulebook, reading, lambda s: decided(rulebook.decide(s)))
    arrays = Arrays(alike.sorter, footing.get("authority"))
    told = count = 0
    for batch in batched(found.table.rows(), len(found.table.header), 61):
        ruled = arrays.rule(batch)
        for i, row in enumerate(batch.rows()):
            count += 1
            if not ruled.by_arrays[i]:
                continue
            told += 1
            shipment, _ = reading.shipment(row)
            assert shipment is not None
            one = rulebook.decide(shipment, assumptions=False, **footing)
            assert VERDICTS[ruled.verdicts[i]] is one.verdict, (row, one.summary())
            assert FINDINGS[ruled.findings[i]] is one.finding, (row, one.summary())
    assert told >= least * count, f"{told} of {count} rows"


@pytest.mark.parametrize("seed", SEEDS)
def test_arrays_rule_as_the_shipped_law_does(company: Rulebook, seed: int, tmp_path: Path) -> None:
    rng = Random(seed + 100)
    rows = law_rows(rng, company, 60, 0.03)
    footing: dict[str, Any] = [{}, {"authority": Authority.REGULATION},
                               {"known_as_of": date(2026, 3, 1)}][seed % 3]  # fmt: skip
    by_arrays(company, write(tmp_path / "t.csv", rows, company, rng), 0.8, **footing)


# 59: goods whose class hangs on a field that only a test of two fields reads.
@pytest.mark.parametrize(
    "seed", [*range(6), 59, *(pytest.param(n, marks=SLOW) for n in range(6, 59))]
)
def test_arrays_rule_as_rulebooks_at_random_do(seed: int, tmp_path: Path) -> None:
    rng = Random(seed + 100)
    _, rulebook = random_rulebook(rng)
    rows = rows_of(rng, points_of(rulebook.content), [None, *epochs(rulebook.content, None)], 80)
    rows = spoiled(rng, rows, rng.choice((0.0, 0.05)))
    by_arrays(rulebook, write(tmp_path / "t.csv", rows, rulebook, rng), 0.0)
