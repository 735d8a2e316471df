"""`screening handbook` and `screening changelog`: what the rulebook says, and came to say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from screening.cli.exits import guarded, open_rulebook, refuse, rulebook_folder
from screening.cli.options import RulebookPath, Text, TextFormat
from screening.cli.versions import older_version
from screening.cli.writing import results
from screening.workbench.changes import compare
from screening.workbench.changes import markdown as changes_in_words
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


@guarded
def changelog(
    since: Annotated[str, typer.Option(
        metavar="OLDER", show_default=False,
        help="The older version: a folder, git:REVISION, or a digest as decisions state it.")],
    rulebook: RulebookPath = None,
    ledger: Annotated[str | None, typer.Option(
        metavar="URL", show_default=False,
        help="The ledger that keeps the older version (else git's history is searched).")] = None,
    format: Text = TextFormat.TEXT,
    output: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Write to FILE.")] = None,
) -> None:  # fmt: skip
    """Tell what the rulebook says differently since an older version, in Markdown.

    \b
    Examples:
      screening changelog --since git:HEAD~5
      screening changelog --since ../rules-of-june/us-ear --output changes.md
      screening changelog --since 3eabf132c721 --rulebook rules/example-company
      screening changelog --since DIGEST --ledger sqlite:///ledger.db --format json
    """
    opened = open_rulebook(rulebook)
    older = older_version(since, opened, rulebook_folder(rulebook), ledger)
    found = compare(older, opened.content)
    text = format is TextFormat.TEXT
    with results(output) as stream:
        stream.write(
            changes_in_words(found, since)
            if text
            else json.dumps(found.as_dict(), ensure_ascii=False, indent=2) + "\n"
        )


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("handbook")(write)
    app.command()(changelog)
