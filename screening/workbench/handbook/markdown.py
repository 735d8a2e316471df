"""The handbook as Markdown."""

from __future__ import annotations

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
from screening.workbench.markdown_text import code, plain

_WIDTH = 60


def markdown(book: Handbook) -> str:
    """The whole handbook."""
    return "\n".join(_lines(book)).rstrip() + "\n"


def _lines(book: Handbook) -> Iterator[str]:
    yield from (f"# {plain(book.title)}", "", plain(subtitle(book)), "", f"*{length(book)}.*", "")
    yield from (f"{plain(said)}\n" for said in how_to_read(book))
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
        head = plain(f"{said.get('topic', '')} ({said.get('checked', '')})")
        yield f"- **{head}**: {plain(said.get('why', ''))}"


def _chapter(chapter: Chapter, axis: Axis, anchors: Mapping[str, str]) -> Iterator[str]:
    yield from ("", f'<a id="{chapter.anchor}"></a>', "", f"## {plain(chapter.title)}", "")
    if chapter.section:
        yield from (f"*{plain(chapter.section)}*", "")
    for entry in chapter.entries:
        yield from _entry(entry, axis, anchors)


def _entry(entry: Entry, axis: Axis, anchors: Mapping[str, str]) -> Iterator[str]:
    rule = entry.told.rule
    yield from (f'<a id="{entry.anchor}"></a>', "", f"### {plain(rule.title)}", "")
    yield from (f"{code(rule.id)}: {plain(lead(entry))}", "")
    yield from _outlines(entry.conditions)
    if entry.proofs:
        yield from ("", plain(proviso(entry)), "")
        yield from _outlines(entry.proofs)
    if entry.because:
        yield from ("", f"> {plain(entry.because)}")
    yield from ("", "```text", *_bar(axis, entry.stretches), "```", "")
    yield f"- in force: {plain(', '.join(map(str, rule.windows)))}"
    yield f"- authority: {rule.authority.value}"
    yield f"- cites: {plain('; '.join(rule.cites))}"
    yield f"- verified through: {rule.verified_through or 'not said'}"
    if rule.protected:
        yield "- protected: overridden only by name"
    if rule.barred_tags:
        tags = ", ".join(sorted(rule.barred_tags))
        yield f"- gives way where a rule stands that is tagged {plain(tags)}"
    if rule.succeeds:
        yield f"- succeeds: {_rules((rule.succeeds,), anchors)}"
    if rule.kind is not None:
        yield f"- overrides ({HOW[rule.kind]}): {_rules(rule.targets, anchors)}"
    if entry.told.reaches_also:
        yield f"- reaches also: {_rules(entry.told.reaches_also, anchors)}"
    if entry.told.overridden_by:
        yield f"- may be overridden by: {_rules(entry.told.overridden_by, anchors)}"
    if rule.todo:
        yield f"- to do: {plain(rule.todo)}"
    yield ""
    if entry.examples:
        yield from _examples(entry.examples)
    else:
        yield from ("No example names this rule.", "")


def _examples(examples: Iterable[Shown]) -> Iterator[str]:
    yield from ("| example | law date | answer expected | this rule |", "|---|---|---|---|")
    for shown in examples:
        given = "; ".join(f"{label}: {value}" for label, value in shown.given)
        first = f"**{plain(shown.title)}**<br>{plain(given)}"
        for answer in shown.answers:
            day = answer.law_date or "none"
            day += f", as known on {answer.known_as_of}" if answer.known_as_of else ""
            said = ": ".join(t for t in (answer.verdict, answer.finding.replace("_", " ")) if t)
            yield f"| {first} | {plain(day)} | {plain(said)} | {plain(answer.status)} |"
            first = ""
    yield ""


def _term(term: Term, anchors: Mapping[str, str]) -> Iterator[str]:
    yield from (f'<a id="{term.anchor}"></a>', "", f"### {plain(term.id)}", "")
    cites = f" ({'; '.join(term.cites)})" if term.cites else ""
    holds = f" Holds {term.holds}." if term.holds else ""
    yield from (f"*{term.kind}*: {plain(term.title + cites)}.{holds}", "")
    for meaning in term.meanings:
        yield f"- {plain(meaning.periods)}:"
        yield from _outlines(meaning.parts, depth=1)
    if term.names:
        yield f"- made of: {_rules(term.names, anchors)}"
    yield ""


def _outlines(parts: Iterable[Outline], depth: int = 0) -> Iterator[str]:
    for part in parts:
        yield f"{'  ' * depth}- {plain(part.text)}{':' if part.parts else ''}"
        yield from _outlines(part.parts, depth + 1)


def _rules(ids: Iterable[str], anchors: Mapping[str, str]) -> str:
    return ", ".join(f"[{code(id)}](#{anchors[id]})" if id in anchors else code(id) for id in ids)


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


def _link(title: str, anchor: str) -> str:
    return f"[{plain(title)}](#{anchor})"
