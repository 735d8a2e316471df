"""Somebody with a key who goes slowly, asks for more than the key is for, or asks twice at once."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient
from served import Client

from api.examples import SCREENING, TIMELINE
from api.keys import Role
from api.reference import RULES

REVIEW = {**SCREENING, "law_date": "2025-07-15"}
ID = "0" * 32

EVERYBODY = frozenset(Role)
SCREENERS = frozenset({Role.SCREENER, Role.REVIEWER, Role.ADMIN})
MAY: dict[tuple[str, str], frozenset[Role]] = {
    ("POST", "/v1/screenings"): SCREENERS,
    ("POST", "/v1/screenings/batch"): SCREENERS,
    ("POST", "/v1/timeline"): SCREENERS,
    ("GET", "/v1/decisions"): EVERYBODY,
    ("GET", "/v1/decisions/{id}"): EVERYBODY,
    ("POST", "/v1/decisions/{id}/replay"): EVERYBODY,
    ("POST", "/v1/decisions/{id}/resolution"): frozenset({Role.REVIEWER, Role.ADMIN}),
    ("GET", "/v1/vocabulary"): EVERYBODY,
    ("GET", "/v1/rulebook"): EVERYBODY,
    ("POST", "/v1/rulebook/check"): EVERYBODY,
    ("GET", "/openapi.json"): EVERYBODY,
    ("GET", "/metrics"): frozenset({Role.AUDITOR, Role.ADMIN}),
}
"""Every way that takes a key, and whose key it takes; docs/service.md says the same in words."""

OPEN = {"/healthz", "/readyz", "/"}
DESK = "/review"
"""Its pages take a session, which only a reviewer's key opens."""


@pytest.mark.parametrize("role", [None, *Role])
def test_every_way_asks_for_its_role(client: Client, role: Role | None) -> None:
    """A way that is added without saying here whose it is fails this."""
    caller = client(role)
    ways = {(method, path) for path, methods in _described(caller) for method in methods}
    keyed = {way for way in ways if way[1] not in OPEN and not way[1].startswith(DESK)}
    assert keyed == set(MAY)
    for (method, path), roles in MAY.items():
        answer = caller.request(method, path.replace("{id}", ID), content=b"[")
        if role is None:
            assert (answer.status_code, answer.json()["code"]) == (401, "no-key"), path
        elif role in roles:
            assert answer.status_code not in (401, 403), path
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role"), path


def _described(caller: TestClient) -> Iterator[tuple[str, set[str]]]:
    for path, ways in caller.app.openapi()["paths"].items():  # type: ignore[attr-defined]
        yield path, {method.upper() for method in ways}


@pytest.mark.parametrize("role", [Role.SCREENER, Role.AUDITOR])
def test_the_desk_opens_for_reviewers_only(client: Client, role: Role) -> None:
    caller = client(role)
    key = caller.headers["Authorization"].removeprefix("Bearer ")
    assert caller.post("/review/login", data={"key": key}).status_code == 403
    for way in (caller.get, caller.post):
        answer = way(f"/review/{ID}", follow_redirects=False)
        assert answer.headers["Location"] == "/review/login"


def test_what_another_key_asked_for_is_not_there(client: Client) -> None:
    one, other = client(), client()
    asked = one.post("/v1/screenings", json=REVIEW, headers={"Idempotency-Key": "order-7"}).json()
    id = asked["lines"][0]["id"]
    assert other.post(f"/v1/decisions/{id}/replay").status_code == 404
    assert other.get(f"/v1/decisions/{id}").status_code == 404
    assert other.get("/v1/decisions", params={"screening": asked["id"]}).json()["decisions"] == []
    again = other.post("/v1/screenings", json=REVIEW, headers={"Idempotency-Key": "order-7"})
    assert again.json()["id"] != asked["id"]


class TestTwiceAtOnce:
    """Several do the same thing in the same moment."""

    def all_at_once(self, *ways: Callable[[], Any]) -> list[Any]:
        start = Barrier(len(ways))

        def go(way: Callable[[], Any]) -> Any:
            start.wait()
            return way()

        with ThreadPoolExecutor(len(ways)) as threads:
            return list(threads.map(go, ways))

    def test_two_reviewers_one_review(self, client: Client) -> None:
        """One says it first, and the other is told so."""
        first, second = client(Role.REVIEWER), client(Role.REVIEWER)
        for _ in range(5):
            id = first.post("/v1/screenings", json=REVIEW).json()["lines"][0]["id"]
            said = {"outcome": "clear", "reason": "looked at by test"}
            answers = self.all_at_once(*(
                lambda c=c: c.post(f"/v1/decisions/{id}/resolution", json=said)  # noqa: B023
                for c in (first, second)
            ))  # fmt: skip
            assert sorted(a.status_code for a in answers) == [201, 409]
            assert len(first.get(f"/v1/decisions/{id}").json()["resolutions"]) == 1

    def test_the_same_request_under_one_key(self, client: Client) -> None:
        caller = client()
        lines = [{"product": "NVIDIA H20"}, {"product": "NVIDIA H100"}]
        body = {**{k: v for k, v in REVIEW.items() if k != "product"}, "lines": lines}
        key = {"Idempotency-Key": "order-7"}
        answers = self.all_at_once(
            *[lambda: caller.post("/v1/screenings", json=body, headers=key)] * 6
        )
        assert [a.status_code for a in answers] == [200] * 6
        assert all(a.json() == answers[0].json() for a in answers)
        assert len(caller.get("/v1/decisions").json()["decisions"]) == 2

    def test_other_requests_under_one_key(self, client: Client) -> None:
        """One of them is answered; what is on record is that one, whole."""
        caller = client()
        key = {"Idempotency-Key": "order-7"}
        answers = self.all_at_once(*(
            lambda n=n: caller.post("/v1/screenings", json={**REVIEW, "quantity": n}, headers=key)
            for n in range(1, 7)
        ))  # fmt: skip
        assert sorted(a.status_code for a in answers) == [200, *[422] * 5]
        (answered,) = (a.json() for a in answers if a.status_code == 200)
        (kept,) = caller.get("/v1/decisions").json()["decisions"]
        assert kept["id"] == answered["lines"][0]["id"]
        assert {a.json()["code"] for a in answers if a.status_code == 422} == {"another-request"}


def test_a_repeat_is_not_decided_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = client()
    key = {"Idempotency-Key": "order-7"}
    first = caller.post("/v1/screenings", json=REVIEW, headers=key)

    def broken(*given: object) -> None:
        raise AssertionError("decided again")

    monkeypatch.setattr("api.deciding.decided", broken)
    assert caller.post("/v1/screenings", json=REVIEW, headers=key).json() == first.json()
    other = caller.post("/v1/screenings", json=SCREENING, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "another-request")


def test_the_answer_through_time_is_for_few_lines(client: Client) -> None:
    """Each takes some twenty decisions."""
    shared = {k: v for k, v in TIMELINE.items() if k != "quantity"}
    body = {**shared, "lines": [{"quantity": n} for n in range(51)]}
    answer = client().post("/v1/timeline", json=body)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-many-lines")


Message = dict[str, Any]


class TestASlowAsker:
    """Asks by hand, message by message, as a server hands them on."""

    def ask(self, caller: TestClient, receive: Callable[[], Awaitable[Message]]) -> list[Message]:
        return asyncio.run(self.asked(caller, receive))

    async def asked(
        self, caller: TestClient, receive: Callable[[], Awaitable[Message]],
        path: str = "/v1/screenings", taken: Callable[[Message], Awaitable[None]] | None = None,
    ) -> list[Message]:  # fmt: skip
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)
            if taken is not None:
                await taken(message)

        headers = [(b"authorization", caller.headers["Authorization"].encode())]
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1",
                 "method": "POST", "scheme": "http", "path": path,
                 "raw_path": path.encode(), "query_string": b"", "root_path": "",
                 "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
                 "state": {}}  # fmt: skip
        await caller.app(scope, receive, send)  # type: ignore[arg-type]
        return sent

    def test_a_byte_now_and_then_does_not_go_on_for_ever(self, client: Client) -> None:
        caller = client(body_seconds=0.3, max_waiting=1)

        async def trickle() -> Message:
            await asyncio.sleep(0.02)
            return {"type": "http.request", "body": b" ", "more_body": True}

        sent = self.ask(caller, trickle)
        assert sent[0]["status"] == 408
        assert (b"connection", b"close") in sent[0]["headers"]
        assert caller.get("/v1/vocabulary").status_code == 200, "its place is free again"

    def test_slow_bodies_take_no_place_of_a_decision(self, client: Client) -> None:
        """There is one place for requests in work and there are three for bodies on their way."""
        caller = client(max_waiting=1, max_uploads=3, body_seconds=2)
        running = caller.portal
        assert running is not None

        async def trickle() -> Message:
            await asyncio.sleep(0.02)
            return {"type": "http.request", "body": b" ", "more_body": True}

        slow = [running.start_task_soon(self.asked, caller, trickle) for _ in range(3)]
        time.sleep(0.3)
        (refused,) = {m["status"] for m in running.call(self.asked, caller, trickle)[:1]}
        assert refused == 503, "a fourth finds no place among them"
        assert caller.post("/v1/screenings", json=REVIEW).status_code == 200
        assert caller.post("/v1/timeline", json=TIMELINE).status_code == 200
        assert [task.result(30)[0]["status"] for task in slow] == [408] * 3
        assert running.call(self.asked, caller, trickle)[0]["status"] == 408, "there is place again"

    @pytest.mark.parametrize(("seconds", "status"), [(0.01, 422), (0.1, 408)])
    def test_a_long_body_has_the_time_it_earns(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, seconds: float, status: int
    ) -> None:
        """Fifty parts of a hundred bytes, at some 10,000 bytes a second or at 1,000."""
        monkeypatch.setattr("api.body.PATIENCE", 0.2)
        parts = iter([b"[", *[b" " * 100] * 50])

        async def steady() -> Message:
            await asyncio.sleep(seconds)
            part = next(parts, None)
            return {"type": "http.request", "body": part or b"]", "more_body": part is not None}

        caller = client(body_bytes_per_second=2_000)
        assert self.ask(caller, steady)[0]["status"] == status

    @pytest.mark.parametrize("path", ["/v1/screenings/batch", "/v1/screenings"])
    def test_who_takes_the_answer_slowly_holds_up_nobody(self, client: Client, path: str) -> None:
        """The answers are sent, and nothing of them is taken, or no more than the first."""
        assert client().post("/v1/screenings", json=REVIEW).status_code == 200  # to warm up
        caller = client(max_waiting=1, answer_seconds=5)
        running = caller.portal
        assert running is not None
        shipments = json.dumps([REVIEW] * 40) if path.endswith("batch") else json.dumps(REVIEW)
        taken = asyncio.Event()

        async def slowly(message: Message) -> None:
            if message.get("body"):
                await taken.wait()

        bodies = iter([shipments.encode()])

        async def whole() -> Message:
            for body in bodies:
                return {"type": "http.request", "body": body, "more_body": False}
            await asyncio.Event().wait()  # nothing more comes, and nobody goes away
            return {}

        slow = running.start_task_soon(self.asked, caller, whole, path, slowly)
        time.sleep(0.5)
        assert caller.post("/v1/screenings", json=REVIEW).status_code == 200
        if path.endswith("batch"):
            refused = caller.post("/v1/screenings/batch", json=[REVIEW])
            assert (refused.status_code, refused.json()["code"]) == (503, "busy")
            with pytest.raises(ConnectionAbortedError):
                slow.result(30)
            assert caller.post("/v1/screenings/batch", json=[REVIEW]).status_code == 200
        else:
            running.call(taken.set)
            assert slow.result(30)

    def test_who_goes_away_is_no_error(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        caller = client(max_waiting=1)

        async def gone() -> Message:
            return {"type": "http.disconnect"}

        with caplog.at_level(logging.INFO):
            assert self.ask(caller, gone) == []
        ours = [r for r in caplog.records if r.name == "screening.api"]
        assert [r.levelname for r in ours] == ["INFO"]
        assert "POST /v1/screenings 499" in ours[0].getMessage()
        assert caller.get("/v1/vocabulary").status_code == 200, "its place is free again"


class TestRuleFiles:
    """A check says what is wrong, and not where on the machine it looked."""

    @pytest.mark.parametrize(
        "files",
        [
            {},
            {"a.yaml": RULES, "b.yaml": RULES},
            {"a.yaml": RULES.replace("us-ear", "../a")},
            {"a.yaml": "[" * 100_000},
            {"a.yaml": "a:\n" + "".join(f"{' ' * i}a:\n" for i in range(1, 900))},
            {"a.yaml": "&a " * 100_000},
            {"a.yaml": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"},
        ],
    )  # fmt: skip
    def test_what_is_no_rulebook(self, client: Client, files: dict[str, str]) -> None:
        answer = client().post("/v1/rulebook/check", json={"files": files})
        assert answer.status_code == (200 if files else 422)
        assert answer.json()["problems"]
        assert not answer.json().get("ok")
        assert "/tmp" not in answer.text
