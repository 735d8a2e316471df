"""Mistakes in rule files that the loader ought to refuse and does not: each is expected to fail.

When one is refused the strict mark makes this file fail: move it to `golden/rules` then.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from screening import ProblemsFound, load_rulebook

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


# What leaks: a mistake that makes a ground or a bar silently do nothing.
LEAKS = {
    "a bar by a tag that no rule bears": exception("barred_by: {tags: [part-477]}"),
    "a bar except a rule that is not there": exception("barred_by: {tags: [pair], except: [gone]}"),
    "a code of a group that is no code": group('members: ["3A09O"]', of="codes"),
    "members that are not a list": group("members: CN"),
    "members of a reversed interval": group(
        "members: [{any_of: [CN], from: 2025-07-15, until: 2025-01-01}]"
    ),
    "a group that takes the name of a place": group("members: [DE]").replace("broken", "CN"),
    "a rule with the id of a built-in rule": rule(finding="finding: prohibited").replace(
        "broken", "facts-conflict"
    ),
    "money compared without a currency": rule(when="{line_value: 5000}"),
    "a company that relaxes the law of its own folder": rule(
        "overrides: {rule: ground, by: replacing}",
        authority="company",
        finding="finding: red_flag",
    ),
    "a replacement that takes a listing's policy, which may be stricter": rule(
        "overrides: {rule: flag, by: replacing}",
        when="{any_party: {listing: {list: EL}}}",
        finding="finding: {from: listing.policy}",
    ),
}

# What is dropped: something written that has no effect and of which nothing is said.
DROPPED = {
    "both `until` and `through`": rule(
        in_force="{from: 2025-01-01, until: 2025-02-01, through: 2025-12-31}"
    ),
    "both `period` and `from`": rule(in_force="{period: spring, from: 2020-01-01}"),
    "`status` beside `period`": rule(in_force="{period: spring, status: unverified}"),
    "a period that overlaps an interval": rule(in_force="[{from: 2020-01-01}, {period: spring}]"),
    "a reversed period": "periods:\n  - {id: broken, title: P, from: 2025-07-15, "
    "until: 2025-01-01, cites: [test]}\n",
    "a table's reversed `holds`": group(
        "members: [CN], holds: {from: 2025-07-15, verified_through: 2025-01-01}"
    ),
    "an override of no rules": rule("overrides: {rules: [], by: exempting}", finding=""),
    "`succeeds` a rule that is not there": rule("succeeds: gone"),
    "a hole in `because` that is no field": rule('because: "Sent to {destnation.name}."'),
    "a product that contains nothing known": product("contains: {product: gone, count: 2}"),
    "a product that contains itself": product("contains: {product: broken, count: 2}"),
    "a product's unknown manufacturer": product("manufacturer: gone"),
    "a negative rate": product("figures: [{rate: -5, bits: 8, source: test}]"),
    "a rate of a million digits": product("figures: [{rate: 1e999999, bits: 8, source: test}]"),
    "a party's unknown parent": party("parent: gone"),
    "a party's country that is no place": party("country: Atlantis"),
    "a party's unknown kind": party("kinds: [compny]"),
    "a party's listing with an unknown key": party("listings: [{lst: EL}]"),
    "a party's listings that are not a list": party("listings: EL"),
    "an unknown field in an example": example("verdict: deny", given="destnation: CN"),
    "an unknown status in an example": example("statuses: {ground: decsive}"),
    "an unknown field to ask for in an example": example("ask: [destnation]"),
    "an assumption of an unknown value": assumption("{end_use: [civl]}"),
    "an assumption of a party by name": assumption("{end_user: Acme Corporation}"),
}

# What crashes: the loader raises something else than its problems.
CRASHES = {
    "an unknown key in a combination of groups": group("members: {any_off: [CN]}"),
    "an unknown key in a member of a group": group("members: [{any_off: [CN]}]"),
    "an American date in a member of a group": group("members: [{any_of: [CN], from: 07/15/2025}]"),
    "an alias of which nothing is left": product('aliases: ["-"]'),
    "a list for a date in an example": example("law_date: [2025-01-01]"),
    "a mapping for the decisive rules in an example": example("decisive: {ground: decisive}"),
}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=name.replace(" ", "-"), marks=pytest.mark.xfail(strict=True))
        for name, text in {**LEAKS, **DROPPED, **CRASHES}.items()
    ],
)
def test_refused_with_a_place(text: str, tmp_path: Path) -> None:
    shutil.copy(BASE, tmp_path)
    (tmp_path / "broken.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound) as found:
        load_rulebook(tmp_path)
    assert all(p.place is not None and p.place.line is not None for p in found.value.problems)


LAYER = """\
rulebook:
  language: "1"
  id: top
  title: An upper layer
  over: base
"""


@pytest.mark.xfail(strict=True, reason="`policy_words` of an upper layer redefine the lower's")
def test_an_upper_layer_does_not_redefine_policy_words(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "top").mkdir()
    shutil.copy(BASE, tmp_path / "base")
    text = LAYER + "  policy_words: {Presumption of denial: case_by_case}\n"
    (tmp_path / "top" / "top.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound):
        load_rulebook(tmp_path / "top")


def test_the_base_of_these_cases_loads(tmp_path: Path) -> None:
    shutil.copy(BASE, tmp_path)
    (tmp_path / "good.yaml").write_text(rule(), encoding="utf-8")
    assert "broken" in load_rulebook(tmp_path).rules
