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
from screening.rulebook.files import digest_of
from screening.rulebook.layers import Loading, read_layers
from screening.rulebook.load import load
from screening.workbench.examples import run_examples

log = logging.getLogger("screening.api")

TRIED = "SCREENING_TRIED"
"""Environment variable with the digest of a rulebook whose examples came out right already: the
parent of several workers runs them once, and leaves it to them."""


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
            loading = Loading()
            read_layers(self.folder, loading)
            digest = digest_of(loading.contents)
            if digest == self._seen:
                return self.current
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
            self._seen = digest
            return self.current


def settle() -> None:
    """Take what is loaded out of the rounds of the garbage collector.

    A rulebook is a million objects that stay; to look through them, as the collector would from
    time to time, holds up every request for a third of a second.
    """
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
