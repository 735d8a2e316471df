"""A comparison of two versions, in child processes: a solver that hangs proves nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from screening.engine import Rulebook
from screening.rulebook.load import load
from screening.rulebook.model import Content
from screening.workbench.changes import compare as changes_of
from screening.workbench.proofs.children import solver_there, told_by
from screening.workbench.proofs.epochs import Epoch
from screening.workbench.regions.same import differing_epochs
from screening.workbench.regions.told import MOST, Comparison, Region, joined

Files = tuple[tuple[str, bytes], ...]


def compare(
    old: Rulebook, new: Rulebook, *, seconds: float = 600, each: float = 30, jobs: int = 2
) -> Comparison:
    """Every region in which the two answer differently, or why that is not known.

    Without the solver nothing is compared, and that is said.
    """
    found = Comparison(new.id, old.digest, new.digest, beside=list(_beside(old, new)))
    epochs = differing_epochs(old, new)
    if not epochs:
        return found
    if not solver_there():
        found.unknown.append("not compared: the solver is missing; "
                             "install it with `pip install export-screening[prove]`")  # fmt: skip
        return found
    until = time.monotonic() + seconds
    answered: set[Epoch] = set()
    # Days that follow each other in one child: what is found for some is tried on the next.
    size = -(-len(epochs) // jobs)
    parts = [epochs[i : i + size] for i in range(0, len(epochs), size)]
    work = [(_Book(old), _Book(new), part, each) for part in parts]
    for epoch, regions, said in told_by(until - time.monotonic(), _work, work, inherit=True):
        found.regions += regions
        answered.add(epoch)
        found.unknown += [f"{epoch.first} to {epoch.last}: {why}" for why in said]
        if len(found.regions) > MOST:
            found.regions = joined(found.regions)  # days that follow each other are told once
        if len(found.regions) > MOST:
            found.unknown.append(f"stopped at {MOST:,} regions: there are more")
            del found.regions[MOST:]
            break
    else:
        found.unknown += [f"{e.first} to {e.last}: no answer in time" for e in epochs
                          if e not in answered]  # fmt: skip
    return found.sorted()


def _beside(old: Rulebook, new: Rulebook) -> Iterator[str]:
    """What says what a shipment is, rather than how it is answered: no region speaks of it."""
    changes = changes_of(old.content, new.content)
    for document, why in (
        ("product", "the catalogue"), ("party", "the records of parties"),
        ("assumption", "what is taken for granted"), ("field", "the fields of a shipment"),
    ):  # fmt: skip
        ids = [c.id for c in changes.of(document)]
        if ids:
            more = f" and {len(ids) - 6} more" if len(ids) > 6 else ""
            yield f"{why}: {', '.join(ids[:6])}{more}"


class _Book:
    """A rulebook to hand to a child: as it is, or as the files that it was read from."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook

    def __reduce__(self) -> tuple[Any, ...]:
        content = self.rulebook.content
        return _read_again, (content.files, content.layers[-1])


def _read_again(files: Files, id: str) -> _Book:
    return _Book(Rulebook(_loaded(files, id)))


def _work(out: Connection, old: _Book, new: _Book, epochs: Sequence[Epoch], each: float) -> None:
    # Imports the solver, in the child only.
    from screening.conditions.prove import Unreadable
    from screening.workbench.proofs.solving import TimedOut
    from screening.workbench.regions.search import Comparer

    comparer = Comparer(old.rulebook, new.rulebook, each, epochs)
    for epoch in epochs:
        regions: list[Region] = []
        said: list[str] = []
        try:
            regions, said = comparer.regions(epoch)
        except Unreadable as error:
            said = [f"cannot be expressed: {error}"]
        except TimedOut as error:
            said = [f"the solver gave up: {error}"]
        out.send((epoch, regions, said))


def _loaded(files: Files, id: str) -> Content:
    with TemporaryDirectory() as folder:
        for name, text in files:
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        return load(Path(folder, id))
