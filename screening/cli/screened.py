"""A row of a screened output asked about: on the ground of the run that answered it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from screening import __version__
from screening.bulk.given import GivenFile
from screening.bulk.header_row import HeaderAt
from screening.bulk.manifest import manifest_path, read_manifest
from screening.bulk.output import COLUMNS
from screening.bulk.sources import is_table, read_table
from screening.bulk.written import PLAIN, Written, as_run
from screening.cli.exits import open_rulebook, refuse
from screening.cli.explain import Question
from screening.cli.render import shown
from screening.cli.verify import require_screened
from screening.cli.writing import notices
from screening.engine import Confirms
from screening.footing import Footing


def asked(
    file: Path, rulebook: str | None, on: Footing, given: Path | None, line: int | None,
    confirms: Confirms | None = None, written: Written = PLAIN,
) -> Question:  # fmt: skip
    """The question as the options put it; of a screened output, as the run put it.

    Options that are given go before what the run had, since who gives them asks otherwise.
    """
    if not (is_table(file) and manifest_path(file).is_file()):
        _say_if_screened(file)
        return Question(file, open_rulebook(rulebook), on, given, line, confirms, written)
    run = read_manifest(manifest_path(file)).run
    book = open_rulebook(rulebook or str(run["rulebook"]))
    if book.digest != run["rulebook_digest"]:
        raise refuse("verify-rulebook", f"`{book.id}` is not the rulebook that decided `{file}`",
                     f"name the one with digest {run['rulebook_digest']} with `--rulebook`, or ask "
                     f"about the input `{run['input']}`")  # fmt: skip
    source = _input(run)
    _say(f"asked as the run that wrote `{file}` did: `{source}` with its columns, given facts, "
         "dates and clocks")  # fmt: skip
    if run["engine"] != __version__:
        _say(f"engine {run['engine']} decided; this is {__version__}, and may answer otherwise")
    footing = Footing.model_validate({name: run[name] for name in Footing.model_fields})
    return Question(
        source, book, footing if on == Footing() else on, given or _as_mapped(run),
        None if line is None else _line_of(file, line, source, as_run(run).header_row), confirms,
        written.over(as_run(run)),
    )  # fmt: skip


def _input(run: Mapping[str, object]) -> Path:
    source = Path(str(run["input"]))
    if not source.is_file():
        raise refuse("file-unreadable", f"the input `{source}` of the run is not there",
                     "put it back, or ask about it by its name with the run's `--map`")  # fmt: skip
    require_screened(source, run)
    return source


def _as_mapped(run: Mapping[str, object]) -> GivenFile:
    columns, facts = run["columns"], run["given"]
    assert isinstance(columns, Mapping) and isinstance(facts, Mapping)
    return GivenFile({name: tuple(refs) for name, refs in columns.items()}, facts)


def _line_of(output: Path, line: int, source: Path, header_row: int | None) -> int:
    """The line of the input whose row is the output's row on that line."""
    at = next((i for i, row in enumerate(read_table(output).rows()) if row.line == line), None)
    if at is None:
        raise refuse("no-such-line", f"no row of `{output}` begins on line {line}")
    return next(islice(read_table(source, HeaderAt(header_row)).rows(), at, None)).line


def _say_if_screened(file: Path) -> None:
    if is_table(file) and file.is_file() and read_table(file).header[-len(COLUMNS) :] == COLUMNS:
        _say(f"`{file}` is a screened output without its manifest: it is decided anew, and not as "
             "the run did")  # fmt: skip


def _say(text: str) -> None:
    notices().print(shown(text), soft_wrap=True)
