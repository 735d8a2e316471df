"""A decision taken again from its record alone."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening import __version__
from screening.engine import Rulebook
from screening.ledger.asked import Asked
from screening.ledger.entry import Kind
from screening.ledger.record import Record, canonical
from screening.ledger.store import Ledger
from screening.opinion import SecondOpinion
from screening.problems import Problem, ProblemsFound
from screening.referee.confirm import again
from screening.rulebook.load import load
from screening.shipment import Shipment


@dataclass(frozen=True)
class Replay:
    """A recorded decision and the same decision taken again; `engine` is that of the record."""

    recorded: Mapping[str, Any]
    again: Mapping[str, Any]
    engine: str

    @property
    def identical(self) -> bool:
        """Whether both are the same, to the byte."""
        return canonical(self.recorded) == canonical(self.again)

    @property
    def differences(self) -> tuple[str, ...]:
        """The parts of the decision that differ."""
        keys = sorted({*self.recorded, *self.again})
        return tuple(k for k in keys if self.recorded.get(k) != self.again.get(k))

    @property
    def why(self) -> str:
        """One sentence: that it is identical, or what differs and why it may."""
        if self.identical:
            return "the same decision, to the byte"
        parts = ", ".join(f"`{d}`" for d in self.differences)
        if self.recorded["digest"] != self.again["digest"]:
            return f"{parts} differ: decided by another rulebook than the recorded one"
        if self.engine != __version__:
            return (f"{parts} differ: recorded by engine {self.engine}, "
                    f"taken again by {__version__}")  # fmt: skip
        return f"{parts} differ, on the same facts, by the same rulebook and engine"

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "version": 1,
            "identical": self.identical,
            "why": self.why,
            "engine": {"recorded": self.engine, "now": __version__},
            "differences": [
                {"part": d, "recorded": self.recorded.get(d), "again": self.again.get(d)}
                for d in self.differences
            ],
        }


def kept_rulebook(ledger: Ledger, digest: str) -> Rulebook:
    """The rulebook of that digest, from the ledger alone. Raises `ProblemsFound`."""
    name, files = ledger.rulebook_files(digest)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for shown, content in files.items():
            path = root / shown
            if not path.resolve().is_relative_to(root):
                raise ValueError(f"the kept file `{shown}` leads elsewhere")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return Rulebook(load(root / name))


def replay(record: Record, rulebook: Rulebook) -> Replay:
    """Take the recorded decision again, on the recorded facts and clocks.

    Another engine's opinion is not asked for again: the recorded one is applied.

    Raises `ProblemsFound` where the record is of no decision.
    """
    data = record.data
    if data["kind"] != Kind.DECISION:
        raise ProblemsFound([Problem(
            "no-such-decision", f"record `{data['id']}` is of no decision",
            "`screening ledger show` tells what it is of")])  # fmt: skip
    shipment = Shipment.model_validate(data["shipment"])
    asked = Asked.model_validate(data["asked"])
    told = data["decision"].get("second_opinion")
    confirms = again(SecondOpinion.from_dict(told)) if told is not None else None
    decision = asked.take(rulebook, shipment, confirms)
    return Replay(data["decision"], asked.told(decision), data["engine"])
