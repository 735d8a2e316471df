"""A decision as an entry of the ledger, and the same decision taken again from its record."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from screening import __version__
from screening.answer import Decision
from screening.decision import Authority
from screening.engine import Rulebook
from screening.ledger.record import Record, canonical
from screening.ledger.store import Ledger
from screening.rulebook.load import load
from screening.shipment import Shipment


@dataclass(frozen=True)
class Asked:
    """How a decision was asked for: what is needed, beside shipment and rules, to take it again."""

    law_date: date | None = None
    known_as_of: date | None = None
    authority: Authority | None = None
    assumptions: bool = True

    def decide(self, rulebook: Rulebook, shipment: Shipment) -> Decision:
        """The decision."""
        return rulebook.decide(
            shipment, law_date=self.law_date, known_as_of=self.known_as_of,
            authority=self.authority, assumptions=self.assumptions,
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "law_date": self.law_date.isoformat() if self.law_date else None,
            "known_as_of": self.known_as_of.isoformat() if self.known_as_of else None,
            "authority": self.authority.value if self.authority else None,
            "assumptions": self.assumptions,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Asked:
        """From the JSON form."""

        def day(name: str) -> date | None:
            return date.fromisoformat(data[name]) if data[name] else None

        authority = Authority(data["authority"]) if data["authority"] else None
        return cls(day("law_date"), day("known_as_of"), authority, bool(data["assumptions"]))


def decision_entry(
    decision: Decision, shipment: Shipment, asked: Asked, who: str, idempotency: str | None = None
) -> dict[str, Any]:
    """What is put on record of a decision: all that was known, and all that was told."""
    place = decision.facts.values.get("destination")
    day = decision.clocks.law_date
    return {
        "version": 1,
        "kind": "decision",
        "id": uuid.uuid4().hex,
        "recorded_at": now(),
        "who": who,
        "about": None,
        "idempotency": idempotency,
        "verdict": decision.verdict.value,
        "law_date": day.isoformat() if day else None,
        "destination": str(place[0].value) if place and len(place) == 1 else None,
        "rulebook": decision.digest,
        "engine": __version__,
        "asked": asked.as_dict(),
        "shipment": shipment.model_dump(mode="json", exclude_none=True),
        "decision": decision.as_dict(),
    }


def resolution_entry(about: Record, who: str, clears: bool, reason: str) -> dict[str, Any]:
    """What is put on record when a reviewer clears or confirms a review. It changes no decision."""
    data = about.data
    return {
        "version": 1,
        "kind": "resolution",
        "id": uuid.uuid4().hex,
        "recorded_at": now(),
        "who": who,
        "about": data["id"],
        "idempotency": None,
        "verdict": "cleared" if clears else "confirmed",
        "law_date": data["law_date"],
        "destination": data["destination"],
        "rulebook": data["rulebook"],
        "reason": reason,
    }


def now() -> str:
    """The moment, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Replay:
    """A recorded decision and the same decision taken again."""

    recorded: Mapping[str, Any]
    again: Mapping[str, Any]

    @property
    def identical(self) -> bool:
        """Whether both are the same, to the byte."""
        return canonical(self.recorded) == canonical(self.again)

    @property
    def differences(self) -> tuple[str, ...]:
        """The parts of the decision that differ."""
        keys = sorted({*self.recorded, *self.again})
        return tuple(k for k in keys if self.recorded.get(k) != self.again.get(k))


def kept_rulebook(ledger: Ledger, digest: str) -> Rulebook:
    """The rulebook of that digest, from the ledger alone. Raises `ProblemsFound`."""
    name, files = ledger.rulebook_files(digest)
    with tempfile.TemporaryDirectory() as folder:
        for shown, content in files.items():
            path = Path(folder) / shown
            if not path.resolve().is_relative_to(Path(folder).resolve()):
                raise ValueError(f"the kept file `{shown}` leads elsewhere")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return Rulebook(load(Path(folder) / name))


def replay(record: Record, rulebook: Rulebook) -> Replay:
    """Take the recorded decision again, on the recorded facts and clocks."""
    data = record.data
    shipment = Shipment.model_validate(data["shipment"])
    decision = Asked.from_dict(data["asked"]).decide(rulebook, shipment)
    return Replay(data["decision"], decision.as_dict())
