"""Options that several commands share."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from screening.bulk.dates import DateForm
from screening.bulk.decimals import DecimalForm
from screening.casting import CastError, cast_date
from screening.cli.exits import USAGE, Stop
from screening.decision import Authority, Verdict
from screening.footing import Footing
from screening.opinion import Policy
from screening.referee.policy import SecondOpinions
from screening.referee.referee import Referee


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


class By(StrEnum):
    """What lines of a table are rolled up to."""

    SHIPMENT = "shipment"


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

DatesWritten = Annotated[DateForm | None, typer.Option(
    "--dates", help="What dates such as 04/05/2026 begin with: day or month.",
    show_default=False)]  # fmt: skip
DecimalWritten = Annotated[DecimalForm | None, typer.Option(
    "--decimal", help="What stands before the decimals where a column fits both: comma or point.",
    show_default=False)]  # fmt: skip
HeaderRow = Annotated[int | None, typer.Option(
    "--header-row", metavar="N", min=1, show_default=False,
    help="On which line of a table its header stands, where titles stand above it.",
)]  # fmt: skip


def footing(
    law_date: str | None, known_as_of: str | None, authority: Authority | None,
    no_assumptions: bool,
) -> Footing:  # fmt: skip
    """The footing that the options ask for; a date that is none ends the command."""
    return Footing(law_date=_day("--law-date", law_date),
                   known_as_of=_day("--known-as-of", known_as_of),
                   authority=authority, assumptions=not no_assumptions)  # fmt: skip


def opinions(policy: Policy) -> SecondOpinions | None:
    """The second opinions that the option asks for.

    The referee's worker starts with the first question and ends with the command.
    """
    return None if policy is Policy.OFF else SecondOpinions(Referee(), policy)


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return cast_date(text)
    except CastError as error:
        problem = error.problem
        said = type(problem)(problem.code, f"{option}: {problem.message}", problem.help)
        raise Stop(USAGE, [said]) from None
