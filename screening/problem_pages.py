"""What every code of a problem means, from `problem_codes.yaml`: for the reference page and the
command line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml

_DATA = Path(__file__).with_name("problem_codes.yaml")

_HEAD = """\
# Problems

Every problem that the rulebook loader, the checks, the tables and the command line tell has a code
in brackets behind its message. This page has a section for each: how much it weighs, what it means,
something wrong, and the same put right. `screening problems CODE` shows one section.

An *error* means that nothing can be relied on, a *warning* that something is most likely a slip, a
*note* that something is worth knowing. `screening check` fails on errors and warnings.

The page is written by `screening problems --output docs/problems.md`; a test keeps it complete.
"""


class Severity(StrEnum):
    """How much a problem weighs."""

    ERROR = "error"
    """Nothing can be relied on: it does not load, or does not do what it says."""
    WARNING = "warning"
    """Most likely a slip, or something that a reader will miss."""
    NOTE = "note"
    """Worth knowing; it may well be meant."""


def severity(code: str) -> Severity:
    """How much a problem with this code weighs; an unknown code weighs most."""
    page = pages().get(code)
    return page.severity if page is not None else Severity.ERROR


@dataclass(frozen=True, slots=True)
class CodePage:
    """What one code means, with something wrong and the same put right."""

    code: str
    topic: str
    means: str
    wrong: str
    right: str
    severity: Severity = Severity.ERROR
    fix: str = ""
    """What `screening check --fix` does about it."""

    def __str__(self) -> str:
        """For people at a terminal."""
        wrong, right = _indented(self.wrong), _indented(self.right)
        fix = f"\n\nscreening check --fix {self.fix}" if self.fix else ""
        return (f"{self.code} ({self.severity}): {self.means}\n\nwrong\n{wrong}\n\n"
                f"right\n{right}{fix}")  # fmt: skip


@lru_cache(maxsize=1)
def pages() -> dict[str, CodePage]:
    """The page of every code, in the order of the reference."""
    topics: dict[str, dict[str, dict[str, str]]] = yaml.load(
        _DATA.read_text(encoding="utf-8"), Loader=yaml.BaseLoader
    )
    return {
        code: CodePage(
            code,
            topic,
            said["means"],
            said["wrong"],
            said["right"],
            Severity(said.get("severity", Severity.ERROR)),
            said.get("fix", ""),
        )
        for topic, codes in topics.items()
        for code, said in codes.items()
    }


def markdown() -> str:
    """The reference page."""
    parts = [_HEAD]
    topic = ""
    for page in pages().values():
        if page.topic != topic:
            topic = page.topic
            parts.append(f"\n## {topic}\n")
        parts.append(
            f"\n### {page.code}\n\n{page.severity.capitalize()}. {page.means}\n\n"
            f"Wrong:\n\n```\n{page.wrong}\n```\n\n"
            f"Right:\n\n```\n{page.right}\n```\n"
            + (f"\n`screening check --fix` {page.fix}.\n" if page.fix else "")
        )
    return "".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
