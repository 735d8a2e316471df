"""The handbook as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from screening.conditions.outline import Outline
from screening.workbench.handbook.axis import Axis, Stretch
from screening.workbench.handbook.content import Chapter, Entry, Handbook, Shown
from screening.workbench.handbook.terms import Term
from screening.workbench.handbook.wording import (
    HOW,
    how_to_read,
    lead,
    length,
    proviso,
    subtitle,
)

_WIDTH = 60
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")


def markdown(book: Handbook) -> str:
    """The whole handbook."""
    return "\n".join(_lines(book)).rstrip() + "\n"


def _lines(book: Handbook) -> Iterator[str]:
    yield from (f"# {_text(book.title)}", "", _text(subtitle(book)), "", f"*{length(book)}.*", "")
    yield from (f"{_text(said)}\n" for said in how_to_read(book))
    yield from ("## Contents", "")
    for chapter in book.chapters:
        yield f"- {_link(chapter.title, chapter.anchor)}"
        for entry in chapter.entries:
            yield f"  - {_link(entry.told.rule.title, entry.anchor)}"
    yield from ("- [Terms](#terms)", "- [What is not checked](#coverage)", "")
    yield from ("## The ladder", "", "| finding | meaning | verdict |", "|---|---|---|")
    yield from (f"| `{finding}` | {means} | {verdict} |" for finding, means, verdict in book.ladder)
    if book.requires:
        yield from ("", "Whatever the rules find, an allow needs:", "")
        yield from _outlines(book.requires)
    anchors = book.anchors
    for chapter in book.chapters:
        yield from _chapter(chapter, book.axis, anchors)
    yield from ("", '<a id="terms"></a>', "", "## Terms", "")
    for term in book.terms:
        yield from _term(term, anchors)
    yield from ("", '<a id="coverage"></a>', "", "## What is not checked", "")
    for said in book.coverage:
        head = _text(f"{said.get('topic', '')} ({said.get('checked', '')})")
        yield f"- **{head}**: {_text(said.get('why', ''))}"


def _chapter(chapter: Chapter, axis: Axis, anchors: Mapping[str, str]) -> Iterator[str]:
    yield from ("", f'<a id="{chapter.anchor}"></a>', "", f"## {_text(chapter.title)}", "")
    if chapter.section:
        yield from (f"*{_text(chapter.section)}*", "")
    for entry in chapter.entries:
        yield from _entry(entry, axis, anchors)


def _entry(entry: Entry, axis: Axis, anchors: Mapping[str, str]) -> Iterator[str]:
    rule = entry.told.rule
    yield from (f'<a id="{entry.anchor}"></a>', "", f"### {_text(rule.title)}", "")
    yield from (f"{_code(rule.id)}: {_text(lead(entry))}", "")
    yield from _outlines(entry.conditions)
    if entry.proofs:
        yield from ("", _text(proviso(entry)), "")
        yield from _outlines(entry.proofs)
    if entry.because:
        yield from ("", f"> {_text(entry.because)}")
    yield from ("", "```text", *_bar(axis, entry.stretches), "```", "")
    yield f"- in force: {_text(', '.join(map(str, rule.windows)))}"
    yield f"- authority: {rule.authority.value}"
    yield f"- cites: {_text('; '.join(rule.cites))}"
    yield f"- verified through: {rule.verified_through or 'not said'}"
    if rule.protected:
        yield "- protected: overridden only by name"
    if rule.barred_tags:
        tags = ", ".join(sorted(rule.barred_tags))
        yield f"- gives way where a rule stands that is tagged {_text(tags)}"
    if rule.succeeds:
        yield f"- succeeds: {_rules((rule.succeeds,), anchors)}"
    if rule.kind is not None:
        yield f"- overrides ({HOW[rule.kind]}): {_rules(rule.targets, anchors)}"
    if entry.told.reaches_also:
        yield f"- reaches also: {_rules(entry.told.reaches_also, anchors)}"
    if entry.told.overridden_by:
        yield f"- may be overridden by: {_rules(entry.told.overridden_by, anchors)}"
    if rule.todo:
        yield f"- to do: {_text(rule.todo)}"
    yield ""
    if entry.examples:
        yield from _examples(entry.examples)
    else:
        yield from ("No example names this rule.", "")


def _examples(examples: Iterable[Shown]) -> Iterator[str]:
    yield from ("| example | law date | answer expected | this rule |", "|---|---|---|---|")
    for shown in examples:
        given = "; ".join(f"{label}: {value}" for label, value in shown.given)
        first = f"**{_text(shown.title)}**<br>{_text(given)}"
        for answer in shown.answers:
            day = answer.law_date or "none"
            day += f", as known on {answer.known_as_of}" if answer.known_as_of else ""
            said = ": ".join(t for t in (answer.verdict, answer.finding.replace("_", " ")) if t)
            yield f"| {first} | {_text(day)} | {_text(said)} | {_text(answer.status)} |"
            first = ""
    yield ""


def _term(term: Term, anchors: Mapping[str, str]) -> Iterator[str]:
    yield from (f'<a id="{term.anchor}"></a>', "", f"### {_text(term.id)}", "")
    cites = f" ({'; '.join(term.cites)})" if term.cites else ""
    holds = f" Holds {term.holds}." if term.holds else ""
    yield from (f"*{term.kind}*: {_text(term.title + cites)}.{holds}", "")
    for meaning in term.meanings:
        yield f"- {_text(meaning.periods)}:"
        yield from _outlines(meaning.parts, depth=1)
    if term.names:
        yield f"- made of: {_rules(term.names, anchors)}"
    yield ""


def _outlines(parts: Iterable[Outline], depth: int = 0) -> Iterator[str]:
    for part in parts:
        yield f"{'  ' * depth}- {_text(part.text)}{':' if part.parts else ''}"
        yield from _outlines(part.parts, depth + 1)


def _rules(ids: Iterable[str], anchors: Mapping[str, str]) -> str:
    return ", ".join(f"[{_code(id)}](#{anchors[id]})" if id in anchors else _code(id) for id in ids)


def _bar(axis: Axis, stretches: Iterable[Stretch]) -> list[str]:
    """The periods drawn to scale over the years: full where in force, light where unverified."""
    drawn = ["·"] * _WIDTH
    ends = [" ", " "]
    for s in stretches:
        first = min(_WIDTH - 1, int(s.start * _WIDTH))
        last = max(first + 1, round(s.end * _WIDTH))
        drawn[first:last] = ["▒" if s.unverified else "█"] * (min(last, _WIDTH) - first)
        ends = ["◂" if s.before else ends[0], "▸" if s.after else ends[1]]
    years = [" "] * (_WIDTH + 4)
    for day in (axis.first, *axis.years()):
        at = int(axis.at(day) * _WIDTH)
        years[at : at + 4] = str(day.year)
    return [ends[0] + "".join(drawn) + ends[1], " " + "".join(years).rstrip()]


def _text(text: str) -> str:
    """User text: nothing in it is Markdown or HTML."""
    plain = " ".join(text.split())
    return _SPECIAL.sub(r"\\\1", plain).replace("\\<", "&lt;").replace("\\&", "&amp;")


def _code(id: str) -> str:
    """An id as code; one that is not made of plain letters is user text like any other."""
    return f"`{id}`" if re.fullmatch(r"[\w./:-]+", id) else _text(id)


def _link(title: str, anchor: str) -> str:
    return f"[{_text(title)}](#{anchor})"
