"""Results go to stdout, or to a file that appears only when it is whole."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console

from screening.cli.exits import refuse
from screening.whole import whole

WIDTH = 120
"""Columns of text that goes to no terminal."""


def keep_apart(written: Iterable[Path], read: Iterable[Path | None]) -> None:
    """Refuse to write over what is read: the input, or what somebody says of it."""
    sources = [path for path in read if path is not None and path.exists()]
    for output in written:
        if output.exists() and any(output.samefile(source) for source in sources):
            raise refuse("output-is-input", f"`{output}` would be overwritten, and is the input "
                         "file or the file of `--given`", "give another name")  # fmt: skip


@contextmanager
def results(output: Path | None, *sources: Path | None) -> Iterator[TextIO]:
    """Where to write: stdout, or a file beside `output` that is renamed when all is well."""
    if output is None:
        yield sys.stdout
        return
    keep_apart([output], sources)
    if output.is_dir():
        raise refuse("output-unwritable", f"`{output}` is a folder", "give a file name")
    with whole(output) as part:
        try:
            handle = part.open("x", encoding="utf-8", newline="")
        except OSError as error:
            said = (error.strerror or "unknown reason").lower()
            raise refuse("output-unwritable", f"`{output}` cannot be written: {said}",
                         "check the folder and its permissions") from None  # fmt: skip
        with handle:
            yield handle


def console(stream: TextIO) -> Console:
    """A console for results. User text is never markup; colors only on a terminal."""
    width = None if stream.isatty() else WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def notices() -> Console:
    """A console for notices and summaries, on stderr."""
    return console(sys.stderr)
