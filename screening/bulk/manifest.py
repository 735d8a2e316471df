"""What a finished run says of itself, beside its output: enough to take it again and compare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from screening.bulk.table import refusal
from screening.whole import whole

VERSION = 1


@dataclass(frozen=True)
class Manifest:
    """`run` is what the answers depend on; `started` the time of the first start (ISO 8601, UTC).

    `outputs` maps the names of the files written to their SHA-256.
    """

    version: int
    run: Mapping[str, object]
    started: str
    rows_in: int
    rows_out: int
    verdicts: Mapping[str, int]
    outputs: Mapping[str, str]
    tally: Mapping[str, object] = field(default_factory=dict)
    """Counts of the whole job: verdicts by month, destination, class, rule, missing fact."""


def manifest_path(output: Path) -> Path:
    """Where the manifest of an output stands."""
    return output.with_name(f"{output.name}.manifest.json")


def traces_path(output: Path) -> Path:
    """Where the traces of an output stand, one a line."""
    return output.with_name(f"{output.name}.traces.jsonl")


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write it, whole or not at all."""
    with whole(path) as part:
        part.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n", "utf-8")


def read_manifest(path: Path) -> Manifest:
    """The manifest. Raises `ProblemsFound` where there is none, or it is of another version."""
    try:
        found = Manifest(**json.loads(path.read_text("utf-8")))
    except OSError:
        raise refusal("no-manifest", "there is no manifest beside the output", str(path),
                      "only a run with `--output` leaves one") from None  # fmt: skip
    except (ValueError, TypeError):
        raise refusal("no-manifest", "this is no manifest of a screening", str(path)) from None
    if found.version != VERSION:
        raise refusal("no-manifest", f"the manifest is of version {found.version}, not {VERSION}",
                      str(path), "use the version of the engine that wrote it")  # fmt: skip
    return found


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
