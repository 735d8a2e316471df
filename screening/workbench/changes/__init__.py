"""What one rulebook says differently from another: the changelog of the law."""

from screening.workbench.changes.compare import Changes, compare
from screening.workbench.changes.markdown import markdown

__all__ = ["Changes", "compare", "markdown"]
