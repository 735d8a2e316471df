"""Lines decided within the time that somebody waits for them; entries for the ledger."""

from __future__ import annotations

import asyncio
import math
import time
from functools import partial
from http import HTTPStatus

from starlette.datastructures import State

from api.lines import nowhere, read_lines
from api.problem_details import Refused, refused
from screening import Rulebook
from screening.engine import Confirms
from screening.ledger.asked import Asked
from screening.ledger.entry import Entry, decision_entry, new_id, unread_entry
from screening.ledger.entry import Request as Asker
from screening.problems import Problem, ProblemsFound
from screening.reading.lines import Line

USUAL_BYTES = 16 * 1024
"""The longest body of one line that is decided where it stands."""


def decided(
    rulebook: Rulebook, lines: list[Line], asked: Asked, asker: Asker, confirms: Confirms | None,
    until: float = math.inf,
) -> list[Entry]:  # fmt: skip
    """The decisions of a shipment's lines, confirmed where that is asked for, to go on record.

    Raises `TimeoutError` where they are not there by the time.
    """
    screening, found = new_id(), []
    for line in lines:
        still_waiting(until)
        decision = asked.take(rulebook, line.shipment, confirms)
        found.append(decision_entry(decision, line.shipment, asked, asker, screening, line.number))
    return found


def still_waiting(until: float) -> None:
    """Raise `TimeoutError` where nobody waits any more: a thread cannot be ended from outside."""
    if time.monotonic() > until:
        raise TimeoutError


def decided_part(
    rulebook: Rulebook, part: object, state: State, asked: Asked, asker: Asker
) -> list[Entry]:
    """The same for one shipment of a batch, which fails no other."""
    try:
        if isinstance(part, Refused):
            raise part
        lines = read_lines(part, nowhere, state.settings, asked.full)
        return decided(rulebook, lines, asked, asker, state.confirms)
    except (Refused, ProblemsFound) as found:
        problems = found.problems
    except Exception as error:  # one that breaks the engine neither stops the others nor passes
        said = f"this shipment could not be decided ({type(error).__name__})"
        problems = (Problem("internal-error", said),)
    return [unread_entry([p.as_dict() for p in problems], asker, new_id())]


async def decided_in_time(
    state: State, rulebook: Rulebook, lines: list[Line], asked: Asked, asker: Asker, size: int
) -> list[Entry]:
    """The decisions of a shipment's lines, which came in a body of this size.

    Raises `Refused` (503) where they take too long.
    """
    seconds = state.settings.answer_seconds
    until = time.monotonic() + seconds
    decide = partial(decided, rulebook, lines, asked, asker, state.confirms, until)
    # Changing threads costs more than a usual line takes; only what may take long waits elsewhere.
    usual = len(lines) == 1 and size <= USUAL_BYTES
    try:
        if usual and not asked.full and state.confirms is None:
            found = decide()
        else:
            async with asyncio.timeout(seconds):
                loop = asyncio.get_running_loop()
                found = await loop.run_in_executor(state.decider, decide)
        still_waiting(until)
    except TimeoutError:
        raise too_slow() from None
    return found


def too_slow() -> Refused:
    """The answer to who has waited long enough."""
    return refused("too-slow", HTTPStatus.SERVICE_UNAVAILABLE,
                   "the shipment could not be decided in time; nothing is on record",
                   "send fewer lines", {"Retry-After": "5"})  # fmt: skip
