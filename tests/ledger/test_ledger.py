"""What is on record stays as it was, or is found; on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from ledgers import H20, at, copies, entry, filled, law
from postgresql import Server
from sqlalchemy import insert, text

from screening import Shipment
from screening.ledger.database import LedgerUnavailable
from screening.ledger.driven import Driven
from screening.ledger.entry import Request
from screening.ledger.record import Head, Record
from screening.ledger.replay import kept_rulebook, replay
from screening.ledger.store import AnotherRequest, Ledger, lock_head
from screening.ledger.tables import mentions, records
from screening.ledger.verify import verify
from screening.ledger.writer import Writer
from screening.problems import ProblemsFound


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.sqlite"
    return str(request.getfixturevalue("postgresql").new_database())


@pytest.fixture
def ledger(url: str) -> Ledger:
    return filled(url)


def changed(ledger: Ledger, statement: str) -> None:
    with ledger.database.write() as c:
        assert c.execute(text(statement)).rowcount


def test_records_are_found_by_what_they_are_about(ledger: Ledger) -> None:
    (denied,) = ledger.where(records.c.verdict == "deny")
    assert denied.data["law_date"] == "2025-07-14"
    assert ledger.get(denied.data["id"]) == denied
    assert ledger.get("nothing") is None
    assert [r.seq for r in ledger.where(newest_first=True)] == [4, 3, 2, 1]


def test_an_untouched_ledger_has_no_fault(ledger: Ledger) -> None:
    assert verify(ledger) == []
    assert verify(ledger, [ledger.head(), Head()]) == []


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("update records set content = replace(content, '\"deny\"', '\"allow\"') where seq = 3", 3),
        ("update records set hash = 'x' || substr(hash, 2) where seq = 4", 4),
        ("update records set digest = 'x' || substr(digest, 2) where seq = 2", 2),
        ("update records set verdict = 'allow' where seq = 3", 3),
        ("update records set destination = 'DE' where seq = 2", 2),
        ("update records set content = null where seq = 2", 2),
        ("update mentions set value = 'else' where seq = 3 and value = 'example cloud'", 3),
        ("delete from mentions where seq = 3", 3),
        ("insert into mentions values ('rule', 'x', 99)", 99),
        ("delete from records where seq = 3", 3),
        ("delete from records where seq = 4", 4),
        ("update heads set hash = 'x' || substr(hash, 2)", 4),
        ("update rulebooks set files = '00'", 0),
        ("update rulebooks set name = 'other'", 0),
        ("delete from rulebooks", 0),
    ],
)
def test_what_was_changed_is_found_and_where(ledger: Ledger, statement: str, seq: int) -> None:
    changed(ledger, statement)
    found = verify(ledger)
    assert min(fault.seq for fault in found) == seq, found


def test_a_cut_off_end_is_found_by_a_head_kept_elsewhere(ledger: Ledger) -> None:
    """Whoever may write the database may write a shorter chain; the kept head tells."""
    kept = ledger.head()
    before = at(ledger, 3)
    changed(ledger, "delete from mentions where seq = 4")
    changed(ledger, "delete from records where seq = 4")
    changed(ledger, f"update heads set seq = 3, hash = '{before.hash}'")
    assert verify(ledger) == []
    assert [fault.seq for fault in verify(ledger, [kept])] == [4]
    assert verify(ledger, [Head(3, before.hash)]) == []


class TestReplay:
    def test_from_the_ledger_alone(self, ledger: Ledger) -> None:
        kept = kept_rulebook(ledger, law().digest)
        assert kept.digest == law().digest
        decisions = list(ledger.every(records.c.kind == "decision"))
        assert len(decisions) == 3
        for record in decisions:
            assert replay(record, kept).why == "the same decision, to the byte"

    def test_by_another_rulebook_it_says_what_differs(self, ledger: Ledger) -> None:
        from screening import load_rulebook

        again = replay(at(ledger, 3), load_rulebook())
        assert not again.identical
        assert {"digest", "rulebook"} <= set(again.differences)
        assert again.why.endswith("decided by another rulebook than the recorded one")

    def test_a_rulebook_that_is_not_kept(self, ledger: Ledger) -> None:
        with pytest.raises(ProblemsFound, match="does not hold the rulebook"):
            kept_rulebook(ledger, "0" * 64)


class TestIdempotency:
    def test_one_key_one_record(self, ledger: Ledger) -> None:
        asked = Request("order-system", "digest", "order-7")
        first, second = (ledger.append([entry(request=asked)])[0] for _ in range(2))
        assert first == second
        assert ledger.head().seq == first.seq == 5

    def test_another_asker_s_key_is_another(self, ledger: Ledger) -> None:
        for who in ("a", "b"):
            ledger.append([entry(request=Request(who, "digest", "order-7"))])
        assert ledger.head().seq == 6

    def test_another_request_under_the_same_key_is_refused(self, ledger: Ledger) -> None:
        ledger.append([entry(request=Request("a", "digest", "order-7"))])
        with pytest.raises(AnotherRequest):
            ledger.append([entry(request=Request("a", "other", "order-7"))])
        assert ledger.head().seq == 5


def test_writers_at_once_make_one_chain(ledger: Ledger) -> None:
    """Several threads with their own connections, as several workers have."""
    made = copies(60)

    def write(mine: int) -> None:
        for one in made[mine::4]:
            ledger.append([one])

    threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.head().seq == 4 + 60
    assert verify(ledger) == []


def test_a_group_is_committed_at_once_and_the_one_at_fault_fails_alone(ledger: Ledger) -> None:
    commits: list[int] = []
    asked = Request("a", "digest", "order-7")
    ledger.append([entry(request=asked)])

    async def together() -> list[list[Record] | BaseException]:
        writer = Writer(ledger, lambda number, seconds: commits.append(number))
        made = [*copies(5), entry(request=Request("a", "other", "order-7")), entry(request=asked)]
        found = await asyncio.gather(*(writer.record([one]) for one in made),
                                     return_exceptions=True)  # fmt: skip
        await writer.close()
        with pytest.raises(ProblemsFound, match="closed"):
            await writer.record([entry()])
        return found

    *good, bad, again = asyncio.run(together())
    assert all(isinstance(one, list) and one[0].content for one in good)
    assert isinstance(bad, AnotherRequest)
    assert isinstance(again, list)
    assert again[0].seq == 5
    assert ledger.head().seq == 10
    assert commits == [6]
    assert verify(ledger) == []


def test_who_is_gone_before_their_turn_leaves_no_record(ledger: Ledger) -> None:
    """What was handed over already is recorded; what waits behind it is called off."""
    first, second, third = copies(3)

    async def called_off() -> None:
        writer = Writer(ledger)
        with ledger.database.write() as c:
            lock_head(c)  # the writer waits for it
            under_way = asyncio.create_task(writer.record([first]))
            await asyncio.sleep(0.05)
            gone = asyncio.create_task(writer.record([second]))
            stays = asyncio.create_task(writer.record([third]))
            await asyncio.sleep(0.05)
            gone.cancel()
        await asyncio.gather(under_way, stays)
        await writer.close()

    asyncio.run(called_off())
    assert [at(ledger, seq).data["id"] for seq in (5, 6)] == [first.data["id"], third.data["id"]]
    assert ledger.head().seq == 6


def test_a_stop_records_what_was_accepted(ledger: Ledger) -> None:
    async def stopped() -> list[list[Record]]:
        writer = Writer(ledger)
        waiting = [asyncio.create_task(writer.record([one])) for one in copies(200)]
        await asyncio.sleep(0)
        await writer.close()
        return await asyncio.gather(*waiting)

    assert len(asyncio.run(stopped())) == 200
    assert ledger.head().seq == 204


@pytest.mark.parametrize("rested", [True, False])
def test_the_writer_goes_on_over_a_new_connection(
    postgresql: Server, monkeypatch: pytest.MonkeyPatch, rested: bool
) -> None:
    """The server was gone: a connection that rested is looked at first, one in use fails once."""
    monkeypatch.setattr("screening.ledger.database._RESTED_SECONDS", 0.0 if rested else 1e9)
    ledger = filled(postgresql.new_database())

    async def going_on() -> Record:
        writer = Writer(ledger)
        first, second, third = copies(3)
        await writer.record([first])
        postgresql.crash()
        postgresql.start()
        if not rested:
            with pytest.raises(LedgerUnavailable):
                await writer.record([second])
        (found,) = await writer.record([third])
        await writer.close()
        return found

    assert asyncio.run(going_on()).seq == 6
    assert verify(ledger) == []


def test_values_are_given_in_the_order_of_the_statement(ledger: Ledger) -> None:
    swapped = Driven(insert(mentions), "value", "kind", "seq")
    with ledger.database.write() as c, pytest.raises(TypeError, match="'kind', 'value', 'seq'"):
        swapped.run(c, ("a", "b", 1))


def test_all_entries_or_none(ledger: Ledger) -> None:
    one = entry()
    with pytest.raises(ProblemsFound, match="cannot be used"):
        ledger.append([one, one])  # the same id twice
    assert ledger.head().seq == 4
    assert verify(ledger) == []


def test_a_name_with_every_kind_of_letter(ledger: Ledger) -> None:
    from screening.ledger.asked import Asked
    from screening.ledger.entry import decision_entry

    name = "Ольга's «北京» \u202e \U0001f6a2 'quoted\" \\ company"
    line = Shipment(end_user=name, destination="CN", law_date="2025-07-14")
    ledger.append([decision_entry(law().decide(line), line, Asked(), Request("test"))])
    assert at(ledger, 5).data["shipment"]["parties"][0]["name"] == name
    assert verify(ledger) == []


def test_a_database_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="cannot be used"):
        Ledger(f"sqlite:///{tmp_path}/no/such/folder/ledger.sqlite")


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "oracle+nothing://x"])
def test_a_url_of_nothing_we_know(url: str) -> None:
    with pytest.raises(ProblemsFound) as found:
        Ledger(url)
    assert found.value.problems[0].code == "ledger-url"


def test_the_migrations_make_the_tables_that_are_described(url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from screening.ledger.database import Database
    from screening.ledger.tables import metadata

    with Database(url).read() as c:
        found = MigrationContext.configure(c, opts={"version_table": "ledger_version"})
        assert compare_metadata(found, metadata) == []


def test_an_older_ledger_is_brought_up_to_date(url: str) -> None:
    """A ledger of the first version gets what is new; its records stay."""
    from screening.ledger.database import Database

    ledger = filled(url)
    with ledger.database.write() as c:
        c.execute(text("drop table sessions"))
        c.execute(text("update ledger_version set version_num = '0001'"))
    ledger.close()
    with Database(url).read() as c:
        assert c.execute(text("select count(*) from sessions")).scalar_one() == 0
        assert c.execute(text("select version_num from ledger_version")).scalar_one() == "0002"
    assert verify(Ledger(url)) == []


def test_h20_is_the_founding_case() -> None:
    assert law().decide(H20).verdict == "deny"
