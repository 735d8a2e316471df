"""Shipments over HTTP: the engine's answers, and nothing that cannot be read is allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from served import Client

from api.examples import SCREENING, TIMELINE
from screening import load_rulebook

HOSTILE = {
    "no JSON": b"{",
    "not UTF-8": b'{"destination": "\xff"}',
    "half a character": b'{"destination": "\\ud800"}',
    "a key twice": b'{"destination": "DE", "destination": "CN"}',
    "not a number": b'{"quantity": NaN}',
    "nested": b'{"a":' * 100_000,
    "nested a little too much": b'{"a":' * 40 + b"1" + b"}" * 40,
    "NUL": b'{"destination": "D\\u0000E"}',
}


def test_the_answer_is_the_engine_s(client: Client) -> None:
    answer = client().post("/v1/screenings", json=SCREENING).json()
    decision = load_rulebook().decide(SCREENING)
    assert (answer["verdict"], answer["finding"]) == ("deny", "presumption_of_denial")
    (line,) = answer["lines"]
    own = {"id", "line", "cleared"}
    assert {k: v for k, v in line.items() if k not in own} == json.loads(decision.to_json())


@pytest.mark.parametrize(
    ("day", "verdict"), [("2025-04-08", "review"), ("2025-07-14", "deny"), ("2025-07-15", "review")]
)
def test_the_founding_case_by_date(client: Client, day: str, verdict: str) -> None:
    answer = client().post("/v1/screenings", params={"law_date": day}, json=SCREENING).json()
    assert answer["verdict"] == load_rulebook().decide(SCREENING, law_date=day).verdict
    if day != "2025-04-08":
        assert answer["verdict"] == verdict


def test_a_shipment_is_as_strict_as_its_strictest_line(client: Client) -> None:
    bolt = {"product": "bolt", "eccn": "EAR99"}
    shared = {k: v for k, v in SCREENING.items() if k != "product"}
    body = {**shared, "lines": [bolt, {"product": "NVIDIA H20"}]}
    answer = client().post("/v1/screenings?trace=none", json=body).json()
    assert [line["verdict"] for line in answer["lines"]] == ["allow", "deny"]
    assert answer["verdict"] == "deny"


def test_how_much_is_told(client: Client) -> None:
    def rules(trace: str) -> Any:
        line = client().post(f"/v1/screenings?trace={trace}", json=SCREENING).json()["lines"][0]
        return line.get("rules")

    assert rules("none") is None
    assert [r["rule"] for r in rules("decisive")][:1] == ["h20-is-informed"]
    assert len(rules("full")) > 100


def test_a_fact_that_cannot_be_read_never_allows(client: Client) -> None:
    line = {**SCREENING, "product": "bolt", "eccn": "EAR99", "destination": "DE"}
    party = {"name": "Adler GmbH", "country": "DE", "owners": [], "listings": [],
             "headquarters": "DE", "parent_headquarters": "DE", "kinds": ["company"]}  # fmt: skip
    line |= {"ultimate_consignee": party, "end_user": party, "end_use": ["civil"]}
    caller = client()
    assert caller.post("/v1/screenings", json=line).json()["verdict"] == "allow"
    answer = caller.post("/v1/screenings", json={**line, "destination": "Atlantis"}).json()
    assert answer["verdict"] == "review"
    assert answer["lines"][0]["problems"][0]["code"] == "unknown-place"


@pytest.mark.parametrize("trace", ["none", "decisive", "full"])
def test_a_key_that_is_no_field_is_told_at_the_top(client: Client, trace: str) -> None:
    """By its name, with what may be meant and the lines that have it, now and from the record."""
    lines = [{"quantity": 1}, {"quantity": 2, "quantty": 3}]
    body = {**SCREENING, "destnation": "NO", "lines": lines}
    del body["quantity"]
    caller, way = client(), f"/v1/screenings?trace={trace}"
    answers = [caller.post(way, json=body, headers={"Idempotency-Key": "x"}).json() for _ in "ab"]
    assert answers[0] == answers[1]
    said = [(p["code"], p["message"], p["lines"]) for p in answers[0]["problems"]]
    no_field = "is not a field of a shipment; did you mean"
    assert said == [
        ("unknown-field", f"`destnation` {no_field} `destination`?", [1, 2]),
        ("unknown-field", f"`quantty` {no_field} `quantity`?", [2]),
    ]
    assert caller.post(way, json=SCREENING).json()["problems"] == []


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_body_that_is_no_document(client: Client, body: bytes) -> None:
    answer = client().post("/v1/screenings", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "json-form"


@pytest.mark.parametrize("body", [[], 5, "x", {"parties": 5}, {"lines": []}, {"lines": [1]}])
def test_a_document_that_is_no_shipment(client: Client, body: object) -> None:
    answer = client().post("/v1/screenings", json=body)
    assert answer.status_code == 422
    assert answer.json()["problems"]


def test_limits(client: Client) -> None:
    caller = client(max_body_bytes=1000, max_lines=2)
    large = caller.post("/v1/screenings", content=b" " * 1001)
    assert (large.status_code, large.json()["code"]) == (413, "body-too-large")
    many = caller.post("/v1/screenings", json={"lines": [{}, {}, {}]})
    assert (many.status_code, many.json()["code"]) == (413, "too-many-lines")


def test_every_rule_is_told_of_few_lines(client: Client) -> None:
    """A small body must not ask for an answer of hundreds of megabytes."""
    caller, many = client(), {"lines": [{}] * 51}
    one = caller.post("/v1/screenings/batch?trace=full", json=[many]).json()
    assert (one["verdict"], one["problems"][0]["code"]) == ("review", "too-many-lines")
    for way, body in (("", many), ("/batch", [{}] * 51), ("/batch", [{"lines": [{}] * 17}] * 3)):
        answer = caller.post(f"/v1/screenings{way}?trace=full", json=body)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-many-lines")
    assert caller.post("/v1/screenings?trace=none", json=many).status_code == 200


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_the_lines_of_a_batch_are_counted_over_all_its_shipments(client: Client, kind: str) -> None:
    """Few shipments of many lines are as much work as many of one."""
    caller, headers = client(max_lines=4), {"Content-Type": kind}

    def status(*lines: int) -> int:
        parts = [json.dumps({"lines": [{}] * n}) for n in lines]
        body = "\n".join(parts) if "ndjson" in kind else f"[{','.join(parts)}]"
        way = "/v1/screenings/batch?trace=none"
        return int(caller.post(way, content=body, headers=headers).status_code)

    assert [status(2, 2), status(2, 3), status(1, 1, 1, 1), status(1, 1, 1, 1, 1)] == [
        200, 413, 200, 413
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("trace=all", "trace"),
        ("trace=", "trace"),
        ("law_date=20250714", "law_date"),
        ("law_date=2025-07-14&law_date=nonsense", "law_date"),
        ("assumptions=perhaps", "assumptions"),
        ("lawdate=2025-07-14", "lawdate"),
        ("trace=none&full=true", "full"),
        ("asked=x", "asked"),
    ],
)
def test_parameters_that_are_none_are_refused(client: Client, query: str, field: str) -> None:
    """By name, on the way of most orders as everywhere else."""
    for way in ("/v1/screenings", "/v1/screenings/batch"):
        answer = client().post(f"{way}?{query}", json=SCREENING)
        assert (answer.status_code, answer.json()["code"]) == (422, "parameter-form")
        assert answer.json()["problems"][0]["field"] == field


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "a\tb", "\u00e9"])
def test_an_idempotency_key_that_is_none_is_refused(client: Client, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = client().post("/v1/screenings", json=SCREENING, headers=headers)  # type: ignore[arg-type]  # bytes as sent
    assert (answer.status_code, answer.json()["code"]) == (422, "parameter-form")
    assert answer.json()["problems"][0]["field"] == "Idempotency-Key"


def test_the_footing_is_read_from_the_address(client: Client) -> None:
    """Each address its own: what one request says of the day holds for no other."""
    caller = client()

    def verdict(query: str) -> str:
        return str(caller.post(f"/v1/screenings{query}", json=SCREENING).json()["verdict"])

    ways = ["", "?law_date=2022-07-14", "?law_date=2025-07-14&trace=none", "?law_date=2022-07-14"]
    assert [verdict(way) == verdict("") for way in ways] == [True, False, True, False]


class TestBatch:
    def test_one_bad_shipment_does_not_fail_the_rest(self, client: Client) -> None:
        body = [SCREENING, {"parties": 5}, 7, SCREENING]
        answer = client().post("/v1/screenings/batch?trace=none", json=body)
        told = [json.loads(line) for line in answer.text.splitlines()]
        assert [t["number"] for t in told] == [1, 2, 3, 4]
        assert [t["verdict"] for t in told] == ["deny", "review", "review", "deny"]
        assert told[1]["problems"][0]["code"] == "wrong-shape"

    def test_ndjson(self, client: Client) -> None:
        body = b"\n".join([json.dumps(SCREENING).encode(), b"{", b"", b'{"law_date": 5}'])
        answer = client().post("/v1/screenings/batch?trace=none", content=body,
                               headers={"Content-Type": "application/x-ndjson"})  # fmt: skip
        told = [json.loads(line) for line in answer.text.splitlines()]
        assert [t["verdict"] for t in told] == ["deny", "review", "review"]


def test_the_answer_through_time(client: Client) -> None:
    spans = client().post("/v1/timeline", json=TIMELINE).json()["lines"][0]["spans"]
    letter = next(s for s in spans if s["decisive"] == ["h20-is-informed"])
    assert (letter["from"], letter["until"]) == ("2025-04-09", "2025-07-15")
