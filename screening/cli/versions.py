"""An older version of a rulebook, by whatever name: a folder, where versions are published, a git
revision, or a digest."""

from __future__ import annotations

import re
from pathlib import Path

from screening.cli.exits import RULEBOOK, Stop, refuse
from screening.engine import Rulebook, load_rulebook
from screening.problems import Problem, ProblemsFound
from screening.rulebook.model import Content
from screening.workbench.approvals.publishing import Shelf
from screening.workbench.git_history import History, history_of

_GIT = "git:"
_DIGEST = re.compile(r"[0-9a-f]{8,64}")
_WHOLE_DIGEST = 64


def older_version(name: str, rulebook: Rulebook, folder: Path, ledger: str | None) -> Content:
    """The version meant: a rulebook's folder, the version in force of a folder where versions are
    published, `git:REVISION`, or a digest in the ledger or in git's history.

    Ends the command where there is none, or where it does not load.
    """
    if name.startswith(_GIT):
        history = _history(rulebook, folder)
        if history is None:
            raise refuse("unknown-version", f"`{folder}` is not kept in a git repository",
                         "give a folder, or a digest with `--ledger`")  # fmt: skip
        return _at(history, name.removeprefix(_GIT))
    shelf = Shelf(Path(name))
    if shelf.is_there():
        return _in_force(shelf, rulebook.id)
    if Path(name).is_dir():
        return _loaded(Path(name))
    if not _DIGEST.fullmatch(name):
        raise refuse("unknown-version", f"`{name}` is no folder, no `git:REVISION` and no digest",
                     "a digest is written in hexadecimal, at least its first 8 digits")  # fmt: skip
    return _of_digest(name, rulebook, folder, ledger)


def _in_force(shelf: Shelf, id: str) -> Content:
    try:
        found = shelf.current(id)
    except ProblemsFound as broken:
        raise Stop(RULEBOOK, broken.problems) from None
    if found is None:
        raise refuse("unknown-version", f"no version of `{id}` was published in `{shelf.folder}`",
                     "publish one, or give a folder or `git:REVISION`")  # fmt: skip
    return found.content


def _of_digest(digest: str, rulebook: Rulebook, folder: Path, ledger: str | None) -> Content:
    if rulebook.digest.startswith(digest):
        return rulebook.content
    if ledger is not None:
        if len(digest) != _WHOLE_DIGEST:
            raise refuse("unknown-version", f"a ledger finds whole digests only, not `{digest}`",
                         "give all 64 digits, as a decision states them")  # fmt: skip
        # A database is asked for here alone; what reads it takes long to import.
        from screening.ledger.replay import kept_rulebook
        from screening.ledger.store import Ledger

        return kept_rulebook(Ledger(ledger), digest).content
    history = _history(rulebook, folder)
    revision = history.with_digest(digest) if history is not None else None
    if history is None or revision is None:
        raise refuse("unknown-version", f"no version of `{folder}` is known with the digest "
                     f"`{digest[:12]}`", "a digest cannot be read back: name the ledger that holds "
                     "it with `--ledger`, or give a folder or `git:REVISION`")  # fmt: skip
    return _at(history, revision)


def _history(rulebook: Rulebook, folder: Path) -> History | None:
    # Layers beneath stand beside the rulebook, in folders named by their ids.
    layers = rulebook.content.layers
    names = (*((id, id) for id in layers[:-1]), (layers[-1], folder.resolve().name))
    return history_of(folder, names)


def _at(history: History, revision: str) -> Content:
    with history.version(revision) as folder:
        return _loaded(folder)


def _loaded(folder: Path) -> Content:
    try:
        return load_rulebook(folder).content
    except ProblemsFound as found:
        said = Problem("older-version", "the older version does not load as rulebooks are read now",
                       "compare with a version that does")  # fmt: skip
        raise Stop(RULEBOOK, [*found.problems, said]) from None
