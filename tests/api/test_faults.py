"""What breaks while the service answers: nothing answered is missing from the ledger, none is there
twice under one idempotency key, the chain verifies, and nothing is allowed that should not be."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path

import httpx2
import pytest
from postgresql import Server
from served import VERDICTS, Service, serving, shipment

from screening.ledger import entry as entries
from screening.ledger.archive import opened
from screening.ledger.tables import records
from screening.ledger.verify import verify
from screening.referee.referee import installed


@dataclass
class Load:
    """Askers that never give up: each asks again, with the same key, until it is answered."""

    service: Service
    held: bool = False
    """Whether an allow may be held at review."""
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    refused: Counter[int] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def start(self, askers: int = 4) -> Load:
        for _ in range(askers):
            thread = threading.Thread(target=self._ask)
            thread.start()
            self._threads.append(thread)
        return self

    def _ask(self) -> None:
        places = cycle(VERDICTS)
        with self.service.client() as client:
            while not self.stop.is_set():
                place, key = next(places), f"order-{next(self._numbers)}"
                while not self.stop.is_set():
                    try:
                        answer = client.post("/v1/screenings?trace=none", json=shipment(place),
                                             headers={"Idempotency-Key": key})  # fmt: skip
                    except httpx2.HTTPError:
                        time.sleep(0.05)
                        continue
                    if answer.status_code == 200:
                        told = answer.json()
                        held = self.held and told["verdict"] == "review"
                        assert told["verdict"] == VERDICTS[place] or held
                        self.answers[key] = (told["lines"][0]["id"], place)
                        break
                    self.refused[answer.status_code] += 1
                    time.sleep(0.05)

    def until(self, more: int, seconds: float = 60) -> None:
        """Wait for so many more answers."""
        wanted, end = len(self.answers) + more, time.monotonic() + seconds
        while len(self.answers) < wanted:
            assert time.monotonic() < end, f"{len(self.answers)} answers, refused: {self.refused}"
            time.sleep(0.02)

    def end(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(40)


def check(ledger: str, load: Load) -> None:
    """What must hold of the ledger after all that happened."""
    with opened(ledger) as found:
        assert verify(found) == []
        kept = {r.data["id"]: r.data for r in found.every(records.c.kind == "decision")}
    for id, place in load.answers.values():
        assert kept[id]["verdict"] == VERDICTS[place]
    keys = Counter(data["idempotency"] for data in kept.values())
    assert max(keys.values()) == 1
    assert all(d["verdict"] == VERDICTS[d["destination"]] for d in kept.values())


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.sqlite"
    return str(request.getfixturevalue("postgresql").new_database())


@pytest.mark.slow
def test_a_worker_is_killed(tmp_path: Path, ledger: str) -> None:
    """kill -9 of one worker of two, twice, while both answer."""
    with serving(tmp_path, ledger, workers=2) as service:
        load = Load(service).start()
        load.until(20)
        for _ in range(2):
            victims = service.workers()
            assert victims
            os.kill(victims[0], signal.SIGKILL)
            load.until(20)
        load.end()
    check(ledger, load)


@pytest.mark.slow
@pytest.mark.skipif(not installed(), reason="durable-rules is not installed")
def test_the_second_engine_is_killed(tmp_path: Path) -> None:
    """kill -9 of the referee, again and again: without its word there is no allow."""
    ledger = f"sqlite:///{tmp_path}/ledger.sqlite"
    wanted = {"second_opinion": "allow", "second_opinion_required": "true"}
    with serving(tmp_path, ledger, **wanted) as service:
        load = Load(service, held=True).start()
        load.until(10)
        for _ in range(2):
            for victim in service.children(b"screening.referee.worker"):
                os.kill(victim, signal.SIGKILL)
            load.until(10)
        load.end()
    assert not load.refused
    with opened(ledger) as found:
        assert verify(found) == []
        kept = [r.data for r in found.every(records.c.kind == "decision")]
    assert {d["id"] for d in kept} >= {id for id, _ in load.answers.values()}
    outcomes = Counter()
    for data in kept:
        opinion = data["decision"].get("second_opinion")
        assert (opinion is not None) == (data["destination"] == "DE")
        if opinion is not None:
            outcomes[opinion["outcome"]] += 1
            assert data["verdict"] == ("allow" if opinion["outcome"] == "agrees" else "review")
        else:
            assert data["verdict"] == VERDICTS[data["destination"]]
    assert set(outcomes) <= {"agrees", "unavailable"} and outcomes["agrees"]


@pytest.mark.slow
def test_the_disk_is_full(tmp_path: Path) -> None:
    """No file may grow any more: the service refuses, and goes on when there is room again."""
    ledger = f"sqlite:///{tmp_path}/ledger.sqlite"
    with serving(tmp_path, ledger, file_bytes=500_000) as service:
        load = Load(service).start(2)
        end = time.monotonic() + 60
        while not load.refused[503]:
            assert time.monotonic() < end, load.answers
            time.sleep(0.02)
        assert load.answers
        room = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, room)
        load.until(10)
        load.end()
    assert set(load.refused) == {503}
    check(ledger, load)


@pytest.mark.slow
def test_the_database_server_is_gone_for_a_while(tmp_path: Path, postgresql: Server) -> None:
    """PostgreSQL is ended at once, without a word, and comes back."""
    ledger = postgresql.new_database()
    with serving(tmp_path, ledger) as service:
        load = Load(service).start()
        load.until(20)
        postgresql.crash()
        time.sleep(0.5)
        postgresql.start()
        load.until(20)
        load.end()
    assert set(load.refused) <= {503}
    check(ledger, load)


@pytest.mark.slow
def test_a_stop_finishes_what_was_accepted(tmp_path: Path) -> None:
    ledger = f"sqlite:///{tmp_path}/ledger.sqlite"
    with serving(tmp_path, ledger) as service:
        load = Load(service).start()
        load.until(10)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(30) in (0, -signal.SIGTERM)
        load.end()
    check(ledger, load)


def test_the_clock_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain is ordered by places, not by clocks; what the clock said stays on record."""
    from screening.ledger.entry import act_entry
    from screening.ledger.store import Ledger

    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    ledger.append([act_entry("test", "first")])
    earlier = datetime(2001, 1, 1, tzinfo=UTC).isoformat(timespec="milliseconds")
    monkeypatch.setattr(entries, "now", lambda: earlier)
    ledger.append([act_entry("test", "second")])
    assert [r.data["verdict"] for r in ledger.every()] == ["first", "second"]
    assert verify(ledger) == []
