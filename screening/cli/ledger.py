"""The subcommands of the ledger: what is on record, whether it is whole, and what it is for."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from screening.cli.exits import ANSWER, guarded, printable, refuse
from screening.cli.render import table
from screening.cli.writing import console, results
from screening.whole import whole

LedgerSource = Annotated[str | None, typer.Option(
    "--ledger", metavar="URL", show_default=False,
    help="URL of its database, or an archive that `export` wrote (default: SCREENING_LEDGER).",
)]  # fmt: skip
DecisionId = Annotated[str, typer.Argument(metavar="ID", help="The id of a decision.")]

ledger = typer.Typer(name="ledger", no_args_is_help=True, help="Decisions on record.")


class Table(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    PARQUET = "parquet"
    HTML = "html"
    ZIP = "zip"


def _source(given: str | None) -> str:
    from api.settings import Settings

    return given or Settings().ledger


@ledger.command("show")
@guarded
def show(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One decision.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Most to list.")] = 20,
    source: LedgerSource = None,
) -> None:
    """Show one record as JSON, or list the newest decisions.

    \b
    Examples:
      screening ledger show
      screening ledger show 5f0c2d9a7f6b4e1c9a3d2b1f0e8d7c6b
    """
    from screening.ledger.archive import opened
    from screening.ledger.search import Wanted, page

    with opened(_source(source)) as found:
        if id is not None:
            record = found.get(id)
            if record is None or record.content is None:
                raise refuse("no-such-decision", f"`{id}` is not the id of a record")
            told = {"seq": record.seq, "hash": record.hash, **record.data}
            print(printable(json.dumps(told, indent=2, ensure_ascii=False)))
            return
        rows = [
            [str(r.seq), r.data["id"], r.data["recorded_at"][:19], r.data["verdict"],
             str(r.data.get("destination") or ""), state.value if state else ""]
            for r, state in page(found, Wanted(), limit=limit).found
        ]  # fmt: skip
        console(sys.stdout).print(table("record", "id", "recorded", "verdict", "to", "review",
                                        rows=rows))  # fmt: skip


@ledger.command("verify")
@guarded
def verify_(
    head: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Heads that were noted elsewhere.")] = None,
    source: LedgerSource = None,
) -> None:  # fmt: skip
    """Tell whether every record is as it was written; ends with 1 where one is not.

    \b
    Examples:
      screening ledger verify
      screening ledger verify --head /mnt/append-only/heads.jsonl
      screening ledger verify --ledger archive.zip
    """
    from screening.ledger.archive import opened
    from screening.ledger.heads import read_heads
    from screening.ledger.verify import verify

    known = read_heads(head) if head else []
    with opened(_source(source)) as found:
        faults = verify(found, known)
        for fault in faults:
            print(printable(str(fault)))
        if faults:
            raise typer.Exit(ANSWER)
        print(f"{found.head().seq} records, each as it was written")
        if not known:
            print("without a head noted elsewhere it cannot be excluded that the chain was written "
                  "anew, or its end cut off, by somebody who could write the database; "
                  "see `--head`", file=sys.stderr)  # fmt: skip


@ledger.command("head")
@guarded
def head(
    append: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Note it at the end of FILE.")] = None,
    source: LedgerSource = None,
) -> None:  # fmt: skip
    """Show the head of the chain, and note it where the ledger's keeper cannot rewrite it.

    \b
    Examples:
      screening ledger head --append /mnt/append-only/heads.jsonl
    """
    from screening.ledger.archive import opened
    from screening.ledger.heads import note_head

    with opened(_source(source)) as found:
        at = note_head(found, append) if append else found.head()
        print(f"{at.seq} {at.hash}")


@ledger.command("replay")
@guarded
def replay_(
    id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One decision; else all.")
    ] = None,
    source: LedgerSource = None,
) -> None:
    """Take decisions again from their records alone; ends with 1 where one comes out otherwise.

    \b
    Examples:
      screening ledger replay
      screening ledger replay 5f0c2d9a7f6b4e1c9a3d2b1f0e8d7c6b --ledger archive.zip
    """
    from screening.engine import Rulebook
    from screening.ledger.archive import opened
    from screening.ledger.replay import kept_rulebook, replay
    from screening.ledger.tables import records

    books: dict[str, Rulebook] = {}
    differ = number = 0
    with opened(_source(source)) as found:
        wanted = records.c.kind == "decision" if id is None else records.c.id == id
        for record in found.every(wanted):
            number += 1
            digest = record.data.get("rulebook") or ""
            if digest not in books:
                books[digest] = kept_rulebook(found, digest)
            again = replay(record, books[digest])
            if not again.identical or id is not None:
                print(printable(f"{record.data['id']}: {again.why}"))
            differ += not again.identical
    if id is not None and not number:
        raise refuse("no-such-decision", f"`{id}` is not the id of a decision on record")
    print(f"{number} taken again, {differ} otherwise", file=sys.stderr)
    if differ:
        raise typer.Exit(ANSWER)


@ledger.command("export")
@guarded
def export(
    output: Annotated[Path, typer.Option(metavar="FILE", help="Where to write.")],
    id: Annotated[str | None, typer.Option(
        "--id", help="One decision, as a page for people (.html).")] = None,
    source: LedgerSource = None,
) -> None:  # fmt: skip
    """Write a table (.csv, .parquet), one decision's certificate (.html), or everything (.zip).

    \b
    Examples:
      screening ledger export --output decisions.csv
      screening ledger export --output certificate.html --id 5f0c2d9a7f6b4e1c9a3d2b1f0e8d7c6b
      screening ledger export --output archive.zip
    """
    from screening.ledger import export as tables
    from screening.ledger.archive import opened, write_archive
    from screening.ledger.certificate import certificate

    ending = output.suffix.casefold().lstrip(".")
    if ending not in list(Table):
        raise refuse("file-kind", f"`{output.name}` is of no kind that is written here",
                     "name it " + ", ".join(f".{t}" for t in Table))  # fmt: skip
    if (ending == Table.HTML) != (id is not None):
        raise refuse("certificate", "a certificate is of one decision, and a page",
                     "write `--id ID --output FILE.html`")  # fmt: skip
    with opened(_source(source)) as found:
        if id is not None:
            record = found.get(id)
            if record is None or record.content is None or record.data["kind"] != "decision":
                raise refuse("no-such-decision", f"`{id}` is not the id of a decision on record")
            with results(output) as stream:
                stream.write(certificate(found, record))
            return
        if ending == Table.CSV:
            with results(output) as stream:
                number = tables.write_csv(found, stream)
        else:
            write = tables.write_parquet if ending == Table.PARQUET else write_archive
            with whole(output) as part:
                number = write(found, part)
        print(f"{number} written", file=sys.stderr)


Reason = Annotated[str, typer.Option(help="Why; it goes on record.")]


@ledger.command("hold")
@guarded
def hold_(
    reason: Reason,
    id: Annotated[str | None, typer.Option("--id", help="One decision; else everything.")] = None,
    release: Annotated[bool, typer.Option("--release", help="Let go of it again.")] = False,
    source: LedgerSource = None,
) -> None:
    """Keep a decision, or everything, beyond its time.

    \b
    Examples:
      screening ledger hold --reason "inquiry of the Bureau of 2026-11-02"
      screening ledger hold --release --reason "inquiry closed"
    """
    from screening.ledger.archive import opened
    from screening.ledger.retention import hold

    with opened(_source(source)) as found:
        hold(found, operator(), id, reason, release=release)


@ledger.command("purge")
@guarded
def purge_(
    years: Annotated[int, typer.Option(min=1, help="How many years are kept, five or more.")] = 5,
    source: LedgerSource = None,
) -> None:
    """Take away what is older than it must be kept and under no hold; the chain stays whole.

    \b
    Examples:
      screening ledger purge --years 7
    """
    from screening.ledger.archive import opened
    from screening.ledger.retention import kept_since, purge

    before: date = kept_since(years)
    with opened(_source(source)) as found:
        print(f"{len(purge(found, operator(), before))} records from before {before} taken away")


def operator() -> str:
    """Who acts at this terminal, for the record."""
    try:
        return f"operator {getpass.getuser()}"
    except (KeyError, OSError):
        return "operator"


def audit(act: str, **details: str | None) -> None:
    """Put an act of an operator on record, before it is done. Raises `ProblemsFound`."""
    from screening.ledger.archive import opened
    from screening.ledger.entry import act_entry

    with opened(_source(None)) as found:
        found.append([act_entry(operator(), act, **details)])
