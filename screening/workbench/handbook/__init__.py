"""The rulebook as a book to read and to hand over: by topic of the law, every rule in words."""

from screening.workbench.handbook.content import Handbook, handbook
from screening.workbench.handbook.html import html
from screening.workbench.handbook.markdown import markdown

__all__ = ["Handbook", "handbook", "html", "markdown"]
