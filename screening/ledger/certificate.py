"""One decision as a page for people: all in one file, nothing fetched, all text escaped."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from screening.ledger.entry import Kind
from screening.ledger.record import Record
from screening.ledger.store import Ledger
from screening.ledger.tables import records
from screening.pages import environment, style

_PAGES = Path(__file__).with_name("pages")


def certificate(ledger: Ledger, record: Record) -> str:
    """The decision of a record, with what was said of it, as HTML."""
    about = records.c.about == record.data["id"]
    said = [
        {**r.data, "state": r.data["verdict"]}
        for r in ledger.where(about, records.c.kind == Kind.RESOLUTION.value)
    ]
    page = environment(_PAGES).get_template("certificate.html")
    return page.render(record=record, data=record.data, said=said, style=Markup(style()))
