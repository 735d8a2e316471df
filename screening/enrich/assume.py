"""Assumptions fill what is absent; they never contradict what is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from screening.casting import PercentRange, Value, cast
from screening.conditions.explain import World, scope_of, truth
from screening.facts import Fact, Facts, PartyFacts, Provenance
from screening.rulebook.model import Assumption, Content
from screening.truth import Truth
from screening.vocabulary import ROLES, Field, Scope


def apply_assumptions(facts: Facts, content: Content, world: World, skip: frozenset[str]) -> Facts:
    """The facts with every assumption that surely applies, but those to `skip`.

    An assumption's `when` is asked of the facts without any assumption.
    """
    applicable = [
        a
        for a in content.assumptions
        if a.id not in skip and truth(a.when, scope_of(facts, world)) is Truth.TRUE
    ]
    used: list[str] = []
    for step in (_roles, _party_facts, _fields):
        for assumption in applicable:
            changed = step(facts, assumption, content)
            if changed is not facts:
                facts = changed
                used.append(assumption.id)
    return replace(facts, assumed=tuple(dict.fromkeys(used)))


def _roles(facts: Facts, assumption: Assumption, content: Content) -> Facts:
    for role, value in assumption.assume:
        if role not in ROLES or facts.role_known(role):
            continue
        if value == "none":
            facts = replace(facts, roles_absent=facts.roles_absent | {role})
        elif isinstance(value, Mapping):
            source = value.get("same_as")
            copies = tuple(
                replace(p, roles=frozenset({role})) for p in facts.parties if source in p.roles
            )
            if copies:
                facts = replace(facts, parties=(*facts.parties, *copies))
    return facts


def _party_facts(facts: Facts, assumption: Assumption, content: Content) -> Facts:
    fields = content.vocabulary.of(Scope.PARTY)
    for key, value in assumption.assume:
        if not key.startswith("party."):
            continue
        id = key.removeprefix("party.")
        parties = tuple(_filled(p, id, value, assumption, fields) for p in facts.parties)
        if parties != facts.parties:
            facts = replace(facts, parties=parties)
    return facts


def _filled(
    party: PartyFacts, id: str, value: object, assumption: Assumption, fields: Mapping[str, Field]
) -> PartyFacts:
    target = "listed_ownership_percent" if id == "owners" else id
    if target in party.values:
        return party
    assumed: Value | None = None
    if id == "owners" and value == []:
        assumed = PercentRange(Fraction(0), Fraction(0))
    elif isinstance(value, Mapping):
        source = party.values.get(str(value.get("same_as")))
        assumed = source[0].value if source and len(source) == 1 else None
    elif isinstance(value, str) and id in fields:
        assumed = cast(value, fields[id])
    if assumed is None:
        return party
    fact = Fact(assumed, Provenance.ASSUMED, assumption.id)
    return replace(party, values={**party.values, target: (fact,)})


def _fields(facts: Facts, assumption: Assumption, content: Content) -> Facts:
    fields = content.vocabulary.of(Scope.SHIPMENT)
    for id, value in assumption.assume:
        field = fields.get(id)
        # What is stated in words is stated: a person reads it.
        if field is None or id in facts.values or field.in_words in facts.values:
            continue
        cast_value: Value
        if field.many:
            items = value if isinstance(value, list) else [value]
            cast_value = frozenset(str(cast(str(item), field)) for item in items)
        else:
            cast_value = cast(str(value), field)
        fact = Fact(cast_value, Provenance.ASSUMED, assumption.id)
        facts = replace(facts, values={**facts.values, id: (fact,)})
    return facts
