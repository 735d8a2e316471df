"""The subcommands of the service: `serve`, and `keys` for who may ask it."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from screening.casting import CastError, cast_date
from screening.cli.exits import USAGE, Stop, guarded, refuse
from screening.cli.ledger import audit
from screening.cli.options import RulebookPath
from screening.cli.render import table
from screening.cli.writing import console

KeysPath = Annotated[Path | None, typer.Option(
    "--keys", metavar="FILE", show_default=False,
    help="File with the hashes of keys (default: SCREENING_KEYS, or screening-keys.json).",
)]  # fmt: skip

KeyId = Annotated[str, typer.Argument(
    metavar="ID", help="The key's id, as `keys list` shows it.")]  # fmt: skip

keys = typer.Typer(name="keys", no_args_is_help=True, help="API keys: make, list and revoke them.")


@guarded
def serve(
    rulebook: RulebookPath = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that answer.")] = None,
    keys: KeysPath = None,
    ledger: Annotated[str | None, typer.Option(
        metavar="URL", help="URL of the ledger's database.")] = None,
) -> None:  # fmt: skip
    """Answer shipments over HTTP, until stopped.

    The first start makes an API key and prints where it lies. Every option is also an environment
    variable, such as SCREENING_PORT.

    \b
    Examples:
      screening serve
      screening serve --rulebook rules/example-company --port 8080
    """
    import uvicorn

    from api.settings import Settings

    # By environment, since every worker reads its settings anew.
    for name, value in (("RULEBOOK", rulebook), ("HOST", host), ("PORT", port),
                        ("WORKERS", workers), ("KEYS", keys), ("LEDGER", ledger)):  # fmt: skip
        if value is not None:
            os.environ[f"SCREENING_{name}"] = str(value)
    settings = Settings()
    several = settings.workers > 1
    with tempfile.TemporaryDirectory(prefix="screening-metrics-") as folder:
        if several:  # before the counts are made
            os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
        from api.app import create_app
        from api.keeper import TRIED, settle

        print("reading the rulebook and trying its examples, which takes some seconds",
              file=sys.stderr)  # fmt: skip
        app = create_app(settings)  # problems of the rulebook are told before anything listens
        os.environ[TRIED] = app.state.keeper.current.rulebook.digest  # once, not in every worker
        _first_key(settings.keys)
        settle()
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        logging.getLogger("alembic").setLevel(logging.WARNING)
        # The server's own log of requests would show what is asked for; the service writes its own.
        uvicorn.run("api.app:served" if several else app, factory=several, host=settings.host,
                    port=settings.port, workers=settings.workers, server_header=False,
                    access_log=False, timeout_graceful_shutdown=settings.stop_seconds,
                    h11_max_incomplete_event_size=64 * 1024)  # fmt: skip


def _first_key(path: Path) -> None:
    """Where no key exists, make one and leave it beside the hashes, for its owner only to read."""
    from api.keys import KeyFile, Role, new_key

    file = KeyFile(path)
    if file.read():
        return
    text, key = new_key(Role.ADMIN, _today(), note="made at the first start")
    audit("key-made", key=key.id, role=key.role.value, expires=None)
    file.add(key)
    shown = path.with_name(f"{path.stem}-first.txt")
    shown.unlink(missing_ok=True)
    with os.fdopen(os.open(shown, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(f"{text}\n")
    print(f"the first API key is in {shown}; keep it, and delete the file", file=sys.stderr)


@keys.command("new")
@guarded
def new(
    role: Annotated[str, typer.Option(help="screener, reviewer, auditor or admin.")] = "screener",
    expires: Annotated[str | None, typer.Option(
        metavar="DATE", show_default=False, help="Last day on which it opens anything.")] = None,
    note: Annotated[str, typer.Option(help="Whose it is.")] = "",
    file: KeysPath = None,
) -> None:  # fmt: skip
    """Make a key and print it. It is not kept: only its hash is.

    \b
    Examples:
      screening keys new --role screener --expires 2027-06-30 --note "order system"
    """
    from api.keys import KeyFile, Role, new_key

    if role not in list(Role):
        raise refuse("unknown-role", f"`{role}` is not a role", "one of " + ", ".join(Role))
    until = _day(expires) if expires else None
    text, key = new_key(Role(role), _today(), until, note)
    audit("key-made", key=key.id, role=role, expires=str(until) if until else None)
    KeyFile(_path(file)).add(key)
    print(text)


@keys.command("list")
@guarded
def list_(file: KeysPath = None) -> None:
    """List the keys, not their secrets.

    \b
    Examples:
      screening keys list
    """
    from api.keys import KeyFile

    rows = [
        [k.id, k.role.value, str(k.created), str(k.expires or ""), str(k.revoked or ""), k.note]
        for k in KeyFile(_path(file)).read()
    ]
    console(sys.stdout).print(table("key", "role", "created", "expires", "revoked", "note",
                                    rows=rows))  # fmt: skip


@keys.command("revoke")
@guarded
def revoke(
    id: KeyId,
    file: KeysPath = None,
) -> None:
    """Close a key from now on; a running service sees it at once.

    \b
    Examples:
      screening keys revoke 3f9c2a
    """
    from api.keys import KeyFile

    path = _path(file)
    _must_open(id, path)
    audit("key-revoked", key=id)
    KeyFile(path).revoke(id, _today())


@keys.command("expire")
@guarded
def expire(
    id: KeyId,
    last: Annotated[str, typer.Option("--last", metavar="DATE", help="Last day it opens.")],
    file: KeysPath = None,
) -> None:
    """Let a key open nothing after a day.

    \b
    Examples:
      screening keys expire 3f9c12ab --last 2027-06-30
    """
    from api.keys import KeyFile

    path, day = _path(file), _day(last)
    _must_open(id, path)
    audit("key-expires", key=id, last=str(day))
    KeyFile(path).expire(id, _today(), day)


@keys.command("rotate")
@guarded
def rotate(
    id: KeyId,
    overlap: Annotated[int, typer.Option(min=0, help="Days the old key still opens.")] = 7,
    expires: Annotated[str | None, typer.Option(
        metavar="DATE", show_default=False, help="Last day of the new key.")] = None,
    file: KeysPath = None,
) -> None:  # fmt: skip
    """Make a new key of the same holder and role, print it, and let the old one end.

    \b
    Examples:
      screening keys rotate 3f9c12ab --overlap 3
    """
    from api.keys import KeyFile

    path, until = _path(file), _day(expires) if expires else None
    last = _today() + timedelta(days=overlap)
    _must_open(id, path)
    audit("key-rotated", key=id, last=str(last))
    print(KeyFile(path).rotate(id, _today(), last, until))


def _must_open(id: str, path: Path) -> None:
    """What is put on record of a key is done to one that there is."""
    from api.keys import KeyFile

    if not any(k.id == id and k.valid_on(_today()) for k in KeyFile(path).read()):
        raise refuse("unknown-key-id", f"`{id}` is not the id of a key of {path} that still opens",
                     "`screening keys list` shows them")  # fmt: skip


def _day(text: str) -> date:
    try:
        return cast_date(text)
    except CastError as error:
        raise Stop(USAGE, [error.problem]) from None


def _path(file: Path | None) -> Path:
    from api.settings import Settings

    return file or Settings().keys


def _today() -> date:
    return datetime.now(UTC).date()


def register(app: typer.Typer) -> None:
    """Add these subcommands."""
    app.command()(serve)
    app.add_typer(keys)
