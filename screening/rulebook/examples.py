"""Examples: shipments with the answers that policy staff expect."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import ValidationError

from screening.casting import CastError, cast_date
from screening.decision import Finding, Verdict
from screening.problems import Place, nearest
from screening.rulebook.layers import Loading
from screening.rulebook.model import BUILT_IN_IDS, Example, Expectation, Rule
from screening.shipment import Shipment

E = TypeVar("E", bound=StrEnum)

_EXPECT_KEYS = frozenset(
    {"law_date", "known_as_of", "verdict", "finding", "decisive", "statuses", "ask"}
)


def compile_examples(loading: Loading, rules: dict[str, Rule]) -> list[Example]:
    """The examples of all files; what they name must exist."""
    found = []
    for layer in loading.layers:
        for file in layer.files:
            for i, spec in enumerate(file.content.examples):
                place = file.place("examples", i, "title")
                try:
                    given = Shipment.model_validate(spec.given)
                except ValidationError as error:
                    said = error.errors()[0]
                    where = file.place("examples", i, "given", *said["loc"])
                    loading.complain(
                        "shipment-form", f"this is not a shipment: {said['msg']}", where
                    )
                    continue
                expectations = [
                    _expectation(
                        {"known_as_of": spec.known_as_of, **e} if spec.known_as_of else e,
                        rules,
                        file.place("examples", i, "expect", j),
                        loading,
                    )
                    for j, e in enumerate(spec.expect)
                ]
                found.append(Example(spec.title, given, tuple(expectations), spec.authority,
                                     spec.assumptions, place))  # fmt: skip
    return found


def _expectation(
    spec: dict[str, Any], rules: dict[str, Rule], place: Place | None, loading: Loading
) -> Expectation:
    for key in spec:
        if key not in _EXPECT_KEYS:
            message = f"`{key}` is not a key here{nearest(key, _EXPECT_KEYS)}"
            known = ", ".join(sorted(_EXPECT_KEYS))
            loading.complain("unknown-key", message, place, f"known keys: {known}")
    shapes = {"decisive": (str, list), "ask": (str, list), "statuses": (dict,)}
    for key, value in spec.items():
        if not isinstance(value, shapes.get(key, (str, date))):
            loading.complain("wrong-shape", f"`{key}` does not have the shape it needs here", place)
            return _NOTHING
    statuses = spec.get("statuses") or {}
    for id in (*_list(spec.get("decisive")), *statuses):
        if id not in rules and id not in BUILT_IN_IDS:
            loading.complain("unknown-rule", f"`{id}` is not a rule{nearest(id, rules)}", place)
    try:
        return Expectation(
            _day(spec.get("law_date")),
            _day(spec.get("known_as_of")),
            _one_of(Verdict, spec.get("verdict")),
            _one_of(Finding, spec.get("finding")),
            tuple(_list(spec["decisive"])) if "decisive" in spec else None,
            dict(statuses),
            tuple(_list(spec["ask"])) if "ask" in spec else None,
            place,
        )
    except CastError as error:
        loading.problems.append(error.problem.at(place))
    return _NOTHING


_NOTHING = Expectation(None, None, None, None, None, {}, None, None)


def _day(value: str | date | None) -> date | None:
    return cast_date(value) if isinstance(value, str) else value


def _one_of(kind: type[E], text: str | None) -> E | None:
    if text is None:
        return None
    known = [str(member.value) for member in kind]
    if text not in known:
        what = kind.__name__.lower()
        raise CastError("unknown-value", f"`{text}` is not a {what}{nearest(text, known)}",
                        "one of " + ", ".join(known))  # fmt: skip
    return kind(text)


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
