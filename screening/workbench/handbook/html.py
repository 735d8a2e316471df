"""The handbook as one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from screening.workbench.handbook import wording
from screening.workbench.handbook.content import Handbook

_FOLDER = "templates"


def html(book: Handbook) -> str:
    """The whole handbook. Every text of the rulebook is escaped."""
    pages = Environment(
        loader=PackageLoader("screening.workbench.handbook", _FOLDER),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    links = _Links(book.anchors)
    return pages.get_template("handbook.html").render(
        book=book, wording=wording, linked=links.in_text, anchors=book.anchors,
        titles={e.told.rule.id: e.told.rule.title for e in book.entries},
    )  # fmt: skip


class _Links:
    """Names of terms in sentences, as links to what they mean."""

    def __init__(self, anchors: Mapping[str, str]) -> None:
        self._anchors = anchors

    def in_text(self, text: str, names: Iterable[str]) -> Markup:
        """The text, escaped, with each name that stands in it as a word linked."""
        known = sorted((n for n in names if n in self._anchors), key=len, reverse=True)
        if not known:
            return escape(text)
        words = "|".join(map(re.escape, known))
        parts = re.split(rf"(?<![\w.-])({words})(?![\w-]|\.\w)", text)
        return Markup("").join(
            Markup('<a class="term" href="#{}">{}</a>').format(self._anchors[part], part)
            if i % 2
            else escape(part)
            for i, part in enumerate(parts)
        )
