"""Publishing: the version in force, the versions before it, and who answers for each."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from screening.engine import Rulebook
from screening.problems import Problem, ProblemsFound
from screening.rulebook.load import load
from screening.rulebook.model import FourEyes
from screening.workbench.approvals.approval import Approval, valid
from screening.workbench.canonical import canonical, digest_of

_HISTORY = "history.jsonl"
_VERSIONS = "versions"
_LOCK = ".lock"


@dataclass(frozen=True)
class Shelf:
    """A folder with what is published: `current`, every version by digest, and the history."""

    folder: Path

    def is_there(self) -> bool:
        """Whether anything was ever published in the folder."""
        return (self.folder / _HISTORY).is_file()

    def history(self) -> list[dict[str, Any]]:
        """Every publication, oldest first. Raises `ProblemsFound` where the chain is broken."""
        path = self.folder / _HISTORY
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        found: list[dict[str, Any]] = []
        before = ""
        for number, line in enumerate(lines, 1):
            entry = _entry(line)
            if entry is None or entry.get("before") != before:
                raise ProblemsFound([Problem(
                    "history-broken", f"line {number} of `{path}` does not follow from the one "
                    "before it", "take the folder back from a copy")])  # fmt: skip
            before = digest_of(entry)
            found.append(entry)
        return found

    def current(self, id: str) -> Rulebook | None:
        """The version in force, if one was ever published."""
        entries = [e for e in self.history() if e["rulebook"] == id]
        if not entries:
            return None
        found = Rulebook(load(self.version(entries[-1]["new"]) / id))
        if found.digest != entries[-1]["new"]:
            raise ProblemsFound([Problem(
                "published-altered", "the version in force is not what was published",
                "take the folder back from a copy")])  # fmt: skip
        return found

    def version(self, digest: str) -> Path:
        """The folder of a version, its layers beneath it."""
        return self.folder / _VERSIONS / digest

    def put(self, rulebook: Rulebook, entry: Mapping[str, Any]) -> None:
        """Make this the version in force: the files first, the line of the history last.

        Raises `ProblemsFound` where another version was published since the entry was made: what
        was compared and signed is a change of the version that it names under `old`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            history = self.history()
            mine = [e for e in history if e["rulebook"] == entry["rulebook"]]
            if (mine[-1]["new"] if mine else "") != entry["old"]:
                raise ProblemsFound([Problem(
                    "published-meanwhile", "another version was published in the meantime",
                    "compare with the version that is in force now, and have that signed")
                ])  # fmt: skip
            self._keep(rulebook)
            before = digest_of(history[-1]) if history else ""
            with (self.folder / _HISTORY).open("a", encoding="utf-8") as file:
                file.write(canonical({**entry, "before": before}) + "\n")
                file.flush()
                os.fsync(file.fileno())

    def _keep(self, rulebook: Rulebook) -> None:
        place = self.version(rulebook.digest)
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self.folder) as part:
            for name, text in rulebook.content.files:
                path = Path(part, "v", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text)
            shutil.move(Path(part, "v"), place)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else publishes here meanwhile: the chain would part in two."""
        with (self.folder / _LOCK).open("wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _entry(line: str) -> dict[str, Any] | None:
    """A line of the history; `None` where it was cut off or altered beyond reading."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def needed(eyes: FourEyes | None, looser: bool) -> bool:
    """Whether a second person has to have signed."""
    return eyes is not None and (eyes.every_change or looser)


def check_approved(
    found: list[Approval], eyes: FourEyes | None, old: str, new: str, publisher: str
) -> list[Approval]:
    """The approvals that count. Raises `ProblemsFound` where there is none."""
    good = [a for a in found if valid(a, eyes, old, new)]
    others = [a for a in good if a.by != publisher]
    if not good:
        raise ProblemsFound([Problem(
            "not-approved", f"nobody has approved the change from {old[:12]} to {new[:12]}",
            "a second person signs it: `screening approve OLD NEW --key FILE`")])  # fmt: skip
    if not others:
        raise ProblemsFound([Problem("four-eyes", f"`{publisher}` approved it and publishes it",
                                     "who publishes is not who approves")])  # fmt: skip
    return others


def entry_of(
    rulebook: str, old: str, new: str, by: str, at: datetime, approvals: list[Approval]
) -> dict[str, Any]:
    """The line of the history."""
    return {"rulebook": rulebook, "old": old, "new": new, "by": by,
            "at": at.isoformat(timespec="seconds"),
            "approvals": [a.as_dict() for a in approvals]}  # fmt: skip
