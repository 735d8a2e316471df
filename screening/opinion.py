"""The second opinion on a decision: what another engine says of the rules that are met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from screening.decision import Finding, Verdict
from screening.truth import Truth

ENGINES_DISAGREE = "engines_disagree"
"""Why a decision is held at review when the second opinion differs."""


class Policy(StrEnum):
    """Which decisions a second opinion is asked on."""

    ALWAYS = "always"
    ALLOW = "allow"
    SAMPLE = "sample"
    OFF = "off"


class Outcome(StrEnum):
    """What came of asking."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNAVAILABLE = "unavailable"


_WORD = {Truth.TRUE: "met", Truth.FALSE: "not met", Truth.UNKNOWN: "perhaps met"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule on which the two engines differ."""

    rule: str
    engine: Truth
    referee: Truth

    def as_dict(self) -> dict[str, str]:
        """JSON form."""
        return {
            "rule": self.rule,
            "engine": self.engine.name.lower(),
            "referee": self.referee.name.lower(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> Difference:
        """From the JSON form."""
        engine, referee = (Truth[data[name].upper()] for name in ("engine", "referee"))
        return cls(data["rule"], engine, referee)

    def __str__(self) -> str:
        return f"`{self.rule}` is {_WORD[self.engine]} and, to the referee, {_WORD[self.referee]}"


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What the referee said. `reason` tells why there is no answer, or why the verdict changed.

    `alone` is the engine's own verdict and finding where the second opinion changed them.
    """

    outcome: Outcome
    reason: str = ""
    differences: tuple[Difference, ...] = ()
    alone: tuple[Verdict, Finding] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "outcome": self.outcome.value,
            "reason": self.reason,
            "differences": [d.as_dict() for d in self.differences],
            "engine_alone": None if self.alone is None else
            {"verdict": self.alone[0].value, "finding": self.alone[1].value},
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SecondOpinion:
        """From the JSON form."""
        alone = data["engine_alone"]
        return cls(
            Outcome(data["outcome"]), data["reason"],
            tuple(Difference.from_dict(d) for d in data["differences"]),
            (Verdict(alone["verdict"]), Finding(alone["finding"])) if alone else None,
        )  # fmt: skip

    def sentence(self) -> str:
        """For a business reader; empty where there is nothing to tell."""
        before = f" Alone, the engine says {self.alone[0].value}." if self.alone else ""
        match self.outcome:
            case Outcome.DISAGREES:
                told = "; ".join(str(d) for d in self.differences[:3])
                more = len(self.differences) - 3
                told += f"; and {more} more" if more > 0 else ""
                return f"Two engines disagree on the rules that are met: {told}.{before}"
            case Outcome.UNAVAILABLE:
                return f"There is no second opinion: {self.reason}.{before}"
            case _:
                return ""
