"""What the desk refuses: other sites, other sessions, keys that ended, keys of other roles."""

from __future__ import annotations

import re
from datetime import date

import pytest
from fastapi.testclient import TestClient
from served import Client

from api.examples import SCREENING
from api.keys import KeyFile, Role


@pytest.fixture
def desk(client: Client) -> TestClient:
    """Signed in as a reviewer, with one review that waits; the key is in no header any more."""
    caller = client(Role.REVIEWER, insecure_cookie=True)
    caller.post("/v1/screenings", json={**SCREENING, "law_date": "2025-07-15"})
    key = caller.headers.pop("Authorization").removeprefix("Bearer ")
    answer = caller.post("/review/login", data={"key": key})
    assert answer.status_code == 200 and "Reviews that wait" in answer.text
    return caller


def review(desk: TestClient) -> tuple[str, str]:
    """The address of the review that waits, and the token of its form."""
    (path,) = set(re.findall(r'href="(/review/[0-9a-f]{32})"', desk.get("/review").text))
    (token,) = set(re.findall(r'name="token" value="([0-9a-f]+)"', desk.get(path).text))
    return path, token


GOOD = {"outcome": "clear", "reason": "looked at"}


def test_the_cookie_is_for_this_site_and_no_script(desk: TestClient, client: Client) -> None:
    caller = client(Role.REVIEWER)
    key = caller.headers.pop("Authorization").removeprefix("Bearer ")
    told = caller.post("/review/login", data={"key": key}, follow_redirects=False)
    cookie = told.headers["Set-Cookie"]
    assert cookie.startswith("__Host-desk=") and key not in cookie
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))


def test_a_form_without_its_token_does_nothing(desk: TestClient) -> None:
    path, token = review(desk)
    for given in ({}, {"token": "0" * 64}, {"token": token[:-1]}):
        assert desk.post(path, data={**GOOD, **given}).status_code == 403
    assert review(desk)


def test_a_form_of_another_site_does_nothing(desk: TestClient) -> None:
    path, token = review(desk)
    other = {"Sec-Fetch-Site": "cross-site"}
    assert desk.post(path, data={**GOOD, "token": token}, headers=other).status_code == 403
    assert review(desk)


def test_a_clearance_without_a_reason_is_asked_for_again(desk: TestClient) -> None:
    path, token = review(desk)
    answer = desk.post(path, data={"outcome": "clear", "reason": " ", "token": token})
    assert (answer.status_code, "Give a reason" in answer.text) == (422, True)
    assert desk.post(path, data={**GOOD, "token": token}).status_code == 200
    again = desk.post(path, data={**GOOD, "token": token})
    assert (again.status_code, "cleared already" in again.text) == (422, True)


def test_a_session_ends_with_its_key(desk: TestClient) -> None:
    assert "Reviews that wait" in desk.get("/review").text
    file = KeyFile(desk.app.state.settings.keys)  # type: ignore[attr-defined]  # an ASGI app
    file.revoke(file.read()[0].id, date.today())
    assert "Sign in" in desk.get("/review").text


def test_a_token_that_is_none(desk: TestClient) -> None:
    desk.cookies.clear()
    desk.cookies.set("desk", "x")
    assert "Sign in" in desk.get("/review").text


@pytest.mark.parametrize("role", [Role.SCREENER, Role.AUDITOR])
def test_other_roles_do_not_open_it(client: Client, role: Role) -> None:
    caller = client(role)
    key = caller.headers.pop("Authorization").removeprefix("Bearer ")
    assert caller.post("/review/login", data={"key": key}).status_code == 403
