"""A rule file as it is and as it would be, before anybody decides whether to write it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rewrite:
    """One file and its text before and after."""

    path: Path
    old: str
    new: str

    @property
    def diff(self) -> str:
        """What would change, as a unified diff."""
        return "".join(difflib.unified_diff(
            self.old.splitlines(keepends=True), self.new.splitlines(keepends=True),
            str(self.path), str(self.path)))  # fmt: skip

    def write(self) -> None:
        """Write the file as it would be."""
        self.path.write_text(self.new, encoding="utf-8")
