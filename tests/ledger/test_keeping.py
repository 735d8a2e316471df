"""Exports that stand for the ledger, heads kept elsewhere, tampering at random, and retention."""

from __future__ import annotations

import csv
import io
import random
import sqlite3
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import polars
import pytest
from ledgers import at, copies, entry, filled
from sqlalchemy import update

from screening.ledger import retention
from screening.ledger.archive import opened, write_archive
from screening.ledger.certificate import certificate
from screening.ledger.entry import Entry, new_id
from screening.ledger.export import COLUMNS, write_csv, write_parquet
from screening.ledger.heads import note_head, read_heads
from screening.ledger.record import Head
from screening.ledger.replay import kept_rulebook, replay
from screening.ledger.resolution import Outcome, Resolution, Reviewer, resolve
from screening.ledger.store import Ledger
from screening.ledger.tables import records
from screening.ledger.verify import verify
from screening.problems import ProblemsFound

ALICE = Reviewer("alice", "alice")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    found = filled(f"sqlite:///{path}")
    yield found
    found.close()


class TestTampering:
    @pytest.mark.parametrize("seed", range(4))
    def test_any_byte_of_a_record_is_found_and_located(
        self, ledger: Ledger, path: Path, seed: int
    ) -> None:
        """Any byte, of any column, of any record, to any other value; put back afterwards."""
        chance = random.Random(seed)
        columns = [c.name for c in records.columns if c.name != "seq"]
        with sqlite3.connect(path, isolation_level=None) as c:
            for _ in range(12):
                seq, column = chance.randint(1, 4), chance.choice(columns)
                query = f"select cast({column} as blob) from records where seq = ?"
                (stored,) = c.execute(query, (seq,)).fetchone()
                if not stored:
                    continue
                where = chance.randrange(len(stored))
                byte = (stored[where] + chance.randint(1, 255)) % 256
                other = stored[:where] + bytes([byte]) + stored[where + 1 :]
                change = f"update records set {column} = cast(? as text) where seq = ?"
                c.execute(change, (other, seq))
                found = verify(ledger)
                assert found and found[0].seq == seq, (seq, column, where, byte, found)
                c.execute(change, (stored, seq))
            assert verify(ledger) == []

    def test_a_damaged_file_is_told_and_not_a_crash(self, ledger: Ledger, path: Path) -> None:
        ledger.append(copies(40))
        ledger.close()
        with sqlite3.connect(path) as c:
            c.execute("pragma wal_checkpoint(truncate)")
        whole = bytearray(path.read_bytes())
        chance = random.Random(7)
        found = 0
        for _ in range(10):
            at = chance.randrange(4096, len(whole))
            broken = bytearray(whole)
            broken[at : at + 64] = bytes(chance.randrange(256) for _ in broken[at : at + 64])
            other = path.with_name("broken.sqlite")
            other.write_bytes(broken)
            try:
                found += bool(verify(Ledger(f"sqlite:///{other}")))
            except ProblemsFound:
                found += 1
            for left in path.parent.glob("broken.sqlite*"):
                left.unlink()
        assert found >= 8  # the rest fell on free space, where nothing is stored


class TestHeads:
    def test_a_head_is_noted_once_for_each_move(self, ledger: Ledger, tmp_path: Path) -> None:
        kept = tmp_path / "heads.jsonl"
        for _ in range(2):
            note_head(ledger, kept)
        ledger.append([entry()])
        note_head(ledger, kept)
        assert [h.seq for h in read_heads(kept)] == [4, 5]
        assert verify(ledger, read_heads(kept)) == []

    def test_a_chain_written_anew_is_found_by_it_alone(
        self, ledger: Ledger, tmp_path: Path
    ) -> None:
        """Whoever may write everything may write a chain that is whole; but not the noted head."""
        kept = tmp_path / "heads.jsonl"
        note_head(ledger, kept)
        other = filled(f"sqlite:///{tmp_path}/other.sqlite")
        other.append([entry(quantity="9")])
        assert verify(other) == []
        assert [f.seq for f in verify(other, read_heads(kept))] == [4]

    def test_another_file_is_refused(self, ledger: Ledger, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("hello\n")
        with pytest.raises(ProblemsFound, match="not a file of noted heads"):
            read_heads(tmp_path / "x")


class TestExport:
    def test_the_archive_verifies_and_replays_without_the_ledger(
        self, ledger: Ledger, path: Path, tmp_path: Path
    ) -> None:
        archive = tmp_path / "archive.zip"
        assert write_archive(ledger, archive) == 4
        head = ledger.head()
        ledger.close()
        path.unlink()
        with opened(str(archive)) as found:
            assert verify(found, [head]) == []
            record = at(found, 3)
            assert replay(record, kept_rulebook(found, record.data["rulebook"])).identical

    def test_a_changed_archive_is_found(self, ledger: Ledger, tmp_path: Path) -> None:
        import zipfile

        archive = tmp_path / "archive.zip"
        write_archive(ledger, archive)
        with zipfile.ZipFile(archive) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        parts["records.jsonl"] = (
            parts["records.jsonl"].replace(b'"quantity', b'"quantitx').replace(b"deny", b"dent", 1)
        )
        with zipfile.ZipFile(archive, "w") as packed:
            for name, text in parts.items():
                packed.writestr(name, text)
        with opened(str(archive)) as found:
            assert [f.seq for f in verify(found)] == [3]

    def test_the_table(self, ledger: Ledger, tmp_path: Path) -> None:
        stream = io.StringIO()
        assert write_csv(ledger, stream) == 3
        head, *rows = csv.reader(stream.getvalue().splitlines())
        assert tuple(head) == COLUMNS
        assert [r[COLUMNS.index("verdict")] for r in rows] == ["review", "deny", "review"]
        write_parquet(ledger, tmp_path / "decisions.parquet")
        told = polars.read_parquet(tmp_path / "decisions.parquet")
        assert told.rows() == [tuple(r) for r in rows]

    def test_a_certificate_fetches_nothing_and_runs_nothing(self, ledger: Ledger) -> None:
        evil = "<script>alert(1)</script><img src=//x onerror=x>"
        (record,) = ledger.append([entry(product=evil)])
        page = certificate(ledger, record)
        tags: list[str] = []
        reader = HTMLParser()
        reader.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
        reader.feed(page)
        assert not {"script", "img", "link", "iframe", "a", "form"} & set(tags)
        assert "&lt;script&gt;alert(1)" in page
        assert record.digest in page and record.data["decision"]["summary"][:20] in page


class TestRetention:
    @pytest.fixture
    def old(self, ledger: Ledger) -> list[str]:
        """Two decisions of 2015, the second one a review that was cleared."""
        made = [
            Entry({**entry().data, "id": new_id(), "recorded_at": "2015-01-02T00:00:00.000+00:00",
                   "law_date": "2015-01-02"})
            for _ in range(2)
        ]  # fmt: skip
        return [r.data["id"] for r in ledger.append(made)]

    def test_what_is_old_goes_and_the_chain_stays(self, ledger: Ledger, old: list[str]) -> None:
        before = retention.kept_since()
        assert retention.purge(ledger, "test", before) == [5, 6]
        assert ledger.get(old[0]) is None
        assert at(ledger, 5).content is None
        assert verify(ledger) == []
        assert retention.purge(ledger, "test", before) == []

    def test_nothing_of_it_is_left_in_the_file(
        self, ledger: Ledger, path: Path, old: list[str]
    ) -> None:
        retention.purge(ledger, "test", retention.kept_since())
        ledger.close()
        with sqlite3.connect(path) as c:
            c.execute("pragma wal_checkpoint(truncate)")
        assert old[0].encode() not in path.read_bytes()

    def test_a_hold_keeps_it_until_released(self, ledger: Ledger, old: list[str]) -> None:
        before = retention.kept_since()
        retention.hold(ledger, "test", old[1], "inquiry")
        assert retention.purge(ledger, "test", before) == [5]
        retention.hold(ledger, "test", old[1], "closed", release=True)
        assert retention.purge(ledger, "test", before) == [6]
        assert verify(ledger) == []

    def test_a_hold_on_everything(self, ledger: Ledger, old: list[str]) -> None:
        retention.hold(ledger, "test", None, "inquiry")
        assert retention.purge(ledger, "test", retention.kept_since()) == []

    def test_what_was_said_of_it_lately_keeps_it(self, ledger: Ledger, old: list[str]) -> None:
        resolve(ledger, old[0], ALICE, Resolution(Outcome.CLEAR, "looked at"), two=False)
        assert retention.purge(ledger, "test", retention.kept_since()) == [6]

    def test_a_content_that_went_without_a_purge_is_a_fault(
        self, ledger: Ledger, old: list[str]
    ) -> None:
        retention.purge(ledger, "test", retention.kept_since())
        with ledger.database.write() as c:
            empty = dict.fromkeys(("recorded_at", "who", "screening", "verdict", "law_date",
                                   "destination", "rulebook", "pin", "idempotency"))  # fmt: skip
            c.execute(update(records).where(records.c.seq == 2).values(
                content=None, id="purged-2", kind="purged", **empty))  # fmt: skip
        assert 2 in {f.seq for f in verify(ledger)}

    def test_five_years_at_least(self) -> None:
        assert retention.kept_since(7) < retention.kept_since() < date.today()
        with pytest.raises(ProblemsFound, match="at least 5 years"):
            retention.kept_since(4)


def test_heads_of_an_empty_ledger(tmp_path: Path) -> None:
    assert verify(Ledger(f"sqlite:///{tmp_path}/empty.sqlite"), [Head()]) == []
