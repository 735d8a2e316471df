"""The service: `create_app(settings)` gives the ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.metadata import version

from fastapi import FastAPI, Request, Response

from api import problem_details, reference, screenings
from api.gate import Gate
from api.keeper import Keeper
from api.keys import KeyFile
from api.settings import Settings
from screening.rulebook.layers import rulebook_folder

log = logging.getLogger("screening.api")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. Raises `ProblemsFound` where the rulebook does not load."""
    settings = settings or Settings()
    keeper = Keeper(rulebook_folder(settings.rulebook))

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(_watch(keeper, settings.reload_seconds))
        yield
        watch.cancel()

    app = FastAPI(
        title="Export-license screening",
        version=version("export-screening"),
        description="A proposed shipment in; allow, deny or review out, with the reasons.",
        lifespan=life,
    )
    app.state.settings = settings
    app.state.keeper = keeper
    app.state.gate = Gate(KeyFile(settings.keys), settings.requests_per_minute,
                          settings.max_waiting)  # fmt: skip
    problem_details.install(app)
    app.include_router(screenings.router)
    app.include_router(reference.router)

    @app.middleware("http")
    async def headers(
        request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await answer(request)
        response.headers.update(_HEADERS)
        return response

    return app


async def _watch(keeper: Keeper, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(keeper.look)
        except Exception:
            log.exception("the rule files could not be looked at; the rulebook in service stays")
