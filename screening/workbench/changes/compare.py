"""Two rulebooks compared, document by document. Pure: nothing is read and nothing decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, TypeVar

from screening.conditions.words import say
from screening.rulebook.model import Content, Rule
from screening.vocabulary import BASE, Field
from screening.workbench.changes import terms, whole
from screening.workbench.changes.change import Change, Kind, Part, meaning, several
from screening.workbench.changes.rules import rule_parts
from screening.workbench.rule_told import consequence
from screening.workbench.uses import rules_resting_on


class _Document(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...


D = TypeVar("D", bound=_Document)


@dataclass(frozen=True)
class Verified:
    """Documents that somebody looked at again: through which day now, and before."""

    before: date | None
    after: date | None
    rules: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """What the newer rulebook says differently from the older one."""

    rulebook: str
    older: str
    newer: str
    changes: tuple[Change, ...]
    verified: tuple[Verified, ...]
    examples: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...] = ()

    def of(self, document: str, kind: Kind | None = None) -> tuple[Change, ...]:
        """The changes of one kind of document."""
        return tuple(c for c in self.changes if c.document == document and kind in (None, c.kind))

    @property
    def nothing(self) -> bool:
        """Whether the rulebooks say the same."""
        return not (self.changes or self.verified or self.renamed)

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "version": 1,
            "rulebook": self.rulebook,
            "older": self.older,
            "newer": self.newer,
            "changes": [c.as_dict() for c in self.changes],
            "renamed": [{"before": a, "after": b} for a, b in self.renamed],
            "verified": [
                {"before": v.before.isoformat() if v.before else None,
                 "after": v.after.isoformat() if v.after else None,
                 "rules": list(v.rules), "others": list(v.others)}
                for v in self.verified
            ],
            "examples": list(self.examples),
        }  # fmt: skip


def compare(old: Content, new: Content) -> Changes:
    """What `new` says differently from `old`."""
    renamed = _renamed(old, new)
    gone, come = {a for a, _ in renamed}, {b for _, b in renamed}
    rests = {**rules_resting_on(old)}
    for name, ids in rules_resting_on(new).items():
        rests[name] = rests.get(name, set()) | ids
    changes = [
        *_whole(old, new),
        *(c for c in _documents("rule", old.rules, new.rules, rule_parts)
          if c.id not in (gone if c.kind is Kind.REMOVED else come)),
        *_documents("class", old.classes, new.classes, terms.class_parts),
        *_documents("group", old.groups, new.groups, terms.group_parts),
        *_documents("period", old.periods, new.periods, terms.period_parts),
        *_documents("product", old.products, new.products, terms.product_parts),
        *_documents("party", old.parties, new.parties, terms.party_parts),
        *_documents("assumption", _by_id(old.assumptions), _by_id(new.assumptions),
                    whole.assumption_parts),
        *_documents("property", _by_id(old.properties), _by_id(new.properties),
                    whole.property_parts),
        *_documents("field", _own_fields(old), _own_fields(new), whole.field_parts),
    ]  # fmt: skip
    return Changes(
        new.header.id, old.digest, new.digest,
        tuple(replace(c, rests=tuple(sorted(rests.get(c.id, ())))) if c.document != "rule" else c
              for c in changes),
        tuple(_verified(old, new)), tuple(whole.example_changes(old, new)), renamed,
    )  # fmt: skip


def _whole(old: Content, new: Content) -> Iterator[Change]:
    parts = tuple(whole.header_parts(old.header, new.header))
    if parts:
        yield Change("rulebook", new.header.id, new.header.title, Kind.CHANGED, parts)


def _documents(
    document: str, old: Mapping[str, D], new: Mapping[str, D],
    parts: Callable[[D, D], Iterator[Part]],
) -> Iterator[Change]:  # fmt: skip
    for id, now in new.items():
        if id not in old:
            yield Change(document, id, now.title, Kind.ADDED, tuple(_introduced(now)))
        elif found := tuple(parts(old[id], now)):
            yield Change(document, id, now.title, Kind.CHANGED, found)
    for id, was in old.items():
        if id not in new:
            yield Change(document, id, was.title, Kind.REMOVED, tuple(_introduced(was)))


def _introduced(document: object) -> Iterator[Part]:
    """What a rule that came or went says as a whole."""
    if not isinstance(document, Rule):
        return
    yield Part("finding", f"{consequence(document)} where {say(document.when)}")
    yield Part("period", f"in force {', '.join(map(str, document.windows))}")
    if document.targets:
        yield Part("overrides", f"{document.kind} {several(document.targets)}")
    yield Part("citations", f"cites {several(document.cites)}")


def _renamed(old: Content, new: Content) -> tuple[tuple[str, str], ...]:
    """Rules that say the same under another id."""

    def said(rule: Rule) -> str:
        return meaning(replace(rule, id="", place=None, verified_through=None))

    gone = {said(r): r.id for r in old.rules.values() if r.id not in new.rules}
    come = [(gone.get(said(r)), r.id) for r in new.rules.values() if r.id not in old.rules]
    return tuple((before, after) for before, after in come if before is not None)


def _by_id(documents: tuple[D, ...]) -> dict[str, D]:
    return {d.id: d for d in documents}


def _own_fields(content: Content) -> dict[str, Field]:
    known = {f.id for f in BASE.fields}
    return {f.id: f for f in content.vocabulary.fields if f.id not in known}


def _verified(old: Content, new: Content) -> Iterator[Verified]:
    """What both have, by the days through which it was and is verified."""
    found: dict[tuple[date | None, date | None], tuple[list[str], list[str]]] = {}
    for at, name in enumerate(("rules", "classes", "groups", "parties")):
        before, after = getattr(old, name), getattr(new, name)
        for id in (i for i in after if i in before):
            days = (before[id].verified_through, after[id].verified_through)
            if days[0] != days[1]:
                found.setdefault(days, ([], []))[min(at, 1)].append(id)
    for (was, now), (rules, others) in found.items():
        yield Verified(was, now, tuple(rules), tuple(others))
