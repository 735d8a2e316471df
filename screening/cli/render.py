"""The pieces that several commands show alike."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from screening.cli.exits import printable
from screening.decision import Status, Verdict
from screening.truth import Truth

_VERDICT = {Verdict.ALLOW: "bold green", Verdict.REVIEW: "bold yellow", Verdict.DENY: "bold red"}
_STATUS = {
    Status.DECISIVE: "bold", Status.APPLIES: "bold", Status.OFFERED: "cyan",
    Status.UNDETERMINED: "yellow", Status.ERROR: "bold red",
}  # fmt: skip
_TRUTH = {Truth.TRUE: ("holds", "green"), Truth.FALSE: ("fails", "red"),
          Truth.UNKNOWN: ("unknown", "yellow")}  # fmt: skip


def shown(text: object, style: str = "") -> Text:
    """User text as it may go to a terminal."""
    return Text(printable(str(text)), style=style)


def verdict_text(verdict: Verdict, text: str | None = None) -> Text:
    """A verdict, or a sentence that begins with it, in its color."""
    return shown(text or verdict.value, _VERDICT[verdict])


def status_text(status: Status) -> Text:
    """A rule's status."""
    return shown(status.value.replace("_", " "), _STATUS.get(status, "dim"))


def truth_text(truth: Truth) -> Text:
    """Whether a test holds."""
    word, style = _TRUTH[truth]
    return Text(word, style=style)


def table(*heads: str, rows: Iterable[Iterable[Text | str]]) -> Table:
    """A plain table; long cells fold."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in heads:
        made.add_column(head, overflow="fold")
    for row in rows:
        made.add_row(*(c if isinstance(c, Text) else shown(c) for c in row))
    return made
