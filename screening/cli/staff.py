"""The subcommands for those who write rules: check, test, rules, schema, vocabulary, and more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from screening.cli import calendar as ahead
from screening.cli import prove as proving
from screening.cli import reference
from screening.cli import rulebook as checking
from screening.cli import rules as listing
from screening.cli.exits import guarded, open_rulebook, refuse, rulebook_folder
from screening.cli.options import CheckFormat, RulebookPath, Text, TextFormat
from screening.engine import Rulebook
from screening.problems import nearest
from screening.rulebook.layers import stands_over_another
from screening.vocabulary import BASE, Vocabulary
from screening.workbench.scaffolds import Kind, scaffold

RulesFolder = Annotated[Path | None, typer.Argument(
    metavar="PATH", show_default=False,
    help="A rulebook's folder or a file in it, or a folder of rulebooks (default: those shipped).",
)]  # fmt: skip


@guarded
def check(
    path: RulesFolder = None,
    thorough: Annotated[bool, typer.Option(
        "--thorough", help="Also what only the solver finds; needs the extra `prove`.")] = False,
    seconds: Annotated[float, typer.Option(min=1, help="For the solver.")] = 600,
    fix: Annotated[bool, typer.Option(
        "--fix", help="Repair what cannot change an answer, after a look at the diff.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Repair without asking.")] = False,
    format: Annotated[CheckFormat, typer.Option(help="text, json or github.")] = CheckFormat.TEXT,
) -> None:  # fmt: skip
    """Load rulebooks and show every problem in them.

    Errors and warnings make it fail, notes do not. `screening problems CODE` explains each.

    \b
    Examples:
      screening check
      screening check rules/us-ear --thorough
      screening check rules/us-ear --format json
      screening check rules/us-ear/h20.yaml
      screening check rules/my-company --fix
    """
    if fix:
        raise typer.Exit(checking.fix(path, yes))
    raise typer.Exit(checking.check(path, format, seconds if thorough else None))


@guarded
def test(
    path: RulesFolder = None,
    junit: Annotated[Path | None, typer.Option(
        "--junit", metavar="FILE", show_default=False, help="Also write JUnit XML.")] = None,
    update: Annotated[bool, typer.Option(
        "--update", help="Rewrite what the examples expect, after a look at the diff.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Update without asking.")] = False,
    format: Text = TextFormat.TEXT,
) -> None:  # fmt: skip
    """Run the examples of rulebooks and show where the answer is another.

    `--update` shows as a diff what verdicts and findings they would have to expect, and asks before
    it writes; which rules decide is for people to say.

    \b
    Examples:
      screening test
      screening test rules/us-ear --junit examples.xml
      screening test rules/example-company
    """
    if update:
        raise typer.Exit(checking.update(path, yes))
    raise typer.Exit(checking.test(path, format, junit))


@guarded
def rules(
    id: Annotated[str | None, typer.Argument(
        metavar="ID", help="One rule, told in full.", show_default=False)] = None,
    rulebook: RulebookPath = None,
    format: Text = TextFormat.TEXT,
) -> None:  # fmt: skip
    """List the rules, or tell one in plain English.

    \b
    Examples:
      screening rules
      screening rules h20-is-informed
    """
    listing.run(open_rulebook(rulebook), id, format)


@guarded
def schema(
    rulebook: RulebookPath = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", show_default=False,
                                                help="Write to FILE.")] = None,
) -> None:  # fmt: skip
    """Print the JSON Schema of rule files, for editors.

    With `--rulebook` also the fields that it adds, and the ids of its rules, groups, classes,
    periods, products and parties, which the editor then offers.

    \b
    Examples:
      screening schema --output rules/rulebook.schema.json
      screening schema --rulebook example-company
    """
    reference.schema(open_rulebook(rulebook) if rulebook is not None else None, output)


@guarded
def vocabulary(rulebook: RulebookPath = None, format: Text = TextFormat.TEXT) -> None:
    """List every field of a shipment, with the column names that stand for it.

    \b
    Examples:
      screening vocabulary
      screening vocabulary --rulebook example-company --format json
    """
    reference.vocabulary(_words(rulebook), format)


def _words(rulebook: str | None) -> Vocabulary:
    """The engine's own fields; with a rulebook also those that it adds."""
    opened: Rulebook | None = open_rulebook(rulebook) if rulebook is not None else None
    return opened.content.vocabulary if opened else BASE


@guarded
def prove(
    property: Annotated[str | None, typer.Argument(
        metavar="PROPERTY", help="One property by id (default: all).", show_default=False)] = None,
    rulebook: RulebookPath = None,
    seconds: Annotated[float, typer.Option(min=1, help="For everything.")] = 600,
    each: Annotated[float, typer.Option(min=1, help="Seconds for one question.")] = 30,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    format: Text = TextFormat.TEXT,
) -> None:  # fmt: skip
    """Prove the rulebook's properties for all shipments and all dates it covers.

    Needs the solver: `pip install export-screening[prove]`. What it cannot say in time is not
    proved, and the command ends with 1.

    \b
    Examples:
      screening prove
      screening prove embargo-needs-a-named-way
    """
    raise typer.Exit(proving.run(rulebook, property, format, seconds, each, jobs))


@guarded
def new(
    kind: Annotated[Kind, typer.Argument(help="rule, override or group.")],
    id: Annotated[str, typer.Argument(metavar="ID", help="Its id, in small letters.")],
    overrides: Annotated[str | None, typer.Option(
        metavar="RULE", help="What an override relaxes.", show_default=False)] = None,
    begins: Annotated[datetime | None, typer.Option(
        "--from", formats=["%Y-%m-%d"], help="Its first day (default: today).",
        show_default=False)] = None,
    rulebook: RulebookPath = None,
) -> None:  # fmt: skip
    """Print a new rule, override or group in the right shape, to paste and fill in.

    \b
    Examples:
      screening new rule chips-to-atlantis --from 2026-12-01
      screening new override atlantis-repairs --overrides h20-is-informed
    """
    target = None
    if kind is Kind.OVERRIDE:
        known = open_rulebook(rulebook).rules
        target = known.get(overrides or "")
        if target is None:
            raise refuse("unknown-target", f"`{overrides or ''}` is not a rule"
                         f"{nearest(overrides or '', known)}",
                         "name what is relaxed: `--overrides RULE`")  # fmt: skip
    day = (begins or datetime.now(UTC)).date()
    firm = rulebook is not None and stands_over_another(rulebook_folder(rulebook))
    print(scaffold(kind, id, day, day - timedelta(days=1), target, firm=firm), end="")


@guarded
def calendar(
    rulebook: RulebookPath = None,
    after: Annotated[datetime | None, typer.Option(
        formats=["%Y-%m-%d"], help="The day after which (default: today).",
        show_default=False)] = None,
    ics: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Also write a calendar file.")] = None,
    format: Text = TextFormat.TEXT,
) -> None:  # fmt: skip
    """List the dates ahead on which an answer may change by itself.

    \b
    Examples:
      screening calendar
      screening calendar --after 2026-01-01 --ics rulebook.ics
    """
    day = (after or datetime.now(UTC)).date()
    ahead.run(open_rulebook(rulebook), day, format, ics)


@guarded
def problems(
    code: Annotated[str | None, typer.Argument(
        metavar="CODE", help="One code, told in full.", show_default=False)] = None,
    output: Annotated[Path | None, typer.Option(
        metavar="FILE", show_default=False, help="Write the reference page to FILE.")] = None,
) -> None:  # fmt: skip
    """Tell what the code of a problem means, with something wrong and the same put right.

    \b
    Examples:
      screening problems
      screening problems unknown-key
      screening problems --output docs/problems.md
    """
    reference.problems(code, output)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (
        check,
        test,
        prove,
        calendar,
        new,
        rules,
        schema,
        vocabulary,
        problems,
    ):
        app.command()(command)
