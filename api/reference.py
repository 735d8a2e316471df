"""What the service decides by: the rulebook, its vocabulary, and whether other rules would load."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from api.body import parsed
from api.examples import requested
from api.gate import Anyone, body_of
from api.keeper import tried
from api.problem_details import refused
from screening.problems import Problem, ProblemsFound
from screening.vocabulary import ROLES

router = APIRouter(tags=["reference"])

MOST_FILES = 200
"""Files of one check."""

RULES = """\
rulebook: {id: example, title: An example, language: 1, over: us-ear}
rules:
  - id: example-nothing-to-norway
    title: Nothing goes to Norway
    cites: ["Export policy of the firm, 1.1"]
    authority: company
    in_force: {from: 2026-01-01}
    when: {destination: "NO"}
    verdict: deny
"""


@router.get("/v1/vocabulary", summary="Every field of a shipment")
def vocabulary(request: Request, key: Anyone) -> dict[str, Any]:
    """Names, types, units and titles; the same for YAML, tables and requests."""
    words = request.app.state.keeper.current.rulebook.content.vocabulary
    return {"version": 1, "roles": list(ROLES), "fields": [f.as_dict() for f in words.fields]}


@router.get("/v1/rulebook", summary="The rulebook in service")
def rulebook(request: Request, key: Anyone) -> dict[str, Any]:
    """Its digest, layers, dates and rules, and what is wrong with a newer version, if anything."""
    served = request.app.state.keeper.current
    book = served.rulebook
    return {
        "version": 1,
        "id": book.id,
        "digest": book.digest,
        "layers": list(book.content.layers),
        "rules": [
            {"id": r.id, "title": r.title, "cites": list(r.cites), "authority": r.authority.value,
             "in_force": [str(w) for w in r.windows]}
            for r in book.rules.values()
        ],
        "problems": [p.as_dict() for p in served.refused],
    }  # fmt: skip


@router.post("/v1/rulebook/check", summary="Check rule files without keeping them",
             openapi_extra=requested({"files": {"rules.yaml": RULES}}))  # fmt: skip
async def check(request: Request, key: Anyone) -> dict[str, Any]:
    """Load the given files as a rulebook, which may stand over a shipped one, and run its examples.

    Files are texts by name, as they would lie in a folder. Nothing is stored.
    """
    data, _ = parsed(body_of(request), request.app.state.settings.max_depth)
    files = data.get("files") if isinstance(data, dict) else None
    if not isinstance(files, dict) or not all(isinstance(t, str) for t in files.values()):
        raise refused("wrong-shape", HTTPStatus.UNPROCESSABLE_ENTITY,
                      "the body is no mapping with `files`",
                      'send `{"files": {"rules.yaml": "..."}}`')  # fmt: skip
    if not files:
        raise refused("wrong-shape", HTTPStatus.UNPROCESSABLE_ENTITY, "there are no files",
                      'send `{"files": {"rules.yaml": "..."}}`')  # fmt: skip
    if len(files) > MOST_FILES:
        raise refused("wrong-shape", HTTPStatus.UNPROCESSABLE_ENTITY,
                      f"there are more than {MOST_FILES} files", "send fewer")  # fmt: skip
    lock: asyncio.Lock = request.app.state.checking
    if lock.locked():  # it takes seconds of all that this process has
        raise refused("busy", HTTPStatus.SERVICE_UNAVAILABLE, "another check is running",
                      "ask again in a moment", {"Retry-After": "10"})  # fmt: skip
    async with lock:
        return await run_in_threadpool(_checked, files)


def _checked(files: dict[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "rulebook"
        for shown, text in files.items():
            path = PurePosixPath(shown)
            target = folder / path
            odd = path.is_absolute() or ".." in path.parts or len(path.name) > 200
            if odd or path.suffix not in (".yaml", ".csv") or not _written(target, text):
                raise refused("file-name", HTTPStatus.UNPROCESSABLE_ENTITY,
                    f"`{shown}` is not a name of a rule file or a table",
                    "write a name such as `rules.yaml` or `tables/codes.csv`",
                )  # fmt: skip
        try:
            book = tried(folder)
        except ProblemsFound as found:
            problems = [_below(p, folder) for p in found.problems]
            return {"version": 1, "ok": False, "problems": [p.as_dict() for p in problems]}
    return {"version": 1, "ok": True, "problems": [], "digest": book.digest,
            "rules": len(book.rules)}  # fmt: skip


def _written(path: Path, text: str) -> bool:
    """Whether there can be a file of this name beside the others."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return False
    return True


def _below(problem: Problem, folder: Path) -> Problem:
    """The problem with files by the names they were sent under, and no word of where they lie."""
    message = problem.message.replace(f"{folder}/", "").replace(f"`{folder}`", "the rulebook")
    place = problem.place
    if place is not None and place.file is not None:
        place = replace(place, file=place.file.removeprefix(f"{folder}/"))
    return replace(problem, message=message, place=place)
