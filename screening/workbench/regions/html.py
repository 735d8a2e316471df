"""A comparison as one HTML page that needs nothing else: no network, no script."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from screening.workbench.regions.flips import Flips
from screening.workbench.regions.markdown import HEADS, summary
from screening.workbench.regions.told import Comparison


def html(found: Comparison, flips: Flips | None, approved: str, most: int) -> str:
    """The whole table. Every text of the rulebooks is escaped."""
    pages = Environment(
        loader=PackageLoader("screening.workbench", "pages"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return pages.get_template("comparison.html").render(
        found=found, flips=flips, approved=approved, most=most, heads=HEADS, said=summary(found)
    )
