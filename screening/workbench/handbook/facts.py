"""The facts that an example gives, as people read them."""

from __future__ import annotations

from collections.abc import Iterable

from screening.shipment import Listing, Party, Shipment
from screening.vocabulary import Vocabulary

_FLAGS = {"true": "yes", "false": "no"}


def given_facts(shipment: Shipment, vocabulary: Vocabulary) -> tuple[tuple[str, str], ...]:
    """What is given of a shipment: a label and what stands there, parties last."""
    titles = {f.id: f.title for f in vocabulary.fields}
    facts = [
        (titles.get(id, id), _value(raw)) for id, raw in shipment.fields.items() if id != "law_date"
    ]
    roles: dict[str, list[str]] = {}
    for party in shipment.parties:
        roles.setdefault(_party(party), []).extend(party.roles)
    facts += [(_roles(held), said) for said, held in roles.items()]
    if shipment.roles_absent:
        facts.append((_roles(sorted(shipment.roles_absent)), "nobody"))
    if shipment.license is not None:
        facts.append(("License in hand", f"{shipment.license.number}, {shipment.license.covers}"))
    return tuple(facts)


def _value(raw: object) -> str:
    if isinstance(raw, list | tuple):
        return ", ".join(map(str, raw)) or "none"
    return _FLAGS.get(str(raw), str(raw))


def _roles(roles: Iterable[str]) -> str:
    text = ", ".join(r.replace("_", " ") for r in roles)
    return text[:1].upper() + text[1:]


def _party(party: Party) -> str:
    said = [
        *_countries(party),
        ", ".join(party.kinds or ()),
        party.owners and "owned by " + ", ".join(
            f"{o.party} ({o.percent} percent)" if o.percent else o.party for o in party.owners),
        _listings(party.listings),
    ]  # fmt: skip
    return "; ".join([party.name or "unnamed", *(s for s in said if s)])


def _listings(listings: tuple[Listing, ...] | None) -> str:
    if listings is None:
        return ""
    if not listings:
        return "screened, on no list"
    return "on " + ", ".join(entry.list for entry in listings)


def _countries(party: Party) -> list[str]:
    """Where it is, and where it and its parent are headquartered, once where all is one."""
    own, parent = party.headquarters, party.parent_headquarters
    if party.country and party.country == own == parent:
        return [f"of {own}, headquarters and parent too"]
    return [
        *([f"in {party.country}"] if party.country else []),
        *([f"headquartered in {own}"] if own else []),
        *([f"parent headquartered in {parent}"] if parent else []),
    ]
