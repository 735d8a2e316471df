"""What the second engine says is on record, counted, repeated by a replay, and never an allow more.

The rulebook is the small one of the fault tests; the referee is a real one where it is installed,
and one that says what the test wants elsewhere.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from served import BOOK, Client, shipment

from api.keeper import Keeper
from api.keys import Role
from screening.ledger.store import Ledger
from screening.ledger.tables import records
from screening.referee.process import Unavailable
from screening.referee.referee import Answer, Referee, installed

ALLOWED, DENIED = shipment("DE"), shipment("NO")


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    """The small rulebook, in place of the shipped one."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book/book.yaml").write_text(BOOK)
    return Keeper(tmp_path / "book")


@contextmanager
def saying(says: Callable[[], Answer]) -> Iterator[None]:
    """A referee that answers so, in place of the real one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Referee, "answer", lambda self, *given: says())
        patch.setattr(Referee, "prepare", lambda self, *given: None)
        yield


def nothing() -> Answer:
    return Answer(frozenset(), frozenset())


def silent() -> Answer:
    raise Unavailable("it is not there")


def screened(caller: TestClient, body: dict[str, str]) -> dict[str, Any]:
    answer = caller.post("/v1/screenings", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["lines"][0])


def replayed(caller: TestClient, line: dict[str, Any]) -> Any:
    return caller.post(f"/v1/decisions/{line['id']}/replay").json()


def counted(client: Client, name: str) -> float:
    lines = client(Role.AUDITOR).get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_engines_that_disagree_make_a_review_that_replays(client: Client) -> None:
    name = 'screening_second_opinions_total{outcome="disagrees"}'
    with saying(nothing):  # not even what an allow requires is met, says this one
        caller = client(second_opinion="allow")
        before = counted(client, name)
        line = screened(caller, ALLOWED)
        assert counted(client, name) == before + 1
    assert (line["verdict"], line["second_opinion"]["outcome"]) == ("review", "disagrees")
    assert line["second_opinion"]["engine_alone"]["verdict"] == "allow"
    with saying(silent):  # the replay asks nobody
        assert replayed(caller, line)["why"] == "the same decision, to the byte"


@pytest.mark.parametrize(("required", "verdict"), [(False, "allow"), (True, "review")])
def test_no_answer_is_told_and_holds_an_allow_where_it_is_required(
    client: Client, required: bool, verdict: str
) -> None:
    with saying(silent):
        caller = client(second_opinion="allow", second_opinion_required=required)
        line = screened(caller, ALLOWED)
        batch = caller.post("/v1/screenings/batch", json=[ALLOWED]).json()
    assert (line["verdict"], line["second_opinion"]["outcome"]) == (verdict, "unavailable")
    assert "it is not there" in line["summary"]
    assert batch["verdict"] == verdict
    assert replayed(caller, line)["identical"]


@pytest.mark.parametrize(("policy", "asked"), [("always", 2), ("allow", 1), ("off", 0)])
def test_it_is_asked_as_the_policy_says(client: Client, policy: str, asked: int) -> None:
    with saying(silent):
        caller = client(second_opinion=policy)
        lines = [screened(caller, ALLOWED), screened(caller, DENIED)]
    assert sum("second_opinion" in line for line in lines) == asked


@pytest.mark.skipif(not installed(), reason="durable-rules is not installed")
def test_the_real_one_agrees_and_its_death_is_no_answer(client: Client) -> None:
    """kill -9 of the second engine between requests, and while it is stopped by a signal."""
    app = client(second_opinion="allow", second_opinion_required=True)
    referee: Referee = app.app.state.confirms.referee  # type: ignore[attr-defined]  # an ASGI app
    assert screened(app, ALLOWED)["second_opinion"]["outcome"] == "agrees"
    restarts = counted(client, "screening_referee_restarts_total")
    assert referee.process.pid is not None
    os.kill(referee.process.pid, signal.SIGKILL)
    told = [screened(app, ALLOWED) for _ in range(3)]
    for _ in range(100):
        if told[-1]["second_opinion"]["outcome"] == "agrees":
            break
        time.sleep(0.1)
        told.append(screened(app, ALLOWED))
    assert told[-1]["verdict"] == "allow"
    assert counted(client, "screening_referee_restarts_total") == restarts + 1
    for line in told:
        agreed = line["second_opinion"]["outcome"] == "agrees"
        assert line["verdict"] == ("allow" if agreed else "review")
        assert replayed(app, line)["identical"]
    ledger: Ledger = app.app.state.ledger  # type: ignore[attr-defined]  # an ASGI app
    kept = [r.data["verdict"] for r in ledger.every(records.c.kind == "decision")]
    assert kept == ["allow", *(line["verdict"] for line in told)]
