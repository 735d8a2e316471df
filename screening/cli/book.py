"""`screening handbook`: the rulebook as a book, in Markdown or as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from screening.cli.exits import guarded, open_rulebook, refuse
from screening.cli.options import RulebookPath
from screening.cli.writing import results
from screening.workbench.handbook import handbook, html, markdown

_FORMS = {".md": markdown, ".html": html, ".htm": html}


@guarded
def write(
    rulebook: RulebookPath = None,
    output: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False,
        help="Write to FILE: .html for one self-contained page, .md for Markdown.")] = None,
) -> None:  # fmt: skip
    """Write the rulebook as a handbook: every rule in words, with its period, sources, examples.

    \b
    Examples:
      screening handbook --output handbook.html
      screening handbook --rulebook example-company --output handbook.md
    """
    ending = output.suffix.casefold() if output is not None else ".md"
    if ending not in _FORMS:
        raise refuse("file-kind", f"`{output}` is neither Markdown nor HTML by its name",
                     "name it .md or .html")  # fmt: skip
    book = handbook(open_rulebook(rulebook))
    with results(output) as stream:
        stream.write(_FORMS[ending](book))


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("handbook")(write)
