"""What is valid YAML and still not what a policy writer meant: each trap, and how it is said."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from screening.english import one
from screening.problems import Place, Problem
from screening.rulebook.yaml_text import Lines, Mark, quoted, shown

Wants = Literal["anything", "sentence", "sentences"]

SENTENCE_KEYS = frozenset({"title", "because", "todo"})
IN_QUOTES = "put the sentence in quotes or after `>-`"

_COMMENT = re.compile(r"\s+(#\s*\S*)")
_SPLIT_NUMBER = re.compile(r"(?<![\w.])[-+$€£]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d|,\d)")
_ENTRY_WITHOUT_SPACE = re.compile(r"([^\s:]+):(?!//)(\S.*)")


def wanted_under(key: str) -> Wants:
    """What the value of `key` is: a sentence, a list of them, or anything else."""
    if key in SENTENCE_KEYS:
        return "sentence"
    return "sentences" if key == "cites" else "anything"


def comment_after(lines: Lines, line: int, column: int) -> Problem | None:
    """A comment that begins in the line, behind the mark."""
    text = lines[line]
    # Almost every line has none; the search for the mark alone keeps large files quick.
    if "#" not in text or not (found := _COMMENT.match(text, column)):
        return None
    return Problem(
        "yaml-comment-in-sentence",
        f"{shown(found[1])} starts a comment here",
        IN_QUOTES,
        lines.place(line, found.start(1), line, found.end(1)),
    )


def dash_in_text(lines: Lines, line: int, end_line: int) -> Problem | None:
    """A list item that was read as the next line of the text above it."""
    for at in range(line + 1, end_line + 1):
        if lines[at].lstrip().startswith("- "):
            return Problem(
                "yaml-dash-in-text",
                f"{shown(lines[at])} is read as part of the text of line {line + 1}",
                "start the `-` in the column of the other items of its list; if the dash belongs "
                "to the text, put the text in quotes or after `>-`",
                lines.rest(at, lines.indent(at)),
            )
    return None


def empty_block_text(place: Place) -> Problem:
    """`>` or `|` with nothing below it; `>5` is the case that hurts."""
    header = (place.source_line or "")[(place.column or 1) - 1 :].split(" #")[0].rstrip()
    return Problem(
        "yaml-empty-block-text",
        f"{shown(header)} begins a text on the next line, and there is none",
        f"{to_compare(header)}indent the text below its key; a text that begins with "
        f"`{header[:1]}` goes in quotes",
        place,
    )


def to_compare(value: str) -> str:
    """How the rule language says what `>= 10` means elsewhere; nothing if that is not meant."""
    found = re.match(r"(>=?)\s*(\d[\d.]*)$", value)
    if found is None:
        return ""
    word = "at_least" if found[1] == ">=" else "more_than"
    return f"to compare, write {shown(f'{{{word}: {found[2]}}}')}; otherwise "


def alias(name: str, place: Place) -> Problem:
    """`*name`."""
    return Problem(
        "yaml-alias",
        f"{shown(name)} refers to another part of the file, which is not used here",
        "write the value out; a text that begins with `*` goes in quotes",
        place,
    )


def anchor(name: str, place: Place) -> Problem:
    """`&name`."""
    return Problem(
        "yaml-anchor",
        f"{shown(name)} names a part of the file, which is not used here",
        "leave it out; a text that begins with `&` goes in quotes",
        place,
    )


def tag(name: str, place: Place) -> Problem:
    """`!name`."""
    return Problem(
        "yaml-tag",
        f"{shown(name)} is a YAML tag, which is not used here",
        "leave it out; what must not hold is written with `none_of`; a text that begins with `!` "
        "goes in quotes",
        place,
    )


def anchors_and_tags(lines: Lines, line: int, column: int) -> list[Problem]:
    """The anchor and the tag that stand before a value; there is at most one of each."""
    found: list[Problem] = []
    for _ in range(2):
        word = re.compile(r"\s*([&!][^\s,\[\]{}]*)").match(lines[line], column)
        if word is None:
            break
        place = lines.place(line, word.start(1), line, word.end(1))
        found.append((anchor if word[1][0] == "&" else tag)(word[1], place))
        column = word.end()
    return found


def sentence_starts_with(lines: Lines, line: int, column: int) -> Problem:
    """`{` or `[` at the start of a sentence."""
    sign = lines[line][column]
    what = "mapping" if sign == "{" else "list"
    return Problem(
        "yaml-value-start",
        f"`{sign}` begins {one(what)} here, and a sentence is wanted",
        IN_QUOTES,
        lines.rest(line, column),
    )


def colon_in_text(
    lines: Lines, colon: Mark, text: str, key: str = "", in_flow: bool = False
) -> Problem:
    """`: ` inside a text without quotes."""
    instead = f", {shown(quoted(text), 64)}" if len(text) <= 60 else ""
    fix = f"put the whole text in quotes{instead}" + ("" if in_flow else ", or after `>-`")
    if key and wanted_under(key) == "anything":
        pair = shown(f"{key}: {{{text}}}", 64)
        fix += f"; if {shown(key)} holds further entries, write {pair} or start them on a new line"
    return Problem(
        "yaml-colon-in-sentence",
        "the colon in this text starts a new entry",
        fix,
        lines.place(*colon, colon[0], colon[1] + 1),
    )


def flow_entries_without_value(
    keys: list[tuple[str, Place]], before: tuple[str, str] | None
) -> Problem:
    """`{destination: CN, HK}`: entries of braces that have no value; `before` is the one before."""
    code = "yaml-flow-entry-without-value"
    key, place = keys[0]
    if (number := _split_number(place)) is not None:
        whole = number[0].replace(",", "")
        return Problem(code, f"`{number[0]}` is split at the comma", f"write {whole}", number[1])
    names = ", ".join(name for name, _ in keys)
    behind = (place.source_line or "")[(place.end_column or 1) - 1 :].lstrip()
    if pair := _ENTRY_WITHOUT_SPACE.fullmatch(key):
        fix = f"write a space after the colon: {shown(f'{pair[1]}: {pair[2].lstrip()}')}"
    elif behind.startswith(":"):
        fix = "write a value after the colon, or leave the entry out"
    elif before is not None and wanted_under(before[0]) == "sentence":
        fix = IN_QUOTES
    elif before is not None:
        fix = (
            f"a list is written {shown(f'{before[0]}: [{before[1]}, {names}]')}; "
            "a text with a comma in it goes in quotes"
        )
    else:
        fix = f"an entry is written {shown(f'{key}: value')}; a list, {shown(f'[{names}]')}"
    return Problem(code, f"{shown(key)} has no value", fix, place)


def _split_number(place: Place) -> tuple[str, Place] | None:
    """The number with commas in which a key stands."""
    text, column = place.source_line or "", (place.column or 1) - 1
    # A window, since a hostile file may be one line of a megabyte.
    for found in _SPLIT_NUMBER.finditer(text, max(0, column - 40), column + 40):
        if found.start() <= column < found.end():
            start, end = found.start() + 1, found.end() + 1
            return found[0], replace(place, column=start, end_column=end)
    return None


def duplicate_key(key: str, first: Place, second: Place) -> Problem:
    """The same key twice in one mapping."""
    if first.line == second.line:
        both = f"it stands in line {first.line} at columns {first.column} and {second.column}"
    else:
        both = (
            f"line {first.line} says {shown(first.source_line or '')}, "
            f"line {second.line} says {shown(second.source_line or '')}"
        )
    return Problem(
        "yaml-duplicate-key", f"{shown(key)} is given twice", f"{both}; keep one of them", second
    )


def merge_key(place: Place) -> Problem:
    """`<<`."""
    return Problem(
        "yaml-merge-key",
        "`<<` copies entries from elsewhere, which is not used here",
        "write the entries out",
        place,
    )


def key_not_text(place: Place) -> Problem:
    """A mapping or a list as a key."""
    return Problem(
        "yaml-key-not-text",
        "a list or a mapping stands here as the key of an entry",
        "a key is one word; a text that begins with `{` or `[` goes in quotes",
        place,
    )


def empty_key(place: Place) -> Problem:
    """A colon with nothing before it."""
    return Problem(
        "yaml-empty-key", "a key is missing before the colon", "write `key: value`", place
    )


def several_documents(lines: Lines, line: int) -> Problem:
    """`---` or `...` with more below it."""
    return Problem(
        "yaml-several-documents",
        f"a second document begins here, and {lines.kind.name} is one document",
        "remove the line `---` or `...`, or put this part in a file of its own",
        lines.rest(line, 0),
    )


def directive(lines: Lines, line: int) -> Problem:
    """`%YAML` and the like."""
    return Problem(
        "yaml-directive",
        f"{shown(lines[line])} is a YAML directive, which is not used here",
        "remove the line",
        lines.rest(line, 0),
    )


def empty_file(lines: Lines) -> Problem:
    """Nothing but space and comments."""
    return Problem(
        "yaml-empty",
        "the file is empty",
        f"{lines.kind.name} is {lines.kind.form}",
        Place(lines.file, 1, 1),
    )


def too_deep(limit: int, place: Place) -> Problem:
    """Collections in collections beyond the limit."""
    return Problem(
        "yaml-too-deep",
        f"entries are nested more than {limit} deep here",
        "give the inner parts names, as classes or groups, and refer to these",
        place,
    )


def too_many_nodes(limit: int, lines: Lines, place: Place) -> Problem:
    """Keys and values beyond the limit."""
    return Problem(
        "yaml-too-many-nodes",
        f"the file holds more than {limit:,} keys and values",
        lines.kind.smaller,
        place,
    )


def too_many_problems(limit: int, place: Place | None) -> Problem:
    """Reading stops when a file is wrong throughout."""
    return Problem(
        "yaml-too-many-problems",
        f"the file has {limit} problems up to here, and the rest of it is not read",
        "repair these first",
        place,
    )
