"""Whether the examples show every rule: one that needs it, and one that lies just outside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from screening.decide.status import statuses
from screening.decide.verdict import Ruling
from screening.decide.view import View
from screening.decision import SUPPRESSING, Finding, Verdict
from screening.engine import Rulebook
from screening.facts import Facts
from screening.problems import Problem
from screening.rulebook.model import Example, Expectation
from screening.truth import Truth


@dataclass
class _Shown:
    """The rules that some example needs, and those that some example lies outside of."""

    table: Mapping[Finding, Verdict]
    needed: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)


def rules_not_shown(rb: Rulebook) -> Iterator[Problem]:
    """The rules of the uppermost layer that its examples and those beneath do not show."""
    rules = [r for r in rb.rules.values() if r.layer == rb.content.layers[-1]]
    wanted = frozenset(r.id for r in rules)
    shown = _Shown(rb.content.header.verdicts)
    for example in rb.content.examples:
        for expected in example.expect:
            _look(ruling_for(rb, example, expected)[2], wanted, shown)
    for rule in rules:
        if rule.id not in shown.needed:
            yield Problem(
                "rule-without-example",
                f"no example would come out otherwise without `{rule.id}`",
                "add an example in which it decides, applies, or takes another rule away",
                rule.place,
            )
        if rule.id not in shown.outside:
            yield Problem(
                "rule-never-outside",
                f"no example lies just outside the period or the scope of `{rule.id}`",
                "add an example of the day before it, or of a shipment that it just does not fit",
                rule.place,
            )


def ruling_for(rb: Rulebook, example: Example, expected: Expectation) -> tuple[Facts, View, Ruling]:
    """What is known of the example, the rulebook on its date, and the ruling."""
    line = example.given
    if expected.law_date is not None:
        line = line.with_field("law_date", str(expected.law_date))
    facts = rb.facts(line, expected.known_as_of)
    view = rb.view(facts.law_date, expected.known_as_of)
    if example.assumptions:
        facts = rb.assumed(facts, view)
    return facts, view, rb.ruling(facts, view, example.authority)


def _look(ruling: Ruling, wanted: frozenset[str], shown: _Shown) -> None:
    columns: dict[str, list[int]] = {}
    for i, column in enumerate(ruling.compiled.columns):
        if column.rule.id in wanted:
            columns.setdefault(column.rule.id, []).append(i)
    for id, indices in columns.items():
        if all(_outside(i, ruling) for i in indices):
            shown.outside.add(id)
        elif id not in shown.needed and _needed(indices, ruling, shown.table):
            shown.needed.add(id)


def _outside(i: int, ruling: Ruling) -> bool:
    met = ruling.met[i]
    if met.outside:
        return met.outside == "not_in_force"
    return met.value is Truth.FALSE and not met.absent


def _fits(i: int, ruling: Ruling) -> bool:
    """Whether the facts surely fit the rule; one that only may apply is not shown by that."""
    met = ruling.met[i]
    surely = met.when is Truth.TRUE and met.conditions in (None, Truth.TRUE)
    return surely and not met.outside and not met.error


def _needed(indices: list[int], ruling: Ruling, table: Mapping[Finding, Verdict]) -> bool:
    """Whether the example would come out otherwise without the rule.

    The compiled program is run once more with the rule's inputs forced to false. A rule that
    surely fits is needed where the finding, a ground or another rule's status changes; one that
    only may apply, where it alone holds back an allow.
    """
    compiled = ruling.compiled
    own = compiled.columns[indices[0]].rule.id
    inputs = list(ruling.registers[2 : 2 + 2 * compiled.program.inputs])
    for n, first in enumerate(compiled.inputs):
        if compiled.columns[first].rule.id == own:
            inputs[2 * n] = inputs[2 * n + 1] = 0
    registers = compiled.program.run(inputs, 0, 1)
    if not any(_fits(i, ruling) for i in indices):
        held = [at for f, at in compiled.possible_at.items() if table[f] is not Verdict.ALLOW]
        held += [value.possible for value in compiled.company.values()]
        others = set(ruling.blocked_by) - {"possible", "company"}
        return ruling.verdict is Verdict.REVIEW and not (others or any(registers[r] for r in held))
    if any(registers[at] != ruling.registers[at] for at in _read(indices, ruling)):
        return True
    # INVARIANT: finding and company verdict are the same here, so only the registers change.
    before, after = statuses(ruling), statuses(replace(ruling, registers=registers))
    return any(before[id] is not after[id] for id in before if id != own)


def _read(indices: list[int], ruling: Ruling) -> Iterator[int]:
    """The registers that say what is found, and by which rules."""
    compiled = ruling.compiled
    yield from compiled.certain_at.values()
    yield from compiled.possible_at.values()
    for value in compiled.company.values():
        yield from (value.sure, value.possible)
    for i, active in enumerate(compiled.active):
        # A suspension finds nothing: it matters only through what it takes away.
        if i not in indices or compiled.columns[i].rule.kind not in SUPPRESSING:
            yield from (active.sure, active.possible)
