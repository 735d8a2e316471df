"""Mistakes that a loader lets through without a word, by what they would do; each is refused.

What is said of a mistake is written out in `golden/rules`; here it is the code and the line.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from screening import ProblemsFound, load_rulebook
from screening.rulebook.overrides import MAX_CHAIN

BASE = Path(__file__).parent / "golden" / "rules" / "_base" / "base.yaml"

RULE = """\
rules:
  - id: broken
    title: A rule
    cites: [test]
    authority: {authority}
    in_force: {in_force}
    when: {when}
"""


def rule(
    *more: str,
    authority: str = "regulation",
    in_force: str = "{from: 2020-01-01}",
    when: str = "{destination: CN}",
    finding: str = "finding: license_required",
) -> str:
    lines = "".join(f"    {line}\n" for line in (finding, *more) if line)
    return RULE.format(authority=authority, in_force=in_force, when=when) + lines


def exception(*more: str) -> str:
    return rule(
        "overrides: {rule: denial, by: replacing}",
        *more,
        finding="finding: {license_exception: XYZ}",
    )


def group(rest: str, of: str = "places") -> str:
    return f"groups:\n  - {{id: broken, of: {of}, title: A group, {rest}}}\n"


def product(rest: str) -> str:
    return f"products:\n  - {{id: broken, title: A product, {rest}}}\n"


def party(rest: str) -> str:
    return f"parties:\n  - {{id: broken, title: A party, source: test, {rest}}}\n"


def example(expect: str, given: str = "destination: CN") -> str:
    return f"examples:\n  - {{title: T, given: {{{given}}}, expect: [{{{expect}}}]}}\n"


def assumption(assume: str) -> str:
    return f"""\
assumptions:
  - id: broken
    title: What nobody said is taken for granted
    assume: {assume}
    cost: everything
    because: it is easier
    accepted: {{by: Nobody, on: 2025-01-01}}
"""


# What would leak: a mistake that makes a ground or a bar silently do nothing.
LEAKS = {
    "not subject, and to what is not said": (
        "not-an-override",
        rule(finding="finding: not_subject"),
    ),
    "guidance that takes an item out of the regulations": (
        "may-not-relax",
        rule(
            "overrides: {rule: denial, by: replacing}",
            authority="guidance",
            finding="finding: not_subject",
        ),
    ),
    "a bar by a tag that no rule bears": (
        "unknown-tag",
        exception("barred_by: {tags: [part-477]}"),
    ),
    "a bar except a rule that is not there": (
        "unknown-rule",
        exception("barred_by: {tags: [pair], except: [gone]}"),
    ),
    "a code of a group that is no code": (
        "unknown-member",
        group('members: ["3A09O"]', of="codes"),
    ),
    "members that are not a list": ("group-members", group("members: CN")),
    "members of a reversed interval": (
        "reversed-interval",
        group("members: [{any_of: [CN], from: 2025-07-15, until: 2025-01-01}]"),
    ),
    "a group that takes the name of a place": (
        "group-shadows-place",
        group("members: [DE]").replace("broken", "CN"),
    ),
    "a rule with the id of a built-in rule": (
        "reserved-id",
        rule(finding="finding: prohibited").replace("broken", "facts-conflict"),
    ),
    "money compared without a currency": ("money-currency", rule(when="{line_value: 5000}")),
    "a company that relaxes the law of its own folder": (
        "may-not-relax",
        rule(
            "overrides: {rule: ground, by: replacing}",
            authority="company",
            finding="finding: red_flag",
        ),
    ),
    "a replacement that takes a listing's policy, which may be stricter": (
        "replacing-stricter",
        rule(
            "overrides: {rule: flag, by: replacing}",
            when="{any_party: {listing: {list: EL}}}",
            finding="finding: {from: listing.policy}",
        ),
    ),
}

# What would be dropped: something written that has no effect.
DROPPED = {
    "both `until` and `through`": (
        "interval-form",
        rule(in_force="{from: 2025-01-01, until: 2025-02-01, through: 2025-12-31}"),
    ),
    "both `period` and `from`": (
        "interval-form",
        rule(in_force="{period: spring, from: 2020-01-01}"),
    ),
    "`status` beside `period`": (
        "interval-form",
        rule(in_force="{period: spring, status: unverified}"),
    ),
    "a period that overlaps an interval": (
        "overlapping-intervals",
        rule(in_force="[{from: 2020-01-01}, {period: spring}]"),
    ),
    "a reversed period": (
        "reversed-interval",
        "periods:\n  - {id: broken, title: P, from: 2025-07-15, "
        "until: 2025-01-01, cites: [test]}\n",
    ),
    "a table's reversed `holds`": (
        "reversed-interval",
        group("members: [CN], holds: {from: 2025-07-15, verified_through: 2025-01-01}"),
    ),
    "an override of no rules": (
        "override-form",
        rule("overrides: {rules: [], by: exempting}", finding=""),
    ),
    "`succeeds` a rule that is not there": ("unknown-rule", rule("succeeds: gone")),
    "a hole in `because` that is no field": (
        "unknown-field",
        rule('because: "Sent to {destnation.name}."'),
    ),
    "a product that contains nothing known": (
        "unknown-product",
        product("contains: {product: gone, count: 2}"),
    ),
    "a product that contains itself": (
        "unknown-product",
        product("contains: {product: broken, count: 2}"),
    ),
    "a product's unknown manufacturer": ("unknown-party", product("manufacturer: gone")),
    "a negative rate": ("number-form", product("figures: [{rate: -5, bits: 8, source: test}]")),
    "a rate of a million digits": (
        "number-form",
        product("figures: [{rate: 1e999999, bits: 8, source: test}]"),
    ),
    "a party's unknown parent": ("unknown-party", party("parent: gone")),
    "a party's country that is no place": ("unknown-place", party("country: Atlantis")),
    "a party's unknown kind": ("unknown-choice", party("kinds: [compny]")),
    "a party's listing with an unknown key": ("party-record", party("listings: [{lst: EL}]")),
    "a party's listings that are not a list": ("party-record", party("listings: EL")),
    "an unknown field in an example": (
        "unknown-field",
        example("verdict: deny", given="destnation: CN"),
    ),
    "an unknown status in an example": ("unknown-status", example("statuses: {ground: decsive}")),
    "an unknown field to ask for in an example": ("unknown-field", example("ask: [destnation]")),
    "an assumption of an unknown value": ("unknown-choice", assumption("{end_use: [civl]}")),
    "an assumption of a party by name": (
        "assumption-form",
        assumption("{end_user: Acme Corporation}"),
    ),
}

# What would crash: the loader raising something else than its problems.
CRASHES = {
    "an unknown key in a combination of groups": (
        "unknown-key",
        group("members: {any_off: [CN]}"),
    ),
    "an unknown key in a member of a group": (
        "unknown-key",
        group("members: [{any_off: [CN]}]"),
    ),
    "an American date in a member of a group": (
        "date-form",
        group("members: [{any_of: [CN], from: 07/15/2025}]"),
    ),
    "an alias of which nothing is left": ("empty-alias", product('aliases: ["-"]')),
    "a list for a date in an example": ("wrong-shape", example("law_date: [2025-01-01]")),
    "a mapping for the decisive rules in an example": (
        "wrong-shape",
        example("decisive: {ground: decisive}"),
    ),
}


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        pytest.param(set(codes.split()), text, id=name.replace(" ", "-"))
        for name, (codes, text) in {**LEAKS, **DROPPED, **CRASHES}.items()
    ],
)
def test_refused_with_a_place(codes: set[str], text: str, tmp_path: Path) -> None:
    shutil.copy(BASE, tmp_path)
    (tmp_path / "broken.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound) as found:
        load_rulebook(tmp_path)
    assert {p.code for p in found.value.problems} == codes
    for problem in found.value.problems:
        assert problem.place is not None and problem.place.line is not None
        assert Path(problem.place.file or "").name == "broken.yaml"


@pytest.mark.parametrize(
    "last_first",
    [True, False],
    ids=["last-link-first", "first-link-first"],
)
def test_overrides_that_hang_on_each_other_without_end(last_first: bool, tmp_path: Path) -> None:
    shutil.copy(BASE, tmp_path)
    one = rule("overrides: {rule: TARGET, by: exempting}", finding="").partition("\n")[2]
    links = [
        one.replace("broken", f"link-{i}").replace("TARGET", f"link-{i - 1}" if i else "ground")
        for i in range(MAX_CHAIN + 10)
    ]
    text = "rules:\n" + "".join(reversed(links) if last_first else links)
    (tmp_path / "chain.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound) as found:
        load_rulebook(tmp_path)
    assert "override-chain" in {p.code for p in found.value.problems}
