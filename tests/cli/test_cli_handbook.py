"""`screening handbook`: every rule in it, every link leads somewhere, nothing from outside."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from screening import Rulebook, load_rulebook
from screening.cli.app import app
from screening.workbench.handbook import Handbook, handbook, markdown
from screening.workbench.handbook import html as as_html

HOSTILE = (
    '<script>alert("1") <img src=x onerror=y> --> \' "quoted" & *bold* '
    "[link](javascript:x) `code` | cell"
)

RULEBOOK = """
rulebook:
  language: "1"
  id: hostile
  title: {text}
  covers: {{from: 2022-08-26, verified_through: 2026-09-24}}
  coverage:
    - {{topic: {text}, checked: {text}, why: {text}}}
topic: {{title: {text}, section: {text}}}
groups:
  - {{id: {text}, of: places, title: {text}, cites: [{text}], members: [CN, HK]}}
classes:
  - id: {text}
    title: {text}
    cites: [{text}]
    definitions: [{{in_force: {{from: 2022-10-21}}, when: {{tpp: {{at_least: 4800}}}}}}]
rules:
  - id: {text}
    title: {text}
    cites: [{text}]
    authority: regulation
    in_force: {{from: 2022-10-21, through: 2025-01-01, status: unverified}}
    tags: [{text}]
    when: {{destination: {text}, class: {text}, end_use_text: {{contains: {text}}}}}
    finding: red_flag
    because: {text}
    todo: {text}
examples:
  - title: {text}
    given: {{exporter: {text}, destination: CN, description: {text}}}
    expect: {{law_date: 2023-01-01, verdict: review, statuses: {{{text}: undetermined}}}}
"""


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("meta", "link", "br", "img", "input"):
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.append((name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def us_ear() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="module")
def book(us_ear: Rulebook) -> Handbook:
    return handbook(us_ear)


@pytest.fixture(scope="module")
def page(book: Handbook) -> Page:
    return Page(as_html(book))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Handbook:
    """A rulebook in which every text that may be free is hostile."""
    folder = tmp_path_factory.mktemp("rules") / "hostile"
    folder.mkdir()
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    (folder / "rules.yaml").write_text(RULEBOOK.format(text=quoted), encoding="utf-8")
    return handbook(load_rulebook(folder))


def test_every_rule_stands_in_the_page_once(us_ear: Rulebook, page: Page, book: Handbook) -> None:
    ids = [e.told.rule.id for e in book.entries]
    assert set(us_ear.rules) <= set(ids)
    assert len(ids) == len(set(ids))
    for entry in book.entries:
        assert entry.anchor in page.ids
        assert " ".join(entry.told.rule.title.split()) in " ".join(page.text.split())


def test_every_link_leads_to_a_part_of_the_page(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    assert page.links, "a handbook has links"
    for link in page.links:
        assert link.startswith("#"), f"{link} leads out of the page"
        assert link[1:] in page.ids, f"nothing in the page is {link}"


def test_nothing_comes_from_outside_the_file(page: Page, book: Handbook) -> None:
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not {n for n, _ in page.attributes} & {"src", "srcset", "action", "onclick", "onload"}
    style = re.search(r"<style>(.*?)</style>", as_html(book), re.DOTALL)
    assert style is not None
    assert "@import" not in style[1]
    assert re.findall(r"url\(([^)]*)\)", style[1]) == ["#hatch"]


def test_all_tags_are_closed(page: Page) -> None:
    assert page.open == []


def test_hostile_text_is_only_text_in_the_page(hostile: Handbook) -> None:
    text = as_html(hostile)
    assert "<script" not in text
    assert html.escape(HOSTILE, quote=False).partition('"')[0] in text
    page = Page(text)
    assert page.open == []
    assert "script" not in page.tags
    shown = " ".join(page.text.split())
    # The title, its id, the chapter, the term, the citation, the reason, the example and its facts.
    assert shown.count(HOSTILE) >= 15
    for link in page.links:
        assert link[1:] in page.ids


def test_hostile_text_is_only_text_in_markdown(hostile: Handbook) -> None:
    text = markdown(hostile)
    assert "<script" not in text
    # No link but to a part of the page.
    without_code = re.sub(r"`[^`\n]*`", "", text)
    links = re.findall(r"(?<!\\)\]\(([^)]*)\)", without_code)
    assert links
    assert all(link.startswith("#") for link in links)


def test_links_of_markdown_lead_somewhere(book: Handbook) -> None:
    text = markdown(book)
    ids = set(re.findall(r'<a id="([^"]+)"></a>', text))
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert len(links) > 100
    assert not set(links) - ids
    assert all(e.anchor in ids for e in book.entries)


def test_chapters_stand_in_the_order_of_the_law(book: Handbook) -> None:
    parts = [
        int(m[1]) for c in book.chapters if (m := re.search(r"15 CFR (?:part )?(\d+)", c.section))
    ]
    assert parts == sorted(parts)
    assert len(parts) >= 9, "every rule file of us-ear says its topic and where the law has it"


def test_who_overrides_whom_is_told_from_both_sides(book: Handbook) -> None:
    told = {e.told.rule.id: e.told for e in book.entries}
    letter, resumption = told["h20-is-informed"], told["h20-sales-resumed"]
    assert "h20-is-informed" in resumption.rule.targets
    assert "h20-sales-resumed" in letter.overridden_by


def test_the_bar_is_drawn_to_the_scale_of_the_axis(book: Handbook) -> None:
    letter = next(e for e in book.entries if e.told.rule.id == "h20-is-informed")
    start = letter.told.rule.windows[0].start
    assert start is not None
    (stretch,) = letter.stretches
    assert stretch.start == book.axis.at(start)
    assert 0 < stretch.start < 1
    assert stretch.after, "it has no end"
    assert not stretch.before


def test_examples_stand_with_their_expected_answers(book: Handbook) -> None:
    letter = next(e for e in book.entries if e.told.rule.id == "h20-is-informed")
    answers = [(a.law_date, a.verdict) for s in letter.examples for a in s.answers]
    assert ("2025-07-14", "deny") in answers


def test_the_command_writes_by_the_ending_of_the_file(tmp_path: Path) -> None:
    run = CliRunner().invoke
    written = tmp_path / "book.html"
    assert run(app, ["handbook", "--output", str(written)]).exit_code == 0
    assert written.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run(app, ["handbook"]).stdout.startswith("# United States Export")
    refused = run(app, ["handbook", "--output", str(tmp_path / "book.pdf")])
    assert refused.exit_code == 2
    assert "neither Markdown nor HTML" in refused.stderr
