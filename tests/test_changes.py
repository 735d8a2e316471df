"""The changelog of the law: what one rulebook says differently from another, part by part."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from screening import Rulebook, load_rulebook
from screening.cli.app import app
from screening.conditions.tree import Always
from screening.decision import Authority, Finding, OverrideKind, Verdict
from screening.ledger.store import Ledger
from screening.rulebook.model import Content, Rule
from screening.rulebook.period import Period
from screening.workbench.changes import compare, markdown
from screening.workbench.changes.rules import NOT_COMPARED, rule_parts

OLD = """
rulebook:
  language: "1"
  id: book
  title: A small book
  covers: {from: 2022-08-26, verified_through: 2026-01-01}
groups:
  - id: watched
    of: places
    title: Places watched
    members: [CN, HK, {any_of: [KH], from: 2023-01-01}]
  - {id: outer, of: places, title: Places around, members: [watched, MO]}
classes:
  - id: fast
    title: Fast chips
    cites: ["15 CFR part 774"]
    definitions: [{in_force: {from: 2022-10-21}, when: {tpp: {at_least: 4800}}}]
products:
  - {id: chip-a, title: Chip A, aliases: [A1], figures: [{rate: 100, bits: 8, source: datasheet}]}
parties:
  - {id: acme, title: Acme, country: US, source: its report}
periods:
  - {id: pause, title: A pause, from: 2025-01-01, cites: ["a notice"]}
rules:
  - id: fast-chips
    title: Fast chips to places around need a license
    cites: ["15 CFR 742.6"]
    authority: regulation
    in_force: {from: 2022-10-21}
    when: {class: fast, destination: outer}
    finding: presumption_of_denial
  - id: flag
    title: Orders of Macau are looked at
    cites: ["15 CFR 732"]
    authority: guidance
    in_force: {from: 2022-10-21}
    when: {destination: MO}
    finding: red_flag
  - id: paused
    title: The rule on fast chips is paused
    cites: ["a notice"]
    authority: regulation
    overrides: {rule: fast-chips, by: suspending}
    in_force: {period: pause}
    when: {destination: [HK, MO]}
assumptions: []
examples:
  - {title: To Macau, given: {destination: MO}, expect: {law_date: 2023-01-01, verdict: review}}
"""


def book(folder: Path, text: str) -> Content:
    """The rulebook of that text."""
    root = folder / "book"
    root.mkdir(parents=True, exist_ok=True)
    (root / "book.yaml").write_text(text, encoding="utf-8")
    return load_rulebook(root).content


@pytest.fixture
def since(tmp_path: Path) -> Callable[..., str]:
    """The changelog after some words of the old book were replaced, without its heading."""

    def changed(*replaced: tuple[str, str]) -> str:
        text = OLD
        for before, after in replaced:
            assert before in text
            text = text.replace(before, after)
        found = compare(book(tmp_path / "old", OLD), book(tmp_path / "new", text))
        return markdown(found, "last year").partition("`.\n\n")[2]

    return changed


def test_the_same_rulebook_has_not_changed(since: Callable[..., str]) -> None:
    assert since() == "Nothing: it is the same rulebook.\n"


def test_a_comment_is_no_change_of_the_law(since: Callable[..., str]) -> None:
    told = since(("assumptions: []", "# looked through"))
    assert told.startswith("Nothing that it says of the law")


def test_a_period_is_told_with_both_ends(since: Callable[..., str]) -> None:
    flag = "in_force: {from: 2022-10-21}\n    when: {destination: MO}"
    told = since((flag, flag.replace("21}", "21, through: 2025-06-30}")))
    assert "1 rule changed." in told
    assert "in force: from 2022-10-21 through 2025-06-30; before, from 2022-10-21" in told


def test_a_condition_is_told_by_what_came_and_went(since: Callable[..., str]) -> None:
    told = since(("when: {destination: [HK, MO]}", "when: {destination: [HK, CN], eccn: EAR99}"))
    assert "destination is now also CN" in told
    assert "destination is no longer MO" in told
    assert "asks now: ECCN is EAR99" in told


def test_a_finding_is_told_in_words(since: Callable[..., str]) -> None:
    told = since(("finding: presumption_of_denial", "finding: case_by_case"))
    assert (
        "a license is required, reviewed case by case; before, a license is required, "
        "with a presumption of denial" in told
    )


def test_citations_and_overrides_are_told(since: Callable[..., str]) -> None:
    told = since(
        ('cites: ["15 CFR 732"]', 'cites: ["15 CFR 732", "90 FR 1"]'),
        ("{rule: fast-chips, by: suspending}", "{rule: flag, by: suspending}"),
    )
    assert "cites now 90 FR 1" in told
    assert "overrides now flag" in told
    assert "overrides no longer fast-chips" in told


def test_members_are_told_with_the_rules_that_rest_on_them(since: Callable[..., str]) -> None:
    told = since(
        ("[CN, HK, {", "[CN, VN, {"),
        ("from: 2023-01-01}]", "from: 2023-01-01, until: 2025-11-07}]"),
    )
    assert "gains VN" in told
    assert "loses HK" in told
    assert "KH: member from 2023-01-01 through 2025-11-06; before, from 2023-01-01" in told
    # The rule names the group around it only.
    assert "rests on it: `fast-chips`" in told


def test_classes_products_parties_and_periods_are_told(since: Callable[..., str]) -> None:
    told = since(
        ("at_least: 4800", "at_least: 4000"),
        ("aliases: [A1]", "aliases: [A1, A2]"),
        ("rate: 100", "rate: 120"),
        ("title: Acme, country: US", "title: Acme, country: NL"),
        ("title: A pause, from: 2025-01-01", "title: A pause, from: 2025-02-01"),
    )
    assert "from 2022-10-21: asks now: total processing performance is at least 4000" in told
    assert "is now also called A2" in told
    assert "has now the figure" in told
    assert "country: NL; before, US" in told
    assert "runs: from 2025-02-01; before, from 2025-01-01" in told


def test_a_rule_that_came_is_told_whole_and_one_that_went_too(since: Callable[..., str]) -> None:
    told = since(
        ("  - id: flag\n", "  - id: other-flag\n"),
        ("when: {destination: MO}", "when: {destination: VN}"),
    )
    added, removed = told.partition("### Added")[2].split("### Removed")
    assert "`other-flag`" in added
    assert "there is a red flag to resolve where destination is VN" in added
    assert "`flag`" in removed
    assert "destination is MO" in removed


def test_a_rule_under_another_id_is_told_as_renamed(since: Callable[..., str]) -> None:
    told = since(("  - id: flag\n", "  - id: macau-flag\n"))
    assert "`flag` is now `macau-flag`, and says the same" in told
    assert "### Added" not in told


def test_a_new_look_is_told_once_for_all(since: Callable[..., str]) -> None:
    told = since(("verified_through: 2026-01-01", "verified_through: 2026-06-01"))
    assert told.count("verified through 2026-06-01, before through 2026-01-01: 3 rules") == 1


def test_examples_are_counted(since: Callable[..., str]) -> None:
    told = since(("verdict: review}}", "verdict: review, decisive: [flag]}}"))
    assert "Examples: 1 changed." in told


OTHER = {
    "title": "Another title",
    "cites": ("another source",),
    "authority": Authority.STATUTE,
    "windows": (Period(date(2030, 1, 1), None),),
    "when": Always(),
    "finding": Finding.PROHIBITED,
    "from_listing": True,
    "verdict": Verdict.DENY,
    "exception": "NAC",
    "kind": OverrideKind.EXEMPTING,
    "targets": ("flag",),
    "by_tag": "some-tag",
    "conditions": Always(),
    "barred_tags": frozenset({"some-tag"}),
    "barred_except": frozenset({"some-rule"}),
    "tags": frozenset({"some-tag"}),
    "protected": True,
    "because": "For another reason.",
    "todo": "Look it up.",
    "event": ("EV99",),
    "succeeds": "some-rule",
}  # fmt: skip


@pytest.mark.parametrize("part", [f.name for f in fields(Rule) if f.name not in NOT_COMPARED])
def test_no_part_of_a_rule_changes_unseen(part: str, tmp_path: Path) -> None:
    rule = book(tmp_path, OLD).rules["fast-chips"]
    assert part in OTHER, f"a rule has the part `{part}`, which the changelog must tell"
    assert list(rule_parts(rule, replace(rule, **{part: OTHER[part]})))
    assert not list(rule_parts(rule, replace(rule)))


def test_user_text_is_only_text_in_the_changelog(tmp_path: Path) -> None:
    hostile = "'<img src=x> [a](http://x) *b*'"
    new = book(tmp_path / "new", OLD.replace("Orders of Macau are looked at", hostile[1:-1]))
    old = book(tmp_path / "old", OLD)
    told = markdown(compare(old, new), "<b>")
    assert "<img" not in told
    assert "<b>" not in told
    assert not re.search(r"(?<!\\)\]\(", told), "a link"


# ---- Where the older version comes from ----


@pytest.fixture(scope="module")
def us_ear() -> Rulebook:
    return load_rulebook()


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["changelog", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A repository with two versions of a rulebook; the folder of the newer one."""
    top = tmp_path / "kept"
    book(top / "rules", OLD)

    def git(*words: str) -> None:
        who = ("-c", "user.name=Policy", "-c", "user.email=policy@example.org")
        subprocess.run(["git", "-C", str(top), *who, *words], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "The first version")
    book(top / "rules", OLD.replace("by: suspending", "by: exempting"))
    git("commit", "-qam", "The second version")
    return top / "rules" / "book"


def test_an_older_version_is_a_folder(kept: Path, tmp_path: Path) -> None:
    book(tmp_path / "old", OLD)
    code, told, _ = run("--since", str(tmp_path / "old" / "book"), "--rulebook", str(kept))
    assert code == 0
    assert "overrides by: exempting; before, suspending" in told


def test_an_older_version_is_a_revision_of_git(kept: Path) -> None:
    code, told, _ = run("--since", "git:HEAD~1", "--rulebook", str(kept))
    assert code == 0
    assert "overrides by: exempting; before, suspending" in told


def test_an_older_version_is_a_digest_in_the_history_of_git(kept: Path, tmp_path: Path) -> None:
    digest = book(tmp_path / "old", OLD).digest
    code, told, _ = run("--since", digest[:12], "--rulebook", str(kept))
    assert code == 0
    assert "overrides by: exempting; before, suspending" in told


def test_an_older_version_is_a_digest_in_a_ledger(kept: Path, tmp_path: Path) -> None:
    old = book(tmp_path / "old", OLD)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    Ledger(url).keep_rulebook(old)
    code, told, _ = run("--since", old.digest, "--ledger", url, "--rulebook", str(kept))
    assert code == 0
    assert "overrides by: exempting; before, suspending" in told


@pytest.mark.parametrize(
    ("since", "message"),
    [
        ("yesterday", "`yesterday` is no folder, no `git:REVISION` and no digest"),
        ("git:v9", "git knows no revision `v9` of this rulebook"),
        ("git:--upload-pack=x", "git knows no revision `--upload-pack=x` of this rulebook"),
        ("deadbeef", "is known with the digest `deadbeef`"),
    ],
)
def test_a_version_that_is_not_there_is_refused(kept: Path, since: str, message: str) -> None:
    code, told, said = run("--since", since, "--rulebook", str(kept))
    assert code == 2
    assert told == ""
    assert message in said
    assert "[unknown-version]" in said


def test_an_older_version_that_does_not_load_is_refused(kept: Path, tmp_path: Path) -> None:
    broken = tmp_path / "old" / "book"
    broken.mkdir(parents=True)
    (broken / "book.yaml").write_text(OLD.replace("when:", "whenever:"), encoding="utf-8")
    code, told, said = run("--since", str(broken), "--rulebook", str(kept))
    assert code == 3
    assert told == ""
    assert "[older-version]" in said


def test_what_is_told_of_the_shipped_rulebook_is_nothing_against_itself(us_ear: Rulebook) -> None:
    assert compare(us_ear.content, us_ear.content).nothing


def test_json_says_the_same(kept: Path) -> None:
    code, told, _ = run("--since", "git:HEAD~1", "--rulebook", str(kept), "--format", "json")
    assert code == 0
    (change,) = json.loads(told)["changes"]
    assert (change["document"], change["id"], change["kind"]) == ("rule", "paused", "changed")
    assert change["parts"][0]["what"] == "overrides"
