"""Facts that contradict each other, in words: which fact, and what each source says of it."""

from __future__ import annotations

from screening.conditions.words import value_text
from screening.facts import Fact, Facts


def contradictions(facts: Facts) -> tuple[str, ...]:
    """One clause for each fact of which two sources say different things."""
    found = [_clause(id, facts.values[id]) for id in facts.conflicts if id in facts.values]
    of_parties = frozenset(facts.conflicts) - facts.values.keys()
    for party in facts.parties:
        for id, said in party.values.items():
            if f"{'/'.join(sorted(party.roles))}.{id}" in of_parties and len(said) > 1:
                found.append(_clause(f"{min(party.roles)}.{id}", said))
    return tuple(dict.fromkeys(found))


def _clause(id: str, said: tuple[Fact, ...]) -> str:
    return f"{id} is " + " but ".join(f"{value_text(f.value)} ({_source(f)})" for f in said)


def _source(fact: Fact) -> str:
    # What a note says of its sources after the colon is for the trace.
    note = fact.note.partition(": ")[0] if fact.note != fact.provenance else ""
    return f"{fact.provenance}, {note}" if note else fact.provenance.value
