"""The lines of one shipment, each whole: what the shipment says of all, and the line of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from screening.answer import Decision
from screening.problems import Problem, ProblemsFound
from screening.reading.forms import Locate, read_shipment
from screening.shipment import Shipment
from screening.vocabulary import ROLES


@dataclass(frozen=True)
class Line:
    """One line of a shipment, with the way back to where its facts stand in the file."""

    number: int
    shipment: Shipment
    place_of: Callable[[Problem], Problem]

    def placed(self, decision: Decision) -> Decision:
        """The decision with its problems at their places in the file."""
        return replace(decision, problems=tuple(self.place_of(p) for p in decision.problems))


def lines_of(data: object, locate: Locate) -> list[Line]:
    """The lines of a document: it is one itself, or holds them under `lines:`.

    Raises `ProblemsFound`.
    """
    if not isinstance(data, Mapping):
        raise ProblemsFound([Problem("file-form", "a shipment file is a mapping of fields",
                                     "several lines stand under `lines:`",
                                     locate(()))])  # fmt: skip
    if "lines" not in data:
        return [_line(1, data, locate)]
    parts = data["lines"]
    shared = {k: v for k, v in data.items() if k != "lines"}
    if not isinstance(parts, list) or not parts or not all(isinstance(p, Mapping) for p in parts):
        raise ProblemsFound([Problem("file-form",
                                     "`lines` is a list of mappings, one for each line",
                                     "", locate(("lines",)))])  # fmt: skip
    problems = _contradictions(shared, parts, locate)
    if problems:
        raise ProblemsFound(problems)

    def of_line(i: int) -> Locate:
        return lambda keys, of_key=False: locate(
            ("lines", i, *keys) if keys and keys[0] in parts[i] else keys, of_key
        )

    return [_line(i + 1, {**shared, **part}, of_line(i)) for i, part in enumerate(parts)]


def _contradictions(
    shared: Mapping[str, object], parts: list[Mapping[str, object]], locate: Locate
) -> list[Problem]:
    """What a line says differently from the shipment, and dates and parties that differ."""
    found = []
    first: dict[str, tuple[object, int]] = {}
    for i, part in enumerate(parts):
        for key, value in part.items():
            if key in shared and shared[key] != value:
                found.append(Problem(
                    "lines-disagree", f"line {i + 1} and the shipment say `{key}` differently",
                    "say it once, for the shipment or for each line",
                    locate(("lines", i, key))))  # fmt: skip
        for key in ("law_date", "parties", *ROLES):
            if key in shared:
                continue
            value, line = first.setdefault(key, (part.get(key), i))
            if value != part.get(key):
                found.append(Problem(
                    "lines-disagree", f"lines {line + 1} and {i + 1} disagree on `{key}`",
                    "lines of one shipment go on one date between the same parties; "
                    "screen what goes apart by itself", locate(("lines", i, key))))  # fmt: skip
    return found


def _line(number: int, data: Mapping[str, object], locate: Locate) -> Line:
    shipment, problems = read_shipment(data, locate)
    if shipment is None:
        raise ProblemsFound(problems)

    def place_of(problem: Problem) -> Problem:
        ref = problem.place.field if problem.place else None
        if ref is None:
            return problem
        place = locate((ref,)) if ref in data else locate(tuple(ref.split(".")))
        return problem.at(replace(place, field=ref) if place else problem.place)

    return Line(number, shipment, place_of)
