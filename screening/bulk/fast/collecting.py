"""Python's search for circles of garbage, put off while a batch is worked on.

It looks through all young objects each time some hundred were made, and through all others now and
then. What is learned of a batch is made to be kept, and is hundreds of thousands of objects.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No search until the end, when what was made meanwhile is looked through once."""
    if not gc.isenabled():  # somebody else put it off
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
