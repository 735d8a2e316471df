"""One change of one document, and the small comparisons that all documents need."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from screening.conditions.tree import All, Always, AnyOf, Expr, Member, Not
from screening.conditions.words import say, value_text
from screening.rulebook.period import Period
from screening.vocabulary import Field


class Kind(StrEnum):
    """What became of a document."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a document that says something else: which, and a sentence about it."""

    what: str
    sentence: str


@dataclass(frozen=True)
class Change:
    """What became of one document; `rests` are the rules that rest on it."""

    document: str
    id: str
    title: str
    kind: Kind
    parts: tuple[Part, ...] = ()
    rests: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "document": self.document, "id": self.id, "title": self.title, "kind": self.kind.value,
            "parts": [{"what": p.what, "sentence": p.sentence} for p in self.parts],
            "rules": list(self.rests),
        }  # fmt: skip


def gained_and_lost(
    what: str, before: Collection[str], after: Collection[str], gains: str, loses: str
) -> Iterator[Part]:
    """What a list has now and had not, and the other way round."""
    gained = [item for item in after if item not in before]
    lost = [item for item in before if item not in after]
    if gained:
        yield Part(what, f"{gains} {several(gained)}")
    if lost:
        yield Part(what, f"{loses} {several(lost)}")


def differs(what: str, before: object, after: object, name: str = "") -> Iterator[Part]:
    """That a single thing is another than before."""
    if before != after:
        yield Part(what, f"{name or what}: {_shown(after)}; before, {_shown(before)}")


def conditions(what: str, before: Expr | None, after: Expr | None) -> Iterator[Part]:
    """What a condition asks that it did not ask, and the other way round."""
    if before is None and after is None:
        return
    if meaning(before) == meaning(after):
        return
    old, new = _conjuncts(before), _conjuncts(after)
    gained = [e for key, e in new.items() if key not in old]
    lost = [e for key, e in old.items() if key not in new]
    told = False
    for was in tuple(lost):
        now = next((e for e in gained if _alike(was, e)), None)
        if now is not None:
            gained.remove(now)
            lost.remove(was)
            told = True
            yield from _alternatives(what, was, now)
    yield from (Part(what, f"asks now: {say(e)}") for e in gained)
    yield from (Part(what, f"asks no longer: {say(e)}") for e in lost)
    if not (gained or lost or told):
        # The same parts in another order, or one written twice.
        yield Part(what, f"is written otherwise: {say(after) if after is not None else 'nothing'}")


def _alike(was: Expr, now: Expr) -> bool:
    """Whether two tests are one test of which alternatives came and went."""
    match was, now:
        case Member(field=a), Member(field=b):
            return a.id == b.id
        case Not(part=a), Not(part=b):
            return _alike(a, b)
        case AnyOf(), AnyOf():
            return not _of_any(was).keys().isdisjoint(_of_any(now))
        case _:
            return False


def _alternatives(what: str, was: Expr, now: Expr) -> Iterator[Part]:
    match was, now:
        case Not(part=a), Not(part=b):
            for part in _alternatives(what, a, b):
                yield Part(part.what, f"exception: {part.sentence}")
        case Member(), Member():
            name = say(replace(now, values=(), groups=("",))).rstrip()
            before, after = _values(was), _values(now)
            gained = [v for v in after if v not in before]
            lost = [v for v in before if v not in after]
            yield from (Part(what, f"{name} now also {several(gained)}") for _ in gained[:1])
            yield from (Part(what, f"{name} no longer {several(lost)}") for _ in lost[:1])
        case _:
            old, new = _of_any(was), _of_any(now)
            yield from (Part(what, f"holds now also where {say(e)}") for k, e in new.items()
                        if k not in old)  # fmt: skip
            yield from (Part(what, f"holds no longer where {say(e)}") for k, e in old.items()
                        if k not in new)  # fmt: skip


def _of_any(expr: Expr) -> dict[str, Expr]:
    return {meaning(p): p for p in expr.parts} if isinstance(expr, AnyOf) else {}


def _values(test: Member) -> list[str]:
    return [*test.groups, *map(value_text, test.values)]


def _conjuncts(expr: Expr | None) -> dict[str, Expr]:
    if expr is None or isinstance(expr, Always):
        return {}
    parts = expr.parts if isinstance(expr, All) else (expr,)
    return {meaning(part): part for part in parts}


def meaning(thing: object) -> str:
    """What a condition or a value says, whatever its fields are called in the vocabulary."""
    match thing:
        case Field(id=id, type=kind, many=many):
            return f"{id}:{kind}:{many}"
        case frozenset() | set():
            return "{" + ",".join(sorted(meaning(x) for x in thing)) + "}"
        case Mapping():
            return "{" + ",".join(f"{k}={meaning(v)}" for k, v in sorted(thing.items())) + "}"
        case list() | tuple():
            return "[" + ",".join(meaning(x) for x in thing) + "]"
        case _ if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
            held = (meaning(getattr(thing, f.name)) for f in dataclasses.fields(thing))
            return f"{type(thing).__name__}({','.join(held)})"
        case _:
            return repr(thing)


def when(windows: Iterable[Period]) -> str:
    """Periods in words, with all that is said of them."""
    return ", ".join(map(_period, windows)) or "never"


def _period(period: Period) -> str:
    said = [
        f"published {period.published}" if period.published else "",
        f"end published {period.end_published}" if period.end_published else "",
        "what follows its end unverified" if period.doubt_after else "",
    ]
    told = ", ".join(s for s in said if s)
    return f"{period} ({told})" if told else str(period)


def several(items: Collection[str], most: int = 24) -> str:
    """The items in a row; of very many, the first and how many more."""
    shown = list(items)[:most]
    more = len(items) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _shown(value: object) -> str:
    match value:
        case None | "" | () | frozenset():
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case frozenset():
            return several(sorted(map(str, value)))
        case tuple():
            return several([str(v) for v in value])
        case _:
            return str(value)
