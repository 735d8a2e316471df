"""The review desk: pages on which a person looks at reviews, and clears or confirms them.

Plain pages, rendered here, without a script. A reviewer signs in with a key, which is exchanged for
a session; every form carries a token of that session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment
from pydantic import ValidationError

from api.body import read_body
from api.decisions import Id, Said, find
from api.desk_list import FILTERS, row_of, wanted
from api.gate import Gate
from api.keys import Key, Role
from api.problem_details import refused
from api.sessions import Sessions, form_token, is_form_token
from api.telling import told_resolution
from screening.ledger.entry import Kind
from screening.ledger.resolution import Resolution, Reviewer, State, resolve, state_of
from screening.ledger.search import page
from screening.ledger.tables import records
from screening.pages import environment, style
from screening.problems import ProblemsFound

_FORM_BYTES = 64 * 1024
"""The largest form: whoever sends one need not have signed in."""

router = APIRouter(prefix="/review", include_in_schema=False)
welcome = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Visitor:
    """Who is at the desk, with the session's token."""

    key: Key
    token: str


@lru_cache(maxsize=1)
def _pages() -> Environment:
    return environment(Path(__file__).with_name("pages"))


def _shown(name: str, status: int = 200, /, **given: Any) -> HTMLResponse:
    return HTMLResponse(_pages().get_template(name).render(**given), status)


def _cookie(request: Request) -> str:
    # The prefix keeps other hosts of the domain from setting it; browsers take it with TLS only.
    return "desk" if request.app.state.settings.insecure_cookie else "__Host-desk"


async def _visitor(request: Request) -> Visitor | None:
    """Who is signed in with a key that still opens the desk."""
    token = request.cookies.get(_cookie(request))
    if not token:
        return None
    state = request.app.state
    gate: Gate = state.gate
    id = await run_in_threadpool(state.sessions.key_id, token)
    key = gate.key_by_id(id) if id else None
    if key is None or key.role not in (Role.REVIEWER, Role.ADMIN):
        return None
    request.state.key = key.id
    return Visitor(gate.admit(key, (Role.REVIEWER,)), token)


Who = Annotated[Visitor | None, Depends(_visitor)]


async def _form(request: Request) -> Callable[[str], str]:
    """The form's fields by name. Raises `Refused` (403) for one that another site sent."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise refused("another-site", HTTPStatus.FORBIDDEN, "this form was sent by another site",
                      "open the desk and fill in its own form")  # fmt: skip
    text = (await read_body(request, _FORM_BYTES)).decode("utf-8", "replace")
    try:
        fields = parse_qs(text, max_num_fields=20)
    except ValueError:
        fields = {}
    return lambda name: fields.get(name, [""])[0].replace("\x00", "").strip()


def _own(visitor: Visitor, form: Callable[[str], str]) -> None:
    if not is_form_token(visitor.token, form("token")):
        raise refused("another-site", HTTPStatus.FORBIDDEN, "this form is not of this session",
                      "open the page again")  # fmt: skip


def _to(place: str) -> RedirectResponse:
    return RedirectResponse(place, HTTPStatus.SEE_OTHER)


@welcome.get("/")
async def front_page() -> HTMLResponse:
    """Where who comes by the bare address can go; it tells nothing that a key is for."""
    return _shown("front.html")


@router.get("/style.css")
async def style_sheet() -> Response:
    """The one style sheet."""
    return Response(style(), media_type="text/css")


@router.get("/login")
async def login_page() -> HTMLResponse:
    """Where a key is asked for."""
    return _shown("login.html")


@router.post("/login")
async def login(request: Request) -> Response:
    """Exchange a key for a session."""
    form = await _form(request)
    state = request.app.state
    key: Key | None = state.gate.key_of(form("key"))
    if key is None or key.role not in (Role.REVIEWER, Role.ADMIN):
        said = "This key does not open the desk; it takes a valid one of role reviewer."
        return _shown("login.html", HTTPStatus.FORBIDDEN, error=said)
    token = await run_in_threadpool(state.sessions.open, key.id)
    response = _to("/review")
    secure = not state.settings.insecure_cookie
    response.set_cookie(_cookie(request), token, path="/", secure=secure, httponly=True,
                        samesite="strict")  # fmt: skip
    return response


@router.post("/logout")
async def logout(request: Request, visitor: Who) -> Response:
    """End the session."""
    form = await _form(request)
    if visitor is not None:
        _own(visitor, form)
        sessions: Sessions = request.app.state.sessions
        await run_in_threadpool(sessions.close, visitor.token)
    response = _to("/review/login")
    response.delete_cookie(_cookie(request), path="/", secure=True, httponly=True)
    return response


@router.get("")
async def queue(request: Request, visitor: Who) -> Response:
    """The reviews that wait, or all of them, newest first; fewer by what the address asks for."""
    if visitor is None:
        return _to("/review/login")
    asked = {name: request.query_params.get(name, "").replace("\x00", "").strip()[:200]
             for name in FILTERS}  # fmt: skip
    looked_for, error = wanted(asked)
    before = request.query_params.get("before", "")
    place = int(before) if before.isdecimal() and before.isascii() and len(before) < 18 else None
    found = await run_in_threadpool(page, request.app.state.ledger, looked_for, place, 25)
    shown = [row_of(record, state and state.value) for record, state in found.found
             if record.data["kind"] == Kind.DECISION]  # fmt: skip
    given = {name: value for name, value in asked.items() if value}
    older = urlencode({**given, "before": found.before}) if found.before else ""
    return _shown("queue.html", rows=shown, older=older, newest=urlencode(given), first=not place,
                  asked=asked, narrowed=bool(given), error=error, **_around(visitor))  # fmt: skip


@router.get("/{id}")
async def one(request: Request, visitor: Who, id: Id) -> Response:
    """One review with all its reasons, and the form."""
    if visitor is None:
        return _to("/review/login")
    return await run_in_threadpool(_one, request, visitor, id)


@router.post("/{id}")
async def resolved(request: Request, visitor: Who, id: Id) -> Response:
    """Clear or confirm it, with a reason."""
    form = await _form(request)
    if visitor is None:
        return _to("/review/login")
    _own(visitor, form)
    state = request.app.state
    given = {"outcome": form("outcome"), "reason": form("reason"),
             "through": form("through") or None}  # fmt: skip
    who = Reviewer(visitor.key.holder, visitor.key.holder)

    def act() -> Response:
        try:
            said = Said.model_validate(given)
            told = Resolution(said.outcome, said.reason, said.through)
            resolve(state.ledger, id, who, told, two=state.settings.second_signature)
        except ValidationError:
            return _one(request, visitor, id, "Give a reason of three letters or more, and a date "
                        "as year-month-day, if any.", form("reason"))  # fmt: skip
        except ProblemsFound as found:
            problem = found.problems[0]
            said_ = f"{problem.message[:1].upper()}{problem.message[1:]}"
            return _one(request, visitor, id, f"{said_}. {problem.help}", form("reason"))
        return _to(f"/review/{id}")

    return await run_in_threadpool(act)


def _one(
    request: Request, visitor: Visitor, id: str, error: str = "", reason: str = ""
) -> HTMLResponse:
    state = request.app.state
    record = find(state.ledger, visitor.key, id)
    if record.data["kind"] != Kind.DECISION:
        raise refused("no-such-decision", HTTPStatus.NOT_FOUND, f"`{id}` is of no decision")
    said = state.ledger.where(records.c.about == id, records.c.kind == Kind.RESOLUTION.value)
    where = state_of(record.data, said)
    return _shown(
        "one.html", HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        data=record.data, record=record, row=row_of(record, where and where.value),
        said=[told_resolution(r) for r in said], state=where and where.value, error=error,
        reason=reason, two=state.settings.second_signature, **_around(visitor),
        signed=bool(said) and where is State.SIGNED
        and said[-1].data["person"] == visitor.key.holder,
    )  # fmt: skip


def _around(visitor: Visitor) -> dict[str, Any]:
    return {"token": form_token(visitor.token), "name": visitor.key.note or visitor.key.id}
