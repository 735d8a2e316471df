"""What all pages share: one style sheet, and how a decision is shown.

Pages are all in one file, fetch nothing, and escape all text: certificates, reports of tables, and
the review desk.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

_HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet of all pages."""
    return (_HERE / "style.css").read_text("utf-8")


def environment(*folders: Path) -> Environment:
    """Templates of these folders and of this one; what is put into them is always escaped."""
    return Environment(loader=FileSystemLoader([*folders, _HERE]), autoescape=True,
                       trim_blocks=True, lstrip_blocks=True)  # fmt: skip
