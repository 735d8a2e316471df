"""What is answered is on record, is found, taken again, and resolved by people."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from served import Client

from api.examples import SCREENING
from api.keys import Role
from screening.ledger.store import Ledger
from screening.ledger.verify import verify

REVIEW = {**SCREENING, "law_date": "2025-07-15"}
LATER = {**SCREENING, "law_date": "2025-07-20"}
NONE = "0" * 32


def screened(caller: TestClient, body: object = REVIEW, **headers: str) -> dict[str, Any]:
    answer = caller.post("/v1/screenings?trace=none", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def said(caller: TestClient, id: str, outcome: str = "clear", **more: str) -> Any:
    body = {"outcome": outcome, "reason": "looked at by test", **more}
    return caller.post(f"/v1/decisions/{id}/resolution", json=body)


class TestOnRecord:
    def test_every_line_is_there_as_it_was_answered(self, client: Client) -> None:
        caller = client()
        lines = [{"product": "NVIDIA H20"}, {"product": "bolt", "eccn": "EAR99"}]
        shared = {k: v for k, v in SCREENING.items() if k != "product"}
        answer = caller.post("/v1/screenings", json={**shared, "lines": lines}).json()
        for line in answer["lines"]:
            found = caller.get(f"/v1/decisions/{line['id']}").json()
            assert found["decision"] == line
            assert found["screening"] == answer["id"]
        listed = caller.get("/v1/decisions", params={"screening": answer["id"]}).json()
        assert [d["line"] for d in listed["decisions"]] == [2, 1]

    def test_a_full_trace_is_on_record_when_it_was_asked_for(self, client: Client) -> None:
        caller = client()
        answer = caller.post("/v1/screenings?trace=full", json=SCREENING).json()
        found = caller.get(f"/v1/decisions/{answer['lines'][0]['id']}").json()
        assert len(found["decision"]["rules"]) > 100
        again = caller.post(f"/v1/decisions/{found['id']}/replay").json()
        assert again["identical"]

    def test_replay(self, client: Client) -> None:
        caller = client()
        body = {**REVIEW, "destination": "Atlantis", "quantity": "many"}  # with problems
        id = screened(caller, body)["lines"][0]["id"]
        told = caller.post(f"/v1/decisions/{id}/replay").json()
        assert (told["identical"], told["differences"]) == (True, [])
        assert told["why"] == "the same decision, to the byte"

    def test_a_shipment_of_a_batch_that_cannot_be_read_is_on_record_too(
        self, client: Client
    ) -> None:
        caller = client()
        answer = caller.post("/v1/screenings/batch?trace=none", json=[REVIEW, 7])
        told = [json.loads(line) for line in answer.text.splitlines()]
        found = caller.get("/v1/decisions", params={"screening": told[1]["id"]}).json()
        id = found["decisions"][0]["id"]
        assert caller.get(f"/v1/decisions/{id}").json()["problems"] == told[1]["problems"]
        assert caller.post(f"/v1/decisions/{id}/replay").status_code == 404

    def test_without_the_ledger_nothing_is_answered(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        caller = client(ledger_wait_seconds=0.1)
        ledger: Ledger = caller.app.state.ledger  # type: ignore[attr-defined]  # an ASGI app
        before = ledger.head()
        with ledger.database.write():  # somebody else holds the lock
            answer = caller.post("/v1/screenings", json=SCREENING)
            batch = caller.post("/v1/screenings/batch", json=[SCREENING])
        for refused in (answer, batch):
            assert (refused.status_code, refused.json()["code"]) == (503, "ledger-unavailable")
            assert "sqlite" not in refused.text
        assert ledger.head() == before
        assert caller.post("/v1/screenings", json=SCREENING).status_code == 200

    def test_what_takes_too_long_is_not_answered(self, client: Client) -> None:
        caller = client(answer_seconds=1e-9)  # over before anything is decided
        answer = caller.post("/v1/screenings", json=SCREENING)
        assert (answer.status_code, answer.json()["code"]) == (503, "too-slow")
        assert caller.get("/v1/decisions").json()["decisions"] == []


class TestSearch:
    def test_by_everything(self, client: Client) -> None:
        caller = client()
        screened(caller)
        deny = screened(caller, SCREENING)["lines"][0]
        today = datetime.now(UTC).date()

        def found(**wanted: object) -> list[str]:
            answer = caller.get("/v1/decisions", params=wanted)
            assert answer.status_code == 200, answer.text
            return [d["id"] for d in answer.json()["decisions"]]

        assert found(verdict="deny") == [deny["id"]]
        assert found(rule="h20-is-informed", verdict="deny") == [deny["id"]]
        assert found(rule="h20-is-informed-not") == []
        assert len(found(destination="cn")) == 2
        assert found(destination="DE") == []
        assert len(found(party="example  CLOUD beijing")) == 2
        assert found(party="Example Cloud") == []
        assert len(found(digest=deny["digest"])) == 2
        assert len(found(since=today, until=today + timedelta(days=1))) == 2
        assert found(until=today) == []
        assert len(found(open=True)) == 1

    def test_pages(self, client: Client) -> None:
        caller = client()
        made = [screened(caller)["lines"][0]["id"] for _ in range(5)]
        seen: list[str] = []
        cursor = None
        for _ in range(3):
            params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            told = caller.get("/v1/decisions", params=params).json()
            seen += [d["id"] for d in told["decisions"]]
            cursor = told["next"]
        assert seen == made[::-1]
        assert cursor is None

    def test_a_screener_sees_its_own(self, client: Client) -> None:
        one, other, auditor = client(), client(), client(Role.AUDITOR)
        id = screened(one)["lines"][0]["id"]
        assert one.get(f"/v1/decisions/{id}").status_code == 200
        assert auditor.get(f"/v1/decisions/{id}").status_code == 200
        assert other.get(f"/v1/decisions/{id}").status_code == 404
        assert other.get("/v1/decisions").json()["decisions"] == []

    @pytest.mark.parametrize("query", ["limit=0", "verdict=maybe", "since=soon", "sort=x"])
    def test_what_is_not_a_search(self, client: Client, query: str) -> None:
        answer = client().get(f"/v1/decisions?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "parameter-form")


class TestIdempotency:
    def test_the_same_request_again_is_the_same_answer(self, client: Client) -> None:
        caller = client()
        key = {"Idempotency-Key": "order-7"}
        first = caller.post("/v1/screenings", json=REVIEW, headers=key)
        again = caller.post("/v1/screenings", json=REVIEW, headers=key)
        assert again.json() == first.json()
        assert len(caller.get("/v1/decisions").json()["decisions"]) == 1

    def test_another_request_under_it_is_refused(self, client: Client) -> None:
        caller = client()
        key = {"Idempotency-Key": "order-7"}
        screened(caller, REVIEW, **key)
        answer = caller.post("/v1/screenings", json=SCREENING, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "another-request")

    def test_another_asker_s_key_is_its_own(self, client: Client) -> None:
        key = {"Idempotency-Key": "order-7"}
        assert screened(client(), REVIEW, **key)["id"] != screened(client(), REVIEW, **key)["id"]

    def test_a_batch_goes_on_where_it_broke_off(self, client: Client) -> None:
        caller = client()
        key = {"Idempotency-Key": "month-7"}
        url = "/v1/screenings/batch?trace=none"
        first = caller.post(url, json=[REVIEW, 7, SCREENING], headers=key)
        again = caller.post(url, json=[REVIEW, 7, SCREENING], headers=key)
        assert again.text == first.text
        assert len(caller.get("/v1/decisions").json()["decisions"]) == 3

    @pytest.mark.parametrize("key", ["", "a b", "x" * 256])
    def test_what_is_no_key(self, client: Client, key: str) -> None:
        answer = client().post("/v1/screenings", json=REVIEW, headers={"Idempotency-Key": key})
        assert answer.status_code == 422


class TestResolution:
    def test_it_goes_on_record_and_changes_no_decision(self, client: Client) -> None:
        reviewer = client(Role.REVIEWER)
        id = screened(reviewer)["lines"][0]["id"]
        assert said(reviewer, id).status_code == 201
        found = reviewer.get(f"/v1/decisions/{id}").json()
        assert (found["verdict"], found["state"]) == ("review", "cleared")
        assert found["resolutions"][0]["reason"] == "looked at by test"
        assert said(reviewer, id).json()["code"] == "resolved"
        assert said(reviewer, id, "confirm").json()["state"] == "confirmed"
        assert said(reviewer, id, "confirm").status_code == 409

    def test_who_may_not(self, client: Client) -> None:
        id = screened(client())["lines"][0]["id"]
        assert said(client(Role.SCREENER), id).status_code == 403
        assert said(client(Role.AUDITOR), id).status_code == 403

    def test_only_a_review(self, client: Client) -> None:
        reviewer = client(Role.REVIEWER)
        id = screened(reviewer, SCREENING)["lines"][0]["id"]
        assert (said(reviewer, id).status_code, said(reviewer, id).json()["code"]) == (
            409, "no-review",
        )  # fmt: skip
        assert said(reviewer, NONE).status_code == 404

    @pytest.mark.parametrize(
        "body", [[], {}, {"outcome": "allow", "reason": "why"}, {"outcome": "clear", "reason": " "},
                 {"outcome": "clear", "reason": "why", "through": "soon"},
                 {"outcome": "clear", "reason": "why", "through": "2020-01-01"}],
    )  # fmt: skip
    def test_what_is_no_resolution(self, client: Client, body: object) -> None:
        reviewer = client(Role.REVIEWER)
        id = screened(reviewer)["lines"][0]["id"]
        answer = reviewer.post(f"/v1/decisions/{id}/resolution", json=body)
        assert answer.status_code == 422, answer.text

    def test_two_signatures(self, client: Client) -> None:
        two = {"second_signature": True}
        first, second = client(Role.REVIEWER, **two), client(Role.REVIEWER, **two)
        id = screened(first)["lines"][0]["id"]
        assert said(first, id).json()["state"] == "signed"
        assert said(first, id).json()["code"] == "same-signature"
        assert said(second, id).json()["state"] == "cleared"

    def test_one_person_with_a_rotated_key_is_one_signature(self, client: Client) -> None:
        reviewer = client(Role.REVIEWER, second_signature=True)
        id = screened(reviewer)["lines"][0]["id"]
        assert said(reviewer, id).json()["state"] == "signed"
        gate = reviewer.app.state.gate  # type: ignore[attr-defined]  # an ASGI app
        today = datetime.now(UTC).date()
        old = reviewer.headers["Authorization"].split("_")[1]
        new = gate._keys.rotate(old, today, today, None)
        reviewer.headers["Authorization"] = f"Bearer {new}"
        assert said(reviewer, id).json()["code"] == "same-signature"


class TestClearance:
    """What a clearance does to the next identical shipment: nothing, unless dated and pinned."""

    def cleared(self, client: Client, **more: str) -> TestClient:
        reviewer = client(Role.REVIEWER)
        id = screened(reviewer)["lines"][0]["id"]
        assert said(reviewer, id, **more).status_code == 201
        self.id = id
        return reviewer

    def next(self, caller: TestClient, **other: object) -> Any:
        (line,) = screened(caller, {**LATER, **other})["lines"]
        assert line["verdict"] == "review"
        return line["cleared"]

    def test_nothing_without_a_date(self, client: Client) -> None:
        assert self.next(self.cleared(client)) is None

    def test_with_a_date_it_speaks_for_the_same_facts_and_no_others(self, client: Client) -> None:
        through = (date.today() + timedelta(days=30)).isoformat()
        caller = self.cleared(client, through=through)
        cleared = self.next(caller)
        assert (cleared["decision"], cleared["through"]) == (self.id, through)
        assert self.next(caller, quantity=9) is None
        assert self.next(caller, end_use=["civil"]) is None
        assert self.next(caller, law_date="2025-07-15") is not None
        open_ones = caller.get("/v1/decisions?open=true").json()["decisions"]
        assert len(open_ones) == 2

    def test_not_beyond_its_last_day(self, client: Client) -> None:
        through = date.today().isoformat()
        caller = self.cleared(client, through=through)
        beyond = (date.today() + timedelta(days=1)).isoformat()
        (line,) = screened(caller, {**LATER, "law_date": beyond})["lines"]
        assert line["cleared"] is None

    def test_it_ends_when_the_review_is_confirmed_after_all(self, client: Client) -> None:
        through = (date.today() + timedelta(days=30)).isoformat()
        caller = self.cleared(client, through=through)
        assert said(caller, self.id, "confirm").status_code == 201
        assert self.next(caller) is None


class TestAround:
    def test_metrics(self, client: Client) -> None:
        caller = client(Role.AUDITOR)
        screened(client())
        text = caller.get("/metrics").text
        assert 'screening_decisions_total{verdict="review"}' in text
        assert 'route="/v1/screenings"' in text
        assert "screening_ledger_records 2.0" in text
        assert client().get("/metrics").status_code == 403

    def test_every_answer_has_the_headers(self, client: Client) -> None:
        caller = client()
        for answer in (caller.get("/healthz"), caller.get("/nothing"),
                       caller.get("/v1/decisions"), client(None).get("/v1/decisions")):  # fmt: skip
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"

    def test_no_other_site_may_ask(self, client: Client) -> None:
        origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        caller = client()
        for answer in (caller.options("/v1/screenings", headers=origin),
                       caller.get("/v1/vocabulary", headers=origin)):  # fmt: skip
            assert not [h for h in answer.headers if h.lower().startswith("access-control")]

    def test_the_log_names_no_party_and_no_key(
        self, client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        caller = client()
        secret = caller.headers["Authorization"].removeprefix("Bearer ")
        with caplog.at_level(logging.DEBUG):
            screened(caller)
            caller.get("/v1/decisions", params={"party": "Example Cloud Beijing"})

            def broken(*given: object) -> None:
                raise RuntimeError("Example Cloud Beijing")

            monkeypatch.setattr("api.deciding.decided", broken)
            answer = caller.post("/v1/screenings", json=SCREENING)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
        ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("screening"))
        assert "POST /v1/screenings 200" in ours and "RuntimeError" in ours
        assert "Beijing" not in ours + answer.text and secret not in caplog.text

    def test_a_damaged_key_file_opens_nothing(self, client: Client) -> None:
        caller = client()
        keys = caller.app.state.settings.keys  # type: ignore[attr-defined]  # an ASGI app
        keys.write_text("{")
        answer = caller.get("/v1/vocabulary")
        assert (answer.status_code, answer.json()["code"]) == (503, "key-file")

    def test_the_chain_of_all_that_was_answered_verifies(self, client: Client) -> None:
        caller = client(Role.REVIEWER)
        said(caller, screened(caller)["lines"][0]["id"])
        assert verify(caller.app.state.ledger) == []  # type: ignore[attr-defined]  # an ASGI app
