"""`/v1/decisions`: what is on record, taken again, and what reviewers say of it."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.datastructures import State

from api.body import parsed
from api.examples import RESOLUTION, requested
from api.gate import Anyone, Reviewer, body_of
from api.keys import Key, Role
from api.problem_details import Refused
from api.telling import Trace, told_decision, told_resolution, told_summary
from screening import Rulebook
from screening.decision import Verdict
from screening.footing import Day
from screening.ledger import resolution
from screening.ledger.entry import Kind
from screening.ledger.record import Record
from screening.ledger.replay import Replay, kept_rulebook, replay
from screening.ledger.resolution import Outcome, Resolution, resolve, state_of
from screening.ledger.search import Wanted, page
from screening.ledger.store import Ledger
from screening.ledger.tables import records
from screening.problems import Place, Problem, ProblemsFound

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])

Id = Annotated[str, InPath(pattern="^[0-9a-f]{32}$", description="The id of a line's decision.")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class Search(BaseModel):
    """All of these must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    since: Day | None = None
    """First day of recording, in UTC."""
    until: Day | None = None
    """First day after, in UTC."""
    verdict: Verdict | None = None
    """What was answered."""
    rule: Text | None = None
    """Id of a rule that took part."""
    destination: Text | None = None
    """Code of the country."""
    party: Text | None = None
    """Whole name of a party; case and spaces do not matter."""
    digest: Text | None = None
    """Digest of the rulebook."""
    screening: Text | None = None
    """Id of the shipment's answer: all its lines."""
    open: bool = False
    """Only reviews that wait for somebody."""
    cursor: int | None = Field(None, ge=1, le=2**62)
    """`next` of the page before."""
    limit: int = Field(50, ge=1, le=500)
    """Most decisions of one page."""

    def wanted(self, key: Key) -> Wanted:
        """The same for the ledger; a screener finds what it asked for itself."""
        own = key.holder if key.role is Role.SCREENER else None
        return Wanted(self.since, self.until, self.verdict, self.rule,
                      self.destination, self.party, self.digest, self.screening, own, self.open,
                      )  # fmt: skip


class Said(BaseModel):
    """The body of a resolution."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    outcome: Outcome
    """Clear the review, or confirm it."""
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=4000)]
    """Why, for whoever reads the record in five years."""
    through: Day | None = None
    """Last day for which a clearance also speaks for the same facts under the same rulebook."""


@router.get("", summary="Decisions on record")
async def search(request: Request, key: Anyone, search: Annotated[Search, Query()]) -> Any:
    """The newest first, a page at a time."""
    ledger: Ledger = request.app.state.ledger
    found = await run_in_threadpool(page, ledger, search.wanted(key), search.cursor, search.limit)
    return {
        "version": 1,
        "decisions": [told_summary(record, state) for record, state in found.found],
        "next": found.before,
    }


@router.get("/{id}", summary="One decision on record")
async def one(request: Request, key: Anyone, id: Id, trace: Trace = Trace.DECISIVE) -> Any:
    """The decision as it was recorded, and what became of its review."""
    return await run_in_threadpool(_one, request.app.state.ledger, key, id, trace)


def _one(ledger: Ledger, key: Key, id: str, trace: Trace) -> dict[str, Any]:
    record = find(ledger, key, id)
    said = ledger.where(records.c.about == id, records.c.kind == Kind.RESOLUTION.value)
    return told_decision(record, state_of(record.data, said), said, trace)


def find(ledger: Ledger, key: Key, id: str) -> Record:
    """The decision of this id that this key may see. Raises `ProblemsFound` (404)."""
    record = ledger.get(id)
    decided = (Kind.DECISION, Kind.UNREAD)
    if record is None or record.content is None or record.data["kind"] not in decided or (
        key.role is Role.SCREENER and record.data["who"] != key.holder
    ):  # fmt: skip
        raise ProblemsFound([Problem(
            "no-such-decision", f"`{id}` is not the id of a decision on record",
            "`GET /v1/decisions` finds them")])  # fmt: skip
    return record


@router.post("/{id}/replay", summary="Take a decision again")
async def again(request: Request, key: Anyone, id: Id) -> Any:
    """Recompute it from its record alone: identical, or what differs and why."""
    found = await run_in_threadpool(_again, request.app.state, key, id)
    return {"id": id, **found.as_dict()}


def _again(state: State, key: Key, id: str) -> Replay:
    record = find(state.ledger, key, id)
    if record.data["kind"] != Kind.DECISION:
        return replay(record, state.keeper.current.rulebook)  # which refuses it
    return replay(record, _rulebook(state.ledger, record.data["rulebook"]))


@lru_cache(maxsize=4)
def _rulebook(ledger: Ledger, digest: str) -> Rulebook:
    return kept_rulebook(ledger, digest)


@router.post("/{id}/resolution", summary="Clear or confirm a review", status_code=201,
             openapi_extra=requested(RESOLUTION))  # fmt: skip
async def resolved(request: Request, key: Reviewer, id: Id) -> JSONResponse:
    """Put on record what a reviewer says of a review. The decision itself stays what it is.

    A clearance speaks for this decision alone. With `through` it also speaks, up to that day, for
    decisions that are the same in every fact but their day, under the same rulebook: they still
    say `review`, and name the clearance under `cleared`. Where a second signature is asked for,
    the state is `signed` until another person has cleared it too.
    """
    state = request.app.state
    said = _said(parsed(body_of(request), state.settings.max_depth)[0])
    who = resolution.Reviewer(key.holder, key.holder)
    told = Resolution(said.outcome, said.reason, said.through)

    def act() -> Record:
        return resolve(state.ledger, id, who, told, two=state.settings.second_signature)[0]

    record = await run_in_threadpool(act)
    return JSONResponse({"version": 1, **told_resolution(record)}, HTTPStatus.CREATED)


def _said(data: object) -> Said:
    try:
        return Said.model_validate(data)
    except ValidationError as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, [
            Problem("parameter-form", str(e["msg"]).casefold(),
                    place=Place(field=".".join(map(str, e["loc"])))) for e in error.errors()
        ]) from None  # fmt: skip
