"""`screening check` and `screening test`: is the rulebook right, and does it answer as expected."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from screening.cli.exits import ANSWER, OK, RULEBOOK, complain, printable, refuse
from screening.cli.explain import write_json
from screening.cli.options import CheckFormat, TextFormat
from screening.cli.render import shown
from screening.cli.writing import console, results
from screening.engine import Rulebook, load_rulebook
from screening.english import count
from screening.problem_pages import Severity, severity
from screening.problems import Problem, ProblemsFound
from screening.rulebook.layers import shipped_root
from screening.workbench.checks import findings, quick_findings
from screening.workbench.examples import Outcome, run_examples
from screening.workbench.fixes import fixes
from screening.workbench.junit import as_junit
from screening.workbench.notes import notes
from screening.workbench.proofs.children import look_deeper
from screening.workbench.updating import rewritten

_HEADER = re.compile(rb"^rulebook\s*:", re.MULTILINE)


@dataclass(frozen=True)
class Checked:
    """One rulebook folder: the rulebook if it loads, and what is wrong with it."""

    folder: Path
    rulebook: Rulebook | None
    found: tuple[Problem, ...]

    @property
    def problems(self) -> list[Problem]:
        """What has to be mended: errors first, then warnings."""
        return [p for level in (Severity.ERROR, Severity.WARNING) for p in self.of(level)]

    @property
    def notes(self) -> list[Problem]:
        """What is worth knowing."""
        return self.of(Severity.NOTE)

    def of(self, level: Severity) -> list[Problem]:
        """What weighs so much."""
        return [p for p in self.found if severity(p.code) is level]


def rulebook_folders(path: Path | None) -> list[Path]:
    """The folder itself if it is a rulebook, else every rulebook below it."""
    root = path if path is not None else shipped_root()
    if root.is_file():
        return [_folder_of(root)]
    if not root.is_dir():
        raise refuse("no-rulebook", f"there is no folder and no file `{root}`",
                     "give a rulebook's folder, or a rule file in it")  # fmt: skip
    if _has_header(root):
        return [root]
    found: list[Path] = []
    for folder in sorted(p for p in root.rglob("*") if p.is_dir()):
        if _has_header(folder) and not any(folder.is_relative_to(f) for f in found):
            found.append(folder)
    if not found:
        raise refuse("rulebook-header", f"no file in or below `{root}` has a `rulebook` header",
                     "one file says what the rulebook is, under `rulebook:`")  # fmt: skip
    return found


def _folder_of(file: Path) -> Path:
    """The rulebook that a file is part of; a rule is never right or wrong by itself."""
    folder = next((f for f in file.absolute().parents if _has_header(f)), None)
    if folder is None:
        help = "one file of a rulebook's folder says what it is, under `rulebook:`"
        raise refuse("rulebook-header", f"`{file}` is not part of a rulebook", help)
    return next((f for f in file.parents if f.absolute() == folder), folder)


def _has_header(folder: Path) -> bool:
    # Looked for as text, so that a broken file still counts as the rulebook it is.
    files = (p for p in folder.iterdir() if p.suffix in (".yaml", ".yml") and p.is_file())
    return any(_HEADER.search(_start(p)) for p in files)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(1 << 20)
    except OSError:
        return b""


def check(path: Path | None, format: CheckFormat, seconds: float | None = None) -> int:
    """Load each rulebook and look at it; with `seconds` also with the solver. The exit code."""
    checked = [_checked(folder, seconds) for folder in rulebook_folders(path)]
    if path is not None and path.is_file():
        whole = checked[0].folder
        print(f"`{path}` is part of `{whole}`, which is checked as a whole", file=sys.stderr)
    told: list[dict[str, Any]] = []
    seen: set[str] = set()
    for one in checked:
        # A lower layer's problems would be told again by each layer over it.
        fresh = [p for p in (*one.problems, *one.notes) if str(p) not in seen]
        seen |= {str(p) for p in fresh}
        counts = _counts(one.rulebook) if one.rulebook else {}
        told.append({"rulebook": str(one.folder), "ok": not one.problems, "counts": counts,
                     "problems": [_as_dict(p) for p in one.problems],
                     "notes": [_as_dict(p) for p in one.notes]})  # fmt: skip
        if format is CheckFormat.GITHUB:
            for problem in fresh:
                print(_annotation(_LEVELS[severity(problem.code)], problem))
        if format is CheckFormat.TEXT:
            for problem in fresh:
                print(printable(str(_weighed(problem))))
            said = ", ".join(count(n, _SINGULAR[what], what) for what, n in counts.items())
            word = "ok" if not one.problems else count(len(one.problems), "problem")
            print(f"{one.folder}: {word}" + (f" ({said})" if said else ""))
    if format is CheckFormat.JSON:
        write_json({"version": 1, "rulebooks": told})
    return ANSWER if any(one.problems for one in checked) else OK


_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
"""What GitHub calls them."""


def _weighed(problem: Problem) -> Problem:
    """With its weight behind the place, where editors and compilers' readers look for it."""
    return replace(problem, message=f"{severity(problem.code)}: {problem.message}")


def _as_dict(problem: Problem) -> dict[str, Any]:
    return {"severity": severity(problem.code).value, **problem.as_dict()}


def fix(path: Path | None, yes: bool) -> int:
    """Show what can be repaired without changing an answer; write it only if told to."""
    left = 0
    for folder in rulebook_folders(path):
        try:
            rulebook = load_rulebook(folder)
        except ProblemsFound as found:
            complain(found.problems)
            return RULEBOOK
        made = fixes(folder, rulebook.content, quick_findings(rulebook.content))
        for file in made:
            print(printable(file.diff), end="")
            if yes or typer.confirm(f"Write {file.path}?"):
                file.write()
                print(f"{file.path} is written: {count(len(file.mends), 'problem')} mended")
            else:
                left += 1
        if not made:
            print(f"{folder}: nothing that can be repaired without a decision")
    return ANSWER if left else OK


def _annotation(level: str, problem: Problem) -> str:
    """One line that GitHub shows beside the line of the file that it is about."""

    def escaped(text: str, more: str = "") -> str:
        for sign in "%\r\n" + more:
            text = text.replace(sign, f"%{ord(sign):02X}")
        return text

    place = problem.place
    at = {"file": place.file, "line": place.line, "col": place.column} if place else {}
    at["title"] = problem.code
    where = ",".join(f"{k}={escaped(str(v), ':,')}" for k, v in at.items() if v is not None)
    said = f"{problem.message}; {problem.help}" if problem.help else problem.message
    return f"::{level} {where}::{escaped(said)}"


def _checked(folder: Path, seconds: float | None) -> Checked:
    try:
        rulebook = load_rulebook(folder)
    except ProblemsFound as found:
        return Checked(folder, None, found.problems)
    today = datetime.now(UTC).date()
    deeper = look_deeper(folder, seconds=seconds) if seconds else ()
    told = (*findings(rulebook), *notes(rulebook.content, today), *deeper)
    return Checked(folder, rulebook, told)


_SINGULAR = {"rules": "rule", "classes": "class", "groups": "group", "products": "product",
             "parties": "party", "assumptions": "assumption", "examples": "example"}  # fmt: skip


def _counts(rulebook: Rulebook) -> dict[str, int]:
    content = rulebook.content
    return {
        "rules": len(content.rules),
        "classes": len(content.classes),
        "groups": len(content.groups),
        "products": len(content.products),
        "parties": len(content.parties),
        "assumptions": len(content.assumptions),
        "examples": len(content.examples),
    }


def update(path: Path | None, yes: bool) -> int:
    """Show what examples would have to expect to come out right; write it only if told to."""
    left = 0
    for folder in rulebook_folders(path):
        try:
            outcomes = run_examples(load_rulebook(folder), folder)
        except ProblemsFound as found:
            complain(found.problems)
            return RULEBOOK
        for file in rewritten(outcomes):
            print(printable(file.diff), end="")
            for said in file.left:
                left += 1
                print(printable(f"to be written by hand: {said}"))
            if file.new == file.old:
                continue
            if yes or typer.confirm(f"Write {file.path}?"):
                file.write()
                print(f"{file.path} is written; `git diff` shows it again")
            else:
                left += 1
    return ANSWER if left else OK


def test(path: Path | None, format: TextFormat, junit: Path | None = None) -> int:
    """Run the examples of each rulebook; with `junit` also write that file. The exit code."""
    told: list[dict[str, Any]] = []
    suites: list[tuple[str, list[Outcome]]] = []
    failed = False
    for folder in rulebook_folders(path):
        try:
            rulebook = load_rulebook(folder)
        except ProblemsFound as found:
            complain(found.problems)
            return RULEBOOK
        # Of a single file, its own examples.
        outcomes = run_examples(rulebook, path if path and path.is_file() else folder)
        failed = failed or not all(o.ok for o in outcomes)
        suites.append((str(folder), outcomes))
        told.append({"rulebook": str(folder), "outcomes": [o.as_dict() for o in outcomes]})
        if format is TextFormat.TEXT:
            _show(folder, outcomes)
    if format is TextFormat.JSON:
        write_json({"version": 1, "rulebooks": told})
    if junit is not None:
        with results(junit) as stream:
            stream.write(as_junit(suites))
    return ANSWER if failed else OK


def _show(folder: Path, outcomes: list[Outcome]) -> None:
    out = console(sys.stdout)
    for outcome in (o for o in outcomes if not o.ok):
        place = outcome.place
        where = f"{place.file}:{place.line}" if place else str(folder)
        day = outcome.decision.clocks.law_date or "no date"
        out.print(shown(f"{where}: {outcome.example.title} ({day})", "bold red"), soft_wrap=True)
        for difference in outcome.differences:
            out.print(shown(f"  {difference.what}"))
            out.print(shown(f"    - expected {difference.expected}", "green"), soft_wrap=True)
            out.print(shown(f"    + got      {difference.got}", "red"), soft_wrap=True)
        out.print(shown(f"  {outcome.decision.summary()}", "dim"), soft_wrap=True)
    bad = sum(not o.ok for o in outcomes)
    examples = len({id(o.example) for o in outcomes})
    word = "ok" if not bad else f"{bad} failed"
    said = f"{count(examples, 'example')}, {count(len(outcomes), 'expectation')}"
    print(f"{folder}: {word} ({said})")
