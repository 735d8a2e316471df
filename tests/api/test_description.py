"""The OpenAPI description keeps its word: whatever is asked, the answer is one that it names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from served import Client

from api.keys import Role
from screening.vocabulary import ROLES

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from schemathesis import checks  # noqa: E402

CASES = 15
"""Requests of each kind for each operation: CI's time is bounded."""

CHECKED = [
    checks.not_a_server_error, checks.status_code_conformance,
    checks.content_type_conformance, checks.response_schema_conformance,
]  # fmt: skip


@pytest.fixture(scope="module")
def operations() -> list[str]:
    return [
        "post /v1/screenings", "post /v1/screenings/batch", "post /v1/timeline",
        "get /v1/decisions", "get /v1/decisions/{id}", "post /v1/decisions/{id}/replay",
        "post /v1/decisions/{id}/resolution", "get /v1/vocabulary", "get /v1/rulebook",
        "post /v1/rulebook/check", "get /healthz", "get /readyz", "get /metrics",
        "get /openapi.json",
    ]  # fmt: skip


def described(client: Client) -> dict[str, Any]:
    return dict(client(Role.ADMIN).get("/openapi.json").json())


def test_every_operation_is_described_with_a_worked_example(
    client: Client, operations: list[str]
) -> None:
    ways = {f"{m} {p}": w for p, ms in described(client)["paths"].items() for m, w in ms.items()}
    assert sorted(ways) == sorted(operations)
    for name, way in ways.items():
        good = next(r for code, r in way["responses"].items() if code.startswith("2"))
        assert all("example" in c for c in good["content"].values()), name
        if "requestBody" in way:
            assert all("example" in c for c in way["requestBody"]["content"].values()), name


def test_fields_have_the_vocabulary_s_titles_and_units(client: Client) -> None:
    caller = client()
    shipment = described(client)["components"]["schemas"]["Shipment"]["properties"]
    for field in caller.get("/v1/vocabulary").json()["fields"]:
        if field["scope"] == "shipment" and not field["derived"]:
            assert shipment[field["id"]]["title"] == field["title"]
            assert shipment[field["id"]].get("x-unit", "") == field.get("unit", "")
    assert set(ROLES) <= set(shipment)


@pytest.mark.slow
def test_whatever_is_asked_the_answer_is_one_that_is_described(client: Client) -> None:
    """Requests made from the description, good and bad, by schemathesis."""
    caller = client(Role.ADMIN, requests_per_minute=1_000_000)
    key = {"Authorization": caller.headers["Authorization"]}
    schema = schemathesis.openapi.from_asgi("/openapi.json", caller.app, headers=key)
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path == "/openapi.json":
            continue  # it takes long to make and has no parameters
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            if mode is schemathesis.GenerationMode.NEGATIVE and not (
                operation.body or operation.query or operation.path_parameters
            ):
                continue

            @settings(max_examples=CASES, deadline=None, database=None, derandomize=True,
                      phases=[Phase.explicit, Phase.generate],
                      suppress_health_check=list(HealthCheck))  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                nonlocal asked
                asked += 1
                answer = case.call(headers=key, timeout=300)
                case.validate_response(answer, checks=CHECKED)

            ask()
    assert asked > 200


HOSTILE = {
    "nested deeply": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "nested too deeply for a shipment": b'{"end_user":' * 40 + b"1" + b"}" * 40,
    "a list of lists": b"[" * 60_000,
    "NUL": b'{"product": "a\\u0000b"}',
    "a raw NUL": b'{"product": "a\x00b"}',
    "half a character": b'{"product": "\\udfff"}',
    "half a character in a key": b'{"\\ud800": 1}',
    "a key twice": b'{"product": "a", "product": "b"}',
    "infinite": b'{"quantity": Infinity}',
    "UTF-16": '{"product": "a"}'.encode("utf-16"),
    "nothing": b"",
}
ODD = {
    "a huge number": b'{"quantity": ' + b"9" * 100_000 + b"}",
    "a huge exponent": b'{"quantity": 1e999999999}',
    "a tiny exponent": b'{"tpp": 1e-999999999}',
    "wrong types": json.dumps({"quantity": True, "destination": 5, "end_use": "x" * 5000,
                               "law_date": -1, "parties_complete": "maybe"}).encode(),
    "an unknown field": b'{"destnation": "CN"}',
}  # fmt: skip


@pytest.mark.parametrize("path", ["/v1/screenings", "/v1/screenings/batch", "/v1/timeline",
                                  "/v1/rulebook/check"])  # fmt: skip
def test_hostile_bodies_are_problems_of_the_asker(client: Client, path: str) -> None:
    caller = client(Role.ADMIN)
    for name, body in HOSTILE.items():
        answer = caller.post(path, content=body)
        assert (answer.status_code, answer.headers["content-type"]) == (
            400, "application/problem+json",
        ), name  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_facts_never_allow(client: Client, name: str) -> None:
    answer = client().post("/v1/screenings?trace=none", content=ODD[name])
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        assert answer.json()["verdict"] == "review"
