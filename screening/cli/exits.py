"""How a command ends: the exit codes, and what is said when something is wrong.

The codes are a promise to scripts; docs/exit-codes.md is their page.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ParamSpec

import typer

from screening.engine import Rulebook, load_rulebook
from screening.problems import Problem, ProblemsFound
from screening.rulebook import layers

OK = 0
ANSWER = 1
USAGE = 2
RULEBOOK = 3
INTERNAL = 70
INTERRUPTED = 130
PIPE = 141

P = ParamSpec("P")


class Mode:
    """What `--debug` sets for the whole run."""

    debug = False


class Stop(Exception):
    """The command cannot go on: problems to show and the code to end with."""

    def __init__(self, code: int, problems: Iterable[Problem]) -> None:
        self.code = code
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """The command, with every failure told in words and turned into its exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except Stop as stop:
            complain(stop.problems)
            raise typer.Exit(stop.code) from None
        except ProblemsFound as found:
            complain(found.problems)
            raise typer.Exit(USAGE) from None
        except KeyboardInterrupt:
            print("interrupted; nothing was written", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Whoever read our output has gone; keep Python from complaining at shutdown.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(PIPE) from None
        except Exception as error:
            if Mode.debug:
                raise
            said = " ".join(str(error).split())[:200]
            print(f"internal error: {type(error).__name__}: {said} "
                  "(run again with `screening --debug` for the details)",
                  file=sys.stderr)  # fmt: skip
            raise typer.Exit(INTERNAL) from None

    return run


def complain(problems: Iterable[Problem]) -> None:
    """Show problems on stderr."""
    for problem in problems:
        print(printable(str(problem)), file=sys.stderr)


def printable(text: str) -> str:
    """The text without control characters that could steer a terminal."""
    return "".join(
        c if c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f") else "\ufffd" for c in text
    )


def refuse(code: str, message: str, help: str = "") -> Stop:
    """Bad usage or input."""
    return Stop(USAGE, [Problem(code, message, help)])


def rulebook_folder(path: str | None) -> Path:
    """The folder meant by `--rulebook`; none by that name ends the command as wrong usage."""
    try:
        return layers.rulebook_folder(path)
    except ProblemsFound as found:
        raise Stop(USAGE, found.problems) from None


def open_rulebook(path: str | None) -> Rulebook:
    """The rulebook; its problems end the command with the code of rulebook problems."""
    folder = rulebook_folder(path)
    try:
        return load_rulebook(folder)
    except ProblemsFound as found:
        raise Stop(RULEBOOK, found.problems) from None
