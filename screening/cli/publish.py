"""`screening people`, `approve` and `publish`: a second person signs, then the change goes out."""

from __future__ import annotations

import importlib.util
import json
import os
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Annotated, Any

import typer

from screening.cli.compare import Ledger, Version, versions
from screening.cli.exits import guarded, open_rulebook, refuse, rulebook_folder
from screening.cli.options import RulebookPath
from screening.engine import Rulebook
from screening.english import count
from screening.rulebook.model import FourEyes
from screening.workbench.approvals import approval as signing
from screening.workbench.approvals import keys, publishing
from screening.workbench.approvals.tables import table_in
from screening.workbench.regions.markdown import summary
from screening.workbench.regions.run import compare
from screening.workbench.regions.told import Comparison, digest_of_change

people = typer.Typer(name="people", no_args_is_help=True, help="Keys of those who approve.")

Key = Annotated[Path, typer.Option("--key", metavar="FILE", show_default=False,
                                   help="Your private key; its passphrase in "
                                        "SCREENING_PASSPHRASE.")]  # fmt: skip
Approvals = Annotated[Path | None, typer.Option(
    "--approvals", metavar="FOLDER", show_default=False,
    help="Where approvals are kept (default: `approvals` beside the rulebook).")]  # fmt: skip


def approvals_folder(given: Path | None, rulebook: str | None) -> Path:
    """Where approvals are kept: beside the rulebook, since they are no part of it."""
    return given or rulebook_folder(rulebook).resolve().parent / "approvals"


def people_of(old: Rulebook | None, new: Rulebook) -> FourEyes | None:
    """Who may: as the version in force says, lest a change name its own approver."""
    in_force = old.content.header.four_eyes if old is not None else None
    return in_force or new.content.header.four_eyes


def _account() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        raise refuse("missing-key", "the account that runs this has no name",
                     "say whose the key is with `--name`") from None  # fmt: skip


@people.command("new")
@guarded
def new_person(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key goes.")],
    name: Annotated[
        str | None,
        typer.Option(
            "--name", show_default=False, help="Whose it is (default: the name of this account)."
        ),
    ] = None,
) -> None:
    """Make a key for a person who approves or publishes, and print its public half.

    \b
    Examples:
      screening people new ~/screening.key --name "Ada Example"
    """
    _library()
    whose = json.dumps(name or _account(), ensure_ascii=False)
    public = keys.new_key(file, os.environ.get("SCREENING_PASSPHRASE"))
    print(f"`{file}` is yours alone. Into the rulebook's header, under `approval.people`:")
    print(f'  - {{name: {whose}, key: "{public}"}}')


@guarded
def approve(
    old: Version,
    new: Version,
    key: Key,
    author: Annotated[str, typer.Option("--author", help="Who wrote the change.")],
    table: Annotated[
        Path | None,
        typer.Option(
            "--table",
            metavar="FILE",
            show_default=False,
            help="The change table that you looked at: `screening compare --output FILE.json`.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Sign without being asked.")] = False,
    incomplete: Annotated[
        bool,
        typer.Option("--incomplete", help="Sign although the table is not known to be all."),
    ] = False,
    approvals: Approvals = None,
    rulebook: RulebookPath = None,
    ledger: Ledger = None,
    seconds: Annotated[float, typer.Option(min=1, help="For the comparison.")] = 600,
) -> None:
    """Sign the change from one version to another, as the person whose key it is.

    \b
    Examples:
      screening approve git:HEAD~1 rules/my-company --key ~/screening.key --author "Ann Example"
      screening approve published/us-ear rules/us-ear --key k --author Ann --table change.json
    """
    _library()
    before, now = versions(old, new, rulebook, ledger)
    private = keys.read_key(key, os.environ.get("SCREENING_PASSPHRASE"))
    found = compare(before, now, seconds=seconds)
    seen = _seen(table, found) if table is not None else _shown(found)
    eyes = people_of(before, now)
    signed = signing.approve(eyes, private, now.id, before.digest, now.digest, author,
                             datetime.now(UTC), seen)  # fmt: skip
    unknown = seen["unknown"] or found.unknown
    if unknown and not incomplete:
        raise refuse("table-incomplete", "the change table is not known to be all: "
                     + "; ".join(unknown),
                     "give it more `--seconds`; or look at what `compare --shipments` says of past "
                     "shipments, and sign with `--incomplete`")  # fmt: skip
    if not yes and not typer.confirm(
        f"Sign as {signed.by}: {count(len(seen['regions']), 'region')}, change table "
        f"{digest_of_change(seen)[:12]}?"
    ):
        raise refuse("not-signed", "nothing was signed", "look at `screening compare` first")
    reference = new if Path(new).is_dir() else rulebook
    print(f"{signed} Kept in {signing.keep(signed, approvals_folder(approvals, reference))}")


@guarded
def publish(
    rulebook: Annotated[str, typer.Argument(help="The rulebook's folder.", show_default=False)],
    to: Annotated[
        Path,
        typer.Option(
            "--to", metavar="FOLDER", show_default=False, help="Where what is in force is kept."
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            metavar="FILE",
            show_default=False,
            help="Your private key, where the rulebook names its people.",
        ),
    ] = None,
    approvals: Approvals = None,
    seconds: Annotated[float, typer.Option(min=1, help="For the comparison.")] = 600,
) -> None:
    """Put a version in force, if those who have to have signed it. The history is kept.

    \b
    Examples:
      screening publish rules/my-company --to published
      screening publish rules/my-company --to published --key ~/screening.key
    """
    now = open_rulebook(rulebook)
    shelf = publishing.Shelf(to)
    before = shelf.current(now.id)
    if before is not None and before.digest == now.digest:
        print(f"{now.digest[:12]} is in force already")
        return
    eyes, old = people_of(before, now), before.digest if before else ""
    good: list[signing.Approval] = []
    by = _publisher(eyes, key)
    if eyes is not None and before is not None:
        looser = True
        if not eyes.every_change:
            found = compare(before, now, seconds=seconds)
            # What is not known to be no loosening is taken for one.
            looser = bool(found.looser) or not found.proved or bool(found.beside)
            print(summary(found))
        if publishing.needed(eyes, looser):
            kept = signing.kept(approvals_folder(approvals, rulebook))
            good = publishing.check_approved(kept, eyes, old, now.digest, by)
    shelf.put(now, publishing.entry_of(now.id, old, now.digest, by, datetime.now(UTC), good))
    said = f" {' '.join(map(str, good))}" if good else ""
    print(f"{now.digest[:12]} is in force: {shelf.version(now.digest) / now.id}{said}")


def _publisher(eyes: FourEyes | None, key: Path | None) -> str:
    """Who publishes: of a rulebook that names its people, one of them, by their key."""
    if eyes is None:
        return ""
    _library()
    if key is None:
        raise refuse("key-file", "this rulebook names who may publish it",
                     "give your private key with `--key`")  # fmt: skip
    return signing.person_of(eyes, keys.read_key(key, os.environ.get("SCREENING_PASSPHRASE")))


def _seen(path: Path, found: Comparison) -> dict[str, Any]:
    """The table in the file, which whoever hands it over might have written to please."""
    seen = table_in(path)
    if seen is None:
        raise refuse("another-table", f"`{path}` is no change table, or was altered",
                     "write it with `screening compare OLD NEW --output FILE.json`")  # fmt: skip
    if not found.proved:
        return seen
    if digest_of_change(seen) != found.digest:
        raise refuse("another-table", f"`{path}` does not tell what a comparison of the two "
                     "versions finds", "look at `screening compare OLD NEW` yourself")  # fmt: skip
    # The same moves may be told by other regions: what was found now is shown, and signed.
    return seen if seen == found.table else _shown(found)


def _shown(found: Comparison) -> dict[str, Any]:
    for region in found.regions:
        print(region)
    print(summary(found))
    return found.table


def _library() -> None:
    if importlib.util.find_spec("cryptography") is None:
        raise refuse("no-signatures", "the library for signatures is missing",
                     "pip install export-screening[approve]")  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(people)
    app.command()(approve)
    app.command()(publish)
