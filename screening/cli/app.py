"""The command `screening`: what each subcommand takes, and where its work is done."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from screening import __version__
from screening.cli import screen as screening_screen
from screening.cli.exits import Mode, guarded, open_rulebook
from screening.cli.options import (
    FailOn,
    Format,
    GivenPath,
    KnownAsOf,
    LawDate,
    NoAssumptions,
    OnAuthority,
    RulebookPath,
    ShipmentFile,
    footing,
)

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
    format: Annotated[Format | None, typer.Option(
        help="table, json or csv (default: by the ending of --output, else table).",
        show_default=False)] = None,
    output: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False,
        help="Write to FILE, which appears only when it is whole.")] = None,
    fail_on: Annotated[FailOn | None, typer.Option(
        help="End with 1 where a verdict is this or stricter.", show_default=False)] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notices, no summary.")] = False,
) -> None:  # fmt: skip
    """Decide a shipment, or every row of a table: allow, deny or review.

    \b
    Examples:
      screening screen shipment.yaml
      screening screen shipment.json --law-date 2025-07-15 --format json
      screening screen orders.csv --format csv --output screened.csv
      screening screen seeds/erp_year.csv --given seeds/erp_year.given.yaml --rulebook example-company
      screening screen shipment.yaml --fail-on deny
    """
    job = screening_screen.Job(
        file, open_rulebook(rulebook), footing(law_date, known_as_of, authority, no_assumptions),
        given, format or _by_ending(output), output, fail_on, quiet,
    )  # fmt: skip
    raise typer.Exit(screening_screen.run(job))


def _by_ending(output: Path | None) -> Format:
    ending = output.suffix.casefold().lstrip(".") if output else ""
    return Format(ending) if ending in ("json", "csv") else Format.TABLE


def main() -> None:
    """Entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a text stream has it
    app()
