"""A relaxation reaches what it says, and nothing that it must not: the smallest cases known."""

from __future__ import annotations

from .conftest import HEADER, Make
from .small import rule

CN = {"destination": "CN", "law_date": "2025-06-01"}
DENIAL = rule("denial", finding="presumption_of_denial", when="{destination: CN}")
LICENSE = {"number": "D1", "valid_from": "2025-01-01", "until": "2026-01-01", "covers": "proved"}


def test_a_license_does_not_reach_a_listing_that_prohibits(rulebook: Make) -> None:
    book = rulebook(
        rule(
            "listed",
            finding="{from: listing.policy}",
            when="{any_party: {listing: {list: EL}}}",
        ),
        header=HEADER + "  policy_words: {Forbidden: prohibited}\n",
    )
    listed = {"name": "Evil", "listings": [{"list": "EL", "policy": "Forbidden"}]}
    line = {**CN, "end_user": listed, "parties_complete": True}
    assert book.decide(line).finding == "prohibited"
    assert book.decide({**line, "license": LICENSE}).verdict == "deny"


def test_only_the_interval_that_says_so_ends_in_doubt(rulebook: Make) -> None:
    intervals = (
        "[{from: 2021-01-01, until: 2022-01-01}, "
        "{from: 2025-01-01, until: 2025-05-01, on_end: unverified}]"
    )
    book = rulebook(DENIAL, rule("stay", overrides="{rule: denial, by: suspending}",
                                 in_force=intervals))  # fmt: skip
    days = ("2021-12-31", "2023-01-01", "2025-04-30", "2025-05-01")
    verdicts = [book.decide(CN, law_date=day).verdict.value for day in days]
    assert verdicts == ["allow", "deny", "allow", "review"]


def test_a_valid_exception_beats_a_replacement_of_a_replacement(rulebook: Make) -> None:
    book = rulebook(
        DENIAL,
        rule("promised", overrides="{rule: denial, by: replacing}", finding="case_by_case"),
        rule("issued", overrides="{rule: promised, by: replacing}",
             finding="presumption_of_approval"),
        rule("nac", overrides="{rule: denial, by: replacing}", finding="{license_exception: NAC}"),
    )  # fmt: skip
    assert book.decide(CN).verdict == "allow"
