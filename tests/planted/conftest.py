"""Small rulebooks written in the test that needs them, and the shipped one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from screening import Rulebook, load_rulebook

Make = Callable[..., Rulebook]

HEADER = """\
rulebook:
  language: "1"
  id: small
  title: A small rulebook
  covers: {from: 2020-01-01, verified_through: 2026-12-31}
  allow_requires: {destination: {known: true}}
"""


@pytest.fixture
def rulebook(tmp_path: Path) -> Make:
    """`rulebook(text, ...)`: a rulebook of these texts, one file each; a header unless given."""

    def make(*texts: str, header: str = HEADER) -> Rulebook:
        folder = tmp_path / f"book-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "header.yaml").write_text(header, encoding="utf-8")
        rules = [t for t in texts if t.startswith("  - id:")]
        if rules:
            text = "rules:\n" + "".join(rules)
            (folder / "rules.yaml").write_text(text, encoding="utf-8")
        for i, text in enumerate(t for t in texts if t not in rules):
            (folder / f"part-{i}.yaml").write_text(text, encoding="utf-8")
        return load_rulebook(folder)

    return make


@cache
def _shipped() -> Rulebook:
    return load_rulebook()


@pytest.fixture
def shipped() -> Rulebook:
    """The rulebook that travels with the package."""
    return _shipped()
