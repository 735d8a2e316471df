"""Four eyes: who may sign, what a signature is of, and what is refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_compare import HEADER, RELAXED, RULES
from typer.testing import CliRunner, Result

from screening import ProblemsFound, Rulebook, load_rulebook
from screening.cli.app import app
from screening.workbench.approvals.publishing import Shelf, entry_of
from screening.workbench.canonical import digest_of
from screening.workbench.regions.told import digest_of_change

pytest.importorskip("z3", reason="the optional extra `prove` is not installed")
pytest.importorskip("cryptography", reason="the optional extra `approve` is not installed")


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


def publicly(path: Path) -> str:
    """A new private key; its public half."""
    told = run("people", "new", path, "--name", "Ann Example").stdout
    assert '- {name: "Ann Example", key: "' in told
    return told.split('key: "')[1].split('"')[0]


class Desk:
    """A rulebook with two people, its first version in force, and a change on the table."""

    def __init__(self, folder: Path) -> None:
        self.ann, self.bo = folder / "ann.key", folder / "bo.key"
        people = (f'    people: [{{name: Ann, key: "{publicly(self.ann)}"}}, '
                  f'{{name: Bo, key: "{publicly(self.bo)}"}}]\n')  # fmt: skip
        self.asks = HEADER + "  approval:\n    needed_for: loosening\n" + people
        self.rules = folder / "rules" / "small"
        self.rules.mkdir(parents=True)
        self.file = self.rules / "small.yaml"
        self.to = folder / "published"
        self.file.write_text(self.asks + RULES, encoding="utf-8")
        assert self.publish(self.ann).exit_code == 0
        self.file.write_text(self.asks + RULES + RELAXED, encoding="utf-8")

    def publish(self, key: Path) -> Result:
        return run("publish", self.rules, "--to", self.to, "--key", key)

    @property
    def old(self) -> Path:
        """The version in force."""
        last = json.loads((self.to / "history.jsonl").read_text("utf-8").splitlines()[-1])
        return self.to / "versions" / last["new"] / "small"

    def approve(self, key: Path, author: str = "Ann", *more: object) -> Result:
        return run("approve", self.old, self.rules, "--key", key, "--author", author, "--yes",
                   *more)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_loosening_is_published_once_a_second_person_has_signed(desk: Desk) -> None:
    refused = desk.publish(desk.ann)
    assert refused.exit_code == 2 and "not-approved" in refused.stderr
    assert desk.approve(desk.bo).exit_code == 0
    published = desk.publish(desk.ann)
    assert published.exit_code == 0 and "Approved by Bo" in published.stdout
    assert len((desk.to / "history.jsonl").read_text("utf-8").splitlines()) == 2
    assert "relaxed" in (desk.old / "small.yaml").read_text("utf-8")


def test_who_wrote_it_does_not_approve_it(desk: Desk) -> None:
    assert "four-eyes" in desk.approve(desk.ann).stderr


def test_who_approves_it_does_not_publish_it(desk: Desk) -> None:
    desk.approve(desk.bo)
    assert "four-eyes" in desk.publish(desk.bo).stderr


def test_a_signature_is_of_one_version_alone(desk: Desk) -> None:
    desk.approve(desk.bo)
    text = desk.file.read_text("utf-8").replace("2025-07-15", "2025-07-01")
    desk.file.write_text(text, encoding="utf-8")
    assert "not-approved" in desk.publish(desk.ann).stderr


def test_an_altered_approval_approves_nothing(desk: Desk) -> None:
    desk.approve(desk.bo)
    [kept] = (desk.rules.parent / "approvals").glob("*.json")
    told = json.loads(kept.read_text("utf-8"))
    told["table"]["regions"] = []
    kept.write_text(json.dumps(told), encoding="utf-8")
    assert "not-approved" in desk.publish(desk.ann).stderr


def test_a_change_does_not_name_its_own_approver(desk: Desk, tmp_path: Path) -> None:
    """The people are those of the version in force."""
    stranger = tmp_path / "stranger.key"
    text = desk.file.read_text("utf-8")
    bo = text.split('name: Bo, key: "')[1].split('"')[0]
    desk.file.write_text(text.replace(bo, publicly(stranger)), encoding="utf-8")
    assert "not-among-the-people" in desk.approve(stranger).stderr


def test_the_table_that_was_seen_is_signed_and_no_other(desk: Desk, tmp_path: Path) -> None:
    table = tmp_path / "change.json"
    run("compare", desk.old, desk.rules, "--jobs", 1, "--output", table)
    told = json.loads(table.read_text("utf-8"))
    told["regions"] = []
    altered = tmp_path / "altered.json"
    altered.write_text(json.dumps(told), encoding="utf-8")
    assert "another-table" in desk.approve(desk.bo, "Ann", "--table", altered).stderr
    assert desk.approve(desk.bo, "Ann", "--table", table).exit_code == 0
    # Approved, the comparison no longer fails.
    assert run("compare", desk.old, desk.rules, "--jobs", 1).exit_code == 0


def test_a_history_that_was_altered_is_told(desk: Desk) -> None:
    desk.approve(desk.bo)
    desk.publish(desk.ann)
    history = desk.to / "history.jsonl"
    lines = history.read_text("utf-8").splitlines()
    history.write_text(lines[0].replace("Ann", "Eve") + "\n" + lines[1] + "\n", encoding="utf-8")
    assert "history-broken" in desk.publish(desk.ann).stderr


def test_a_history_cut_off_in_a_line_is_told(desk: Desk) -> None:
    history = desk.to / "history.jsonl"
    history.write_text(history.read_text("utf-8")[:-20], encoding="utf-8")
    assert "history-broken" in desk.publish(desk.ann).stderr


def test_of_two_who_publish_at_once_the_second_is_refused_and_the_chain_stays_whole(
    tmp_path: Path,
) -> None:
    """Each was compared with the version that was in force, and only one of them can follow it."""
    shelf = Shelf(tmp_path / "published")
    books = []
    for n in range(8):
        rules = tmp_path / f"v{n}" / "small"
        rules.mkdir(parents=True)
        (rules / "small.yaml").write_text(f"{HEADER}{RULES}# version {n}\n", encoding="utf-8")
        books.append(load_rulebook(rules))

    def put(book: Rulebook) -> str:
        try:
            shelf.put(book, entry_of("small", "", book.digest, "Ann", datetime.now(UTC), []))
        except ProblemsFound as found:
            return found.problems[0].code
        return "published"

    with ThreadPoolExecutor(8) as pool:
        said = sorted(pool.map(put, books))
    assert said == ["published"] + ["published-meanwhile"] * 7
    assert len(shelf.history()) == 1


def test_the_folder_where_versions_are_published_stands_for_the_one_in_force(desk: Desk) -> None:
    by_folder = run("compare", desk.to, desk.rules)
    assert by_folder.stdout == run("compare", desk.old, desk.rules).stdout
    assert "change table" in by_folder.stdout


def test_where_nothing_of_the_rulebook_was_published_there_is_no_version(desk: Desk) -> None:
    other = desk.rules.parent / "other"
    other.mkdir()
    (other / "other.yaml").write_text(
        desk.file.read_text("utf-8").replace("id: small", "id: other"), encoding="utf-8"
    )
    told = run("compare", desk.to, other)
    assert told.exit_code != 0
    assert "no version of `other` was published" in told.stderr


def test_a_table_written_to_please_is_not_signed(desk: Desk, tmp_path: Path) -> None:
    """Its own digest fits, and it leaves the loosening out."""
    table = tmp_path / "change.json"
    run("compare", desk.old, desk.rules, "--jobs", 1, "--output", table)
    told = json.loads(table.read_text("utf-8"))
    told["regions"], told["moves"] = [], []
    seen = {k: told[k] for k in ("old", "new", "moves", "regions", "unknown", "beside")}
    told["table"], told["seen"] = digest_of_change(seen), digest_of(seen)
    table.write_text(json.dumps(told), encoding="utf-8")
    refused = desk.approve(desk.bo, "Ann", "--table", table).stderr
    assert "another-table" in refused and "does not tell what a comparison" in refused
