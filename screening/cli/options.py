"""Options that several commands share, and the footing on which they have a shipment decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from screening.alternatives import Asked
from screening.answer import Decision
from screening.casting import CastError, cast_date
from screening.cli.exits import USAGE, Stop
from screening.decision import Authority, Verdict
from screening.engine import Confirms, Rulebook
from screening.opinion import Policy
from screening.referee.policy import SecondOpinions
from screening.referee.referee import Referee
from screening.shipment import Shipment


class Format(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"


class TextFormat(StrEnum):
    """How results are written where a table of rows makes no sense."""

    TEXT = "text"
    JSON = "json"


class CheckFormat(StrEnum):
    """How the findings of a check are written; `github` as annotations of a pull request."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class FailOn(StrEnum):
    """From which verdict on the command ends with 1."""

    REVIEW = "review"
    DENY = "deny"

    def met_by(self, verdict: Verdict) -> bool:
        """Whether the verdict is this one or a stricter one."""
        return verdict.rank >= Verdict(self.value).rank


ShipmentFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        show_default=False,
        help="A shipment as .yaml or .json; a table as .csv, .tsv, .xlsx, .parquet or .jsonl.",
    ),
]
RulebookPath = Annotated[
    str | None,
    typer.Option(
        "--rulebook",
        metavar="PATH",
        show_default=False,
        help="Folder of the rulebook, or the id of a shipped one (default: us-ear).",
    ),
]
LawDate = Annotated[
    str | None,
    typer.Option(
        "--law-date",
        metavar="DATE",
        show_default=False,
        help="Decide by the law of this day (YYYY-MM-DD) instead of the shipment's own date.",
    ),
]
KnownAsOf = Annotated[
    str | None,
    typer.Option(
        "--known-as-of",
        metavar="DATE",
        show_default=False,
        help="Use only what was public on this day.",
    ),
]
OnAuthority = Annotated[
    Authority | None,
    typer.Option(
        "--authority",
        show_default=False,
        help="The text alone: leave out relaxations below this rank, such as `regulation`.",
    ),
]
NoAssumptions = Annotated[
    bool,
    typer.Option(
        "--no-assumptions", help="Take nothing for granted; what is not given is unknown."
    ),
]
GivenPath = Annotated[
    Path | None,
    typer.Option(
        "--given",
        "--map",
        metavar="FILE",
        show_default=False,
        help="YAML with `columns:` (header: field) and `given:` (facts for every row).",
    ),
]
SecondOpinionOn = Annotated[
    Policy,
    typer.Option(
        "--second-opinion",
        help="Have decisions confirmed by the referee, another engine: every one, allows, a "
        "sample of allows, or none. Where the two differ the answer is review.",
    ),
]
Text = Annotated[TextFormat, typer.Option("--format", help="text or json.")]
LineNumber = Annotated[int | None, typer.Option(
    "--line", metavar="N", min=1, show_default=False,
    help="Which line: of a shipment's `lines` counted from 1, of a CSV its line in the file.",
)]  # fmt: skip


@dataclass(frozen=True)
class Footing:
    """Which day's law, as known when, on whose authority, with or without assumptions."""

    law_date: date | None = None
    known_as_of: date | None = None
    authority: Authority | None = None
    assumptions: bool = True
    confirms: Confirms | None = None
    second_opinion: Policy = Policy.OFF

    def decide(self, rulebook: Rulebook, shipment: Shipment, *, full: bool = False) -> Decision:
        """The decision on this footing; `full` tells the tests of every rule."""
        return rulebook.decide(
            shipment, law_date=self.law_date, known_as_of=self.known_as_of,
            authority=self.authority, assumptions=self.assumptions, full=full,
            confirms=self.confirms,
        )  # fmt: skip

    def dated(self, shipment: Shipment) -> Shipment:
        """The shipment with the law date asked for."""
        if self.law_date is None:
            return shipment
        return shipment.with_field("law_date", self.law_date.isoformat())

    @property
    def asked(self) -> Asked:
        """The same, for decisions taken again."""
        return Asked(self.known_as_of, self.authority, self.assumptions)


def footing(
    law_date: str | None, known_as_of: str | None, authority: Authority | None,
    no_assumptions: bool, second_opinion: Policy = Policy.OFF,
) -> Footing:  # fmt: skip
    """The footing that the options ask for; a date that is none ends the command.

    The referee's worker starts with the first question and ends with the command.
    """
    confirms = None
    if second_opinion is not Policy.OFF:
        confirms = SecondOpinions(Referee(), second_opinion)
    return Footing(_day("--law-date", law_date), _day("--known-as-of", known_as_of), authority,
                   not no_assumptions, confirms, second_opinion)  # fmt: skip


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return cast_date(text)
    except CastError as error:
        problem = error.problem
        said = type(problem)(problem.code, f"{option}: {problem.message}", problem.help)
        raise Stop(USAGE, [said]) from None
