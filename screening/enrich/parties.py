"""What is known of the parties: named parties, listings given and recorded, ownership."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from screening import shipment as given
from screening.casting import (
    CastError,
    PercentRange,
    Value,
    cast,
    cast_number,
    is_missing,
    names_nobody,
    normalize_text,
)
from screening.conditions.codes import within
from screening.decision import Finding
from screening.enrich.known_listings import missed_listings, missed_of_owners
from screening.enrich.lookalike import as_it_looks, mixed_words
from screening.enrich.merge import merge
from screening.facts import Fact, ListingFacts, PartyFacts, Provenance, Values
from screening.parties.lists import WRITTEN, list_symbol
from screening.parties.ownership import HALF, OwnerShare, listed_share
from screening.problems import Place, Problem, nearest
from screening.rulebook.model import Content, NamedParty
from screening.rulebook.period import still_verified
from screening.truth import Truth
from screening.vocabulary import LISTS, Field, Scope

_PLAIN = ("country", "headquarters", "parent_headquarters")


def party_facts(
    party: given.Party, content: Content, law_date: date | None,
    known_as_of: date | None, eccn: tuple[Fact, ...], problems: list[Problem],
) -> PartyFacts:  # fmt: skip
    """One party as far as it is known: what is given, and what the rulebook's records say."""
    fields = content.vocabulary.of(Scope.PARTY)
    found: dict[str, list[Fact]] = {}
    role = "/".join(party.roles)

    def add(id: str, text: str, provenance: Provenance, note: str) -> None:
        field = fields[id]
        if is_missing(text, field):
            return
        try:
            value: Value = cast(text, field)
        except CastError as error:
            problems.append(error.problem.at(Place(field=f"{role}.{id}")))
            return
        found.setdefault(id, []).append(Fact(value, provenance, note))

    for id in ("name", *_PLAIN):
        text = getattr(party, id)
        if text is not None:
            add(id, text, Provenance.GIVEN, "given")
    record = record_of(party, content)
    odd = _look_alikes(party.name or "", content)
    if odd:
        found["look_alike_letters"] = [Fact(odd, Provenance.DERIVED, "letters as given")]
    if record is not None:
        found["party"] = [Fact(record.id, Provenance.LIST, f"named party: {record.source}")]
        for id in _PLAIN:
            text = record.record.get(id)
            # A firm has one headquarters but offices in many places: where this one stands is
            # taken from the record only if nobody says it.
            if isinstance(text, str) and not (id == "country" and "country" in found):
                add(id, text, Provenance.LIST, record.source)
        parent = content.parties.get(record.parent or "")
        if parent is not None and "parent_headquarters" not in found:
            text = parent.record.get("headquarters")
            if isinstance(text, str):
                add("parent_headquarters", text, Provenance.LIST, parent.source)
    kinds = party.kinds
    if kinds is None and record is not None:
        kinds = record.record.get("kinds")  # type: ignore[assignment]  # a list of texts by schema
    if kinds is not None:
        _kinds(kinds, fields["kinds"], role, found, problems)
    recorded = _holding(record, law_date, known_as_of, content.header.grace)
    owners = party.owners if party.owners is not None else _models(given.Owner, recorded, "owners")
    listings = _listings(party.listings, _models(given.Listing, recorded, "listings"))
    if not listings and party.name is not None and names_nobody(party.name):
        listings = None  # nobody can have found on no list whose name is not known
    direct = None if listings is None else [
        _listing(item, prov, content, eccn, problems) for item, prov in listings
    ]  # fmt: skip
    if owners is not None:
        problems += _owner_problems(owners, role)
        owners = tuple(_with_record(owner, content) for owner in owners)
        low, high = listed_share(_share(owner) for owner in owners)
        found["listed_ownership_percent"] = [
            Fact(PercentRange(low, high), Provenance.DERIVED, "from the owners")
        ]
        direct = _with_owned(direct, owners, low >= HALF, high >= HALF, content, eccn, problems)
    if direct is not None:
        found["screened"] = [Fact(True, Provenance.DERIVED, "its listings are known")]
        missed = [*missed_listings(record, [item for item, _ in listings or ()], law_date)]
        missed += missed_of_owners(owners or (), content, law_date)
        if missed:  # the screening that was stated contradicts what the rulebook knows
            found["screened"] = [Fact(True, Provenance.GIVEN, "its listings are given"),
                                 Fact(False, Provenance.LIST, "; ".join(missed))]  # fmt: skip
    values = {id: merge(facts) for id, facts in found.items()}
    return PartyFacts(frozenset(party.roles), values, None if direct is None else tuple(direct))


def record_of(party: given.Party, content: Content) -> NamedParty | None:
    """What the rulebook or the firm's records hold of a party, found by its name."""
    id = content.party_index.find(party.name) if party.name and party.name.strip() else None
    return content.parties.get(id) if id else None


def _look_alikes(name: str, content: Content) -> str:
    """Words of the name that do not read as they look, or all of it if it looks like one known."""
    odd = mixed_words(name)
    looks = as_it_looks(name)
    if looks != name and content.party_index.find(looks) != content.party_index.find(name):
        odd = (f"{name} (looks like {looks})",)
    return "; ".join(odd)


def _holding(
    record: NamedParty | None, law_date: date | None, known_as_of: date | None, grace: timedelta
) -> Mapping[str, object]:
    """The record's dated part, if it holds at the law date."""
    if record is None:
        return {}
    hits_only = {k: v for k, v in record.record.items() if k != "listings" or v}
    if record.holds_from is None or record.verified_through is None:
        return hits_only  # a clean result without dates is no result
    if (
        law_date is None
        or law_date < record.holds_from
        or not still_verified(law_date, record.verified_through, known_as_of, grace)
    ):
        return hits_only  # a clean result that no longer holds is no result; a hit is kept
    return record.record


def _models(model: Any, record: Mapping[str, object], key: str) -> tuple[Any, ...] | None:
    items = record.get(key)
    if not isinstance(items, list):
        return None
    try:
        return tuple(model.model_validate(item) for item in items)
    except ValidationError:
        return None


def _kinds(
    kinds: Iterable[str], field: Field, role: str, found: dict[str, list[Fact]],
    problems: list[Problem],
) -> None:  # fmt: skip
    try:
        value = frozenset(str(cast(kind, field)) for kind in kinds)
    except CastError as error:
        problems.append(error.problem.at(Place(field=f"{role}.kinds")))
        return
    found["kinds"] = [Fact(value, Provenance.GIVEN, "given")]


def _listings(
    said: tuple[given.Listing, ...] | None, recorded: tuple[given.Listing, ...] | None
) -> list[tuple[given.Listing, Provenance]] | None:
    """A given empty list never removes what the records hold."""
    if said is None and recorded is None:
        return None
    return [(item, Provenance.GIVEN) for item in said or ()] + [
        (item, Provenance.LIST) for item in recorded or ()
    ]


def _listing(
    listing: given.Listing, provenance: Provenance, content: Content, eccn: tuple[Fact, ...],
    problems: list[Problem], basis: str | None = None,
) -> ListingFacts:  # fmt: skip
    words = content.header.folded_policy_words
    policy = words.get(normalize_text(listing.policy or ""), Finding.PRESUMPTION_OF_DENIAL)
    symbol = list_symbol(listing.list)
    if symbol is None:
        problems.append(_unknown_list(listing.list))
    values: dict[str, Value] = {
        "list": symbol or "OTHER",
        "basis": basis or listing.basis,
        "policy_finding": policy.value,
        "footnotes": frozenset(listing.footnotes),
    }
    if listing.entry:
        values["entry"] = listing.entry
    if listing.policy:
        values["policy"] = listing.policy
    covered = _covers(listing, eccn)
    if covered is not None:
        values["covers_item"] = covered
    return ListingFacts({id: (Fact(v, provenance, "listing"),) for id, v in values.items()})


def _covers(listing: given.Listing, eccn: tuple[Fact, ...]) -> bool | None:
    if listing.items == "all":
        return True
    if isinstance(listing.items, str) or not eccn:
        return None
    truths = {within(str(f.value), code) for f in eccn for code in listing.items}
    if truths == {Truth.FALSE}:
        return False
    sure = all(
        any(within(str(f.value), code) is Truth.TRUE for code in listing.items) for f in eccn
    )
    return True if sure else None


def _with_record(owner: given.Owner, content: Content) -> given.Owner:
    """The owner with the listings on record added to those given."""
    id = content.party_index.find(owner.party) if owner.party.strip() else None
    record = content.parties.get(id) if id else None
    owners = None
    if owner.owners is not None:
        owners = tuple(_with_record(o, content) for o in owner.owners)
    recorded = _models(given.Listing, record.record, "listings") if record else None
    if not recorded:
        return owner.model_copy(update={"owners": owners})
    listings = (*(owner.listings or ()), *recorded)
    return owner.model_copy(update={"owners": owners, "listings": listings})


def _unknown_list(symbol: str) -> Problem:
    return Problem("unknown-list", f"`{symbol}` is not a list known here{nearest(symbol, WRITTEN)}",
                   "one of " + ", ".join(LISTS))  # fmt: skip


def _owner_problems(owners: Iterable[given.Owner], role: str) -> list[Problem]:
    found: list[Problem] = []
    for owner in owners:
        try:
            percent = None if owner.percent is None else cast_number(owner.percent)
            if percent is not None and percent > 100:
                raise CastError("percent-range", f"`{owner.percent}` is more than 100 percent")
        except CastError as error:
            found.append(error.problem.at(Place(field=f"{role}.owners")))
        found += [_unknown_list(item.list) for item in owner.listings or ()
                  if list_symbol(item.list) is None]  # fmt: skip
        found += _owner_problems(owner.owners or (), role)
    return found


def _share(owner: given.Owner) -> OwnerShare:
    lists = None
    if owner.listings is not None:
        symbols = [list_symbol(item.list) for item in owner.listings]
        # A list that is misspelt may be any.
        lists = None if None in symbols else frozenset(s for s in symbols if s is not None)
    owners = None if owner.owners is None else tuple(_share(o) for o in owner.owners)
    return OwnerShare(owner.percent, lists, owners)


def _with_owned(
    direct: list[ListingFacts] | None, owners: tuple[given.Owner, ...], surely: bool, maybe: bool,
    content: Content, eccn: tuple[Fact, ...], problems: list[Problem],
) -> list[ListingFacts] | None:  # fmt: skip
    """Add the owners' listings, on the basis of ownership, where they reach one half."""
    if direct is None or not maybe:
        return direct
    if not surely:
        unknown: Values = {"basis": (Fact("owned", Provenance.DERIVED, "may be owned by half"),)}
        return [*direct, ListingFacts(unknown)]
    passed = [
        _listing(item, Provenance.DERIVED, content, eccn, problems, basis="owned")
        for item in _all_listings(owners)
    ]
    return [*direct, *passed]


def _all_listings(owners: Iterable[given.Owner]) -> list[given.Listing]:
    found: list[given.Listing] = []
    for owner in owners:
        found += owner.listings or ()
        found += _all_listings(owner.owners or ())
    return found
