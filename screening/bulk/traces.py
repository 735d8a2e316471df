"""What rows share of their reasons: one trace for all rows that were decided alike.

What a row says itself, its values and the names in it, stands in the row. What many traces say
alike, the texts of a rule and the outcome of its tests, is a record of its own, told once a file
and named by its key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from screening.answer import Decision
from screening.conditions.reasons import Explained
from screening.memory import Memory
from screening.rulebook.model import Rule
from screening.trace import RuleTrace

T = TypeVar("T")

KINDS = ("about", "rule", "tests", "trace")
"""What a record may be: the first entry of its line is its kind with its key."""

_SHARED = ("version", "rulebook", "digest", "coverage", "known_as_of", "authority")
_OF_THE_ROW = ("facts", "notes", "problems", "law_date")
_TOLD_APART = ("rules", "requires")


@dataclass(frozen=True)
class Record:
    """One line of the side file, and the key by which others name it."""

    key: str
    text: str

    def __reduce__(self) -> tuple[object, ...]:
        # Most of what another process tells is known here: each record is there once.
        return _same, (self.key, self.text)


@dataclass(frozen=True)
class Trace:
    """The reasons of a decision under the key by which rows name them; `shared` are the records
    that it names, which stand before it."""

    key: str
    text: str
    shared: tuple[Record, ...] = ()

    def records(self) -> Iterator[Record]:
        """All that has to be in the file, what is named before what names it."""
        yield from self.shared
        yield Record(self.key, self.text)


def trace_of(decision: Decision) -> Trace:
    """The trace of a decision: the same for rows that no test of the rulebook tells apart."""
    shared: dict[str, Record] = {}

    def named(said: _Said) -> _Said:
        for record in said.records:
            shared.setdefault(record.key, record)
        return said

    whole = decision.as_summary()
    found = {k: v for k, v in whole.items() if k not in (*_OF_THE_ROW, *_SHARED, *_TOLD_APART)}
    found["about"] = named(_about(decision, whole)).form
    found["rules"] = [named(_of_rule(trace)).form for trace in decision.trace]
    found["requires"] = [named(_tests(tree)).form for tree in decision.requires]
    key = _digest(found)
    return Trace(key, _line("trace", key, found), tuple(shared.values()))


def key_of(line: str) -> str:
    """The key of a line of the side file."""
    return str(next(iter(json.loads(line).values())))


def read_traces(path: Path, keys: Collection[str]) -> dict[str, dict[str, Any]]:
    """The traces with these keys, with all that they name put in its place."""
    shared: dict[str, str] = {}
    found: dict[str, dict[str, Any]] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            kind, key = _begins(line)
            if kind != "trace":
                shared[key] = line
            elif key in keys:
                found[key] = json.loads(line)
    return {key: _whole(trace, shared) for key, trace in found.items()}


def _begins(line: str) -> tuple[str, str]:
    """The kind of a record and its key, without reading all of it."""
    parts = line[:400].split('"', 4)
    return parts[1], parts[3]


def _whole(trace: dict[str, Any], shared: Mapping[str, str]) -> dict[str, Any]:
    def record(key: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(shared[key])
        found.pop("tests", None)
        return found

    def tree(key: str) -> dict[str, Any]:
        return filled(record(key))

    def filled(node: dict[str, Any]) -> dict[str, Any]:
        if "parts" in node:
            node["parts"] = [tree(p["tests"]) if "tests" in p else filled(p)
                             for p in node["parts"]]  # fmt: skip
        return node

    rules = []
    for rule in trace.get("rules", ()):
        texts = record(rule["rule"]) if rule["rule"] in shared else {}
        trees = {k: tree(rule[k]) for k in ("when", "conditions") if isinstance(rule.get(k), str)}
        rules.append({**texts, **rule, **trees})
    about = record(trace["about"]) if trace.get("about") in shared else {}
    return {**about, **trace, "rules": rules,
            "requires": [tree(key) for key in trace.get("requires", ())]}  # fmt: skip


class _Said(NamedTuple):
    """What stands in a trace for a part of a decision, and the records that it names."""

    form: Any
    records: tuple[Record, ...]


class _Known(Generic[T]):
    """What was made of parts of decisions, by their identity: they are long, and come again."""

    def __init__(self) -> None:
        self._kept: Memory[int, tuple[T, _Said]] = Memory(_MOST)

    def of(self, part: T, make: Callable[[T], _Said]) -> _Said:
        """What stands for the part."""
        known = self._kept.get(id(part))
        if known is None or known[0] is not part:  # an entry holds its part, so the id is its own
            known = self._kept.put(id(part), (part, make(part)))
        return known[1]


_MOST = 4_096
_ABOUT: Memory[Hashable, _Said] = Memory(256)
_RULE: _Known[Rule] = _Known()
_RULES: _Known[RuleTrace] = _Known()
_TREES: _Known[Explained] = _Known()


_TEXT = json.JSONEncoder(ensure_ascii=False)
_IN_ORDER = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def _record(kind: str, found: Mapping[str, Any]) -> Record:
    """A record of its kind, by a digest of what it says."""
    key = _digest(found)
    known = _RECORDS.get(key)
    return _named(kind, key, found) if known is None else known


def _named(kind: str, key: str, found: Mapping[str, Any]) -> Record:
    return _same(key, _line(kind, key, found))


def _digest(found: Mapping[str, Any]) -> str:
    return sha256(_IN_ORDER.encode(found).encode()).hexdigest()[:16]


def _line(kind: str, key: str, found: Mapping[str, Any]) -> str:
    return _TEXT.encode({kind: key, **found}) + "\n"


def _same(key: str, text: str) -> Record:
    """The record as it was first made."""
    known = _RECORDS.get(key)
    return known if known and known.text == text else _RECORDS.put(key, Record(key, text))


_RECORDS: Memory[str, Record] = Memory(32_000_000, lambda record: len(record.text) + 200)
"""By key, weighed by the bytes, about, that they take."""


def _about(decision: Decision, whole: Mapping[str, Any]) -> _Said:
    """What all decisions of a rulebook on one footing share."""
    footing = (decision.digest, decision.rulebook, decision.clocks.known_as_of,
               decision.clocks.authority)  # fmt: skip

    def make() -> _Said:
        record = _record("about", {k: whole[k] for k in _SHARED})
        return _Said(record.key, (record,))

    return _ABOUT.of(footing, make)


def _of_rule(trace: RuleTrace) -> _Said:
    """What became of one rule, its texts and tests named."""
    return _RULES.of(trace.shared, _made_of_rule)


def _made_of_rule(trace: RuleTrace) -> _Said:
    records = [*_RULE.of(trace.rule, _made_of_texts).records]
    found: dict[str, Any] = {"rule": trace.rule.id, "status": trace.status.value}
    if trace.finding is not None:
        found["finding"] = trace.finding.value
    for name in ("marks", "by", "missing"):
        if getattr(trace, name):
            found[name] = list(getattr(trace, name))
    for name, tree in (("when", trace.when), ("conditions", trace.conditions)):
        if tree is not None:
            said = _tests(tree)
            found[name] = said.form
            records += said.records
    return _Said(found, tuple(records))


def _made_of_texts(rule: Rule) -> _Said:
    """What a rule says of itself, by its id."""
    return _Said(rule.id, (_named("rule", rule.id, _texts(rule)),))


def _tests(tree: Explained) -> _Said:
    """The outcome of a condition's tests, named."""
    return _TREES.of(tree, _made_of_tests)


def _made_of_tests(tree: Explained) -> _Said:
    records: list[Record] = []
    last = _record("tests", _outcome(tree, records))
    return _Said(last.key, (*records, last))


def _outcome(told: Explained, records: list[Record]) -> dict[str, Any]:
    """A condition's tests with their truth, without the row's values and names."""
    found: dict[str, Any] = {"test": told.roles or told.text, "truth": told.truth.name.lower()}
    for key in ("missing", "assumed"):
        if getattr(told, key):
            found[key] = list(getattr(told, key))
    if told.parts:
        found["parts"] = parts = []
        for part in told.parts:
            if part.text.startswith("class ") and part.parts:
                # A class is asked by many rules, and told once.
                said = _tests(part)
                records += said.records
                parts.append({"tests": said.form})
            else:
                parts.append(_outcome(part, records))
    return found


def _texts(rule: Rule) -> dict[str, Any]:
    """What a rule says of itself, whatever the shipment; `because` with its holes."""
    found: dict[str, Any] = {
        "title": rule.title, "authority": rule.authority.value,
        "cites": list(rule.cites), "in_force": [str(w) for w in rule.windows],
        "because": rule.because, "license_exception": rule.exception,
        "verdict": rule.verdict.value if rule.verdict else None,
    }  # fmt: skip
    return {k: v for k, v in found.items() if v}
