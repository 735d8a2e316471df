"""`screening coverage` and `screening mutate`: what the examples show, and what they would miss."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count
from pathlib import Path
from typing import Annotated

import typer
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from screening.cli.exits import ANSWER, OK, guarded, open_rulebook, rulebook_folder
from screening.cli.explain import write_json
from screening.cli.options import RulebookPath, Text, TextFormat
from screening.cli.render import shown
from screening.cli.writing import console, results
from screening.engine import load_rulebook
from screening.english import count
from screening.workbench.law_coverage import Degree, law_coverage, totals
from screening.workbench.proofs.children import solver_there
from screening.workbench.quality.coverage import Coverage
from screening.workbench.quality.coverage import coverage as rule_coverage
from screening.workbench.quality.mutation import Result, Score, all_mutants, sample, tried

FailUnder = Annotated[float, typer.Option(
    "--fail-under", min=0, max=100, help="End with 1 below this percentage.")]  # fmt: skip


@guarded
def coverage(
    rulebook: RulebookPath = None,
    law: Annotated[bool, typer.Option(
        "--law", help="Of the Commerce Control List by the rules, not of rules by examples.",
    )] = False,
    rule: Annotated[str | None, typer.Option(
        metavar="ID", show_default=False, help="What no example shows of one rule.")] = None,
    fail_under: FailUnder = 0,
    format: Text = TextFormat.TEXT,
    output: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Also write an HTML page.")] = None,
) -> None:  # fmt: skip
    """Tell what the examples show of every rule in every period, and what none of them shows.

    Shown should be: that it decides; each of its conditions not met; the day before and the day
    after its period; and each rule that overrides it doing so. With `--law`: how many entries of
    the Commerce Control List are determined exactly, partly and not at all. Exact-if-stated: once
    the shipment states which of the controls that the list tells in words apply to the item
    (`attributes.controls`). Elsewhere: the entry points to another, or the ITAR.

    \b
    Examples:
      screening coverage
      screening coverage --rule h20-is-informed
      screening coverage --fail-under 60 --output coverage.html
      screening coverage --law --format json
    """
    opened = open_rulebook(rulebook)
    if law:
        _law(law_coverage(opened), format)
        return
    found = rule_coverage(opened)
    if format is TextFormat.JSON:
        write_json(found.as_dict())
    else:
        _show(found, rule)
    if output is not None:
        pages = Environment(loader=PackageLoader("screening.workbench", "pages"), autoescape=True,
                            undefined=StrictUndefined, trim_blocks=True,
                            lstrip_blocks=True)  # fmt: skip
        with results(output) as stream:
            stream.write(pages.get_template("coverage.html").render(found=found, id=opened.id))
    raise typer.Exit(OK if found.percent >= fail_under else ANSWER)


def _show(found: Coverage, rule: str | None) -> None:
    out = console(sys.stdout)
    for cell in found.cells:
        if rule is not None and cell.rule.id != rule:
            continue
        if cell.missing and (rule is not None or "decisive" in cell.missing):
            out.print(shown(f"{cell.rule.id}, {cell.period}", "bold"), soft_wrap=True)
            for what in cell.missing:
                out.print(shown(f"  not shown: {what}"), soft_wrap=True)
    print(f"{found.shown:,} of {found.total:,} shown ({found.percent:.1f} percent) of "
          f"{count(len(found.cells), 'rule and period', 'rules and periods')}")  # fmt: skip


def _law(pairs: list[tuple[str, Degree]], format: TextFormat) -> None:
    counts = totals(pairs)
    if format is TextFormat.JSON:
        print(json.dumps({"totals": counts, "entries": dict(pairs)}, indent=2))
        return
    print(
        f"{count(len(pairs), 'entry')}: "
        + ", ".join(f"{n} {degree}" for degree, n in counts.items())
    )
    for category in "0123456789":
        part = totals((e, d) for e, d in pairs if e.startswith(category))
        print(f"  category {category}: " + ", ".join(f"{n} {d}" for d, n in part.items()))


@guarded
def mutate(
    rulebook: RulebookPath = None,
    limit: Annotated[int | None, typer.Option(
        min=1, show_default=False, help="Try so many, drawn evenly (default: all).")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="For everything.")] = 300,
    solver: Annotated[float, typer.Option(
        min=0, help="Seconds for the solver with each that no example kills; 0: do not ask it.",
    )] = 20,
    jobs: Annotated[int | None, typer.Option(
        min=1, show_default=False, help="Processes (default: all cores).")] = None,
    fail_under: FailUnder = 0,
    format: Text = TextFormat.TEXT,
) -> None:  # fmt: skip
    """Make mistakes in the rules on purpose, one at a time, and tell which no example notices.

    A date a day late, a country forgotten, a threshold with a zero too many, an override taken
    out, another finding. One that is alive comes with an example that would kill it, where one was
    found, ready to paste. One with which the solver shows that no complete shipment is answered
    otherwise is no mistake, and does not count.

    \b
    Examples:
      screening mutate --limit 100
      screening mutate --rulebook rules/my-company --fail-under 90
    """
    opened, folder = open_rulebook(rulebook), rulebook_folder(rulebook)
    found = all_mutants(opened)
    wanted = len(sample(found, limit))
    workers = jobs or cpu_count() or 1
    score = Score(len(found))
    asked = solver if solver_there() else 0
    parts = [(folder, limit, part, workers, seconds, asked) for part in range(workers)]
    if workers == 1:
        score.results += _part(*parts[0])
    else:
        with ProcessPoolExecutor(workers) as pool:
            for some in pool.map(_part, *zip(*parts, strict=True)):
                score.results += some
    if format is TextFormat.JSON:
        write_json(score.as_dict())
    else:
        _alive(score, wanted)
    raise typer.Exit(OK if score.percent >= fail_under else ANSWER)


def _part(
    folder: Path, limit: int | None, part: int, parts: int, seconds: float, solver: float
) -> list[Result]:
    """Every so many of the mutants, in a process of its own."""
    opened = load_rulebook(folder)
    return list(tried(opened, sample(all_mutants(opened), limit)[part::parts], seconds, solver))


def _alive(score: Score, wanted: int) -> None:
    out = console(sys.stdout)
    for result in score.alive:
        out.print(shown(f"alive: {result.mutant}", "bold yellow"), soft_wrap=True)
        if result.example is not None:
            for line in _pasted(result.example):
                out.print(shown(f"  {line}", "dim"), soft_wrap=True)
    tried_ = len(score.results)
    counted = tried_ - len(score.same)
    killed = counted - len(score.alive)
    same = f", {len(score.same):,} shown to change nothing" if score.same else ""
    print(f"{killed:,} of {counted:,} mutants killed ({score.percent:.1f} percent){same}; "
          f"{tried_:,} of {score.all:,} tried"
          + ("" if tried_ == wanted else ", the time was over"))  # fmt: skip


def _pasted(example: dict[str, object]) -> Iterator[str]:
    yield from yaml.safe_dump([example], sort_keys=False, allow_unicode=True).splitlines()


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(coverage)
    app.command()(mutate)
