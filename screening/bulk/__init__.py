"""Tables in and out: headers recognized, one answer for every row, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screening.bulk.arrow import Options, decide_batch, decide_batches

__all__ = ["Options", "decide_batch", "decide_batches"]


def __getattr__(name: str) -> Any:
    """The functions on Arrow, loaded when asked for: who reads a CSV needs none of them."""
    if name not in __all__:
        raise AttributeError(name)
    from screening.bulk import arrow

    return getattr(arrow, name)
