"""Examples: shipments with the answers that policy staff expect."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from screening.casting import CastError, cast_date
from screening.decision import Finding, Verdict
from screening.problems import Place, nearest
from screening.rulebook.layers import Loading
from screening.rulebook.model import Example, Expectation, Rule
from screening.shipment import Shipment

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
                    _expectation(e, rules, file.place("examples", i, "expect", j), loading)
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
    named = [*_list(spec.get("decisive")), *(spec.get("statuses") or {})]
    for id in named:
        if id not in rules and id not in BUILT_IN_IDS:
            loading.complain("unknown-rule", f"`{id}` is not a rule{nearest(id, rules)}", place)
    try:
        return Expectation(
            cast_date(spec["law_date"]) if "law_date" in spec else None,
            cast_date(spec["known_as_of"]) if "known_as_of" in spec else None,
            Verdict(spec["verdict"]) if "verdict" in spec else None,
            Finding(spec["finding"]) if "finding" in spec else None,
            tuple(_list(spec["decisive"])) if "decisive" in spec else None,
            dict(spec.get("statuses") or {}),
            tuple(_list(spec["ask"])) if "ask" in spec else None,
            place,
        )
    except CastError as error:
        loading.problems.append(error.problem.at(place))
    except ValueError as error:
        loading.complain("unknown-value", str(error).replace("'", "`"), place)
    return Expectation(None, None, None, None, None, {}, None, place)


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


BUILT_IN_IDS = frozenset(
    {"facts-conflict", "exception-claimed-not-met", "license-in-hand", "license-claimed"}
)
"""Rules that every rulebook has without writing them."""
