"""`screening verify`: a screened table decided again, and whether the same came out."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

import yaml

from screening import __version__
from screening.bulk.manifest import (
    Manifest,
    manifest_path,
    read_manifest,
    sha256_of,
    traces_path,
)
from screening.bulk.written import as_run
from screening.cli.exits import ANSWER, OK, refuse
from screening.cli.job import Job
from screening.cli.options import Format
from screening.cli.writing import console
from screening.engine import Rulebook
from screening.footing import Footing


def run(output: Path, rulebook: Rulebook, given: Path | None, source: Path | None) -> int:
    """Decide the input again; the exit code says whether all is identical."""
    manifest = read_manifest(manifest_path(output))
    apart = _changed_since(output, manifest)
    file = source or Path(str(manifest.run["input"]))
    _same_ground(manifest.run, rulebook, file)
    with tempfile.TemporaryDirectory(prefix="screening-verify-") as folder:
        again = Path(folder) / output.name
        from screening.cli.tables import screen_table  # what reads and writes tables is large

        mapped = given or _as_mapped(manifest.run, Path(folder) / "given.yaml")
        screen_table(_job(manifest.run, file, rulebook, mapped, again))
        fresh = read_manifest(manifest_path(again))
        _same_run(manifest.run, fresh.run)
        for what in ("rows_in", "rows_out", "verdicts"):
            if getattr(manifest, what) != getattr(fresh, what):
                apart.append(f"the manifest says {what} {getattr(manifest, what)}, and it is "
                             f"{getattr(fresh, what)}")  # fmt: skip
        for name, digest in manifest.outputs.items():
            kept = output.parent / name
            now = sha256_of(kept) if kept.exists() else digest
            if not fresh.outputs[name] == digest == now:
                apart.append(f"{name}: decided again, {_where(kept, again, name)}")
    _say(apart, manifest)
    return ANSWER if apart else OK


def _changed_since(output: Path, manifest: Manifest) -> list[str]:
    found = []
    for path in (output, traces_path(output)):
        if not path.exists():
            found.append(f"{path.name}: is not there")
        elif sha256_of(path) != manifest.outputs.get(path.name):
            found.append(f"{path.name}: was changed after it was written")
    return found


def _same_ground(run: Mapping[str, object], rulebook: Rulebook, file: Path) -> None:
    """Raise where the answers could not be the same for a reason that is not the answers'."""
    if run["rulebook_digest"] != rulebook.digest:
        raise refuse("verify-rulebook", f"`{rulebook.id}` is not the rulebook that decided",
                     f"name the one with digest {run['rulebook_digest']} with `--rulebook`",
                     )  # fmt: skip
    if run["engine"] != __version__:
        raise refuse("verify-engine", f"the engine is {__version__}, and {run['engine']} decided",
                     "install that version")  # fmt: skip
    if not file.is_file():
        raise refuse("file-unreadable", f"the input `{file}` is not there",
                     "say where it is with `--input`")  # fmt: skip
    require_screened(file, run)


def require_screened(file: Path, run: Mapping[str, object]) -> None:
    """Raise where the file is not the one that the run screened, as far as the run noted it."""
    if run["input_sha256"] and sha256_of(file) != run["input_sha256"]:
        raise refuse("verify-input", f"the input `{file}` is not the one that was screened",
                     f"it needs SHA-256 {run['input_sha256']}")  # fmt: skip


def _same_run(before: Mapping[str, object], now: Mapping[str, object]) -> None:
    apart = sorted(k for k in before if k != "input" and before[k] != now.get(k))
    if apart:
        raise refuse("verify-options", f"the run was of other {', '.join(apart)}",
                     "give the same `--map` file")  # fmt: skip


def _as_mapped(run: Mapping[str, object], to: Path) -> Path:
    """What each column was read as, and the facts given for every row, as the run noted them."""
    to.write_text(yaml.safe_dump({"columns": run["columns"], "given": run["given"]}), "utf-8")
    return to


def _job(
    run: Mapping[str, object], file: Path, rulebook: Rulebook, given: Path | None, output: Path
) -> Job:
    on = Footing.model_validate({name: run[name] for name in Footing.model_fields})
    return Job(file, rulebook, on, given, Format(str(run["format"])), output, None, True,
               as_run(run))  # fmt: skip


def _where(kept: Path, again: Path, name: str) -> str:
    """The first line in which the two files differ."""
    fresh = again.parent / name
    if kept.exists():
        with kept.open("rb") as old, fresh.open("rb") as new:
            for i, (a, b) in enumerate(zip_longest(old, new), 1):
                if a != b:
                    return f"line {i} comes out otherwise"
    return "it comes out otherwise"


def _say(apart: list[str], manifest: Manifest) -> None:
    out = console(sys.stdout)
    for line in apart:
        out.print(line, soft_wrap=True)
    if not apart:
        out.print(f"identical: {manifest.rows_out:,} rows decided again, {manifest.started}")
