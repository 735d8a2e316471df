"""Bytes of an input file as a stream: compressed or plain, and unchanged from pass to pass."""

from __future__ import annotations

import gzip
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import zstandard
from typing_extensions import Buffer

from screening.bulk.table import refusal

STDIN = Path("-")
_STDIN_SHOWN = "standard input"
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Opened:
    """An input that can be read again from its start."""

    path: Path
    shown: str
    compression: str
    _stamp: tuple[int, int]

    @property
    def from_stdin(self) -> bool:
        """Whether nobody named the form of the input by a file's ending."""
        return self.shown == _STDIN_SHOWN

    @property
    def ending(self) -> str:
        """The ending of the name without that of the compression, in lower case, with its dot."""
        inner = Path(self.shown)
        if inner.suffix.casefold() in (".gz", ".zst", ".zstd"):
            inner = inner.with_suffix("")
        return inner.suffix.casefold()

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The bytes, decompressed. Raises `ProblemsFound` where they cannot be read to the end."""
        try:
            with self.path.open("rb", buffering=0) as raw:
                self.check_unchanged()
                # What is added meanwhile is not read: a file may grow faster than it is read.
                known = io.BufferedReader(_UpTo(raw, self._stamp[0]), 1024 * 1024)
                yield _decompressed(known, self.compression)
                self.check_unchanged()
        except (gzip.BadGzipFile, zstandard.ZstdError, EOFError):
            raise refusal("file-damaged", f"the file ends early or is damaged: its "
                          f"{self.compression} data cannot be read to the end", self.shown,
                          "fetch it again") from None  # fmt: skip
        except OSError as error:
            said = (error.strerror or "unknown reason").lower()
            raise refusal("file-unreadable", f"the file cannot be read: {said}", self.shown,
                          "check the permissions") from None  # fmt: skip

    def check_unchanged(self) -> None:
        """Raise `ProblemsFound` where somebody writes to the file while it is read."""
        if _stamp(self.path) != self._stamp:
            raise refusal("file-changed", "the file changed while it was read", self.shown,
                          "wait until whoever writes it has finished")  # fmt: skip


class _UpTo(io.RawIOBase):
    """The first `size` bytes of a file."""

    def __init__(self, raw: io.FileIO, size: int) -> None:
        self._raw, self._left = raw, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        found = self._raw.read(min(self._left, memoryview(buffer).nbytes)) or b""
        memoryview(buffer)[: len(found)] = found
        self._left -= len(found)
        return len(found)


def open_input(path: Path) -> Opened:
    """The input of that name, `-` for standard input. Raises `ProblemsFound`."""
    if path == STDIN:
        return _opened(_spooled(), _STDIN_SHOWN)
    if not path.is_file():
        said = "this is not a file" if path.exists() else "there is no such file"
        raise refusal("file-unreadable", said, str(path), "check the name")
    return _opened(path, str(path))


def _opened(path: Path, shown: str) -> Opened:
    try:
        with path.open("rb") as raw:
            first = raw.read(4)
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        raise refusal("file-unreadable", f"the file cannot be read: {said}", shown,
                      "check the permissions") from None  # fmt: skip
    kind = "gzip" if first[:2] == _GZIP else "zstd" if first == _ZSTD else ""
    return Opened(path, shown, kind, _stamp(path))


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _spooled() -> Path:
    """Standard input as a file, since a table is read more than once; removed at the end."""
    held = tempfile.NamedTemporaryFile(prefix="screening-", suffix=".input")  # noqa: SIM115  # lives as long as the process
    shutil.copyfileobj(sys.stdin.buffer, held)
    held.flush()
    _SPOOLED.append(held)
    return Path(held.name)


_SPOOLED: list[object] = []

_READERS: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    "": lambda raw: raw,
    "gzip": lambda raw: cast(BinaryIO, gzip.GzipFile(fileobj=raw)),
    "zstd": lambda raw: cast(BinaryIO, io.BufferedReader(
        zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True))),
}  # fmt: skip


def _decompressed(raw: BinaryIO, kind: str) -> BinaryIO:
    return _READERS[kind](raw)
