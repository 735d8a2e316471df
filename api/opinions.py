"""Second opinions in the service: who gives them, and what is counted of them."""

from __future__ import annotations

import logging
import threading

from api import metrics
from screening.engine import Rulebook
from screening.opinion import Outcome, Policy
from screening.referee.policy import SecondOpinions
from screening.referee.process import Unavailable
from screening.referee.referee import Referee

log = logging.getLogger("screening.api")


class Opinions:
    """The second engine of one process of the service. It may die at any time.

    `confirms` is handed to every decision; `None` where the policy asks for nothing.
    """

    def __init__(self, policy: Policy, required: bool) -> None:
        self.referee = Referee()
        self.confirms: SecondOpinions | None = None
        if policy is not Policy.OFF:
            self.confirms = SecondOpinions(self.referee, policy, hold=required, heard=self._heard)
        self._restarts = 0
        self._lock = threading.Lock()

    def warm(self, rulebook: Rulebook) -> None:
        """Have the engine ready for shipments without a date of their own, if it is wanted."""
        if self.confirms is None:
            return
        try:
            self.referee.prepare(rulebook.compiled(None), rulebook.view(None))
        except Unavailable as error:
            log.warning("there is no second opinion: %s", error)

    def close(self) -> None:
        """End the engine."""
        self.referee.close()

    def _heard(self, outcome: Outcome, took: float) -> None:
        metrics.opinions.labels(outcome.value).inc()
        metrics.opinion_seconds.observe(took)
        with self._lock:
            now = self.referee.counts.restarts
            metrics.restarts.inc(max(0, now - self._restarts))
            self._restarts = now
        if outcome is not Outcome.AGREES:
            log.warning("second opinion: %s", outcome.value)
