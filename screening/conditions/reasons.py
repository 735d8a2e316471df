"""A condition answered with reasons: the same tree, each part with its truth and what it saw.

Firms come and go, and most conditions see the same of them all. So an explanation speaks of a party
by its number in the shipment, and `named` puts in what the party is called.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal

from orjson import Fragment

from screening.conditions.explain import Scope, listing_scopes, party_scopes, truth
from screening.conditions.names import Names, name_of
from screening.conditions.tree import (
    All,
    AnyOf,
    Compare,
    Elapsed,
    EveryParty,
    Expr,
    InClass,
    Known,
    Matches,
    Member,
    Not,
    Relate,
    SomeListing,
    SomeParty,
)
from screening.conditions.words import roles_text, say, value_text
from screening.facts import Fact
from screening.memory import Memory
from screening.once import found_in_slots
from screening.once import once_in_slot as once
from screening.truth import Truth, all_of, any_of
from screening.vocabulary import FieldType
from screening.written import kept_part

Fold = Literal["all", "any", "not"]
"""How the truth of a part with parts follows from theirs."""

_NOTHING: frozenset[str] = frozenset()
_shapes: Memory[Hashable, int] = Memory(65_536)
_number = count(1)  # one that was forgotten gets another number, never one of another shape


class _Found:
    """Where an explanation keeps what was found of it."""

    __slots__ = ("assumes", "is_kept", "lacks", "length", "shape", "size", "speaks_of_parties",
                 "unknown", "wants", "written")  # fmt: skip


@found_in_slots
@dataclass(frozen=True, slots=True)
class Explained(_Found):
    """One part of a condition: what it says, whether it holds, what was seen, what is missing.

    `missing` names fields as a shipper gives them: `tpp`, `end_user.headquarters`, `end_user`.
    """

    text: str
    truth: Truth
    actual: str = ""
    missing: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    parts: tuple[Explained, ...] = ()
    fold: Fold = "any"
    roles: str = ""
    """Of what is told of one party, its roles; the text is then the party's name."""
    party: int | None = None
    """Of what is told of one party until it is named, its number in the shipment."""

    def leaves(self) -> Iterator[Explained]:
        """The tests at the bottom."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def decisive(self) -> Iterator[Explained]:
        """The tests at the bottom that have the truth of the whole."""
        if not self.parts:
            yield self
        for part in self.parts:
            if part.truth is self.truth:
                yield from part.decisive()

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return self._form(Explained.as_dict)

    # Many rules and many shipments share their parts; of each part the following is found once.

    @once
    def written(self) -> Fragment:
        """The JSON form as canonical text: sorted keys, no spaces, `name_of` a party not named."""
        return kept_part(self.in_parts())

    def in_parts(self) -> dict[str, Any]:
        """The JSON form, the parts that many conditions share as text."""
        # Not of every part: each text has those of all its parts in it.
        return self._form(lambda part: part.written if part.is_kept else part.in_parts())

    @once
    def is_kept(self) -> bool:
        """Whether it is remembered by itself; see `footprint.Kept`."""
        return False

    @once
    def shape(self) -> int:
        """The same number wherever all parts have the same truth and lack the same facts."""
        parts = tuple(part.shape for part in self.parts)
        return _shapes.of((self.truth, self.missing, self.fold, parts), lambda: next(_number))

    @once
    def speaks_of_parties(self) -> bool:
        """Whether any part is told of a party that is not named."""
        return self.party is not None or any(part.speaks_of_parties for part in self.parts)

    @once
    def length(self) -> int:
        """About how many characters it takes to write."""
        own = 64 + len(self.text) + len(self.actual) + 32 * len(self.missing)
        return own + sum(part.length for part in self.parts)

    @once
    def size(self) -> int:
        """About how many bytes it takes, without the parts that are remembered by themselves."""
        return 400 + sum(part.size for part in self.parts if not part.is_kept)

    @once
    def assumes(self) -> bool:
        """Whether any test at the bottom saw something that was assumed."""
        if not self.parts:
            return bool(self.assumed)
        return any(part.assumes for part in self.parts)

    @once
    def lacks(self) -> tuple[str, ...]:
        """The facts that the decisive tests lack."""
        if not self.parts:
            return self.missing
        decisive = (part for part in self.parts if part.truth is self.truth)
        return tuple(dict.fromkeys(ref for part in decisive for ref in part.lacks))

    @once
    def unknown(self) -> frozenset[str]:
        """The facts that unknown tests lack, whatever the whole comes to."""
        if not self.parts:
            return frozenset(self.missing) if self.truth is Truth.UNKNOWN else _NOTHING
        found = [lacked for part in self.parts if (lacked := part.unknown)]
        return found[0] if len(found) == 1 else _NOTHING.union(*found)

    @once
    def wants(self) -> bool:
        """Whether any test at the bottom lacks a fact, whatever it comes to without it."""
        if not self.parts:
            return bool(self.missing) or self.truth is Truth.UNKNOWN
        return any(part.wants for part in self.parts)

    def _form(self, part: Callable[[Explained], Any]) -> dict[str, Any]:
        text = self.text if self.party is None else Fragment(name_of(self.party))
        found: dict[str, Any] = {"test": text, "truth": _TRUTHS[self.truth]}
        if self.actual:
            found["actual"] = self.actual
        if self.missing:
            found["missing"] = list(self.missing)
        if self.assumed:
            found["assumed"] = list(self.assumed)
        if self.parts:
            found["parts"] = [part(p) for p in self.parts]
        return found


_TRUTHS = {truth: truth.name.lower() for truth in Truth}


def named(tree: Explained, names: Names) -> Explained:
    """The explanation with the names of the shipment's parties."""
    if not tree.speaks_of_parties:
        return tree
    text = tree.text if tree.party is None else names.texts[tree.party]
    parts = tuple(named(part, names) for part in tree.parts)
    return replace(tree, text=text, party=None, parts=parts)


def explain(expr: Expr, scope: Scope) -> Explained:
    """The condition's truth for the facts in scope, with the reasons part by part.

    Parties are not `named` in it.
    """
    # A node of the rulebook in a scope is told once: many rules share their tests.
    key = (id(expr), id(scope))
    found = scope.told.get(key)
    if found is None or found[0] is not expr or found[1] is not scope:
        found = scope.told[key] = (expr, scope, _explained(expr, scope))
    told: Explained = found[2]
    return told


def _part(expr: Expr, scope: Scope) -> Explained:
    """A part that is explained by itself: as in an earlier shipment, if it sees the same."""
    kept = scope.kept
    seen = None if kept is None else kept.seen(expr, scope)
    if kept is None or seen is None:
        return explain(expr, scope)
    return kept.memory.of(seen, lambda: _to_keep(explain(expr, scope)))


def _to_keep(told: Explained) -> Explained:
    object.__setattr__(told, "is_kept", True)
    return told


def _one_of(expr: Expr, scope: Scope) -> Explained:
    """A part among others: what puts parts together itself is put together anew."""
    return (explain if isinstance(expr, _COMPOSED) else _part)(expr, scope)


_COMPOSED = (All, AnyOf, Not, SomeParty, EveryParty, InClass)


def _explained(expr: Expr, scope: Scope) -> Explained:
    match expr:
        case All(parts):
            inner = tuple(_one_of(p, scope) for p in parts)
            return Explained("all of", all_of(p.truth for p in inner), parts=inner, fold="all")
        case AnyOf(parts):
            inner = tuple(_one_of(p, scope) for p in parts)
            return Explained("any of", any_of(p.truth for p in inner), parts=inner)
        case Not(part):
            inner_ = _one_of(part, scope)
            if inner_.parts:
                return Explained("not", ~inner_.truth, parts=(inner_,), fold="not")
            return replace(inner_, text=said(expr), truth=~inner_.truth)
        case SomeParty(roles, body):
            inner = tuple(_of_party(body, s) for s in party_scopes(roles, scope))
            # Of one role it is plain who is lacking; of several it may be any.
            lacking = roles if len(roles) == 1 and not inner else ()
            return Explained(f"some {roles_text(roles)}", any_of(p.truth for p in inner),
                             "" if inner else _NOBODY, tuple(lacking), parts=inner)  # fmt: skip
        case EveryParty(roles, body):
            inner = tuple(_of_party(body, s) for s in party_scopes(roles, scope))
            holds = all_of(p.truth for p in inner) if inner else Truth.FALSE
            return Explained(f"every {roles_text(roles)}", holds,
                             actual="" if inner else _NOBODY, parts=inner, fold="all")  # fmt: skip
        case SomeListing(body):
            inner = tuple(
                _unknown_listing(scope) if s is None else _part(body, s)
                for s in listing_scopes(scope)
            )
            return Explained(said(expr), any_of(p.truth for p in inner),
                             actual="" if inner else "on no list", parts=inner)  # fmt: skip
        case InClass(classes):
            inner = tuple(_of_class(c, scope) for c in classes)
            return Explained(said(expr), any_of(p.truth for p in inner), parts=inner)
        case Relate(field, other):
            return _leaf(expr, scope, field.id, other.id)
        case Member(field) | Compare(field) | Elapsed(field) | Matches(field) | Known(field):
            return _leaf(expr, scope, field.id)
        case _:
            return Explained(said(expr), truth(expr, scope))


_NOBODY = "nobody stands in this role"
_SAID: dict[int, tuple[Expr, str]] = {}


def said(expr: Expr) -> str:
    """What a condition says in words, put together once for each node of a rulebook."""
    # Kept by identity, as hashing a tree costs more than saying it; each entry holds its node, so
    # that no other can come to have the same identity.
    found = _SAID.get(id(expr))
    if found is None:
        if len(_SAID) >= 16_384:
            _SAID.clear()
        found = _SAID[id(expr)] = (expr, say(expr))
    return found[1]


def _of_party(body: Expr, scope: Scope) -> Explained:
    inner = _part(body, scope)
    party = scope.party
    assert party is not None, "INVARIANT: `party_scopes` gives scopes of parties"
    roles = "/".join(sorted(party.roles))
    if not party.values and party.listings is None:
        return Explained(f"{roles.replace('_', ' ')}: {said(body)}", inner.truth,
                         "not stated", (roles,))  # fmt: skip
    number = next(n for n, one in enumerate(scope.facts.parties) if one is party)
    return Explained("", inner.truth, parts=(inner,), roles=roles, party=number)


def _unknown_listing(scope: Scope) -> Explained:
    return Explained("entries on party lists", Truth.UNKNOWN, "not screened",
                     (_prefixed("listings", scope),))  # fmt: skip


def _of_class(class_id: str, scope: Scope) -> Explained:
    meaning = scope.world.class_meaning(class_id)
    if isinstance(meaning, Truth):
        actual = "not defined on this date" if meaning is Truth.FALSE else "not known on this date"
        missing = ("law_date",) if scope.world.law_date is None else ()
        return Explained(f"class {class_id}", meaning, actual, missing)
    inner = _part(meaning, scope.of_goods())
    return Explained(f"class {class_id}", inner.truth, parts=(inner,))


def _prefixed(id: str, scope: Scope) -> str:
    if scope.party is None:
        return id
    role = min(scope.party.roles, default="party")
    own = {"listed_ownership_percent": "owners", "party": "name", "screened": "listings"}
    return f"{role}.{own.get(id, id)}"


def _type_of(expr: Expr) -> FieldType | None:
    return expr.field.type if isinstance(expr, Member | Compare) else None


_LAPSED = "members not verified for this date"


def _lapsed(expr: Expr, scope: Scope) -> bool:
    """Whether a group that the test asks for does not hold on the date: no value settles it."""
    return isinstance(expr, Member) and not all(map(scope.world.group_holds, expr.groups))


def _leaf(expr: Expr, scope: Scope, *ids: str) -> Explained:
    holds = truth(expr, scope)
    seen: list[Fact] = [f for id in ids for f in scope.values.get(id, ())]
    missing: tuple[str, ...] = ()
    lapsed = False
    if holds is Truth.UNKNOWN or (holds is Truth.FALSE and isinstance(expr, Known)):
        absent = [id for id in ids if not scope.values.get(id)]
        # A code may be given too coarsely for the test, an amount without its currency.
        finer = {FieldType.CODE: ids, FieldType.HS_CODE: ids, FieldType.MONEY: ("currency",)}
        lapsed = _lapsed(expr, scope)
        wanted = absent or (() if lapsed else finer.get(_type_of(expr) or FieldType.TEXT, ()))
        missing = tuple(_prefixed(id, scope) for id in wanted)
        if scope.world.law_date is None and not absent:
            missing = ("law_date",)
    actual = ", ".join(dict.fromkeys(value_text(f.value) for f in seen)) or "not known"
    if seen and lapsed:
        actual += f"; {_LAPSED}"
    assumed = tuple(f.note for f in seen if f.provenance == "assumed")
    return Explained(said(expr), holds, actual, missing, assumed)
