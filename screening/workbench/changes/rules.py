"""What a rule says differently, part by part."""

from __future__ import annotations

from collections.abc import Iterator

from screening.rulebook.model import Rule
from screening.workbench.changes.change import (
    Part,
    conditions,
    differs,
    gained_and_lost,
    when,
)
from screening.workbench.rule_told import consequence

NOT_COMPARED = frozenset({"id", "layer", "place", "built_in", "verified_through"})
"""What is no part of what a rule says; when it was last looked at is told for all rules at once."""


def rule_parts(old: Rule, new: Rule) -> Iterator[Part]:
    """Every part in which the rules differ, the law's own parts first."""
    yield from differs("period", when(old.windows), when(new.windows), "in force")
    yield from conditions("condition", old.when, new.when)
    yield from conditions("what must be proved", old.conditions, new.conditions)
    yield from _finding(old, new)
    yield from _overrides(old, new)
    yield from gained_and_lost("citations", old.cites, new.cites, "cites now", "cites no longer")
    yield from differs("authority", old.authority.value, new.authority.value)
    yield from differs("protection", old.protected, new.protected, "protected")
    yield from gained_and_lost("tags", sorted(old.tags), sorted(new.tags), "has now the tag",
                               "has no longer the tag")  # fmt: skip
    yield from differs("title", old.title, new.title)
    yield from differs("explanation", old.because, new.because)
    yield from differs("succession", old.succeeds, new.succeeds, "succeeds")
    yield from gained_and_lost("events", old.event, new.event, "belongs now to the event",
                               "belongs no longer to the event")  # fmt: skip
    yield from differs("to do", old.todo, new.todo)


def _finding(old: Rule, new: Rule) -> Iterator[Part]:
    def said(rule: Rule) -> tuple[object, ...]:
        return rule.finding, rule.verdict, rule.exception, rule.from_listing

    if said(old) != said(new):
        yield Part("finding", f"{consequence(new)}; before, {consequence(old)}")


def _overrides(old: Rule, new: Rule) -> Iterator[Part]:
    yield from differs("overrides", old.kind and old.kind.value, new.kind and new.kind.value,
                       "overrides by")  # fmt: skip
    yield from gained_and_lost("overrides", old.targets, new.targets, "overrides now",
                               "overrides no longer")  # fmt: skip
    yield from differs("overrides", old.by_tag, new.by_tag, "overrides by the tag")
    yield from gained_and_lost("bars", sorted(old.barred_tags), sorted(new.barred_tags),
                               "gives way now to rules tagged",
                               "gives way no longer to rules tagged")  # fmt: skip
    yield from gained_and_lost("bars", sorted(old.barred_except), sorted(new.barred_except),
                               "does not give way to", "may give way now to")  # fmt: skip
