"""The rulebook in service: a new version is loaded and tried beside the old, then put in its place.

A version with problems, or whose examples come out otherwise, never replaces a good one.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from screening import Rulebook
from screening.ledger.database import LedgerUnavailable
from screening.problems import Problem, ProblemsFound
from screening.rulebook.files import all_files, digest_of
from screening.rulebook.layers import Loading, read_layers
from screening.rulebook.load import load
from screening.workbench.examples import run_examples

log = logging.getLogger("screening.api")

TRIED = "SCREENING_TRIED"
"""Environment variable with the digest of a rulebook whose examples came out right already: the
parent of several workers runs them once, and leaves it to them."""

_NEW_OBJECTS = 20_000
"""So many more than before, and the collector looks at the new ones."""


@dataclass(frozen=True)
class Served:
    """What answers now, and what is wrong with a newer version that does not."""

    rulebook: Rulebook
    refused: tuple[Problem, ...] = ()


class Keeper:
    """Holds the rulebook of one folder; `current` may be read from any thread.

    Whoever `serve`s by it is asked to accept every good version before it answers.
    """

    def __init__(self, folder: Path, known_good: str = "") -> None:
        self.folder = folder
        self._accept: Callable[[Rulebook], None] = lambda rulebook: None
        self.current = Served(tried(folder, known_good))
        self._seen = self.current.rulebook.digest
        self._folders: list[Path] = []
        self._files = ""
        self._lock = threading.Lock()

    def serve(self, accept: Callable[[Rulebook], None]) -> None:
        """Call `accept` with this version and every good one to come; by raising, it keeps one out.

        Raises what `accept` raises of this version.
        """
        accept(self.current.rulebook)
        self._accept = accept

    def look(self) -> Served:
        """Take the newest version of the files into service, if there is one and it is good."""
        with self._lock:
            # To read them as rules takes a second, and mostly they are what they were.
            files = _files_in(self._folders)
            if files and files == self._files:
                return self.current
            loading = Loading()
            read_layers(self.folder, loading)
            digest = digest_of(loading.contents)
            if digest != self._seen:
                self._take()
                self._seen = digest
            # Of folders that are new here nothing was noted before they were read.
            self._files = files if loading.looked_in == self._folders else ""
            self._folders = loading.looked_in
            return self.current

    def _take(self) -> None:
        """Put what the files hold now in service, or say what is wrong with it."""
        try:
            rulebook = tried(self.folder)
            self._accept(rulebook)  # where that fails it is tried again at the next look
            self.current = Served(rulebook)
            if gc.get_freeze_count():
                settle()
            log.info("rulebook %s is in service", self.current.rulebook.digest)
        except LedgerUnavailable:
            raise
        except ProblemsFound as found:
            self.current = Served(self.current.rulebook, found.problems)
            log.error("a new rulebook is not put in service: %s", found.problems[0])


def _files_in(folders: list[Path]) -> str:
    """The digest of all files in them, by names and contents; nothing for no folders."""
    found = [(str(path), path.read_bytes()) for folder in folders for path in all_files(folder)]
    return digest_of(found) if found else ""


def settle() -> None:
    """Take what is loaded out of the rounds of the garbage collector, and let it go round less.

    A rulebook is a million objects that stay; to look through them, as the collector would from
    time to time, holds up every request for a third of a second. A decision makes thousands, nearly
    all of which go without it.
    """
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.unfreeze()  # the version before may go
    gc.collect()
    gc.freeze()


def tried(folder: Path, known_good: str = "") -> Rulebook:
    """The rulebook of the folder, its examples run, unless it is the one of that digest.

    Raises `ProblemsFound`.
    """
    rulebook = Rulebook(load(folder))
    if rulebook.digest == known_good:
        return rulebook
    failed = [o for o in run_examples(rulebook, folder) if not o.ok]
    if failed:
        raise ProblemsFound([
            Problem("example-fails", f"`{o.example.title}`: {'; '.join(map(str, o.differences))}",
                    "mend the rule or the example", o.place) for o in failed
        ])  # fmt: skip
    return rulebook
