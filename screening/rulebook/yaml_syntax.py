"""The YAML parser's first syntax error, said as a policy writer would understand it.

What is said comes from the lines themselves, so that the C parser and the Python one, which word
things differently, lead to the same message. Here stand the readings of quotes, brackets and
first characters, and the order in which all readings are tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from screening.problems import Problem
from screening.rulebook import yaml_shape as shape
from screening.rulebook import yaml_traps as traps
from screening.rulebook.yaml_shape import Ended, Fault, entry_of
from screening.rulebook.yaml_text import Lines, Mark, mark, quoted, shown, tab

_QUOTED = re.compile(r"""(?:(?<=[\s\[{,])|^)(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')""")


def explain(
    error: yaml.YAMLError, lines: Lines, ended: Ended | None, bracket: Mark | None
) -> Problem:
    """The problem that a parser's error stands for."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _unknown(Fault(lines, "", (0, 0), (0, 0), ended, bracket))
    saying = f"{error.context or ''} {error.problem or ''}".lower()
    since = mark(error.context_mark or error.problem_mark)
    fault = Fault(lines, saying, mark(error.problem_mark), since, ended, bracket)
    for reading in _READINGS:
        if (found := reading(fault)) is not None:
            return found
    return _unknown(fault)


def _unknown(f: Fault) -> Problem:
    return Problem(
        "yaml-syntax",
        "the file cannot be read from here on",
        "check the quotes, the brackets and the indentation of this line and of the one above it",
        f.lines.rest(*f.at),
    )


def _tab(f: Fault) -> Problem | None:
    return tab(f.lines, *f.at) if f.sign == "\t" else None


def _unclosed_quote(f: Fault) -> Problem | None:
    if not (f.says("quoted scalar") and f.says("end of stream", "document indicator")):
        return None
    sign = f.lines.sign(*f.since)
    apostrophe = "; a text that begins with an apostrophe goes in double quotes"
    return Problem(
        "yaml-unclosed-quote",
        f"the quote {shown(sign)} that opens here is never closed",
        f"write another {shown(sign)} where the text ends{apostrophe if sign == chr(39) else ''}",
        f.lines.rest(*f.since),
    )


def _escape(f: Fault) -> Problem | None:
    if not f.says("double-quoted", "quoted scalar"):
        return None
    column = f.text.rfind("\\", 0, f.column + 1)
    if column < 0:
        return None
    return Problem(
        "yaml-escape",
        f"{shown(f.text[column : column + 2])} means nothing inside double quotes",
        "write `\\\\` for a backslash, or put the text in single quotes",
        f.lines.place(f.line, column, f.line, column + 2),
    )


def _several_documents(f: Fault) -> Problem | None:
    above = f.lines.before(f.line) if f.says("document start") else None
    ended = above is not None and f.lines[above].startswith("...")
    if not ended and not f.text.startswith(("---", "...")):
        return None
    return traps.several_documents(f.lines, f.line)


def _sentence_start(f: Fault) -> Problem | None:
    for line in (f.line, f.since[0]):
        entry = entry_of(f.lines[line])
        if entry and entry.key in traps.SENTENCE_KEYS and entry.value.startswith(("{", "[")):
            return traps.sentence_starts_with(f.lines, line, entry.value_column)
    return None


def _value_start(f: Fault) -> Problem | None:
    if f.says("flow mapping", "flow sequence"):
        return None
    if f.says("block scalar"):
        return _block_text(f)
    inside = f.says("alias", "anchor", "tag", "directive")
    if not inside and not f.says("cannot start", "node", "are not allowed"):
        return None
    line, column = f.since if inside else f.at
    sign, value = f.lines.sign(line, column), f.lines[line][column:].rstrip()
    word = re.match(r"[^\s,\[\]{}]*", value)
    name = word[0] if word else ""
    place = f.lines.place(line, column, line, column + max(len(name), 1))
    match sign:
        case "%" if column == 0:
            return traps.directive(f.lines, line)
        case "*":
            return traps.alias(name, place)
        case "&":
            return traps.anchor(name, place)
        case "!":
            return traps.tag(name, place)
        case "," if f.says("flow node"):
            return _comma("a comma stands here with nothing before it", "remove it", f)
        case "-":
            code, message = "yaml-list-on-key-line", "a list begins here, in the line of its key"
            fix = "start the list on the next line, or write it in brackets; if it is a text, "
        case "%" | "@" | "`" | "?" | ">" | "|" | ",":
            code, fix = "yaml-value-start", ""
            what = "a backtick" if sign == "`" else shown(sign)
            message = f"a text without quotes cannot begin with {what}"
        case _:
            return None
    return Problem(code, message, f"{fix}put it in quotes{_as_quoted(value)}", place)


def _block_text(f: Fault) -> Problem:
    value = f.lines[f.since[0]][f.since[1] :].rstrip()
    return Problem(
        "yaml-value-start",
        f"a text without quotes cannot begin with {shown(value[:1])}",
        f"{traps.to_compare(value)}put the text in quotes{_as_quoted(value)}",
        f.lines.rest(*f.since),
    )


def _as_quoted(value: str) -> str:
    return f": {shown(quoted(value), 64)}" if len(value) <= 60 and "`" not in value else ""


def _after_quote(f: Fault) -> Problem | None:
    code = "yaml-text-after-quote"
    e = f.ended
    if e is not None and e.what == "quote" and e.end[0] > e.start[0] and _adjoins(f, e):
        message = f"the quote that opens here is closed only in line {e.end[0] + 1}"
        fix = f"close the quote where the text ends; {_quotes_inside(f.lines.sign(*e.start))}"
        return Problem(code, message, fix, f.lines.rest(*e.start))
    for found in _QUOTED.finditer(f.text):
        between = f.text[found.end() : f.column]
        if found.end() <= f.column and not re.search(r"[,:#\[\]{}]", between):
            start = found.end() + len(between) - len(between.lstrip())
            sign, whole = found[0][0], f.text[found.start() :].strip()
            inner = whole[1:-1] if whole.endswith(sign) and sign not in f.text[start:-1] else whole
            fix = f"put the whole text in quotes{_as_quoted(inner)}; {_quotes_inside(sign)}"
            if f.says("flow"):
                fix = f"separate entries by commas; {_quotes_inside(sign)}"
            message = "text goes on behind the closing quote"
            return Problem(code, message, fix, f.lines.rest(f.line, start))
    return None


def _quotes_inside(sign: str) -> str:
    if sign == "'":
        return "inside single quotes an apostrophe is written twice"
    return "inside double quotes a double quote is written with a backslash before it"


def _after_bracket(f: Fault) -> Problem | None:
    e = f.ended
    if e is None or e.what != "bracket" or not _adjoins(f, e):
        return None
    whole = _as_quoted(f.lines[e.start[0]][e.start[1] :].strip())
    return Problem(
        "yaml-text-after-bracket",
        "text goes on behind the closing bracket",
        f"remove it, or put the whole text in quotes{whole if e.start[0] == e.end[0] else ''}",
        f.lines.rest(*f.at),
    )


def _adjoins(f: Fault, e: Ended) -> bool:
    """Whether only words stand between the end of a value and the fault."""
    if f.line != e.end[0] or f.column < e.end[1]:
        return False
    return not re.search(r"[,#\[\]{}]", f.text[e.end[1] : f.column])


def _colon_in_braces(f: Fault) -> Problem | None:
    """`{a:[1]}` and `{a:}`, where the C parser is stricter than the other."""
    if not f.says("unexpected ':'"):
        return None
    start, end = f.since[1], f.column
    if f.lines.sign(f.line, end) == ":" and f.lines.sign(f.line, end + 1) in (",", "}", "]"):
        place = f.lines.place(f.line, start, f.line, end)
        return traps.flow_entries_without_value([(f.text[start:end], place)], None)
    return Problem(
        "yaml-missing-space",
        "a space is missing after this colon",
        "write a space after the colon; a text with a colon in it goes in quotes",
        f.lines.place(f.line, end, f.line, end + 1),
    )


def _brackets(f: Fault) -> Problem | None:
    in_flow = f.says("flow mapping", "flow sequence", "flow node")
    if f.sign in ("]", "}") and not in_flow:
        message = f"`{f.sign}` closes a bracket that was never opened"
        fix = f"remove it, or open it before; a text that begins with `{f.sign}` goes in quotes"
        place = f.lines.place(*f.at, f.line, f.column + 1)
        return Problem("yaml-bracket", message, fix, place)
    if not in_flow:
        return None
    opened = f.since if f.lines.sign(*f.since) in ("[", "{") else f.bracket
    if opened is not None and opened < f.at:
        opening = f.lines.sign(*opened)
        closing = "]" if opening == "[" else "}"
        if f.sign in ("]", "}"):
            message = f"`{opening}` is opened in line {opened[0] + 1}, and `{f.sign}` stands here"
            place = f.lines.place(*f.at, f.line, f.column + 1)
            return Problem("yaml-bracket", message, f"close it with `{closing}`", place)
        at_end = f.line + 1 >= len(f.lines) and not f.text[f.column :].strip()
        outside = f.line > opened[0] and f.lines.indent(f.line) <= f.lines.indent(opened[0])
        if at_end or outside:
            message = f"the bracket `{opening}` that opens here is not closed"
            fix = f"write `{closing}` where it ends; a text that begins with `{opening}` goes in "
            return Problem("yaml-bracket", message, f"{fix}quotes", f.lines.rest(*opened))
    return _missing_comma(f)


def _missing_comma(f: Fault) -> Problem:
    column = f.column
    if f.sign == ":":
        # The comma is missing before the key, not before its colon.
        ahead = f.text[:column]
        column = max(ahead.rfind(sign) for sign in ",[{") + 1
        column += len(ahead) - column - len(ahead[column:].lstrip())
        if column == f.column:
            return traps.empty_key(f.lines.place(*f.at, f.line, column + 1))
    rest = f.text[column:].rstrip()
    if not rest and f.line + 1 >= len(f.lines):
        last = len(f.lines) - 1
        end = f.lines.rest(last, len(f.lines[last]))
        return Problem("yaml-bracket", "the file ends before a bracket is closed",
                       "write `]` or `}` where it ends", end)  # fmt: skip
    fix = "separate entries by commas; a text with brackets, braces or a colon in it goes in quotes"
    return _comma(f"a comma is missing before {shown(rest)}", fix, f, column)


def _comma(message: str, fix: str, f: Fault, column: int | None = None) -> Problem:
    start = f.column if column is None else column
    end = start + 1 if column is None else len(f.text.rstrip())
    return Problem("yaml-comma", message, fix, f.lines.place(f.line, start, f.line, end))


_READINGS: tuple[Callable[[Fault], Problem | None], ...] = (
    _tab,
    _unclosed_quote,
    _escape,
    shape.odd_space,
    _several_documents,
    _sentence_start,
    _value_start,
    _after_quote,
    shape.colon_inside,
    _colon_in_braces,
    shape.missing_colon,
    _brackets,
    _after_bracket,
    shape.comment_inside,
    shape.indentation,
)
