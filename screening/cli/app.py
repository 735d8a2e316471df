"""The command `screening`: what each subcommand takes, and where its work is done."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from screening import __version__
from screening.bulk.written import Written
from screening.cli import book, publish, quality, service, staff, whynot
from screening.cli import columns as naming
from screening.cli import compare as comparing
from screening.cli import explain as explaining
from screening.cli import ledger as recorded
from screening.cli import report as reporting
from screening.cli import screen as deciding
from screening.cli import timeline as through_time
from screening.cli import verify as verifying
from screening.cli.exits import Mode, guarded, open_rulebook
from screening.cli.job import Job
from screening.cli.options import (
    By,
    DatesWritten,
    DecimalWritten,
    FailOn,
    Format,
    GivenPath,
    HeaderRow,
    KnownAsOf,
    LawDate,
    LineNumber,
    NoAssumptions,
    OnAuthority,
    RulebookPath,
    SecondOpinionOn,
    ShipmentFile,
    Text,
    TextFormat,
    footing,
    opinions,
)
from screening.cli.screened import asked
from screening.decision import Verdict
from screening.opinion import Policy

app = typer.Typer(
    name="screening", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"screening {__version__}")
        raise typer.Exit


@app.callback()
def common(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of internal errors.")]
    = False,
    version: Annotated[bool, typer.Option(
        "--version", callback=_version, is_eager=True, help="Show the version and end.")] = False,
) -> None:  # fmt: skip
    """Screen proposed shipments against dated, cited export rules.

    Results go to stdout, notices to stderr. Not legal advice.

    \b
    Examples:
      screening screen shipment.yaml
      screening screen seeds/shipments.csv --format csv --output screened.csv
      screening explain shipment.yaml
      screening check rules
    """
    Mode.debug = debug


@app.command()
@guarded
def screen(
    file: ShipmentFile,
    rulebook: RulebookPath = None,
    law_date: LawDate = None,
    known_as_of: KnownAsOf = None,
    authority: OnAuthority = None,
    no_assumptions: NoAssumptions = False,
    given: GivenPath = None,
    second_opinion: SecondOpinionOn = Policy.OFF,
    format: Annotated[Format | None, typer.Option(
        help="Default: by the ending of --output, else table.", show_default=False)] = None,
    output: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False,
        help="Write to FILE, which appears only when it is whole.")] = None,
    fail_on: Annotated[FailOn | None, typer.Option(
        help="End with 1 where a verdict is this or stricter.", show_default=False)] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notices, no summary.")] = False,
    dates: DatesWritten = None,
    decimal: DecimalWritten = None,
    header_row: HeaderRow = None,
    resume: Annotated[bool, typer.Option(
        "--resume", help="Go on with an interrupted run into the same --output.")] = False,
    ledger: Annotated[str | None, typer.Option(
        metavar="URL", show_default=False,
        help="Record every answer in this ledger before it is written.")] = None,
    progress: Annotated[bool, typer.Option(
        "--json", help="Tell how far a run into --output is as JSON lines on stderr.")] = False,
    by: Annotated[By | None, typer.Option(
        help="Tell of every shipment as well, in a table beside --output.",
        show_default=False)] = None,
) -> None:  # fmt: skip
    """Decide a shipment, or every row of a table: allow, deny or review.

    \b
    Examples:
      screening screen shipment.yaml
      screening screen shipment.json --law-date 2025-07-15 --format json
      screening screen orders.csv --format csv --output screened.csv
      screening screen orders.csv --given orders.given.yaml --rulebook example-company
      screening screen shipment.yaml --fail-on deny
      screening screen year.xlsx --output screened.parquet --dates dmy
      zcat year.csv.gz | screening screen - --format csv
      screening screen shipment.yaml --second-opinion always
      screening screen orders.csv --output decided.csv --ledger sqlite:///ledger.sqlite
    """
    job = Job(
        file, open_rulebook(rulebook),
        footing(law_date, known_as_of, authority, no_assumptions),
        given, format or _by_ending(output), output, fail_on, quiet,
        Written(dates, decimal, header_row), resume, opinions(second_opinion), ledger, progress,
        by is not None,
    )  # fmt: skip
    raise typer.Exit(deciding.run(job))


def _by_ending(output: Path | None) -> Format:
    ending = output.suffix.casefold().lstrip(".") if output else ""
    return Format(ending) if ending in set(Format) else Format.TABLE


@app.command()
@guarded
def columns(
    file: ShipmentFile,
    rulebook: RulebookPath = None,
    output: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Write the mapping to FILE.")] = None,
    header_row: HeaderRow = None,
) -> None:  # fmt: skip
    """Tell what each column of a table is read as, as a mapping file to edit.

    \b
    Examples:
      screening columns orders.csv
      screening columns orders.xlsx --header-row 5 --output orders.given.yaml
      screening screen orders.xlsx --map orders.given.yaml
    """
    naming.run(file, open_rulebook(rulebook), output, header_row)


@app.command()
@guarded
def verify(
    output: Annotated[Path, typer.Argument(
        metavar="OUTPUT", show_default=False, help="A file that `screening screen` wrote.")],
    rulebook: RulebookPath = None,
    given: GivenPath = None,
    source: Annotated[Path | None, typer.Option(
        "--input", metavar="FILE", show_default=False,
        help="Where the screened table is now (default: where it was).")] = None,
) -> None:  # fmt: skip
    """Decide a screened table again and tell whether the same comes out; 1 where it does not.

    \b
    Examples:
      screening verify screened.csv
      screening verify screened.csv --input archive/orders.csv --map orders.given.yaml
    """
    raise typer.Exit(verifying.run(output, open_rulebook(rulebook), given, source))


@app.command()
@guarded
def report(
    output: Annotated[Path, typer.Argument(
        metavar="OUTPUT", help="What `screen --output` wrote; its manifest and traces beside it.")],
    html: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Where to (default: OUTPUT.report.html).")] = None,
) -> None:  # fmt: skip
    """Make a page of a screened table: pictures, the rows that matter, the trace of each.

    \b
    The page is one file that works without a network.
    Examples:
      screening report screened.csv
      screening report screened.parquet --html review-meeting.html
    """
    reporting.run(output, html)


@app.command()
@guarded
def explain(
    file: ShipmentFile,
    every_rule: Annotated[bool, typer.Option(
        "--all", help="Show every rule, not only those that matter.")] = False,
    what_if: Annotated[bool, typer.Option(
        "--what-if/--no-what-if", help="Show what one other fact would change.")] = True,
    line: LineNumber = None,
    rulebook: RulebookPath = None,
    law_date: LawDate = None,
    known_as_of: KnownAsOf = None,
    authority: OnAuthority = None,
    no_assumptions: NoAssumptions = False,
    given: GivenPath = None,
    second_opinion: SecondOpinionOn = Policy.OFF,
    dates: DatesWritten = None,
    decimal: DecimalWritten = None,
    header_row: HeaderRow = None,
    format: Text = TextFormat.TEXT,
) -> None:  # fmt: skip
    """Tell everything that led to the answer for one shipment.

    \b
    Examples:
      screening explain shipment.yaml
      screening explain shipment.yaml --all --law-date 2025-07-15
      screening explain seeds/shipments.csv --line 12 --format json
      screening explain decided.csv --line 12      # as the run that wrote it decided
    """
    on = footing(law_date, known_as_of, authority, no_assumptions)
    question = asked(file, rulebook, on, given, line, opinions(second_opinion),
                     Written(dates, decimal, header_row))  # fmt: skip
    explaining.run(question, every_rule=every_rule, what_if=what_if, format=format)


@app.command("why-not")
@guarded
def why_not(
    file: ShipmentFile,
    verdict: Annotated[Verdict, typer.Option(help="The verdict asked about.")] = Verdict.ALLOW,
    every_rule: Annotated[bool, typer.Option(
        "--all", help="Show every rule with its tests, also those that only wait for facts.",
    )] = False,
    line: LineNumber = None,
    rulebook: RulebookPath = None,
    law_date: LawDate = None,
    known_as_of: KnownAsOf = None,
    authority: OnAuthority = None,
    no_assumptions: NoAssumptions = False,
    given: GivenPath = None,
    dates: DatesWritten = None,
    decimal: DecimalWritten = None,
    header_row: HeaderRow = None,
    format: Text = TextFormat.TEXT,
) -> None:  # fmt: skip
    """Tell what stands in the way of a verdict, and what would lead to it.

    \b
    Examples:
      screening why-not shipment.yaml
      screening why-not shipment.yaml --verdict deny
    """
    on = footing(law_date, known_as_of, authority, no_assumptions)
    question = asked(file, rulebook, on, given, line, None, Written(dates, decimal, header_row))
    whynot.run(question, verdict, format, every_rule=every_rule)


@app.command()
@guarded
def timeline(
    file: ShipmentFile,
    line: LineNumber = None,
    rulebook: RulebookPath = None,
    known_as_of: KnownAsOf = None,
    authority: OnAuthority = None,
    no_assumptions: NoAssumptions = False,
    given: GivenPath = None,
    dates: DatesWritten = None,
    decimal: DecimalWritten = None,
    header_row: HeaderRow = None,
    format: Text = TextFormat.TEXT,
    picture: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Also draw it: .svg or .html.")] = None,
    product: Annotated[list[str] | None, typer.Option(
        show_default=False, help="In the picture: a row for this product; may be repeated.")]
    = None,
    destination: Annotated[list[str] | None, typer.Option(
        show_default=False, help="In the picture: a row for this destination; may be repeated.")]
    = None,
) -> None:  # fmt: skip
    """Show the answer for one shipment on every date the rulebook covers.

    \b
    Examples:
      screening timeline shipment.yaml
      screening timeline seeds/h20.yaml --picture h20.svg --destination CN --destination MO
      screening timeline shipment.yaml --format json
    """
    on = footing(None, known_as_of, authority, no_assumptions)
    question = asked(file, rulebook, on, given, line, None, Written(dates, decimal, header_row))
    through_time.run(question, format, picture, product or (), destination or ())


staff.register(app)
book.register(app)
comparing.register(app)
publish.register(app)
quality.register(app)
service.register(app)
app.add_typer(recorded.ledger)


def main() -> None:
    """Entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a text stream has it
    app()
