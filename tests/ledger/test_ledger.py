"""What is on record stays as it was, or is found, and can be decided again from it alone."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from screening import Rulebook, Shipment, load_rulebook
from screening.ledger.decisions import Asked, decision_entry, kept_rulebook, replay
from screening.ledger.record import Head
from screening.ledger.store import Ledger
from screening.problems import ProblemsFound
from screening.rulebook.layers import shipped_root

H20 = Shipment(
    exporter="NVIDIA Corporation",
    product="nvidia-h20",
    destination="CN",
    law_date="2025-07-14",
    end_user={"name": "Example Cloud", "country": "CN"},
)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(shipped_root() / "example-company")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path, rulebook: Rulebook) -> Ledger:
    """Three decisions on record."""
    found = Ledger(f"sqlite:///{path}")
    found.keep_rulebook(rulebook.content)
    for day in ("2025-04-08", "2025-07-14", "2025-07-15"):
        line = H20.with_field("law_date", day)
        found.append([decision_entry(rulebook.decide(line), line, Asked(), "test")])
    return found


def test_records_are_found_by_what_they_are_about(ledger: Ledger) -> None:
    denied = ledger.find(verdict="deny")
    assert [r.data["law_date"] for r in denied] == ["2025-07-14"]
    assert ledger.get(denied[0].data["id"]) == denied[0]
    assert ledger.get("nothing") is None
    assert [r.seq for r in ledger.find(after=1, limit=1)] == [2]


def test_an_untouched_ledger_has_no_fault(ledger: Ledger) -> None:
    assert ledger.verify() == []
    assert ledger.verify(ledger.head()) == []


def changed(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as c:
        assert c.execute(statement).rowcount


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("update records set content = replace(content, '\"deny\"', '\"allow\"') where seq = 2", 2),
        ("update records set hash = 'f' || substr(hash, 2) where seq = 3", 3),
        ("update records set verdict = 'allow' where seq = 2", 2),
        ("update records set destination = 'DE' where seq = 1", 1),
        ("delete from records where seq = 2", 2),
        ("delete from records where seq = 3", 3),
        ("update heads set hash = 'f' || substr(hash, 2)", 3),
        ("update rulebooks set files = x'00'", 0),
    ],
)
def test_what_was_changed_is_found_and_where(
    ledger: Ledger, path: Path, statement: str, seq: int
) -> None:
    changed(path, statement)
    assert seq in {fault.seq for fault in ledger.verify()}


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_any_changed_character_of_a_record_is_found(ledger: Ledger, path: Path, seq: int) -> None:
    content = ledger.find(after=seq - 1, limit=1)[0].content
    for at in range(0, len(content), max(1, len(content) // 40)):
        other = "x" if content[at] != "x" else "y"
        with sqlite3.connect(path) as c:
            c.execute("update records set content = ? where seq = ?",
                      (content[:at] + other + content[at + 1 :], seq))  # fmt: skip
        assert seq in {fault.seq for fault in ledger.verify()}, at
    with sqlite3.connect(path) as c:
        c.execute("update records set content = ? where seq = ?", (content, seq))
    assert ledger.verify() == []


def test_a_cut_off_end_is_found_by_a_head_kept_elsewhere(ledger: Ledger, path: Path) -> None:
    """Whoever may write the database may write a shorter chain; the kept head tells."""
    kept = ledger.head()
    before = ledger.find(after=1, limit=1)[0]
    changed(path, "delete from records where seq = 3")
    changed(path, f"update heads set seq = 2, hash = '{before.hash}'")
    assert ledger.verify() == []
    assert [fault.seq for fault in ledger.verify(kept)] == [3]
    assert ledger.verify(Head(2, before.hash)) == []


class TestReplay:
    def test_from_the_ledger_alone(self, ledger: Ledger, rulebook: Rulebook) -> None:
        kept = kept_rulebook(ledger, rulebook.digest)
        assert kept.digest == rulebook.digest
        for record in ledger.every():
            again = replay(record, kept)
            assert again.identical, again.differences

    def test_after_the_rules_changed_it_says_what_differs(
        self, ledger: Ledger, tmp_path: Path
    ) -> None:
        rules = Path(shutil.copytree(shipped_root(), tmp_path / "rules"))
        letters = rules / "us-ear" / "letters.yaml"
        letters.write_text(letters.read_text().replace("finding: presumption_of_denial",
                                                       "finding: prohibited"))  # fmt: skip
        other = load_rulebook(rules / "example-company")
        again = replay(ledger.find(verdict="deny")[0], other)
        assert not again.identical
        assert {"finding", "digest", "rules"} <= set(again.differences)

    def test_a_rulebook_that_is_not_kept(self, ledger: Ledger) -> None:
        with pytest.raises(ProblemsFound, match="does not hold the rulebook"):
            kept_rulebook(ledger, "0" * 64)


def test_one_idempotency_key_one_record(ledger: Ledger, rulebook: Rulebook) -> None:
    entry = decision_entry(rulebook.decide(H20), H20, Asked(), "test", idempotency="order-7")
    twice = decision_entry(rulebook.decide(H20), H20, Asked(), "test", idempotency="order-7")
    first, second = ledger.append([entry])[0], ledger.append([twice])[0]
    assert first == second
    assert ledger.head().seq == first.seq == 4


def test_writers_at_once_make_one_chain(ledger: Ledger, rulebook: Rulebook) -> None:
    decision = rulebook.decide(H20)

    def write() -> None:
        for _ in range(20):
            ledger.append([decision_entry(decision, H20, Asked(), "test")])

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.head().seq == 3 + 80
    assert ledger.verify() == []


def test_all_entries_or_none(ledger: Ledger, rulebook: Rulebook) -> None:
    entry = decision_entry(rulebook.decide(H20), H20, Asked(), "test")
    with pytest.raises(ProblemsFound, match="cannot be used"):
        ledger.append([entry, entry])  # the same id twice
    assert ledger.head().seq == 3
    assert ledger.verify() == []


def test_a_database_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="cannot be used"):
        Ledger(f"sqlite:///{tmp_path}/no/such/folder/ledger.sqlite")
