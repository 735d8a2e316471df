"""From a condition to facts that fulfil it, or that surely do not, as far as one can say them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, assert_never

from screening.casting import Money, PercentRange, Value, number_text, unmistakable
from screening.conditions.tree import (
    All,
    Always,
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
    Ordering,
    Relate,
    SomeListing,
    SomeParty,
)
from screening.vocabulary import Field, Scope
from screening.workbench.generate.points import Points, around

Texts = dict[str, Any]


@dataclass
class Draft:
    """A shipment in the making."""

    rng: Random
    points: Points
    day: date | None
    fields: Texts = field(default_factory=dict)
    parties: list[Texts] = field(default_factory=list)
    complete: bool = False

    def party(self, role: str) -> Texts:
        """A new party in the role, with some of what rules ask of parties."""
        found: Texts = {"roles": [role]}
        for f, values in self.points.values[Scope.PARTY].items():
            if self.rng.random() < 0.4:
                say_of_party(self, found, f, self.rng.choice(values))
        self.parties.append(found)
        return found


def fulfil(expr: Expr, draft: Draft, want: bool, at: Texts | None = None) -> None:
    """Say what makes the condition true (or false, if not `want`); `at` is the party spoken of."""
    rng = draft.rng
    match expr:
        case Always():
            return
        case All(parts) | AnyOf(parts):
            if not parts:
                return
            every = isinstance(expr, All) is want
            for part in parts if every else (rng.choice(parts),):
                fulfil(part, draft, want, at)
        case Not(part):
            fulfil(part, draft, not want, at)
        case InClass(classes):
            for id in (rng.choice(classes),) if want else classes:
                definitions = draft.points.content.classes[id].definitions
                fulfil(rng.choice(definitions).when, draft, want)
        case SomeParty(roles, body):
            if want:
                fulfil(body, draft, True, _party_in(draft, (rng.choice(roles),)))
            else:
                _none_in(draft, roles, body)
        case EveryParty(roles, body):
            _every_in(draft, roles, body, want)
        case SomeListing(body):
            if at is not None:
                _listing(draft, at, body, want)
        case Member() | Compare() | Elapsed() | Matches() | Known() | Relate():
            _leaf(expr, draft, want, at)
        case _:
            assert_never(expr)


def _party_in(draft: Draft, roles: Sequence[str]) -> Texts:
    found = [p for p in draft.parties if set(p["roles"]) & set(roles)]
    if found and draft.rng.random() < 0.8:
        return draft.rng.choice(found)
    return draft.party(roles[0])


def _none_in(draft: Draft, roles: Sequence[str], body: Expr) -> None:
    for party in draft.parties:
        if set(party["roles"]) & set(roles):
            fulfil(body, draft, False, party)
    draft.complete = draft.rng.random() < 0.9


def _every_in(draft: Draft, roles: Sequence[str], body: Expr, want: bool) -> None:
    parties = [p for p in draft.parties if set(p["roles"]) & set(roles)]
    for party in parties or [draft.party(draft.rng.choice(roles))]:
        fulfil(body, draft, want, party)
        if not want:
            return
    draft.complete = draft.rng.random() < 0.9


def _listing(draft: Draft, party: Texts, body: Expr, want: bool) -> None:
    listings = party.setdefault("listings", [])
    if want:
        found: Texts = {"list": draft.rng.choice(("EL", "OTHER"))}
        fulfil(body, draft, True, found)
        listings.append(found)
    else:
        party["listings"] = listings[:1] if draft.rng.random() < 0.2 else []


_Leaf = Member | Compare | Elapsed | Matches | Known | Relate


def _leaf(test: _Leaf, draft: Draft, want: bool, at: Texts | None) -> None:
    say = _speaker(test.field, draft, at)
    if say is None:
        return
    if isinstance(test, Known) and not want:
        if at is None:
            draft.fields.pop(test.field.id, None)
        return
    if isinstance(test, Relate):
        text = draft.rng.choice(draft.points.values[test.field.scope][test.field])
        say(test.field, text)
        say(test.other, text)
        return
    text_ = _text(test, draft, want)
    if text_ is not None:
        say(test.field, text_)


def _speaker(f: Field, draft: Draft, at: Texts | None) -> Any:
    """How to say a value of the field: of the shipment, a party or a listing."""
    match f.scope:
        case Scope.SHIPMENT:
            return lambda one, text: _say(draft, one, text)
        case Scope.PARTY if at is not None:
            return lambda one, text: say_of_party(draft, at, one, text)
        case Scope.LISTING if at is not None:
            return lambda one, text: _say_of_listing(draft, at, one, text)
        case _:
            return None


def _say(draft: Draft, f: Field, text: str) -> None:
    if f.derived or f.id == "law_date":
        return
    if f.many and draft.rng.random() < 0.3:
        kept = draft.fields.get(f.id)
        draft.fields[f.id] = [*(kept if isinstance(kept, list) else ()), text]
    else:
        draft.fields[f.id] = [text] if f.many else text


def say_of_party(draft: Draft, party: Texts, f: Field, text: str) -> None:
    """Say a value of a party's field in the way in which a shipment says it."""
    match f.id:
        case "party":
            party["name"] = text
        case "screened":
            if text == "true":
                party.setdefault("listings", [])
            else:
                party.pop("listings", None)
        case "listed_ownership_percent":
            owner: Texts = {"party": "an owner", "percent": text, "listings": [{"list": "EL"}]}
            if draft.rng.random() < 0.2:
                owner["listings"] = None
            party["owners"] = [owner]
            party.setdefault("listings", [])
        case "kinds":
            party["kinds"] = [text]
        case "name" | "country" | "headquarters" | "parent_headquarters":
            party[f.id] = text
        case _:
            return


def _say_of_listing(draft: Draft, listing: Texts, f: Field, text: str) -> None:
    match f.id:
        case "policy_finding":
            words = draft.points.content.header.policy_words
            meant = [w for w, finding in words.items() if finding.value == text]
            listing["policy"] = draft.rng.choice(meant or ["words nobody knows"])
        case "covers_item":
            listing["items"] = "all" if text == "true" else ["0A501"]
        case "footnotes":
            listing["footnotes"] = [text]
        case "basis" | "list" | "entry" | "policy":
            if not f.choices or text in f.choices:  # a relation may carry another field's value
                listing[f.id] = str(text)
        case _:
            return


def _text(
    test: Member | Compare | Elapsed | Matches | Known, draft: Draft, want: bool
) -> str | None:
    rng = draft.rng
    known = draft.points.values[test.field.scope].get(test.field, ())
    match test:
        case Member(f, values, groups):
            own = [t for v in values for t in list(around(f, v))[:1]]
            own += [m for g in groups for m in draft.points.members[g]]
            pool = own if want else [t for t in known if t not in own]
            return rng.choice(pool) if pool else None
        case Compare(_, ordering, operand):
            if isinstance(operand, date):
                later = ordering in (Ordering.AT_LEAST, Ordering.MORE_THAN)
                return _beside(operand, later is want, rng)
            upward = ordering in (Ordering.AT_LEAST, Ordering.MORE_THAN)
            return _beyond(operand, upward is want, ordering, want, rng)
        case Elapsed(_, ordering, days):
            if draft.day is None:
                return None
            upward = ordering in (Ordering.AT_LEAST, Ordering.MORE_THAN)
            back = days + (rng.choice((0, 1, 9)) if upward is want else -rng.choice((0, 1, 9)))
            return str(draft.day - timedelta(days=max(back, -400)))
        case Matches() | Known():
            return rng.choice(known) if known else None
        case _:
            assert_never(test)


def _beside(operand: date, later: bool, rng: Random) -> str:
    days = rng.choice((0, 1, 40))
    return str(operand + timedelta(days=days if later else -days))


def _beyond(operand: Value, up: bool, ordering: Ordering, want: bool, rng: Random) -> str | None:
    """A number that stands so, most of the time just so."""
    match operand:
        case PercentRange(low):
            amount = low
        case Money(amount=low):
            amount = low
        case bool() | str() | frozenset() | date():
            return None
        case _:
            amount = operand
    inclusive = (ordering in (Ordering.AT_LEAST, Ordering.AT_MOST)) is want
    step = rng.choice((0, 1, 100)) if inclusive else rng.choice((1, 100))
    near = amount + (step if up else -step)
    if near < 0 or (near > 100 and isinstance(operand, PercentRange)):
        return None
    text = unmistakable(number_text(near))
    return f"{text} {operand.currency}" if isinstance(operand, Money) else text
