"""Older versions of a rulebook's folder, as git keeps them. Reads; never writes to a repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from screening.problems import Problem, ProblemsFound
from screening.rulebook.files import digest_of

_SUFFIXES = (".yaml", ".yml", ".csv")
_EMPTY = b"\0" * 10240  # a tar archive of nothing


@dataclass(frozen=True)
class History:
    """The versions of a rulebook's folder with the folders beside it, where lower layers stand.

    `top` is the repository, `beside` the path in it of the folder of rulebooks ("" for the top
    itself), `folder` the rulebook's name there, `layers` the id and folder of each layer.
    """

    top: Path
    beside: str
    folder: str
    layers: tuple[tuple[str, str], ...]

    @contextmanager
    def version(self, revision: str) -> Iterator[Path]:
        """The rulebook's folder as of a revision, for as long as the context lasts.

        Raises `ProblemsFound` where there is none.
        """
        commit = self._commit(revision)
        with TemporaryDirectory() as into:
            with tarfile.open(fileobj=io.BytesIO(self._archive(commit))) as packed:
                packed.extractall(into, filter="data")
            folder = Path(into) / self.beside / self.folder
            if not folder.is_dir():
                raise ProblemsFound([Problem(
                    "unknown-version", f"at `{revision}` there is no rulebook `{self.folder}`",
                    "give a revision in which its folder has this name")])  # fmt: skip
            yield folder

    def with_digest(self, start: str) -> str | None:
        """The newest revision in which the rulebook's digest begins so, or `None`."""
        listed = _run(self.top, "log", "--format=%H", "--", self.beside or ".") or b""
        return next((c for c in listed.decode().split() if self._digest(c).startswith(start)), None)

    def _digest(self, commit: str) -> str:
        """The digest that the loader would find, from the files alone."""
        contents: list[tuple[str, bytes]] = []
        with tarfile.open(fileobj=io.BytesIO(self._archive(commit))) as packed:
            for member in packed:
                path = Path(member.name)
                held = packed.extractfile(member) if path.suffix in _SUFFIXES else None
                if held is None:
                    continue
                content = held.read()
                for id, name in self.layers:
                    folder = Path(self.beside) / name
                    if path.is_relative_to(folder):
                        contents.append((f"{id}/{path.relative_to(folder).as_posix()}", content))
        return digest_of(contents)

    def _commit(self, revision: str) -> str:
        wanted = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        found = _run(self.top, *wanted)
        if found is None:
            raise ProblemsFound([Problem(
                "unknown-version", f"git knows no revision `{revision}` of this rulebook",
                "give a commit, a tag or a branch")])  # fmt: skip
        return found.decode().strip()

    def _archive(self, commit: str) -> bytes:
        where = [self.beside] if self.beside else []
        # A commit from before there were rulebooks has nothing to pack.
        return _run(self.top, "archive", "--format=tar", commit, "--", *where) or _EMPTY


def history_of(folder: Path, layers: tuple[tuple[str, str], ...]) -> History | None:
    """The history of a rulebook's folder, if it lies in a git repository and git is there."""
    folder = folder.resolve()
    said = _run(folder, "rev-parse", "--show-toplevel")
    top = Path(said.decode().strip()).resolve() if said is not None else folder
    if folder == top:
        return None  # none, or one whose layers would lie outside of the repository
    beside = folder.parent.relative_to(top).as_posix()
    return History(top, "" if beside == "." else beside, folder.name, layers)


def _run(where: Path, *words: str) -> bytes | None:
    """What git says, or `None` where it cannot."""
    try:
        done = subprocess.run(["git", "-C", str(where), *words], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
