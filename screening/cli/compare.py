"""`screening compare`: what changes between two versions, for whom, and whether it is approved."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from screening.bulk.written import Written
from screening.cli.exits import ANSWER, OK, guarded, open_rulebook, rulebook_folder
from screening.cli.inputs import every_line
from screening.cli.options import (
    DatesWritten,
    DecimalWritten,
    GivenPath,
    HeaderRow,
    RulebookPath,
)
from screening.cli.render import shown
from screening.cli.versions import older_version
from screening.cli.writing import console, results
from screening.engine import Rulebook
from screening.shipment import Shipment
from screening.workbench.regions.flips import Flips, flips
from screening.workbench.regions.html import html
from screening.workbench.regions.markdown import HEADS, markdown, summary
from screening.workbench.regions.run import compare as regions_of
from screening.workbench.regions.told import Comparison, Direction

_STYLE = {Direction.LOOSER: "bold red", Direction.STRICTER: "bold", Direction.OTHER: "dim"}


class Form(StrEnum):
    """How the table is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


_ENDINGS = {".md": Form.MARKDOWN, ".html": Form.HTML, ".htm": Form.HTML, ".json": Form.JSON}

Version = Annotated[
    str,
    typer.Argument(
        show_default=False,
        help="A rulebook's folder, git:REVISION, or the digest of a version that is on record.",
    ),
]
Ledger = Annotated[str | None, typer.Option(
    "--ledger", metavar="URL", show_default=False,
    help="The ledger that keeps older versions (else git's history is searched).")]  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """How long, with how many processes, and how many regions are shown."""

    seconds: float
    each: float
    jobs: int
    most: int


def versions(
    old: str, new: str, rulebook: str | None, ledger: str | None
) -> tuple[Rulebook, Rulebook]:
    """Both versions. A folder speaks for itself; of what else is named `--rulebook` is the rest."""
    reference = new if Path(new).is_dir() else rulebook
    opened, folder = open_rulebook(reference), rulebook_folder(reference)
    now = opened if Path(new).is_dir() else Rulebook(older_version(new, opened, folder, ledger))
    return Rulebook(older_version(old, opened, folder, ledger)), now


@guarded
def compare(
    old: Version,
    new: Version,
    rulebook: RulebookPath = None,
    ledger: Ledger = None,
    shipments: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Also show which of these flip.")] = None,
    recorded: Annotated[bool, typer.Option(
        "--recorded", help="Also show which shipments on record in --ledger flip.")] = False,
    given: GivenPath = None,
    dates: DatesWritten = None,
    decimal: DecimalWritten = None,
    header_row: HeaderRow = None,
    approvals: Annotated[Path | None, typer.Option(
        metavar="FOLDER", show_default=False,
        help="Where approvals are kept (default: `approvals` beside the rulebook).")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="For everything.")] = 600,
    each: Annotated[float, typer.Option(min=1, help="Seconds for one question.")] = 30,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    most: Annotated[int, typer.Option(min=1, help="Regions to show, of each direction.")] = 50,
    format: Annotated[Form | None, typer.Option(
        help="Default: by the ending of --output, else text.", show_default=False)] = None,
    output: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Write to FILE (.md, .html or .json).")] = None,
) -> None:  # fmt: skip
    """Show every region in which two versions answer differently, proved to be all of them.

    Ends with 1 where an answer becomes looser and nobody has approved it, and where it is not
    known whether the regions are all.

    \b
    Examples:
      screening compare git:HEAD rules/us-ear
      screening compare ../published/us-ear rules/us-ear --shipments seeds/shipments.csv
      screening compare git:v1 git:v2 --rulebook rules/us-ear --output change.md
      screening compare DIGEST rules/us-ear --ledger sqlite:///ledger.db --recorded
    """
    before, now = versions(old, new, rulebook, ledger)
    limits = Limits(seconds, each, jobs, most)
    found = regions_of(before, now, seconds=seconds, each=each, jobs=jobs)
    flipped = None
    if shipments is not None:
        lines = every_line(shipments, now, given, Written(dates, decimal, header_row))
        flipped = flips(before, now, lines, str(shipments))
    elif recorded and ledger is not None:
        flipped = flips(before, now, _on_record(ledger), "the ledger")
    approved = _approved(before, now, approvals, new if Path(new).is_dir() else rulebook)
    form = format or _ENDINGS.get(output.suffix.casefold() if output else "", Form.TEXT)
    _write(found, flipped, approved, form, output, limits)
    raise typer.Exit(OK if found.proved and (approved or not found.looser) else ANSWER)


def _approved(old: Rulebook, new: Rulebook, folder: Path | None, rulebook: str | None) -> str:
    """Who approved the change, if somebody who may has; without the library nobody has."""
    from screening.cli.publish import approvals_folder, people_of
    from screening.workbench.approvals.approval import kept, valid

    eyes = people_of(old, new)
    if eyes is None or importlib.util.find_spec("cryptography") is None:
        return ""
    all_ = kept(approvals_folder(folder, rulebook))
    return " ".join(str(a) for a in all_ if valid(a, eyes, old.digest, new.digest))


def _on_record(url: str) -> Iterator[tuple[str, Shipment | None]]:
    from screening.ledger.archive import opened
    from screening.ledger.entry import Kind
    from screening.ledger.tables import records

    with opened(url) as ledger:
        for record in ledger.every(records.c.kind == Kind.DECISION.value):
            if record.content is not None:
                yield record.data["id"], Shipment.model_validate(record.data["shipment"])


def _write(
    found: Comparison, flipped: Flips | None, approved: str, form: Form, output: Path | None,
    limits: Limits,
) -> None:  # fmt: skip
    if form is Form.TEXT and output is None:
        _show(found, flipped, approved, limits.most)
        return
    with results(output) as stream:
        if form is Form.JSON:
            told = found.as_dict()
            told["approved"] = approved or None
            told["shipments"] = flipped.as_dict() if flipped else None
            stream.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        elif form is Form.HTML:
            stream.write(html(found, flipped, approved, limits.most))
        else:
            stream.write(markdown(found, flipped, approved, limits.most))


def _show(found: Comparison, flipped: Flips | None, approved: str, most: int) -> None:
    out = console(sys.stdout)
    for way, head in HEADS.items():
        regions = [r for r in found.regions if r.direction is way]
        if regions:
            out.print(shown(head, _STYLE[way]))
        for region in regions[:most]:
            out.print(shown(f"  {region.days}, {region.words}:"), soft_wrap=True)
            out.print(shown(f"    {region.old} -> {region.new}", _STYLE[way]), soft_wrap=True)
            by = [", ".join(ids) or "nothing" for ids in region.decisive]
            out.print(shown(f"    decided by {by[0]}, now by {by[1]}", "dim"), soft_wrap=True)
        if len(regions) > most:
            out.print(shown(f"  and {len(regions) - most:,} more"))
    for said in found.beside:
        out.print(shown(f"changed beside the rules, {said}"), soft_wrap=True)
    for why in found.unknown:
        out.print(shown(f"not known: {why}", "bold yellow"), soft_wrap=True)
    if flipped is not None:
        out.print(shown(f"{len(flipped.found):,} of {flipped.lines:,} lines of {flipped.source} "
                        "answered differently", "bold"), soft_wrap=True)  # fmt: skip
        for change, n, value in flipped.counts():
            out.print(shown(f"  {n:,} {change}" + (f", worth {value}" if value else "")),
                      soft_wrap=True)  # fmt: skip
        for flip in flipped.shown[:most]:
            out.print(shown(f"    {flip.line}, {flip.date}, {flip.product} to {flip.destination}: "
                            f"{flip.old} -> {flip.new}", "dim"), soft_wrap=True)  # fmt: skip
    print(summary(found) + (f" {approved}" if approved else ""))
    print(f"change table {found.digest}")


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(compare)
