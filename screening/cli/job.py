"""What `screening screen` is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from screening.bulk.written import PLAIN, Written
from screening.cli.options import FailOn, Format
from screening.engine import Rulebook
from screening.footing import Footing
from screening.referee.policy import SecondOpinions


@dataclass(frozen=True)
class Job:
    """What to screen, how, and where the answers go."""

    file: Path
    rulebook: Rulebook
    footing: Footing
    given: Path | None
    format: Format
    output: Path | None
    fail_on: FailOn | None
    quiet: bool
    written: Written = PLAIN
    resume: bool = False
    confirms: SecondOpinions | None = None
    ledger: str | None = None
    """URL of the ledger that every answer is recorded in, if in any."""
    progress: bool = False
    """Whether a program looks on: how far the run is goes to stderr as JSON lines."""
    by_shipment: bool = False
    """Whether the shipments are told of as well, each with the strictest of its lines."""

    def of(self, file: Path, output: Path) -> Job:
        """The same for one file of several."""
        return replace(self, file=file, output=output)
