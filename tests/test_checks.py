"""What `screening check` finds in a rulebook that loads: each finding, and what silences it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from screening import Problem, Rulebook, load_rulebook
from screening.problem_pages import Severity, severity
from screening.rulebook.layers import shipped_root
from screening.workbench.checks import findings
from screening.workbench.notes import notes

HEADER = """\
rulebook:
  language: "1"
  id: small
  title: A small rulebook
  covers: {from: 2020-01-01, verified_through: 2026-12-31}
  allow_requires: {destination: {known: true}}
  policy_words: {Presumption of denial: presumption_of_denial}
"""

GROUND = """\
rules:
  - id: ground
    title: Chips to China are denied
    cites: [test]
    authority: regulation
    in_force: {from: 2025-01-01}
    when: {destination: CN, tpp: {at_least: 4800}}
    finding: presumption_of_denial
"""

Make = Callable[..., Rulebook]


@pytest.fixture
def rulebook(tmp_path: Path) -> Make:
    def make(*texts: str, header: str = HEADER) -> Rulebook:
        (tmp_path / "small").mkdir()
        for i, text in enumerate((header, *texts)):
            (tmp_path / "small" / f"part-{i}.yaml").write_text(text, encoding="utf-8")
        return load_rulebook(tmp_path / "small")

    return make


def rule(id: str, *lines: str) -> str:
    common = (
        f"  - id: {id}\n    title: The rule {id}\n    cites: [test]\n    authority: regulation\n"
    )
    return common + "".join(f"    {line}\n" for line in lines)


def examples(*shown: tuple[str, str]) -> str:
    text = "examples:\n"
    for i, (day, given) in enumerate(shown):
        text += f"  - title: Example {i}\n    given: {{{given}}}\n"
        text += f"    expect: [{{law_date: {day}}}]\n"
    return text


def codes(rb: Rulebook) -> list[str]:
    return [p.code for p in findings(rb)]


def only(rb: Rulebook) -> Problem:
    (problem,) = findings(rb)
    return problem


BOTH = examples(
    ("2025-06-01", "destination: CN, tpp: 9000"), ("2024-12-31", "destination: CN, tpp: 9000")
)


class TestRulesWithoutExample:
    def test_an_example_that_needs_it_and_one_just_outside(self, rulebook: Make) -> None:
        assert findings(rulebook(GROUND, BOTH)) == []

    def test_no_example_at_all(self, rulebook: Make) -> None:
        rb = rulebook(GROUND)
        assert codes(rb) == ["rule-without-example", "rule-never-outside"]
        without, outside = findings(rb)
        assert without.message == "no example would come out otherwise without `ground`"
        assert outside.message == (
            "no example lies just outside the period or the scope of `ground`"
        )
        for problem in (without, outside):
            assert problem.help.startswith("add an example")
            assert problem.place is not None and problem.place.line == 2

    def test_only_the_day_before(self, rulebook: Make) -> None:
        text = examples(("2024-12-31", "destination: CN, tpp: 9000"))
        assert codes(rulebook(GROUND, text)) == ["rule-without-example"]

    def test_only_a_shipment_that_it_does_not_fit(self, rulebook: Make) -> None:
        text = examples(("2025-06-01", "destination: CN, tpp: 4799"))
        assert codes(rulebook(GROUND, text)) == ["rule-without-example"]

    def test_only_an_example_that_fits(self, rulebook: Make) -> None:
        text = examples(("2025-06-01", "destination: CN, tpp: 9000"))
        assert only(rulebook(GROUND, text)).code == "rule-never-outside"

    def test_a_rule_that_only_may_apply_is_not_shown_where_another_decides(
        self, rulebook: Make
    ) -> None:
        embargo = rule(
            "embargo",
            "in_force: {from: 2020-01-01}",
            "when: {destination: CN}",
            "finding: prohibited",
        )
        text = examples(("2025-06-01", "destination: CN"), ("2024-12-31", "destination: RU"))
        # The embargo shadows the rule, which is why no example can show it.
        assert codes(rulebook(GROUND + embargo, text)) == ["rule-without-example", "shadowed-rule"]

    def test_a_rule_that_only_may_apply_is_shown_where_it_alone_holds_an_allow(
        self, rulebook: Make
    ) -> None:
        text = examples(("2025-06-01", "destination: CN"), ("2024-12-31", "destination: CN"))
        assert findings(rulebook(GROUND, text)) == []

    def test_a_ground_that_applies_below_another_is_needed(self, rulebook: Make) -> None:
        embargo = rule(
            "embargo", "in_force: {from: 2020-01-01}", "when: {tpp: 9000}", "finding: prohibited"
        )
        text = BOTH + examples(("2025-06-01", "tpp: 1")).removeprefix("examples:\n")
        assert findings(rulebook(GROUND + embargo, text)) == []

    def test_a_suspension_is_needed_only_where_it_takes_something_away(
        self, rulebook: Make
    ) -> None:
        stay = rule(
            "stay",
            "in_force: {from: 2025-05-01}",
            "overrides: {rule: ground, by: suspending}",
            "when: always",
        )
        idle = BOTH.replace("2025-06-01", "2025-04-01") + examples(
            ("2025-06-01", "destination: RU, tpp: 1")
        ).removeprefix("examples:\n")
        assert only(rulebook(GROUND + stay, idle)).code == "rule-without-example"

    def test_a_suspension_that_does(self, rulebook: Make) -> None:
        stay = rule(
            "stay",
            "in_force: {from: 2025-05-01}",
            "overrides: {rule: ground, by: suspending}",
            "when: always",
        )
        text = BOTH + BOTH.replace("2025-06-01", "2025-04-01").removeprefix("examples:\n")
        assert findings(rulebook(GROUND + stay, text)) == []

    def test_of_two_equal_overrides_neither_is_needed_for_the_target(self, rulebook: Make) -> None:
        twice = "".join(
            rule(
                id,
                "in_force: {from: 2025-05-01}",
                "overrides: {rule: ground, by: suspending}",
                "when: always",
            )
            for id in ("stay", "same-stay")
        )
        text = BOTH + BOTH.replace("2025-06-01", "2025-04-01").removeprefix("examples:\n")
        assert codes(rulebook(GROUND + twice, text)) == ["rule-without-example"] * 2

    def test_the_ground_for_exporters_not_addressed_needs_an_example_too(
        self, rulebook: Make
    ) -> None:
        letter = """\
parties:
  - {id: acme, title: Acme, source: test}
rules:
  - id: letter
    title: Acme was told
    cites: [test]
    authority: letter
    addressee: acme
    others: red_flag
    in_force: {from: 2025-01-01}
    when: {destination: CN}
    finding: license_required
"""
        text = examples(
            ("2025-06-01", "destination: CN, exporter: Acme"),
            ("2024-06-01", "destination: CN, exporter: Acme"),
        )
        problem = only(rulebook(letter, text))
        assert problem.message == "no example would come out otherwise without `letter/others`"

    def test_a_companys_verdict_is_needed(self, rulebook: Make) -> None:
        policy = """\
rules:
  - id: policy
    title: A person looks at it
    cites: [test]
    authority: company
    in_force: {from: 2025-01-01}
    when: {destination: CN}
    verdict: review
"""
        text = examples(("2025-06-01", "destination: CN"), ("2025-06-01", "destination: DE"))
        assert findings(rulebook(policy, text)) == []


class TestUnused:
    def test_a_group(self, rulebook: Make) -> None:
        group = "groups:\n  - {id: lonely, of: places, title: G, members: [CA, MX]}\n"
        problem = only(rulebook(GROUND, BOTH, group))
        assert (problem.code, problem.message) == (
            "unused-group",
            "nothing uses the group `lonely`",
        )

    @pytest.mark.parametrize(
        "use",
        [
            "  - {id: outer, of: places, title: O, members: {any_of: [lonely]}}\n"
            "classes:\n  - {id: c, title: C, cites: [test], definitions: [{in_force: "
            "{from: 2020-01-01}, when: {destination: outer}}]}\n"
            "properties:\n  - {id: p, title: P, for_all: {class: c}, "
            "verdict: {none_of: [allow]}}\n",
            "properties:\n  - {id: p, title: P, for_all: always, unless: {destination: lonely}, "
            "verdict: {none_of: [allow]}}\n",
            "assumptions:\n  - {id: a, title: A, assume: {end_use: [civil]}, cost: c, because: b, "
            "when: {destination: lonely}, accepted: {by: N, on: 2025-01-01}}\n",
        ],
        ids=["group, class and property", "property", "assumption"],
    )
    def test_every_use_counts(self, rulebook: Make, use: str) -> None:
        group = "groups:\n  - {id: lonely, of: places, title: G, members: [CA, MX]}\n"
        header = HEADER + "  assumable: [end_use]\n"
        assert findings(rulebook(GROUND, BOTH, group + use, header=header)) == []

    def test_a_published_list_is_kept_whole(self, rulebook: Make) -> None:
        group = """\
groups:
  - id: lonely
    of: places
    title: Country Group A:1
    cites: ["15 CFR part 740 Supp. 1"]
    holds: {from: 2025-01-01, verified_through: 2025-06-01}
    members: [CA, MX]
"""
        assert findings(rulebook(GROUND, BOTH, group)) == []

    def test_a_class(self, rulebook: Make) -> None:
        text = """\
classes:
  - id: lonely
    title: Chips
    cites: [test]
    definitions: [{in_force: {from: 2020-01-01}, when: {tpp: {at_least: 1}}}]
"""
        problem = only(rulebook(GROUND, BOTH, text))
        assert (problem.code, problem.message) == (
            "unused-class",
            "nothing uses the class `lonely`",
        )

    PERIOD = "periods:\n  - {{id: p, title: P, from: 2025-01-01, cites: [test]{more}}}\n"

    def test_a_period(self, rulebook: Make) -> None:
        problem = only(rulebook(GROUND, BOTH, self.PERIOD.format(more="")))
        assert (problem.code, problem.message) == ("unused-period", "nothing uses the period `p`")
        assert problem.help == "name it under `in_force`, or mark it `annotation: true`"

    def test_a_period_that_is_an_annotation(self, rulebook: Make) -> None:
        text = self.PERIOD.format(more=", annotation: true")
        assert findings(rulebook(GROUND, BOTH, text)) == []

    def test_a_period_that_a_rule_uses(self, rulebook: Make) -> None:
        ground = GROUND.replace("{from: 2025-01-01}", "{period: p}")
        assert findings(rulebook(ground, BOTH, self.PERIOD.format(more=""))) == []

    def test_a_product_of_which_nothing_is_said(self, rulebook: Make) -> None:
        text = "products:\n  - {id: acme-one, title: Acme One}\n"
        problem = only(rulebook(GROUND, BOTH, text))
        assert problem.code == "unused-product"
        assert severity(problem.code) is Severity.NOTE

    def test_a_product_that_brings_figures_is_never_unused(self, rulebook: Make) -> None:
        text = (
            "products:\n  - {id: acme-one, title: Acme One, figures: "
            "[{field: eccn, value: 3A090.a, source: test}]}\n"
        )
        assert findings(rulebook(GROUND, BOTH, text)) == []


class TestPolicyWords:
    def party(self, listings: str, owners: str = "[]") -> str:
        return (
            f"parties:\n  - {{id: evil, title: Evil, source: test, listings: {listings}, "
            f"owners: {owners}}}\n"
        )

    def test_words_that_the_table_lacks(self, rulebook: Make) -> None:
        text = self.party("[{list: EL, policy: Presumption of denials}]")
        problem = only(rulebook(GROUND, BOTH, text))
        assert problem.code == "unknown-policy-words"
        assert problem.message == (
            "`Presumption of denials` in a listing of `evil` is not in the table of policy words; "
            "did you mean `Presumption of denial`?"
        )
        assert problem.help == ("it counts as a presumption of denial; add it under `policy_words`")

    @pytest.mark.parametrize(
        "listings", ["[]", "[{list: EL}]", "[{list: EL, policy: PRESUMPTION of   denial}]"]
    )
    def test_words_in_the_table_or_none(self, rulebook: Make, listings: str) -> None:
        assert findings(rulebook(GROUND, BOTH, self.party(listings))) == []

    def test_words_in_a_listing_of_an_owner(self, rulebook: Make) -> None:
        owner = "[{party: O, owners: [{party: P, listings: [{list: EL, policy: By chance}]}]}]"
        text = self.party("[]", owner)
        assert only(rulebook(GROUND, BOTH, text)).code == "unknown-policy-words"


class TestConditionsThatAreNotIndexed:
    """A condition of too many alternatives is decided all the same, but slowly: `check` says so."""

    def either(self, count: int) -> str:
        """A rule whose condition has 2 to the power of `count` alternatives."""
        pairs = ", ".join(
            f"{{any: [{{attributes.a{n}: true}}, {{attributes.b{n}: true}}]}}" for n in range(count)
        )
        fields = "".join(
            f"  - {{id: attributes.{side}{n}, type: flag, title: Flag}}\n"
            for n in range(count)
            for side in "ab"
        )
        return f"fields:\n{fields}" + GROUND.replace("tpp: {at_least: 4800}", f"all: [{pairs}]")

    def not_indexed(self, rb: Rulebook) -> list[Problem]:
        return [p for p in findings(rb) if p.code == "condition-not-indexed"]

    def test_sixty_four_alternatives_have_their_place(self, rulebook: Make) -> None:
        assert self.not_indexed(rulebook(self.either(6))) == []

    def test_more_are_named_with_what_to_do(self, rulebook: Make) -> None:
        (problem,) = self.not_indexed(rulebook(self.either(7)))
        assert problem.message == (
            "a condition of `ground` comes to more than 64 alternatives, "
            "so it is read test by test for every shipment"
        )
        assert problem.help == "make a class of a part of it, or two rules of one"
        assert problem.place is not None and problem.place.file.endswith("part-1.yaml")

    def test_a_class_of_a_part_is_the_way_out(self, rulebook: Make) -> None:
        text = self.either(7).replace(
            "{any: [{attributes.a0: true}, {attributes.b0: true}]}", "{class: either}"
        )
        classes = (
            "classes:\n  - id: either\n    title: Either\n    cites: [test]\n    definitions:\n"
            "      - in_force: {from: 2020-01-01}\n"
            "        when: {any: [{attributes.a0: true}, {attributes.b0: true}]}\n"
        )
        assert self.not_indexed(rulebook(text, classes)) == []


class TestShipped:
    @pytest.mark.parametrize("name", ["us-ear", "example-company"])
    def test_the_shipped_rulebooks_are_clean(self, name: str) -> None:
        rb = load_rulebook(shipped_root() / name)
        assert [str(p) for p in findings(rb)] == []

    def test_an_upper_layer_is_checked_by_itself(self, tmp_path: Path) -> None:
        (tmp_path / "top.yaml").write_text(
            'rulebook: {language: "1", id: top, title: Top, over: us-ear}\n'
            "groups:\n  - {id: top-lonely, of: places, title: G, members: [CA]}\n",
            encoding="utf-8",
        )
        assert only(load_rulebook(tmp_path)).message == "nothing uses the group `top-lonely`"

    def test_without_its_examples_every_rule_is_reported(self) -> None:
        lower = load_rulebook(shipped_root() / "us-ear")
        bare = Rulebook(replace(lower.content, examples=()))
        assert len(findings(bare)) == 2 * len(lower.rules)


# ---- What goes stale ----

TABLE = """\
groups:
  - id: places-compared-long-ago
    of: places
    title: Places
    cites: [test]
    holds: {from: 2020-01-01, verified_through: 2025-06-30}
    members: [CN]
"""


def test_a_table_that_was_looked_at_before_the_rest_is_told_by_itself(rulebook: Make) -> None:
    """The rulebook is good through 2026-12-31; the table's own day lies far back."""
    content = rulebook(GROUND, TABLE).content
    told = list(notes(content, date(2025, 7, 1)))
    assert [p.code for p in told] == ["stale"]
    assert "verified through 2025-06-30: `places-compared-long-ago`" in str(told[0])
    assert list(notes(content, date(2025, 5, 1))) == []
