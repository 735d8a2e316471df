"""What somebody with a key, or without one, might try: it costs the service little, and opens
nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from served import Client

from api.examples import SCREENING
from api.keys import Role
from api.reference import RULES


def test_a_key_twice_among_many_is_found_in_one_walk(client: Client) -> None:
    pairs = ",".join(f'"a{i}": 1' for i in range(60_000))
    answer = client().post("/v1/screenings", content=f'{{{pairs}, "a59999": 1}}'.encode())
    assert answer.json()["problems"][0]["message"] == "`a59999` stands twice in one object"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lines": [{}] * 1001}, "too-many-lines"),
        ({"end_use": ["civil"] * 5_000, "lines": [{}] * 1000}, "too-many-lines"),
        ({"parties": [{"roles": ["end_user"], "name": f"n{i}"} for i in range(201)]},
         "too-many-parties"),
    ],
)  # fmt: skip
def test_a_small_body_is_small_work(client: Client, body: dict[str, object], code: str) -> None:
    """Lines are counted before they are read, with all that is read again for each of them."""
    for path in ("/v1/screenings", "/v1/timeline"):
        answer = client().post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (413, code)
    (told,) = client().post("/v1/screenings/batch", json=[body]).text.splitlines()
    assert json.loads(told)["verdict"] == "review"
    assert json.loads(told)["problems"][0]["code"] == code


class TestRuleFiles:
    """A check of rule files reads no file but these and the shipped rulebooks."""

    def checked(self, client: Client, files: dict[str, str]) -> tuple[int, str]:
        answer = client().post("/v1/rulebook/check", json={"files": files})
        return answer.status_code, answer.text

    @pytest.mark.parametrize("up", ["", "../../../../../../../.."])
    def test_no_table_and_no_layer_of_the_machine(
        self, client: Client, tmp_path: Path, up: str
    ) -> None:
        (tmp_path / "secret.csv").write_text("secret,column\nx,y\n")
        table = f"{up}{tmp_path}/secret.csv"
        group = f"""\
rulebook: {{id: x, title: X, language: 1, over: us-ear}}
groups:
  - id: g
    title: G
    of: codes
    members_from: {{table: "{table}", column: nothing}}
"""
        status, told = self.checked(client, {"rules.yaml": group})
        assert status == 200 and "table-missing" in told, told
        assert "secret,column" not in told and "columns:" not in told
        layer = tmp_path / "private"
        layer.mkdir()
        (layer / "rules.yaml").write_text("secret_words: 1\n")
        over = RULES.replace("over: us-ear", f"over: '{up}{layer}'")
        status, told = self.checked(client, {"rules.yaml": over})
        assert status == 200 and "unknown-layer" in told, told
        assert "secret_words" not in told

    @pytest.mark.parametrize(
        "names", [["a" * 250 + ".yaml"], ["a.yaml", "a.yaml/b.yaml"], ["a/../../b.yaml"]]
    )
    def test_names_that_cannot_be(self, client: Client, names: list[str]) -> None:
        status, told = self.checked(client, dict.fromkeys(names, ""))
        assert (status, json.loads(told)["code"]) == (422, "file-name")

    def test_not_too_many(self, client: Client) -> None:
        assert self.checked(client, {f"{i}.yaml": "" for i in range(201)})[0] == 422


def test_a_form_of_somebody_who_is_not_signed_in_is_small(client: Client) -> None:
    answer = client(None).post("/review/login", content=b"key=" + b"x" * 70_000)
    assert answer.status_code == 413


def test_names_of_methods_take_no_memory(client: Client) -> None:
    caller = client(Role.AUDITOR)
    for i in range(3):
        assert caller.request(f"NONE{i}", "/healthz").status_code == 405
    told = caller.get("/metrics").text
    assert 'method="other"' in told and "NONE" not in told


@pytest.mark.parametrize("day", ["20250714", "1752451200", "0", "2025-7-14", "2025-07-14T00:00"])
def test_a_day_is_written_in_one_way(client: Client, day: str) -> None:
    """Other readers take 0 for the first day of 1970."""
    answer = client().post("/v1/screenings", params={"law_date": day}, json=SCREENING)
    assert (answer.status_code, answer.json()["code"]) == (422, "parameter-form")
