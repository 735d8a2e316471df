"""`screening schema`, `vocabulary` and `problems`: the reference, printed."""

from __future__ import annotations

import sys
from pathlib import Path

from screening.cli.exits import refuse
from screening.cli.explain import write_json
from screening.cli.options import TextFormat
from screening.cli.render import table
from screening.cli.writing import console, results
from screening.engine import Rulebook
from screening.problem_pages import markdown, pages
from screening.problems import nearest
from screening.rulebook.jsonschema import schema_text
from screening.rulebook.jsonschema_words import known_of
from screening.vocabulary import ROLES, Vocabulary


def schema(opened: Rulebook | None, output: Path | None) -> None:
    """The JSON Schema of rule files; of a rulebook also its fields, and the ids that it has."""
    text = schema_text()
    if opened is not None:
        text = schema_text(opened.content.vocabulary, known_of(opened.content))
    with results(output) as stream:
        stream.write(text)


def vocabulary(words: Vocabulary, format: TextFormat) -> None:
    """Every field, with the column names that stand for it."""
    if format is TextFormat.JSON:
        write_json(
            {"version": 1, "roles": list(ROLES), "fields": [f.as_dict() for f in words.fields]}
        )
        return
    out = console(sys.stdout)
    out.print(table(
        "field", "of", "type", "unit", "title", "column names",
        rows=[[f.id, f.scope.value, f"{f.type}{', list' if f.many else ''}", f.unit,
               f.title + (" (derived)" if f.derived else ""), ", ".join(f.synonyms)]
              for f in words.fields]))  # fmt: skip
    out.print(f"roles of parties: {', '.join(ROLES)}; a column `ROLE` holds the name, "
              "`ROLE.field` another field of the party")  # fmt: skip


def problems(code: str | None, output: Path | None) -> None:
    """What a code means; without one, all of them, as a page if it goes to a file."""
    known = pages()
    if code is not None:
        if code not in known:
            raise refuse("unknown-code", f"`{code}` is not the code of a problem"
                         f"{nearest(code, known)}", "`screening problems` lists them")  # fmt: skip
        told = f"{known[code]}\n"
    elif output is not None:
        told = markdown()
    else:
        told = "".join(f"{page.code}: {page.means}\n" for page in known.values())
    with results(output) as stream:
        stream.write(told)
