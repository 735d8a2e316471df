"""A file that appears only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside this one to write to: it takes its place, from disk, where the block ends well,
    and else it goes away."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with suppress(OSError):
        part.unlink()  # of one who had our number
    try:
        yield part
        with part.open("r+b") as written:
            os.fsync(written.fileno())
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()
