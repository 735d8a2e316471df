"""The client asks, asks again, and never takes for an answer what is none."""

from __future__ import annotations

import httpx2
import pytest
from served import Client as Make

from api.client import Client, Refused
from api.examples import SCREENING, TIMELINE
from api.keys import Role
from screening.decision import Finding, Verdict

REVIEW = {**SCREENING, "law_date": "2025-07-15"}


@pytest.fixture
def client(client: Make) -> Client:
    """A client over a service without a network."""
    found = Client("http://testserver", "none", tries=3)
    found._http = client(Role.REVIEWER)
    return found


def test_the_founding_case_from_question_to_clearance(client: Client) -> None:
    answer = client.screen(SCREENING)
    assert (answer.verdict, answer.finding) == (Verdict.DENY, Finding.PRESUMPTION_OF_DENIAL)
    assert client.decision(answer.lines[0]["id"])["decision"] == answer.lines[0]
    assert client.replay(answer.lines[0]["id"])["identical"]
    id = client.screen(SCREENING, law_date="2025-07-15").lines[0]["id"]
    assert client.resolve(id, "clear", "looked at")["state"] == "cleared"
    assert len(list(client.decisions(limit=1))) == 2
    assert client.timeline(TIMELINE)["lines"][0]["spans"]


def test_many(client: Client) -> None:
    found = [a.verdict for a in client.screen_many([SCREENING, {"parties": 5}, REVIEW])]
    assert found == [Verdict.DENY, Verdict.REVIEW, Verdict.REVIEW]


def test_what_is_refused_says_why(client: Client) -> None:
    with pytest.raises(Refused, match="is not the id of a decision") as found:
        client.decision("0" * 32)
    assert (found.value.status, found.value.code) == (404, "no-such-decision")


def test_it_asks_again_with_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the connection breaks, once the service is busy; then it answers."""
    seen: list[str] = []

    def service(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers["Idempotency-Key"])
        if len(seen) == 1:
            raise httpx2.ConnectError("gone")
        if len(seen) == 2:
            return httpx2.Response(503, headers={"Retry-After": "0"})
        return httpx2.Response(200, json={"id": "1", "verdict": "review", "finding": "red_flag",
                                          "lines": []})  # fmt: skip

    client = Client("http://x", "none")
    client._http = httpx2.Client(base_url="http://x", transport=httpx2.MockTransport(service))
    monkeypatch.setattr("api.client.time.sleep", lambda seconds: None)
    assert client.screen({}).verdict == "review"
    assert len(seen) == 3 and len(set(seen)) == 1


@pytest.mark.parametrize("body", [{}, {"verdict": "yes", "finding": "x", "id": "", "lines": []}])
def test_an_answer_without_a_verdict_is_none(body: dict[str, object]) -> None:
    client = Client("http://x", "none")
    client._http = httpx2.Client(base_url="http://x", transport=httpx2.MockTransport(
        lambda request: httpx2.Response(200, json=body)))  # fmt: skip
    with pytest.raises((Refused, ValueError)):
        client.screen({})
