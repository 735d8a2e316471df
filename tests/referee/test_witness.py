"""The referee is a witness and not an echo: it compares by itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import screening

ROOT = Path(screening.__file__).parent
ITS_OWN = sorted(p for of in ("conditions/rete", "referee") for p in (ROOT / of).glob("*.py"))
NOT_SHARED = ("conditions.explain", "conditions.index", "conditions.codes", "conditions.reasons",
              "decide.met")  # fmt: skip


@pytest.mark.parametrize("path", ITS_OWN, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_it_imports_no_other_reading(path: Path) -> None:
    imported = {
        node.module
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert not imported & {f"screening.{name}" for name in NOT_SHARED}
