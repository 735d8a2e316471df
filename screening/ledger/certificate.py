"""One decision as a page for people: all in one file, nothing fetched, all text escaped."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from screening.ledger.entry import Kind
from screening.ledger.record import Record
from screening.ledger.store import Ledger
from screening.ledger.tables import records

PAGES = Path(__file__).with_name("pages")


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet of all pages."""
    return (PAGES / "style.css").read_text("utf-8")


def environment(*folders: Path) -> Environment:
    """Templates of these folders and of this one; what is put into them is always escaped."""
    return Environment(loader=FileSystemLoader([*folders, PAGES]), autoescape=True,
                       trim_blocks=True, lstrip_blocks=True)  # fmt: skip


def certificate(ledger: Ledger, record: Record) -> str:
    """The decision of a record, with what was said of it, as HTML."""
    about = records.c.about == record.data["id"]
    said = [
        {**r.data, "state": r.data["verdict"]}
        for r in ledger.where(about, records.c.kind == Kind.RESOLUTION.value)
    ]
    page = environment().get_template("certificate.html")
    return page.render(record=record, data=record.data, said=said, style=Markup(style()))
