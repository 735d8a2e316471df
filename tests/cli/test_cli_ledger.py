"""`screening ledger` and `screening keys`: what they print, how they end, what goes on record."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "ledger"))

from ledgers import filled

from screening.cli.app import app
from screening.ledger.store import Ledger
from screening.ledger.tables import records

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, in a folder with a ledger of a rulebook and three decisions."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCREENING_LEDGER", "sqlite:///ledger.sqlite")
    filled("sqlite:///ledger.sqlite").close()

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return invoke


def acts() -> list[str]:
    ledger = Ledger("sqlite:///ledger.sqlite")
    return [r.data["verdict"] for r in ledger.every(records.c.kind == "act")]


def newest(run: Run) -> str:
    ledger = Ledger("sqlite:///ledger.sqlite")
    return str(ledger.where(records.c.seq == 4)[0].data["id"])


def test_show(run: Run) -> None:
    listed = run("ledger", "show").output
    assert "deny" in listed and newest(run) in listed
    told = json.loads(run("ledger", "show", newest(run)).output)
    assert (told["seq"], told["verdict"]) == (4, "review")
    assert run("ledger", "show", "0" * 32).exit_code == 2


def test_verify_says_what_it_cannot_exclude(run: Run) -> None:
    told = run("ledger", "verify")
    assert told.exit_code == 0
    assert "4 records, each as it was written" in told.output
    assert "cannot be excluded" in told.output
    assert run("ledger", "head", "--append", "heads.jsonl").output.startswith("4 ")
    again = run("ledger", "verify", "--head", "heads.jsonl")
    assert (again.exit_code, "cannot be excluded" in again.output) == (0, False)


def test_verify_of_a_changed_ledger_ends_with_one(run: Run) -> None:
    with Ledger("sqlite:///ledger.sqlite").database.write() as c:
        c.execute(records.update().where(records.c.seq == 3).values(verdict="allow"))
    told = run("ledger", "verify")
    assert told.exit_code == 1
    assert "record 3: `verdict` to search by is not what the record says" in told.output


def test_an_archive_stands_for_the_ledger(run: Run) -> None:
    assert run("ledger", "export", "--output", "archive.zip").exit_code == 0
    Path("ledger.sqlite").unlink()
    assert run("ledger", "verify", "--ledger", "archive.zip").exit_code == 0
    told = run("ledger", "replay", "--ledger", "archive.zip")
    assert (told.exit_code, "3 taken again, 0 otherwise" in told.output) == (0, True)


def test_a_file_that_is_no_archive(run: Run) -> None:
    with zipfile.ZipFile("photos.zip", "w") as packed:
        packed.writestr("photo.jpg", b"x")
    told = run("ledger", "verify", "--ledger", "photos.zip")
    assert told.exit_code == 2
    assert "[archive]" in told.output


def test_exports(run: Run) -> None:
    assert run("ledger", "export", "--output", "decisions.csv").exit_code == 0
    assert len(Path("decisions.csv").read_text().splitlines()) == 4
    assert run("ledger", "export", "--output", "one.html", "--id", newest(run)).exit_code == 0
    assert newest(run) in Path("one.html").read_text()
    assert "[certificate]" in run("ledger", "export", "--output", "one.html").output
    assert "[file-kind]" in run("ledger", "export", "--output", "one.doc").output


def test_holds_and_purges_are_acts(run: Run) -> None:
    assert run("ledger", "hold", "--reason", "inquiry", "--id", newest(run)).exit_code == 0
    assert (
        run("ledger", "hold", "--release", "--reason", "closed", "--id", newest(run)).exit_code == 0
    )
    assert run("ledger", "purge").output.startswith("0 records")
    assert "[retention]" in run("ledger", "purge", "--years", "2").output
    assert acts() == ["hold", "release"]


def test_what_is_done_to_keys_goes_on_record(run: Run) -> None:
    made = run("keys", "new", "--role", "reviewer", "--note", "Alice").output.strip()
    id = made.split("_")[1]
    rotated = run("keys", "rotate", id, "--overlap", "0").output.strip()
    assert rotated.split("_")[1] != id
    new = rotated.split("_")[1]
    assert run("keys", "expire", new, "--last", "2099-01-01").exit_code == 0
    assert run("keys", "revoke", new).exit_code == 0
    assert "[unknown-key-id]" in run("keys", "revoke", "00000000").output
    assert acts() == ["key-made", "key-rotated", "key-expires", "key-revoked"]
    kept = json.loads(Path("screening-keys.json").read_text())["keys"]
    assert [k["holder"] for k in kept] == [id, id]
    for file in Path().glob("ledger.sqlite*"):
        assert made.split("_")[2].encode() not in file.read_bytes()
