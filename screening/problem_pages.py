"""What every code of a problem means, from `problem_codes.yaml`: for the reference page and the
command line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

_DATA = Path(__file__).with_name("problem_codes.yaml")

_HEAD = """\
# Problems

Every problem that the rulebook loader, the checks, the tables and the command line tell has a code
in brackets behind its message. This page has a section for each: what it means, something wrong,
and the same put right. `screening problems CODE` shows one section.

The page is written by `screening problems --output docs/problems.md`; a test keeps it complete.
"""


@dataclass(frozen=True, slots=True)
class CodePage:
    """What one code means, with something wrong and the same put right."""

    code: str
    topic: str
    means: str
    wrong: str
    right: str

    def __str__(self) -> str:
        """For people at a terminal."""
        wrong, right = _indented(self.wrong), _indented(self.right)
        return f"{self.code}: {self.means}\n\nwrong\n{wrong}\n\nright\n{right}"


@lru_cache(maxsize=1)
def pages() -> dict[str, CodePage]:
    """The page of every code, in the order of the reference."""
    topics: dict[str, dict[str, dict[str, str]]] = yaml.load(
        _DATA.read_text(encoding="utf-8"), Loader=yaml.BaseLoader
    )
    return {
        code: CodePage(code, topic, **said)
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
            f"\n### {page.code}\n\n{page.means}\n\nWrong:\n\n```\n{page.wrong}\n```\n\n"
            f"Right:\n\n```\n{page.right}\n```\n"
        )
    return "".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
