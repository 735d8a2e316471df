"""From a mapping to a shipment; what has not its form is told as problems with their paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, get_args

from pydantic import BaseModel, ValidationError

from screening.field_names import meant
from screening.problems import Place, Problem, nearest
from screening.rulebook.shape import told_once
from screening.shipment import License, Listing, Owner, Party, Shipment
from screening.vocabulary import BASE, ROLES, Scope

Path = tuple[str | int, ...]
"""Keys and positions that lead to a value, as the writer of the mapping sees them."""


class Locate(Protocol):
    """From keys and positions to the place in the file, or the nearest thing around it."""

    def __call__(self, keys: Path, of_key: bool = False, /) -> Place | None:
        """Where the value stands, or the last key itself."""
        ...


_MODELS: dict[str, type[BaseModel]] = {"listings": Listing, "owners": Owner, "license": License}


_NESTED = ("parties", "certifications", "attributes", "chip", "license", "fields")
"""Keys beside the roles that stand for more than one value."""


def read_shipment(
    data: Mapping[str, object], locate: Locate
) -> tuple[Shipment | None, list[Problem]]:
    """The shipment, or everything that is wrong with its form; `locate` finds a path's place."""
    problems = [p.at(locate(path, p.code == "unknown-field")) for path, p in _wrong_kinds(data)]
    if problems:
        return None, problems
    try:
        return Shipment.model_validate(dict(data)), []
    except ValidationError as error:
        paths = _party_paths(data)
        return None, [
            _problem(item["type"], str(item["msg"]), path, item.get("input")).at(
                locate(path, item["type"] == "extra_forbidden")
            )
            for item in told_once(error.errors())
            for path in [_path(item["loc"], paths)]
        ]


def _wrong_kinds(data: Mapping[str, object]) -> list[tuple[Path, Problem]]:
    """Values of a kind that the shipment's own reading does not expect."""
    found: list[tuple[Path, Problem]] = []

    def wrong(path: Path, what: str) -> None:
        found.append((path, Problem("wrong-shape", f"`{path[0]}` is not {what}",
                                    f"write for instance `{path[0]}: {{name: Example GmbH}}`"
                                    if path[0] in ROLES else "")))  # fmt: skip

    for key, value in data.items():
        if key in ROLES:
            items = value if isinstance(value, list) else [value]
            for i, item in enumerate(items):
                if not isinstance(item, str | Mapping | Party) and item is not None:
                    wrong((key, i) if isinstance(value, list) else (key,),
                          "a party: a name, or a mapping with `name`")  # fmt: skip
        elif key == "parties" and not isinstance(value, list | tuple) and value is not None:
            wrong((key,), "a list of parties")
        elif key in ("certifications", "attributes") and not isinstance(value, Mapping):
            wrong((key,), "a mapping")
        elif isinstance(value, Mapping) and key not in (*_NESTED, *BASE.of(Scope.SHIPMENT)):
            found.append(((key,), Problem(
                "unknown-field", f"`{key}` is not a field of a shipment{meant(key)}",
                "`screening vocabulary` lists the fields")))  # fmt: skip
    return found


def _party_paths(data: Mapping[str, object]) -> list[Path]:
    """Where each party of the shipment stands in the mapping, in the shipment's order."""
    parties = data.get("parties")
    paths: list[Path] = []
    if isinstance(parties, list | tuple):
        paths = [("parties", i) for i in range(len(parties))]
    for key, value in data.items():
        if key in ROLES:
            items: list[tuple[Path, object]] = [((key,), value)]
            if isinstance(value, list):
                items = [((key, i), v) for i, v in enumerate(value)]
            for path, item in items:
                text = item.strip().casefold() if isinstance(item, str) else "x"
                if item is not None and text not in ("", "none"):
                    paths.append(path)
    return paths


def _path(loc: tuple[str | int, ...], parties: list[Path]) -> Path:
    if len(loc) > 1 and loc[0] == "parties" and isinstance(loc[1], int) and loc[1] < len(parties):
        return (*parties[loc[1]], *loc[2:])
    return loc[1:] if loc[:1] == ("fields",) else loc


def _problem(kind: str, said: str, path: Path, given: object) -> Problem:
    last = path[-1] if path else "the shipment"
    around = [_MODELS[s] for s in path[:-1] if isinstance(s, str) and s in _MODELS]
    model = around[-1] if around else Party
    match kind:
        case "extra_forbidden":
            known = list(model.model_fields)
            return Problem("unknown-key", f"`{last}` is not a key here{nearest(str(last), known)}",
                           "known keys: " + ", ".join(known))  # fmt: skip
        case "missing":
            return Problem("missing-key", f"`{last}` is missing", f"add `{last}:` here")
        case "literal_error":
            field = model.model_fields.get(str(last))
            choices = [str(c) for c in get_args(field.annotation)] if field else []
            return Problem("unknown-value", f"`{given}` is not a value of `{last}`"
                           f"{nearest(str(given), choices)}",
                           "one of " + ", ".join(choices))  # fmt: skip
        case "value_error":
            return Problem("wrong-shape", said.removeprefix("Value error, "))
        case _:
            return Problem("wrong-shape", f"`{last}` does not have the shape it needs here")
