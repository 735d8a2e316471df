"""The rulebook in service: a new version is loaded and tried beside the old, then put in its place.

A version with problems, or whose examples come out otherwise, never replaces a good one.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from screening import Rulebook
from screening.problems import Problem, ProblemsFound
from screening.rulebook.files import digest_of
from screening.rulebook.layers import Loading, read_layers
from screening.rulebook.load import load
from screening.workbench.examples import run_examples

log = logging.getLogger("screening.api")


@dataclass(frozen=True)
class Served:
    """What answers now, and what is wrong with a newer version that does not."""

    rulebook: Rulebook
    refused: tuple[Problem, ...] = ()


class Keeper:
    """Holds the rulebook of one folder; `current` may be read from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.current = Served(tried(folder))
        self._seen = self.current.rulebook.digest
        self._lock = threading.Lock()

    def look(self) -> Served:
        """Take the newest version of the files into service, if there is one and it is good."""
        with self._lock:
            loading = Loading()
            read_layers(self.folder, loading)
            digest = digest_of(loading.contents)
            if digest == self._seen:
                return self.current
            self._seen = digest
            try:
                self.current = Served(tried(self.folder))
                log.info("rulebook %s is in service", self.current.rulebook.digest)
            except ProblemsFound as found:
                self.current = Served(self.current.rulebook, found.problems)
                log.error("a new rulebook is not put in service: %s", found.problems[0])
            return self.current


def tried(folder: Path) -> Rulebook:
    """The rulebook of the folder, its examples run. Raises `ProblemsFound`."""
    rulebook = Rulebook(load(folder))
    failed = [o for o in run_examples(rulebook, folder) if not o.ok]
    if failed:
        raise ProblemsFound([
            Problem("example-fails", f"`{o.example.title}`: {'; '.join(map(str, o.differences))}",
                    "mend the rule or the example", o.place) for o in failed
        ])  # fmt: skip
    return rulebook
