"""From facts found by the solver to a mock shipment that a person can read and run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from screening.answer import Decision
from screening.casting import Money, PercentRange, Value, number_text, unmistakable
from screening.conditions.explain import scope_of, truth
from screening.engine import Rulebook
from screening.facts import Facts, ListingFacts, PartyFacts
from screening.rulebook.model import Property
from screening.shipment import Shipment
from screening.truth import Truth
from screening.workbench.proofs.verdicts import apart

Document = dict[str, Any]
_ELSEWHERE = "0Z999"
"""An ECCN that no item has: a listing of these items alone covers nothing else."""


T = TypeVar("T")


def mock_shipment(
    rulebook: Rulebook, facts: Facts, wanted: Property
) -> tuple[Document, Decision] | None:
    """A shipment, as small as it may be, that breaks the property when the engine decides it."""
    return smallest(rulebook, facts, lambda document: _broken(rulebook, document, wanted))


def smallest(
    rulebook: Rulebook, facts: Facts, shows: Callable[[Document], T | None]
) -> tuple[Document, T] | None:
    """The facts as a shipment, as small as it may be to show what it is to show.

    `None` where these facts cannot be said through the front door: the catalogue or the records
    of parties say otherwise, so no shipment of today is concerned.
    """
    whole = _document(rulebook, facts)
    # A figure that no shipment has, such as a quantity of none, is left out.
    tried = (whole, {k: v for k, v in whole.items() if v != "0"})
    shown = ((document, found) for document in tried if (found := shows(document)) is not None)
    document, found = next(shown, (whole, None))
    if found is None:
        return None
    for smaller in _smaller(document):
        shorter = {k: v for k, v in document.items() if k not in smaller}
        again = shows(shorter)
        if again is not None:
            document, found = shorter, again
    return document, found


def _smaller(document: Document) -> Iterator[frozenset[str]]:
    kept = ("law_date", "parties", "parties_complete")
    for key in document:
        if key not in kept:
            yield frozenset({key})


def _broken(rulebook: Rulebook, document: Document, wanted: Property) -> Decision | None:
    try:
        decision = rulebook.decide(Shipment.model_validate(document), assumptions=False)
    except ValidationError:
        return None
    scope = scope_of(decision.facts, rulebook.view(decision.facts.law_date))
    described = truth(wanted.for_all, scope) is Truth.TRUE and (
        wanted.unless is None or truth(wanted.unless, scope) is not Truth.TRUE
    )
    if not described or decision.problems:
        return None
    view = rulebook.view(decision.facts.law_date)
    if wanted.apart_from and apart(wanted, rulebook.ruling(decision.facts, view)):
        return None
    return None if wanted.holds(decision.verdict, decision.finding) else decision


def _document(rulebook: Rulebook, facts: Facts) -> Document:
    document: Document = {}
    for id, found in facts.values.items():
        if id == "conflicting_facts":
            continue
        group, _, rest = id.partition(".")
        value = _plain(found[0].value)
        if rest and group in ("certifications", "attributes", "chip"):
            document.setdefault(group, {})[rest] = value
        else:
            document[id] = value
    document["parties_complete"] = True
    words = {finding: text for text, finding in rulebook.content.header.policy_words.items()}
    document["parties"] = [
        _party(rulebook, party, i, {str(k): v for k, v in words.items()})
        for i, party in enumerate(facts.parties, 1)
    ]
    if facts.license is not None:
        document["license"] = {
            "number": facts.license.number, "valid_from": str(facts.license.valid_from),
            "until": str(facts.license.until),
            "covers": "proved" if facts.license.proved else "claimed",
        }  # fmt: skip
    return document


def _party(
    rulebook: Rulebook, party: PartyFacts, number: int, words: Mapping[str, str]
) -> Document:
    values = {id: found[0].value for id, found in party.values.items()}
    named = rulebook.content.parties.get(str(values.get("party")))
    found: Document = {"roles": sorted(party.roles)}
    found["name"] = named.title if named else f"Example Party {number}"
    for id in ("country", "headquarters", "parent_headquarters", "kinds"):
        if id in values:
            found[id] = _plain(values[id])
    found["listings"] = [_listing(item, words) for item in party.listings or ()]
    share = values.get("listed_ownership_percent")
    if isinstance(share, PercentRange):
        low = number_text(share.low)
        found["owners"] = [] if not share.low else [
            {"party": "Example Owner", "percent": low, "listings": ["OTHER"], "owners": []}
        ]  # fmt: skip
    return found


def _listing(listing: ListingFacts, words: Mapping[str, str]) -> Document:
    values = {id: found[0].value for id, found in listing.values.items()}
    found: Document = {"list": values.get("list", "OTHER")}
    for id in ("basis", "entry", "footnotes"):
        if id in values:
            found[id] = _plain(values[id])
    if "covers_item" in values:
        found["items"] = "all" if values["covers_item"] is True else [_ELSEWHERE]
    policy = words.get(str(values.get("policy_finding")))
    if policy is not None:
        found["policy"] = policy
    return found


def _plain(value: Value) -> Any:
    match value:
        case bool():
            return value
        case frozenset():
            return sorted(value)
        case Money(amount, currency):
            return f"{unmistakable(number_text(amount))} {currency}"
        case PercentRange(low):
            return number_text(low)
        case str():
            return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return unmistakable(number_text(value))
