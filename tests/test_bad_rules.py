"""Broken rule files and what is said of each: one file, one mistake, the problems beside it.

Every file is read together with `_base/base.yaml` unless it has a header of its own, in which case
it may stand over `base`. `UPDATE_GOLDEN=1` rewrites the wanted problems; look at the difference.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from screening import Problem, ProblemsFound, load_rulebook

GOLDEN = Path(__file__).parent / "golden" / "rules"
YAML = Path(__file__).parent / "golden" / "yaml"
ROOT = Path(__file__).parents[1] / "screening"
BASE = GOLDEN / "_base" / "base.yaml"
FILES = sorted(GOLDEN.glob("*.yaml"))

Folder = Path


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A folder with the base rulebook in it; paths in problems are shown from here."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    shutil.copy(BASE, tmp_path / "base")
    (tmp_path / "rules").mkdir()
    return tmp_path


def problems_of(folder: str = "rules") -> tuple[Problem, ...]:
    try:
        load_rulebook(folder)
    except ProblemsFound as found:
        return found.problems
    return ()


def problems_in(path: Path, books: Folder) -> tuple[Problem, ...]:
    for part in GOLDEN.glob(f"{path.stem}.*"):
        if part.suffix in (".yaml", ".csv"):
            shutil.copy(part, books / "rules")
    if not re.search(r"^rulebook:", path.read_text(encoding="utf-8"), re.M):
        shutil.copy(BASE, books / "rules")
    return problems_of()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden(path: Path, books: Folder) -> None:
    wanted = path.with_suffix(".problems.txt")
    found = "".join(f"{problem}\n" for problem in problems_in(path, books))
    if os.environ.get("UPDATE_GOLDEN") == "1":
        wanted.write_text(found, encoding="utf-8", newline="")
    assert found == wanted.read_text(encoding="utf-8")
    assert bool(found) != path.stem.startswith("good-")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_messages_are_sentences_with_a_place(path: Path, books: Folder) -> None:
    for problem in problems_in(path, books):
        assert re.match(r"[a-z`]", problem.message), problem
        assert not problem.message.endswith((".", "!")), problem
        assert not problem.help.endswith("."), problem
        said = re.sub(r"`[^`]*`", "", f"{problem.message}; {problem.help}")
        assert not re.search(r"[Tt]raceback|pydantic|\bdict\b|NoneType|OverrideKind", said), problem
        # Nor any other form that only a program would print: an enumeration, a list, a place in it.
        assert not re.search(r"<\w+\.|\['|\{'|\(\)|\[key\]|\bNone\b", str(problem)), problem


def test_the_base_is_whole(books: Folder) -> None:
    assert problems_of("base") == ()


def test_no_golden_text_without_its_file() -> None:
    texts = {p.name.split(".")[0] for p in GOLDEN.iterdir() if p.is_file()}
    assert texts == {p.stem for p in FILES}


CODE = re.compile(r'(?:Problem|complain|refuse|_unreadable)\(\s*f?"([a-z]+(?:-[a-z0-9{}._]+)*)"')

# Codes that are made of two parts in the source, as they come out.
MADE = {
    "{what}-cycle": {"group-cycle", "class-cycle"},
    "unknown-{what}": {"unknown-rule", "unknown-party", "unknown-field", "unknown-status"},
    "unknown-{field.type.value}": {"unknown-product", "unknown-party", "unknown-place"},
}
# Codes shown elsewhere, or that no file can bring about.
EXCEPTIONS = {
    "no-rulebook": "a folder, tested below",
    "rulebook-header": "a folder, tested below",
    "table-too-large": "a file of 5 MB, tested below",
    "override-chain": "dozens of rules, tested in test_bad_rules_more.py",
}


def codes_in_source() -> set[str]:
    found: set[str] = set()
    for room in ("rulebook", "conditions"):
        for path in (ROOT / room).glob("*.py"):
            text = path.read_text(encoding="utf-8")
            for code in CODE.findall(text):
                found |= MADE.get(code, {code})
            if path.name == "shape.py":  # codes that pydantic's own kinds of error become
                found |= {"date-form", "no-such-date", "flag-form", "finding"}
    return {code for code in found if not code.startswith("yaml-")}


def test_every_code_of_the_loader_has_a_golden_file() -> None:
    shown = "".join(p.read_text(encoding="utf-8") for p in GOLDEN.glob("*.problems.txt"))
    codes = codes_in_source()
    assert len(codes) > 60
    assert {code for code in codes if f"[{code}]" not in shown} - set(EXCEPTIONS) == set()


def test_the_exceptions_are_codes_without_a_golden_file() -> None:
    shown = "".join(p.read_text(encoding="utf-8") for p in GOLDEN.glob("*.problems.txt"))
    assert set(EXCEPTIONS) <= codes_in_source()
    assert not [code for code in EXCEPTIONS if f"[{code}]" in shown]


class TestFolders:
    def test_no_folder(self, books: Folder) -> None:
        (problem,) = problems_of("nowhere")
        assert (problem.code, problem.message) == (
            "no-rulebook",
            "there is no folder `nowhere`",
        )

    def test_no_header(self, books: Folder) -> None:
        shutil.copy(GOLDEN / "class-unknown.yaml", books / "rules")
        (problem,) = problems_of()
        assert problem.code == "rulebook-header"
        assert problem.message == "`rules`: no file of this folder has a `rulebook` header"
        assert problem.help == "one file says what the rulebook is, under `rulebook:`"

    def test_two_headers(self, books: Folder) -> None:
        shutil.copy(BASE, books / "rules" / "one.yaml")
        shutil.copy(BASE, books / "rules" / "two.yaml")
        (problem,) = problems_of()
        assert problem.code == "rulebook-header"
        assert "several files" in problem.message
        assert problem.place is not None and problem.place.file == "rules/two.yaml"

    def test_an_empty_folder(self, books: Folder) -> None:
        assert [p.code for p in problems_of()] == ["rulebook-header"]

    def test_a_table_that_is_too_large(self, books: Folder) -> None:
        shutil.copy(BASE, books / "rules")
        table = GOLDEN / "table-missing.yaml"
        shutil.copy(table, books / "rules")
        (books / "rules" / "table-missing.csv").write_text("place,A\n" + "DE,X\n" * 1_000_000)
        (problem,) = problems_of()
        assert problem.code == "table-too-large"
        assert problem.place is not None and problem.place.line == 5

    def test_a_file_that_cannot_be_read_hides_nothing_of_the_others(self, books: Folder) -> None:
        # What the unreadable file may define is not called unknown; all else is told.
        shutil.copy(BASE, books / "rules")
        (books / "rules" / "a-unreadable.yaml").write_text("classes:\n  - id: of-a: [\n")
        (books / "rules" / "b-shape.yaml").write_text("periods:\n  - {id: of-b, titel: P}\n")
        for name, text in (("lost", "of-a"), ("gone", "of-nobody")):
            (books / "rules" / f"c-{name}.yaml").write_text(
                f"rules:\n  - id: {name}\n    title: A rule\n    cites: [test]\n"
                "    authority: regulation\n    in_force: {period: of-b}\n"
                f"    when: {{class: {text}, destnation: CN}}\n    finding: red_flag\n"
            )
        told = [(p.place.file, p.code) for p in problems_of() if p.place]
        assert told == [
            ("rules/a-unreadable.yaml", "yaml-colon-in-sentence"),
            ("rules/b-shape.yaml", "missing-key"),
            ("rules/b-shape.yaml", "missing-key"),
            ("rules/b-shape.yaml", "unknown-key"),
            ("rules/c-gone.yaml", "unknown-class"),
            ("rules/c-gone.yaml", "unknown-field"),
            ("rules/c-lost.yaml", "unknown-field"),
        ]

    def test_a_header_that_cannot_be_read_hides_nothing_of_the_others(self, books: Folder) -> None:
        (books / "rules" / "a.yaml").write_text("rulebook: {id: top, over: base, title: T\n")
        rule = (
            "rules:\n  - id: top-one\n    title: A rule\n    cites: [test]\n"
            "    authority: company\n    in_force: {from: 2025-01-01}\n"
            "    when: {class: [big-chips, none-such], destnation: CN}\n    verdict: review\n"
        )
        (books / "rules" / "b.yaml").write_text(rule)
        told = ["yaml-bracket", "unknown-class", "unknown-field"]
        assert [p.code for p in problems_of()] == told
        # Where nobody can tell what it stands over, no class is called unknown.
        (books / "rules" / "a.yaml").write_text("rulebook: {id: top, ovr: base, title: T}\n")
        assert [p.code for p in problems_of()] == ["missing-key", "unknown-key", "unknown-field"]

    def test_problems_of_several_files_are_all_shown(self, books: Folder) -> None:
        shutil.copy(BASE, books / "rules")
        for name in ("class-unknown", "interval-reversed", "override-of-a-missing-rule"):
            text = (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")
            (books / "rules" / f"{name}.yaml").write_text(text.replace("broken", name))
        assert {p.code for p in problems_of()} == {
            "unknown-class",
            "reversed-interval",
            "unknown-target",
        }
