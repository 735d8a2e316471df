"""Every code that the source can give has its page in docs/problems.md, and no page is dead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from screening.problem_pages import markdown, pages
from screening.rulebook.source import read_text

ROOT = Path(__file__).parents[1]

# The calls whose first argument is a code.
GIVES_CODE = {"Problem", "CastError", "complain", "refuse", "refusal", "refused"}
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# Codes that are put together in the source, as they come out.
MADE = {
    "f'{what}-cycle'": {"group-cycle", "class-cycle"},
    "f'unknown-{what}'": {"unknown-rule", "unknown-party", "unknown-field", "unknown-status"},
    "f'unknown-{field.type.value}'": {"unknown-product", "unknown-party", "unknown-place"},
    "kind.replace('_', '-')": {"date-form", "no-such-date", "flag-form", "finding"},
}
# First arguments that hand on a code which another call has given.
HANDED_ON = {"code", "problem.code"}


def first_arguments() -> Iterator[tuple[Path, ast.expr]]:
    for path in sorted([*(ROOT / "screening").rglob("*.py"), *(ROOT / "api").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign):
                named = any(isinstance(t, ast.Name) and t.id == "code" for t in node.targets)
                if named and isinstance(node.value, ast.Constant):
                    yield path, node.value
            elif isinstance(node, ast.Call) and node.args:
                called = node.func
                name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
                if name in GIVES_CODE:
                    yield path, node.args[0]


def codes_in_source() -> tuple[set[str], set[str]]:
    """The codes, and the first arguments in which none could be read."""
    codes: set[str] = set()
    unread: set[str] = set()
    for path, expr in first_arguments():
        text = ast.unparse(expr)
        choices = [expr.body, expr.orelse] if isinstance(expr, ast.IfExp) else [expr]
        found = {
            c.value for c in choices
            if isinstance(c, ast.Constant) and isinstance(c.value, str) and CODE.fullmatch(c.value)
        } | MADE.get(text, set())  # fmt: skip
        codes |= found
        # What ends so are problems that are made already, to be shown.
        if not found and text not in HANDED_ON and not text.endswith(".problems"):
            unread.add(f"{path.name}: {text}")
    return codes, unread


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    codes, _ = codes_in_source()
    assert len(codes) > 140
    assert codes == set(pages())


def test_every_way_to_give_a_code_is_read() -> None:
    _, unread = codes_in_source()
    assert unread == set()


def test_the_page_is_current() -> None:
    page = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    assert page == markdown(), "run `screening problems --output docs/problems.md`"


@pytest.mark.parametrize("code", pages())
def test_a_page_says_what_is_wrong_and_what_is_right(code: str) -> None:
    page = pages()[code]
    assert page.means[0].isupper() or page.means[0] == "`"
    assert page.means.endswith(".")
    assert page.wrong.strip() and page.right.strip() and page.wrong != page.right


# Examples that are told in words, not shown: what no editor shows, or what would be too long.
IN_WORDS = {
    "yaml-unreadable", "yaml-too-large", "yaml-too-deep", "yaml-too-many-nodes", "yaml-syntax",
    "yaml-too-many-problems", "yaml-not-utf8", "yaml-control-character", "yaml-odd-space",
    "yaml-tab",
}  # fmt: skip


@pytest.mark.parametrize(
    "code", [c for c in pages() if c.startswith("yaml-") and c not in IN_WORDS]
)
def test_what_is_shown_as_wrong_is_told_with_the_code_and_what_is_right_is_not(code: str) -> None:
    page = pages()[code]
    _, problems = read_text(page.wrong, "rules.yaml")
    assert [p.code for p in problems] == [code]
    assert read_text(page.right, "rules.yaml")[1] == []
