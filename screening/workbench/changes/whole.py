"""What the rulebook as a whole says differently, and what it takes for granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from screening.rulebook.model import Assumption, Content, Example, Header, Property
from screening.vocabulary import Field
from screening.workbench.changes.change import Part, conditions, differs, gained_and_lost, meaning


def header_parts(old: Header, new: Header) -> Iterator[Part]:
    """Coverage, verdict table, what an allow needs, and the rest of the header."""
    yield from differs("covers", old.covers_from, new.covers_from, "covers law dates from")
    yield from differs("verified through", old.verified_through, new.verified_through)
    yield from differs("grace", f"{old.grace.days} days", f"{new.grace.days} days")
    for finding in new.verdicts:
        before, after = old.verdicts.get(finding), new.verdicts[finding]
        yield from differs("verdicts", before and before.value, after.value,
                           f"verdict on {finding.value}")  # fmt: skip
    yield from _requirements(old, new)
    yield from _table("policy words", old.policy_words, new.policy_words)
    yield from gained_and_lost("open tags", sorted(old.open_tags), sorted(new.open_tags),
                               "a company may now relax what is tagged",
                               "a company may no longer relax what is tagged")  # fmt: skip
    yield from gained_and_lost("assumable", sorted(old.assumable), sorted(new.assumable),
                               "may now be assumed:", "may no longer be assumed:")  # fmt: skip
    yield from _table("coverage", {c.get("topic", ""): _checked(c) for c in old.coverage},
                      {c.get("topic", ""): _checked(c) for c in new.coverage})  # fmt: skip
    yield from differs("title", old.title, new.title)
    yield from differs("id", old.id, new.id)


def _checked(entry: Mapping[str, str]) -> str:
    return ": ".join(v for k, v in entry.items() if k != "topic")


def _table(what: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Part]:
    for key in sorted({*before, *after}):
        yield from differs(what, before.get(key), after.get(key), f"“{key}”")


def _requirements(old: Header, new: Header) -> Iterator[Part]:
    # Of several layers, one condition each.
    for i in range(max(len(old.allow_requires), len(new.allow_requires))):
        yield from conditions(
            "what an allow needs",
            old.allow_requires[i] if i < len(old.allow_requires) else None,
            new.allow_requires[i] if i < len(new.allow_requires) else None,
        )


def assumption_parts(old: Assumption, new: Assumption) -> Iterator[Part]:
    """What is taken for granted, where, at what cost, on whose word."""
    yield from differs("what it assumes", _assumed(old), _assumed(new), "assumes")
    yield from conditions("condition", old.when, new.when)
    yield from differs("cost", old.cost, new.cost)
    yield from differs("reason", old.because, new.because)
    yield from differs("accepted by", old.accepted_by, new.accepted_by)
    yield from differs("accepted on", old.accepted_on, new.accepted_on)
    yield from differs("title", old.title, new.title)


def _assumed(assumption: Assumption) -> str:
    return ", ".join(f"{field} is {value}" for field, value in assumption.assume)


def property_parts(old: Property, new: Property) -> Iterator[Part]:
    """What must hold of every shipment."""
    yield from conditions("for all", old.for_all, new.for_all)
    yield from conditions("unless", old.unless, new.unless)
    yield from differs("apart from", ", ".join(old.apart_from), ", ".join(new.apart_from))
    yield from differs("title", old.title, new.title)


def field_parts(old: Field, new: Field) -> Iterator[Part]:
    """What a layer's own field is."""
    for name in ("title", "type", "unit", "many", "choices", "synonyms", "description"):
        yield from differs(name, getattr(old, name), getattr(new, name))


def example_changes(old: Content, new: Content) -> Iterator[str]:
    """How many examples came, went, or expect something else, in words."""
    before = {e.title: meaning(_compared(e)) for e in old.examples}
    after = {e.title: meaning(_compared(e)) for e in new.examples}
    counts = {
        "added": len(after.keys() - before.keys()),
        "removed": len(before.keys() - after.keys()),
        "changed": sum(after[t] != before[t] for t in after.keys() & before.keys()),
    }
    yield from (f"{n} {what}" for what, n in counts.items() if n)


def _compared(example: Example) -> Example:
    """The example without the places where it stands."""
    expect = tuple(replace(e, place=None) for e in example.expect)
    return replace(example, expect=expect, place=None)
