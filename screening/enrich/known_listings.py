"""What a stated result of screening leaves out though the rulebook knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from screening import shipment as given
from screening.parties.lists import list_symbol
from screening.rulebook.model import Content, NamedParty


def missed_listings(
    record: NamedParty | None, stated: Iterable[given.Listing], law_date: date | None
) -> Iterator[str]:
    """The lists on which the party is known to be, in words, if the stated ones lack them."""
    lists = {list_symbol(item.list) for item in stated}
    for known in () if record is None else record.listed:
        if known.list not in lists and (law_date is None or law_date >= known.since):
            title = "" if record is None else record.title
            yield f"{title} is on the list {known.list}: {known.source}"


def missed_of_owners(
    owners: Iterable[given.Owner], content: Content, law_date: date | None
) -> Iterator[str]:
    """The same of owners whose listings are stated, and of theirs."""
    for owner in owners:
        id = content.party_index.find(owner.party) if owner.party.strip() else None
        if owner.listings is not None:
            yield from missed_listings(content.parties.get(id or ""), owner.listings, law_date)
        yield from missed_of_owners(owner.owners or (), content, law_date)
