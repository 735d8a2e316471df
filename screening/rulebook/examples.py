"""Examples: shipments with the answers that policy staff expect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from screening.casting import CastError, cast_date
from screening.decision import Finding, Verdict
from screening.english import one
from screening.problems import Place, nearest
from screening.reading.forms import Path, read_shipment
from screening.rulebook.files import RuleFile
from screening.rulebook.layers import Loading
from screening.rulebook.model import BUILT_IN_IDS, Example, Expectation, Rule

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

_EXPECT_KEYS = frozenset(
    {"law_date", "known_as_of", "verdict", "finding", "decisive", "statuses", "ask"}
)


Where = Callable[[str], Place | None]
"""Where an expectation says a word; where it stands itself, if the word is not in it."""


def compile_examples(loading: Loading, rules: dict[str, Rule]) -> list[Example]:
    """The examples of all files; what they name must exist."""
    found = []
    for layer in loading.layers:
        for file in layer.files:
            for i, spec in enumerate(file.content.examples):
                place = file.place("examples", i, "title")
                given, wrong = read_shipment(
                    spec.given, partial(_place, file, ("examples", i, "given"))
                )
                loading.problems += wrong
                if given is None:
                    continue
                expectations = [
                    _expectation(
                        {"known_as_of": spec.known_as_of, **e} if spec.known_as_of else e,
                        rules,
                        partial(_word, file, ("examples", i, "expect", j)),
                        loading,
                    )
                    for j, e in enumerate(spec.expect)
                ]
                found.append(Example(spec.title, given, tuple(expectations), spec.authority,
                                     spec.assumptions, place))  # fmt: skip
    return found


def _place(file: RuleFile, start: Path, path: Path, of_key: bool = False, /) -> Place | None:
    key = file.key_place(*start, *path) if of_key else None
    return key or file.place(*start, *path)


def _word(file: RuleFile, path: Path, word: str) -> Place | None:
    return file.word(word, *path)


def _expectation(
    spec: dict[str, Any], rules: dict[str, Rule], at: Where, loading: Loading
) -> Expectation:
    for key in spec:
        if key not in _EXPECT_KEYS:
            message = f"`{key}` is not a key here{nearest(key, _EXPECT_KEYS)}"
            known = ", ".join(sorted(_EXPECT_KEYS))
            loading.complain("unknown-key", message, at(key), f"known keys: {known}")
    shapes = {"decisive": (str, list), "ask": (str, list), "statuses": (dict,)}
    for key, value in tuple(spec.items()):
        if not isinstance(value, shapes.get(key, (str, date))):
            spec = {k: v for k, v in spec.items() if k != key}
            form = "a mapping of rules to statuses" if key == "statuses" else "one value"
            loading.complain("wrong-shape", f"`{key}` does not have the shape it needs here",
                             at(key), f"write {form}")  # fmt: skip
    statuses = spec.get("statuses") or {}
    for id in (*_list(spec.get("decisive")), *statuses):
        if id not in rules and id not in BUILT_IN_IDS:
            loading.complain("unknown-rule", f"`{id}` is not a rule{nearest(id, rules)}", at(id),
                             "`decisive` and `statuses` name rules by their ids")  # fmt: skip

    def read(make: Callable[[Any], T], key: str) -> T | None:
        value = spec.get(key)
        try:
            return None if value is None else make(value)
        except CastError as error:
            loading.problems.append(error.problem.at(at(str(value))))
            return None

    return Expectation(
        read(_day, "law_date"),
        read(_day, "known_as_of"),
        read(partial(_one_of, Verdict), "verdict"),
        read(partial(_one_of, Finding), "finding"),
        tuple(_list(spec["decisive"])) if "decisive" in spec else None,
        dict(statuses),
        tuple(_list(spec["ask"])) if "ask" in spec else None,
        at(""),
    )


def _day(value: str | date) -> date:
    return cast_date(value) if isinstance(value, str) else value


def _one_of(kind: type[E], text: str) -> E:
    known = [str(member.value) for member in kind]
    if text not in known:
        what = kind.__name__.lower()
        raise CastError("unknown-value", f"`{text}` is not {one(what)}{nearest(text, known)}",
                        "one of " + ", ".join(known))  # fmt: skip
    return kind(text)


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
