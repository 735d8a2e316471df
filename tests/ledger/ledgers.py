"""Small things that the tests of the ledger are made of."""

from __future__ import annotations

from screening import Rulebook, Shipment, load_rulebook
from screening.ledger.asked import Asked
from screening.ledger.entry import Entry, Request, decision_entry, new_id
from screening.ledger.record import Record
from screening.ledger.store import Ledger
from screening.ledger.tables import records
from screening.rulebook.layers import shipped_root

H20 = Shipment(
    exporter="NVIDIA Corporation",
    product="nvidia-h20",
    destination="CN",
    law_date="2025-07-14",
    end_user={"name": "Example Cloud", "country": "CN"},
)
DAYS = ("2025-04-08", "2025-07-14", "2025-07-15")
_law: list[Rulebook] = []


def law() -> Rulebook:
    """The example company's rulebook, loaded once."""
    if not _law:
        _law.append(load_rulebook(shipped_root() / "example-company"))
    return _law[0]


def entry(day: str = "2025-07-15", request: Request | None = None, **given: str) -> Entry:
    """The founding case on a day; a review on 2025-07-15."""
    line = H20.with_field("law_date", day)
    for id, value in given.items():
        line = line.with_field(id, value)
    return decision_entry(law().decide(line), line, Asked(), request or Request("test"))


def copies(number: int) -> list[Entry]:
    """The same decision, as often as asked, each with an id of its own."""
    one = entry()
    return [Entry({**one.data, "id": new_id()}) for _ in range(number)]


_days: dict[str, Entry] = {}


def filled(url: str) -> Ledger:
    """Record 1 is the rulebook; 2, 3 and 4 are decisions: review, deny, review."""
    found = Ledger(url)
    found.keep_rulebook(law().content)
    for day in DAYS:
        _days.setdefault(day, entry(day))
        found.append([_days[day]])
    return found


def at(ledger: Ledger, seq: int) -> Record:
    """The record at a place."""
    return ledger.where(records.c.seq == seq)[0]
