"""`screening screen --ledger`: what a run answers is on record first, once, and replays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_files import ALLOWED, HEADER, Run

from screening.ledger.entry import Kind
from screening.ledger.replay import kept_rulebook, replay
from screening.ledger.store import Ledger
from screening.ledger.tables import records
from screening.ledger.verify import verify

Table = Callable[..., Path]
DENIED = ALLOWED.replace("S-1", "S-2").replace(",DE,", ",IR,")
UNREAD = ALLOWED.replace("S-1", "S-3") + ",one,two,three"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.sqlite"


def kept(url: str) -> list[dict[str, object]]:
    ledger = Ledger(url)
    assert verify(ledger) == []
    wanted = (Kind.DECISION.value, Kind.UNREAD.value)
    return [dict(r.data) for r in ledger.every(records.c.kind.in_(wanted))]


def test_every_row_is_on_record_as_it_was_answered(
    run: Run, table: Table, url: str, tmp_path: Path
) -> None:
    output = tmp_path / "out.csv"
    told = run("screen", table(HEADER, ALLOWED, DENIED, UNREAD), "--output", output,
               "--ledger", url)  # fmt: skip
    found = kept(url)
    assert [d["verdict"] for d in found] == ["allow", "deny", "review"]
    assert [d["line"] for d in found] == [2, 3, 4]
    (screening,) = {str(d["screening"]) for d in found}
    assert f"3 lines are on record under screening {screening}" in told.err
    assert len(output.read_text().splitlines()) == 4
    ledger = Ledger(url)
    rulebook = kept_rulebook(ledger, str(found[0]["rulebook"]))
    for record in ledger.every(records.c.kind == Kind.DECISION.value):
        assert replay(record, rulebook).identical


def test_a_run_again_is_not_recorded_twice(run: Run, table: Table, url: str) -> None:
    path = table(HEADER, ALLOWED, DENIED)
    for form in ("csv", "jsonl"):
        assert run("screen", path, "--format", form, "--ledger", url).code == 0
    assert len(kept(url)) == 2
    assert run("screen", path, "--law-date", "2026-04-01", "--ledger", url).code == 0
    assert len(kept(url)) == 4


def test_a_shipment_with_problems_replays(run: Run, url: str, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("destination: Atlantis\nlaw_date: 2026-03-01\n")
    assert run("screen", tmp_path / "one.yaml", "--ledger", url).code == 0
    (record,) = Ledger(url).where(records.c.kind == Kind.DECISION.value)
    assert replay(record, kept_rulebook(Ledger(url), record.data["rulebook"])).identical


def test_without_the_ledger_nothing_is_written(run: Run, table: Table, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    told = run("screen", table(HEADER, ALLOWED), "--output", output,
               "--ledger", f"sqlite:///{tmp_path}/no/such/folder/ledger.sqlite")  # fmt: skip
    assert told.code != 0 and "[ledger-unavailable]" in told.err
    assert not output.exists()


def test_what_is_recorded_is_counted_as_any_other_run(
    run: Run, table: Table, url: str, tmp_path: Path
) -> None:
    """By month, destination and class: a row that cannot be read is counted too."""
    counts = []
    for name, more in (("plain.csv", ()), ("recorded.csv", ("--ledger", url))):
        output = tmp_path / name
        run("screen", table(HEADER, ALLOWED, DENIED, UNREAD), "--output", output, *more)
        tally = json.loads((tmp_path / f"{name}.manifest.json").read_text())["tally"]
        counts.append({k: v for k, v in tally.items() if k.startswith("by_") and k != "by_itself"})
    assert counts[0] == counts[1]
    assert sum(sum(c.values()) for c in counts[0]["by_destination"].values()) == 3
    assert counts[0]["by_class"]["EAR99"] == {"allow": 1, "deny": 1}
