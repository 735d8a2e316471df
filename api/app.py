"""The service: `create_app(settings)` gives the ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

from fastapi import FastAPI

from api import decisions, desk, metrics, operations, problem_details, reference, screenings
from api.edge import Edge
from api.gate import Gate
from api.keeper import TRIED, Keeper, settle
from api.keys import KeyFile
from api.opinions import Opinions
from api.repeats import Repeats
from api.sessions import Sessions
from api.settings import Settings
from api.straight import Straight
from screening import Rulebook
from screening.ledger.heads import note_head
from screening.ledger.store import Ledger
from screening.ledger.writer import Writer
from screening.rulebook.layers import rulebook_folder

log = logging.getLogger("screening.api")

DECIDERS = 2
"""Threads that decide: more only get in each other's way, and one could be held up by a referee."""


def create_app(settings: Settings | None = None, keeper: Keeper | None = None) -> FastAPI:
    """The application; `keeper` holds the rulebook, where it is loaded already.

    Raises `ProblemsFound` where the rulebook does not load, `LedgerUnavailable` where the ledger
    cannot be used.
    """
    settings = settings or Settings()
    ledger = Ledger(settings.ledger, settings.ledger_wait_seconds)

    def accept(rulebook: Rulebook) -> None:
        ledger.keep_rulebook(rulebook.content)  # before any decision rests on it

    keeper = keeper or Keeper(rulebook_folder(settings.rulebook), os.environ.get(TRIED, ""))
    keeper.serve(accept)

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.writer = Writer(ledger, metrics.recorded)
        app.state.decider = ThreadPoolExecutor(DECIDERS, "decider")
        opinions = Opinions(settings.second_opinion, settings.second_opinion_required)
        app.state.confirms = opinions.confirms
        watches = [
            asyncio.create_task(asyncio.to_thread(opinions.warm, keeper.current.rulebook)),
            asyncio.create_task(_every(settings.reload_seconds, keeper.look)),
        ]
        head_file = settings.head_file
        if head_file is not None:
            watches.append(asyncio.create_task(
                _every(settings.head_seconds, lambda: note_head(ledger, head_file))))  # fmt: skip
        yield
        for watch in watches:
            watch.cancel()
        await app.state.writer.close()  # what was accepted goes on record
        app.state.decider.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(opinions.close)
        ledger.close()

    app = FastAPI(
        title="Export-license screening",
        version=version("export-screening"),
        description="A proposed shipment in; allow, deny or review out, with the reasons.",
        lifespan=life,
        openapi_url=None, docs_url=None, redoc_url=None,  # nothing answers without a key
    )  # fmt: skip
    app.state.settings = settings
    app.state.ledger = ledger
    app.state.keeper = keeper
    app.state.gate = Gate(KeyFile(settings.keys), settings.requests_per_minute,
                          settings.max_waiting, settings.max_uploads)  # fmt: skip
    app.state.repeats = Repeats(ledger)
    app.state.checking = asyncio.Lock()
    app.state.sessions = Sessions(ledger, settings.session_hours)
    problem_details.install(app)
    for room in (screenings, decisions, reference, operations, desk):
        app.include_router(room.router)
    app.include_router(desk.welcome)
    app.add_middleware(Straight, way=screenings.STRAIGHT)
    app.add_middleware(Edge)
    return app


def served() -> FastAPI:
    """`create_app` for a process that does nothing else."""
    app = create_app()
    settle()
    return app


async def _every(seconds: float, look: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(look)
        except Exception as error:
            log.error("%s: %s; tried again in %g s", look, type(error).__name__, seconds)
