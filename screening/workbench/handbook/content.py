"""What a handbook holds, before it takes any form: chapters, rules, terms, and what is not said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from screening.conditions.outline import Outline, conditions_of
from screening.conditions.tree import Expr, classes_used, groups_used
from screening.decision import FINDING_WORDS, LADDER
from screening.engine import Rulebook
from screening.rulebook.model import Content, Example, Expectation, Topic
from screening.workbench.handbook.anchors import anchor_of
from screening.workbench.handbook.axis import Axis, Stretch, axis_of
from screening.workbench.handbook.facts import given_facts
from screening.workbench.handbook.terms import Term, terms_of
from screening.workbench.rule_told import ToldRule, told_rules

_BUILT_IN = "Rules that every rulebook has without writing them"


@dataclass(frozen=True)
class Answer:
    """What an example expects on one date, of the line and of the rule."""

    law_date: str
    known_as_of: str
    verdict: str
    finding: str
    status: str


@dataclass(frozen=True)
class Shown:
    """An example that names a rule: what is given, in words, and the expected answers."""

    title: str
    given: tuple[tuple[str, str], ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Entry:
    """One rule of the handbook."""

    anchor: str
    told: ToldRule
    conditions: tuple[Outline, ...]
    proofs: tuple[Outline, ...]
    stretches: tuple[Stretch, ...]
    because: str
    examples: tuple[Shown, ...]
    names: tuple[str, ...]
    """The classes and groups that its conditions speak of."""


@dataclass(frozen=True)
class Chapter:
    """The rules of one topic, in the order of their file."""

    anchor: str
    title: str
    section: str
    layer: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Handbook:
    """A rulebook as a book."""

    title: str
    digest: str
    layers: tuple[str, ...]
    covers_from: date | None
    verified_through: date | None
    grace_days: int
    axis: Axis
    ladder: tuple[tuple[str, str, str], ...]
    """Finding, what it means, and the verdict it leads to."""

    requires: tuple[Outline, ...]
    chapters: tuple[Chapter, ...]
    terms: tuple[Term, ...]
    coverage: tuple[Mapping[str, str], ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All rules."""
        return tuple(e for c in self.chapters for e in c.entries)

    @property
    def anchors(self) -> dict[str, str]:
        """Where each rule and each term stands, by id."""
        rules = {e.told.rule.id: e.anchor for e in self.entries}
        return {**{t.id: t.anchor for t in self.terms}, **rules}


def handbook(rulebook: Rulebook) -> Handbook:
    """The rulebook's handbook."""
    content = rulebook.content
    header = content.header
    told = told_rules(rulebook)
    windows = [w for t in told.values() for w in t.rule.windows]
    axis = axis_of(header.covers_from, header.verified_through, windows)
    examples = _examples(content)
    entries = {id: _entry(t, axis, examples.get(id, ())) for id, t in told.items()}
    return Handbook(
        title=header.title,
        digest=content.digest,
        layers=content.layers,
        covers_from=header.covers_from,
        verified_through=header.verified_through,
        grace_days=header.grace.days,
        axis=axis,
        ladder=tuple((f.value, FINDING_WORDS[f], header.verdicts[f].value) for f in LADDER),
        requires=tuple(o for e in header.allow_requires for o in conditions_of(e)),
        chapters=tuple(_chapters(content, list(entries.values()))),
        terms=terms_of(content, {n for e in entries.values() for n in e.names}),
        coverage=header.coverage,
    )


def _chapters(content: Content, entries: list[Entry]) -> Iterable[Chapter]:
    layers = {layer: i for i, layer in enumerate(content.layers)}
    topics = sorted(content.topics, key=lambda t: (layers[t.layer], _in_order_of_law(t)))
    for topic in topics:
        own = tuple(
            e for e in entries if e.told.rule.place and e.told.rule.place.file == topic.file
        )
        if own:
            anchor = anchor_of("topic", f"{topic.layer}.{topic.title}")
            yield Chapter(anchor, topic.title, topic.section, topic.layer, own)
    built_in = tuple(e for e in entries if e.told.rule.built_in)
    if built_in:
        yield Chapter("topic-built-in", _BUILT_IN, "", "", built_in)


def _in_order_of_law(topic: Topic) -> tuple[object, ...]:
    """`15 CFR 744.2` before `15 CFR 744.11`, a part's supplements after its sections."""
    numbers = [int(n) for n in re.findall(r"\d+", topic.section)]
    supplement = "supp" in topic.section.lower()
    return not numbers, numbers[:2], supplement, numbers[2:], topic.section, topic.file


def _entry(told: ToldRule, axis: Axis, examples: Iterable[Shown]) -> Entry:
    rule = told.rule
    proofs = rule.conditions
    used = [_names(rule.when), *([_names(proofs)] if proofs is not None else [])]
    return Entry(
        anchor=anchor_of("rule", rule.id),
        told=told,
        conditions=conditions_of(rule.when),
        proofs=conditions_of(proofs) if proofs is not None else (),
        stretches=axis.stretches(rule.windows),
        because=re.sub(r"\{([\w.]+)\}", _blank, rule.because),
        examples=tuple(examples),
        names=tuple(sorted({n for names in used for n in names})),
    )


def _names(expr: Expr) -> set[str]:
    return groups_used(expr) | classes_used(expr)


def _blank(field: re.Match[str]) -> str:
    """A place in a sentence that a decision fills in."""
    return f"[{field[1].replace('.', ' ').replace('_', ' ')}]"


def _examples(content: Content) -> dict[str, list[Shown]]:
    """The examples that name each rule, with the answers in which they do."""
    found: dict[str, list[Shown]] = {}
    for example in content.examples:
        by_rule: dict[str, list[Answer]] = {}
        for expected in example.expect:
            for id in dict.fromkeys((*(expected.decisive or ()), *expected.statuses)):
                by_rule.setdefault(id, []).append(_answer(id, expected, example))
        if by_rule:
            given = given_facts(example.given, content.vocabulary)
            for id, answers in by_rule.items():
                found.setdefault(id, []).append(Shown(example.title, given, tuple(answers)))
    return found


def _answer(id: str, expected: Expectation, example: Example) -> Answer:
    status = expected.statuses.get(id) or "decisive"
    return Answer(
        str(expected.law_date or example.given.fields.get("law_date") or ""),
        str(expected.known_as_of or ""),
        expected.verdict.value if expected.verdict else "",
        expected.finding.value if expected.finding else "",
        status.replace("_", " "),
    )
