"""Reading one YAML rule file: golden files, limits, bytes, and the places of everything read."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screening.problems import Place, Problem
from screening.rulebook.source import Mapping, Node, Scalar, Sequence, read_file, read_text

GOLDEN = Path(__file__).parent / "golden" / "yaml"
ROOM = Path(__file__).parents[1] / "screening" / "rulebook"
FILES = sorted(GOLDEN.glob("*.yaml"))
CODE = re.compile(r'"(yaml-[a-z0-9-]+)"')
PARSERS_OWN_WORDS = re.compile(
    r"expected|while (parsing|scanning)|not allowed|found |token|scalar|mark|Error|str\b|dict|None"
)


@pytest.fixture(params=["c", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both parsers of PyYAML: the C one, and the one that stands in where it is missing."""
    if request.param == "python":
        monkeypatch.delattr(yaml, "CBaseLoader")
    elif not hasattr(yaml, "CBaseLoader"):
        pytest.skip("PyYAML was built without its C parser")
    return str(request.param)


def _rendered(path: Path) -> str:
    _, problems = read_file(path, shown_as=path.name)
    return "".join(f"{problem}\n" for problem in problems)


def _codes(text: str | bytes) -> list[str]:
    return [problem.code for problem in read_text(text, "rules.yaml")[1]]


def _only(text: str | bytes) -> Problem:
    _, problems = read_text(text, "rules.yaml")
    assert len(problems) == 1, problems
    return problems[0]


def _at(problem: Problem) -> tuple[int | None, int | None]:
    assert problem.place is not None
    return problem.place.line, problem.place.column


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _nodes(item)
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            yield key
            yield from _nodes(value)


def _texts(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [_texts(item) for item in node.items]
    return {key.value: _texts(value) for key, value in node.entries}


def _slice(text: str, place: Place) -> str:
    assert place.line is not None and place.column is not None and place.end_column is not None
    line = re.split(r"\r\n|\r|\n", text)[place.line - 1] if text else ""
    assert place.source_line == line
    return line[place.column - 1 : place.end_column - 1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden(path: Path, parser: str) -> None:
    wanted = path.with_suffix(".problems.txt")
    found = _rendered(path)
    if os.environ.get("UPDATE_GOLDEN") == "1" and parser == "c":
        wanted.write_text(found, encoding="utf-8", newline="")
    assert found == wanted.read_text(encoding="utf-8")
    assert bool(found) != path.stem.startswith("good-")


def test_no_golden_text_without_its_file() -> None:
    assert {p.name.split(".")[0] for p in GOLDEN.iterdir()} == {p.stem for p in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_messages_are_sentences_for_policy_writers(path: Path) -> None:
    for problem in read_file(path)[1]:
        said = re.sub(r"`[^`]*`", "", f"{problem.message}; {problem.help}")
        assert re.match(r"[a-z`]", problem.message), problem
        assert not problem.message.endswith((".", "!")), problem
        assert problem.help and not problem.help.endswith("."), problem
        assert not PARSERS_OWN_WORDS.search(said), problem
        assert problem.place is not None and problem.place.line is not None


def test_every_code_has_a_test() -> None:
    sources = [ROOM / "source.py", *ROOM.glob("yaml_*.py")]
    codes = {code for path in sources for code in CODE.findall(path.read_text("utf-8"))}
    shown = "".join(p.read_text("utf-8") for p in GOLDEN.glob("*.txt"))
    here = Path(__file__).read_text("utf-8")
    assert {code for code in codes if f"[{code}]" not in shown and f'"{code}"' not in here} == set()


class TestTree:
    TEXT = (
        "rules:\n"
        "  - id: ear-3a090\n"
        "    eccn: 3E001\n"
        "    country: NO\n"
        '    hs: "0101"\n'
        "    when: {date: 2025-02-30, to: [CN, MO]}\n"
        "    until:\n"
        "    because: >-\n"
        "      Sent there.\n"
    )

    def rule(self) -> Mapping:
        root, problems = read_text(self.TEXT, "r.yaml")
        assert problems == []
        assert isinstance(root, Mapping)
        rules = root.get("rules")
        assert isinstance(rules, Sequence)
        rule = rules.items[0]
        assert isinstance(rule, Mapping)
        return rule

    def test_everything_is_text(self) -> None:
        rule = self.rule()
        assert _texts(rule) == {
            "id": "ear-3a090",
            "eccn": "3E001",
            "country": "NO",
            "hs": "0101",
            "when": {"date": "2025-02-30", "to": ["CN", "MO"]},
            "until": "",
            "because": "Sent there.",
        }

    def test_keys_and_get(self) -> None:
        rule = self.rule()
        assert rule.keys() == ("id", "eccn", "country", "hs", "when", "until", "because")
        assert rule.get("nothing") is None
        assert rule.key_place("nothing") is None
        assert str(rule.key_place("hs")) == "r.yaml:5:5"

    def test_plain_and_quoted(self) -> None:
        rule = self.rule()
        plain = {k.value: v.plain for k, v in rule.entries if isinstance(v, Scalar)}
        assert plain == {
            "id": True,
            "eccn": True,
            "country": True,
            "hs": False,
            "until": True,
            "because": False,
        }

    @pytest.mark.parametrize(
        ("key", "line", "column", "end_column"),
        [
            ("id", 2, 9, 18),
            ("hs", 5, 9, 15),
            ("when", 6, 11, 43),
            ("until", 7, 11, 11),
            ("because", 8, 14, 16),
        ],
    )
    def test_places(self, key: str, line: int, column: int, end_column: int) -> None:
        node = self.rule().get(key)
        assert node is not None
        text = self.TEXT.splitlines()[line - 1]
        assert node.place == Place("r.yaml", line, column, end_column, source_line=text)

    def test_place_of_block_collections(self) -> None:
        root, _ = read_text(self.TEXT, "r.yaml")
        assert isinstance(root, Mapping)
        assert root.place == Place("r.yaml", 1, 1, 7, source_line="rules:")
        assert self.rule().place == Place("r.yaml", 2, 5, 18, source_line="  - id: ear-3a090")

    def test_place_of_one_line_collections(self) -> None:
        root, _ = read_text("a:\n- b: c  # d\n- [x: y , z]\n", "r.yaml")
        assert isinstance(root, Mapping)
        block = root.get("a")
        assert isinstance(block, Sequence)
        first, second = block.items
        assert isinstance(second, Sequence)
        assert _slice("a:\n- b: c  # d\n- [x: y , z]\n", first.place) == "b: c"
        assert _slice("a:\n- b: c  # d\n- [x: y , z]\n", second.place) == "[x: y , z]"
        assert _slice("a:\n- b: c  # d\n- [x: y , z]\n", second.items[0].place) == "x: y"

    def test_columns_count_characters(self) -> None:
        text = 'ü😀: é\r\nb: "😀" # c\r\n'
        root, problems = read_text(text, "r.yaml")
        assert isinstance(root, Mapping)
        assert problems == []
        assert [_slice(text, v.place) for _, v in root.entries] == ["é", '"😀"']

    def test_a_tree_stays_for_further_checks_when_it_has_problems(self) -> None:
        root, problems = read_text("title: Entry #9\nfinding: prohibited\n", "r.yaml")
        assert [p.code for p in problems] == ["yaml-comment-in-sentence"]
        assert root is not None
        assert _texts(root) == {"title": "Entry", "finding": "prohibited"}


class TestLimits:
    def test_size_of_text(self) -> None:
        assert _codes("a: " + "x" * (1024 * 1024 - 3)) == []
        assert _only("a: " + "x" * (1024 * 1024 - 2)).code == "yaml-too-large"
        assert _only(b"a: " + b"x" * (1024 * 1024 - 2)).code == "yaml-too-large"
        assert _only("é" * (600 * 1024)).code == "yaml-too-large"

    def test_a_huge_file_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        huge = tmp_path / "huge.yaml"
        with huge.open("wb") as stream:
            stream.truncate(100_000_000)

        def no(*_: object, **__: object) -> None:
            raise AssertionError("a file that is too large was opened")

        monkeypatch.setattr(Path, "open", no)
        root, problems = read_file(huge, shown_as="huge.yaml")
        assert root is None
        assert str(problems[0]).startswith("huge.yaml: the file holds 100,000,000 bytes")

    def test_depth(self) -> None:
        def nested(depth: int) -> str:
            return "{a: " * depth + "b" + "}" * depth

        assert _codes(nested(32)) == []
        assert _only(nested(33)).code == "yaml-too-deep"
        assert _at(_only(nested(33))) == (1, 129)

    @pytest.mark.parametrize("bomb", ["[" * 900_000, "{a: " * 250_000, "- " * 500_000])
    def test_a_recursion_bomb_is_refused_at_once(self, bomb: str) -> None:
        started = time.process_time()  # a quadratic reader takes minutes
        assert _only(bomb).code == "yaml-too-deep"
        assert time.process_time() - started < 5

    def test_number_of_nodes(self) -> None:
        def items(count: int) -> str:
            return "a:\n" + "- b\n" * count

        assert _codes(items(99_997)) == []
        assert _only(items(99_998)).code == "yaml-too-many-nodes"

    def test_number_of_problems(self) -> None:
        codes = _codes("a: [" + "*b, " * 5000 + "]")
        assert codes[-1] == "yaml-too-many-problems"
        assert len(codes) == 101

    @pytest.mark.parametrize(
        "text",
        [
            "a: {x: 1" + ",000" * 200_000 + "}",
            "a: {" + "b, " * 300_000 + "}",
            "a: " + "&a " * 300_000,
            "title: x" + " " * 1_000_000 + "#",
            "a: b\n" + "\n" * 900_000 + "  c: d",
            "- " + '"a ' * 250_000 + ": : b",
        ],
    )
    def test_hostile_text_takes_no_time(self, text: str) -> None:
        started = time.process_time()  # a quadratic reader takes minutes
        assert _codes(text)
        assert time.process_time() - started < 20

    def test_a_megabyte_of_rules(self) -> None:
        rule = (GOLDEN / "good-neighbours-of-traps.yaml").read_text("utf-8").split("key\n", 1)[1]
        text = "rules:\n" + rule * (1024 * 1024 // len(rule.encode()) - 1)
        started = time.process_time()  # a quadratic reader takes minutes
        assert _codes(text) == []
        assert time.process_time() - started < 20


class TestBytes:
    def test_not_utf8(self) -> None:
        problem = _only(b"rules:\n  - title: caf\xe9 au lait\n")
        assert problem.code == "yaml-not-utf8"
        assert problem.message == "byte 0xE9 at offset 21 is not UTF-8 text"
        assert _at(problem) == (2, 15)
        assert problem.place is not None
        assert problem.place.source_line == "  - title: caf\ufffd au lait"

    def test_not_utf8_after_wide_characters_and_a_mark(self) -> None:
        problem = _only("\ufeffa: é\r\nü: ".encode() + b"\xff")
        assert problem.message == "byte 0xFF at offset 14 is not UTF-8 text"
        assert _at(problem) == (2, 4)

    def test_cut_off_in_a_character(self) -> None:
        assert _only("a: é".encode()[:-1]).code == "yaml-not-utf8"

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
    def test_utf16(self, encoding: str) -> None:
        raw = "\ufeffrules: []\n".encode(encoding) if encoding != "utf-16" else b""
        problem = _only(raw or "rules: []\n".encode("utf-16"))
        assert problem.code == "yaml-not-utf8"
        assert "UTF-16" in problem.message

    @pytest.mark.parametrize("raw", [b"\xef\xbb\xbfa: b\n", "\ufeffa: b\n"])
    def test_byte_order_mark_is_tolerated(self, raw: str | bytes) -> None:
        root, problems = read_text(raw, "r.yaml")
        assert problems == []
        assert isinstance(root, Mapping)
        assert root.place == Place("r.yaml", 1, 1, 5, source_line="a: b")

    @pytest.mark.parametrize(
        "sign",
        ["\0", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\ud800"],
    )
    def test_hidden_characters(self, sign: str) -> None:
        problem = _only(f"a: b\nc: d{sign}e\n")
        assert problem.code == "yaml-control-character"
        assert f"U+{ord(sign):04X}" in problem.message
        assert _at(problem) == (2, 5)
        assert problem.place is not None
        assert problem.place.source_line == "c: d\ufffde"

    def test_what_hidden_characters_break_is_not_reported_beside_them(self) -> None:
        assert _codes("a: b\n\0 c\n") == ["yaml-control-character"]
        assert _codes("a:\n\tb: c\n") == ["yaml-tab"]

    def test_traps_are_reported_beside_them(self) -> None:
        text = "a: b\0\ntitle: Entry #9\n"
        assert _codes(text) == ["yaml-control-character", "yaml-comment-in-sentence"]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends(self, end: str) -> None:
        text = end.join(["a: b", "title: Entry #9", ""])
        assert _at(_only(text)) == (2, 14)


class TestFiles:
    def test_missing(self, tmp_path: Path) -> None:
        root, problems = read_file(tmp_path / "none.yaml", shown_as="none.yaml")
        assert root is None
        assert problems[0].code == "yaml-unreadable"
        assert str(problems[0]).startswith("none.yaml: there is no such file")

    def test_folder_and_impossible_name(self, tmp_path: Path) -> None:
        assert [p.code for p in read_file(tmp_path)[1]] == ["yaml-unreadable"]
        assert [p.code for p in read_file(Path("a\0b"))[1]] == ["yaml-unreadable"]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.yaml")
        assert [p.code for p in read_file(tmp_path / "pipe.yaml")[1]] == ["yaml-unreadable"]

    def test_name_shown(self, tmp_path: Path) -> None:
        path = tmp_path / "r.yaml"
        path.write_text("a: *b\n", encoding="utf-8")
        assert str(read_file(path)[1][0].place) == f"{path}:1:4"
        assert str(read_file(path, shown_as="us-ear/r.yaml")[1][0].place) == "us-ear/r.yaml:1:4"


def test_the_examples_of_the_design_page_have_no_problems() -> None:
    page = Path(__file__).parents[2] / "shared" / "design" / "rule-language.md"
    if not page.exists():
        pytest.skip("the design page is not beside this checkout")
    blocks = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        root, problems = read_text(block, "page")
        assert problems == []
        assert root is not None
        assert _texts(root) == yaml.load(block, Loader=yaml.BaseLoader)


_HIDDEN = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=_HIDDEN), max_size=30
) | st.sampled_from(["NO", "3E001", "0101", "2025-02-30", "~", "a b", "x#y", "a:b", "- a", "é 😀"])
_KEYS = _WORDS.filter(lambda key: key != "<<")
_DATA = st.recursive(
    _WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=25,
)
_FILES = st.dictionaries(st.sampled_from(["rules", "title", "cites"]) | _KEYS, _DATA, min_size=1)
# The traps that a dump can hold: a collection where a sentence belongs, a folded text with a dash.
_DUMPED_TRAPS = {"yaml-value-start", "yaml-colon-in-sentence", "yaml-dash-in-text"}


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


@settings(max_examples=300, deadline=None)
@given(_FILES, st.sampled_from([None, True, False]), st.booleans(), st.sampled_from([30, 10_000]))
def test_texts_and_places(
    data: dict[str, object], flow: bool | None, unicode: bool, width: int
) -> None:
    text = yaml.dump(
        data, Dumper=_WithoutAliases, default_flow_style=flow, allow_unicode=unicode, width=width
    )
    root, problems = read_text(text, "r.yaml")
    assert {p.code for p in problems} <= _DUMPED_TRAPS
    assert root is not None
    assert _texts(root) == yaml.load(text, Loader=yaml.BaseLoader)
    for node in _nodes(root):
        sliced = _slice(text, node.place)
        if isinstance(node, Scalar) and node.plain:
            # A narrow dump folds long texts; their place is their first line.
            assert sliced == node.value or (width == 30 and node.value.startswith(sliced))
        elif isinstance(node, Scalar):
            assert sliced[0] in "'\"|>?"
        elif flow:
            assert sliced[0] == ("[" if isinstance(node, Sequence) else "{")


_PIECES = st.sampled_from(
    ["a", "b c", ": ", ":", "- ", "-", "\n", "\n  ", "\n    ", " #", "#", '"', "'", "{", "}", "[",
     "]", ", ", "*", "&", "!", "|", ">", "? ", "%", "@", "`", "\t", "title: ", "cites: ", "<<: ",
     "---\n", "...\n", "1,000", "\u00a0", "\\"]
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(_PIECES, max_size=25).map("".join))
@example("!\t{title: ")
def test_whatever_is_read_without_a_problem_is_what_yaml_says(text: str) -> None:
    root, problems = read_text(text, "r.yaml")
    assert root is not None or problems
    for problem in problems:
        assert problem.place is not None
        assert problem.place.source_line is not None or problem.code == "yaml-empty"
        assert 1 <= (problem.place.line or 0) <= text.count("\n") + 1
    if not problems:
        assert root is not None
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        assert _texts(root) == yaml.load(text, Loader=loader)
